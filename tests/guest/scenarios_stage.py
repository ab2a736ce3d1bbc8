# SPDX-License-Identifier: MIT
"""Processes as a whole: counts that return after thousands of them, and what a fork costs."""
import os
import re
import subprocess
import tempfile

from build import ROOT
from scenario import check, check_equal, check_match, run, scenario

MEDIAN = re.compile(r'^RESULT fork_exit_wait_(\w+) +med ([0-9.]+)', re.MULTILINE)


@scenario('default', 'ten thousand forks and a thousand execs leave every count as it was, and check finds nothing broken')
def counts_return_after_thousands(_context):
    done = run('--timeout', '240', '--', 'sh', '-c', 'free --raw; stress fork 10000; stress exec 1000; check; free --raw')
    lines = done.stdout.decode().splitlines()
    check_match(r'frames_total=\d+ .*', lines[0], 'the accounts')
    check_equal(lines[-1], lines[0], 'free --raw after')
    check_equal(lines[1:3], ['stress: 10000 of 10000 done', 'stress: 1000 of 1000 done'], 'stress')
    check_equal(lines[3:-1], [f'check: {part}: ok' for part in ('kernel', 'pager', 'vfs', 'proc')], 'check')
    check_equal((done.status, done.leaks), (0, '0'), 'status, leaks')


@scenario('default', 'a hundred processes at once and a hundred forks over 100 MiB fit into 64 MiB')
def little_memory_is_enough_for_a_hundred(_context):
    for words in (['stress', 'fork', '--alive', '100'], ['mmap_anon_test']):
        done = run('--mem', '64M', '--', *words)
        check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), ' '.join(words))


@scenario('quick', 'a killed child is an alive shell: crash in sh prints the killed line and 139')
def shell_outlives_a_crash(_context):
    done = run('--', 'sh', '-c', 'crash; echo alive $?')
    check_equal(done.stdout, b'alive 139\n', 'standard output')
    check_match(r'crash\[\d+\]: SIGSEGV store 0xdeadbeef pc=main\+0x[0-9a-f]+ area=none: no area there', done.err_body, 'standard error')
    check_equal((done.status, done.leaks), (0, '0'), 'status, leaks')


@scenario('default', 'the fork of a process with 64 MiB touched costs at most twice that with 1 MiB')
def fork_cost_does_not_grow_with_memory(_context):
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, 'forkbench')
        source = os.path.join(ROOT, 'apps/bench/posix/forkbench.c')
        subprocess.run([os.path.join(ROOT, 'pagoda-cc'), '-O2', '-o', program, source], check=True)
        done = run('--count', '--add', program, '--', 'forkbench', build='release')
    found = {name: float(value) for name, value in MEDIAN.findall(done.stdout.decode())}
    check({'1MiB', '64MiB'} <= found.keys(), f'no figures in {done.stdout!r}')
    check(found['64MiB'] <= 2 * found['1MiB'], f'instructions: {found}')


@scenario('quick', 'faults -c says that every page of a program came by a fault, a prefetch or a populate')
def faults_of_programs_are_counted(_context):
    for words in (['hello_world'], ['fork'], ['stress', 'fork', '20']):
        done = run('--', 'faults', '-c', *words)
        line = check_match(r'faults=(\d+) prefetched=(\d+) fork_mapped=(\d+) populate=(\d+) present=(\d+) other=0', done.err + done.stdout.decode(), words[0])
        *parts, present = map(int, line.groups())
        check_equal(sum(parts), present, 'present')


@scenario('quick', 'no input, and a script as input, end properly')
def input_of_the_shell_ends(_context):
    for text, status in ((b'', 0), (b'echo a\nfalse\n', 1), (b'exit 7\necho not this\n', 7)):
        done = run(stdin=text)
        check_equal((done.reason, done.status, done.leaks), ('exit', status, '0'), repr(text))
