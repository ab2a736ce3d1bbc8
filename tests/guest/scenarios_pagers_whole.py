# SPDX-License-Identifier: MIT
"""Whole programs whose anonymous memory a custom pager supplies: the shell, and every program of the lab."""
import re
import tempfile

from scenario import Failure, Subcase, check, check_equal, check_match, run, scenario

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
    results = []
    for words, typed in PROGRAMS:
        name = ' '.join(words[:2])
        try:
            check_program(words, typed)
            results.append(Subcase(name))
        except Failure as failure:
            results.append(Subcase(name, str(failure)))
    return results


@scenario('default', 'programs on logpager leave every count as it was')
def counts_return_after_logpager(_context):
    programs = '; '.join(f'pager run logpager {name} > /tmp/out' for name in ('fork', 'pipe', 'mmap_anon_test', 'fork_exec_time', 'ramfs'))
    done = run('--', 'sh', '-c', f'{programs}; free --raw; {programs}; free --raw; check')
    lines = done.stdout.decode().splitlines()
    check_match(r'frames_total=\d+ .*', lines[0], 'the accounts')
    check_equal(lines[1:], [lines[0]] + [f'check: {part}: ok' for part in ('kernel', 'pager', 'vfs', 'proc')], 'free --raw after, check')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
