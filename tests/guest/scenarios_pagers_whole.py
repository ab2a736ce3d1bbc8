# SPDX-License-Identifier: MIT
"""Many processes on one object, against a model; and whole programs whose anonymous memory a custom pager supplies."""
import os
import re
import tempfile

from build import folder_of
from scenario import attempt, check, check_accounts, check_equal, check_match, run, scenario

SHELL = 'for i in 1 2 3; do echo $i; done; seq 2000 | sort -n | tail -n 1; ls / | wc -l; f=$(cat /etc/motd | wc); echo done'
# Words of the program, what is typed.
PROGRAMS = [(['sh', '-c', SHELL], b''), (['sh'], b'echo typed\nfalse || echo or\nexit 3\n'), (['rr_test', '1'], b''), (['read_stdin'], b'word more\n')]
PROGRAMS += [([name], b'') for name in ('exec', 'fork', 'fork_exec_time', 'fork_time', 'hello_world', 'illegal_page_fault', 'mmap_anon_test',
                                        'mmap_test', 'pipe', 'ramfs', 'reparent', 'wait')]
SUMMARY = r'logpager: requests=(\d+) recorded=(\d+) lost=0 supplied=(\d+) zeroed=(\d+) failed=0'


def without_numbers(output):
    """Lines of an output whose times, pids and order of processes may differ."""
    return sorted(re.sub(rb'\d+', b'N', output).splitlines())


def anonymous_faults(words, typed):
    """(the run without a custom pager, how many of its faults brought a new page of zeroes)."""
    with tempfile.NamedTemporaryFile() as file:
        done = run(f'--faults={file.name}', '--', *words, stdin=typed)
        return done, len(re.findall(r'-> anon zero ', file.read().decode()))


def check_program(words, typed):
    plain, faults = anonymous_faults(words, typed)
    paged = run('--', 'pager', 'run', 'logpager', *words, stdin=typed)
    check_equal((paged.reason, paged.status, paged.leaks), ('exit', plain.status, '0'), 'reason, status, leaks')
    check_equal(without_numbers(paged.stdout), without_numbers(plain.stdout), 'standard output')
    requests, recorded, supplied, zeroed = map(int, check_match(SUMMARY, paged.err, 'summary').groups())
    check_equal(requests, recorded, 'records')
    check_equal(requests, supplied + zeroed, 'answers')
    check(requests >= faults, f'{requests} requests for {faults} anonymous faults')


@scenario('default', 'the shell and every lab program on logpager: output and status unchanged, a request for each anonymous fault')
def programs_run_on_logpager(_context):
    return [attempt(' '.join(words[:2]), check_program, words, typed) for words, typed in PROGRAMS]


@scenario('default', 'programs on logpager leave every count as it was')
def counts_return_after_logpager(_context):
    programs = '; '.join(f'pager run logpager {name} > /tmp/out' for name in ('fork', 'pipe', 'mmap_anon_test', 'fork_exec_time', 'ramfs'))
    done = run('--', 'sh', '-c', f'{programs}; free --raw; {programs}; free --raw; check')
    lines = done.stdout.decode().splitlines()
    check_match(r'frames_total=\d+ .*', lines[0], 'the accounts')
    check_accounts(lines[1], lines[0], 'free --raw after')
    check_equal(lines[2:], [f'check: {part}: ok' for part in ('kernel', 'pager', 'vfs', 'proc')], 'check')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')


def tree(seed, rounds):
    program = os.path.join(folder_of('checked'), 'tests/guest/programs/pagertree')
    done = run('--count', '--add', program, '--', 'pagertree', f'seed={seed}', f'rounds={rounds}', timeout_s=300)
    check_match(f'ok seed={seed} rounds={rounds}', done.stdout.decode(errors='replace'), 'standard output')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')


def trees(first, count, rounds):
    return [attempt(f'seed={seed}', tree, seed, rounds) for seed in range(first, first + count)]


@scenario('default', 'ten processes with one object, shared and private, agree with their model while they fork, unmap and protect')
def object_of_ten_agrees_with_its_model(context):
    return trees(context.seed % 1000000, 3, 300)


@scenario('deep', 'the same with twenty seeds and many rounds')
def object_of_ten_agrees_with_its_model_for_long(context):
    return trees(context.seed % 1000000, 20, 3000)
