# SPDX-License-Identifier: MIT
"""Copy-on-write: what processes that fork see in their memory, and what is left of them."""
import os
import re

from build import folder_of
from scenario import attempt, check, check_equal, check_match, run, scenario

PROGRAM = os.path.join(folder_of('checked'), 'tests/guest/programs/cowtorture')
SUMMARY = r'faults=(\d+) prefetched=(\d+) fork_mapped=(\d+) populate=(\d+) present=(\d+) other=(\d+)'


def torture(*names, options=(), timeout_s=120):
    """One run of the test program; every part must say ok and nothing may be lost."""
    done = run('--add', PROGRAM, *options, '--', 'cowtorture', *names, timeout_s=timeout_s)
    for name in names:
        if name.startswith('seed='):
            continue
        check_match('ok ' + name, done.stdout.decode(errors='replace'), 'standard output')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
    return done


@scenario('quick', 'processes that fork again and again each find their own bytes')
def cow_tree_keeps_bytes_apart(_context):
    torture('tree')


@scenario('default', 'random trees of processes agree with their models, with ten seeds')
def cow_tree_with_ten_seeds(context):
    return [attempt(f'seed={seed}', torture, f'seed={seed}', 'tree') for seed in range(context.seed, context.seed + 10)]


@scenario('quick', 'pages outlive the parents they came from')
def cow_outlives_parents(_context):
    torture('parents_first')


@scenario('quick', 'buffers of system calls may lie in shared and in parked pages')
def cow_pages_are_buffers(_context):
    torture('buffers')


@scenario('quick', 'a private mapping of a file keeps it, and its copies to itself')
def file_maps_are_private(_context):
    torture('files')


@scenario('quick', 'limits of the address space are inherited and refuse')
def memory_limits_hold(_context):
    torture('limits')


@scenario('quick', 'out of memory, a process is ended and its parent keeps what it has')
def cow_memory_runs_out(_context):
    done = torture('memory_runs_out', options=('--mem', '64M'))
    check('out of memory' in done.err_body, f'no word about it: {done.err_body!r}')


@scenario('quick', 'every page of forked processes is explained by a fault')
def faults_of_forks_add_up(_context):
    done = torture('small_tree', options=('--faults',))
    lines = re.findall(r'^' + SUMMARY, done.err, re.MULTILINE)
    check(lines, f'no summary: {done.err[-500:]!r}')
    for counts in lines:
        check_equal(int(counts[5]), 0, 'other=')
    check('cow copy' in done.err, 'no page was copied')
