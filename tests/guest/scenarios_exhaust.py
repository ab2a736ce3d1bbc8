# SPDX-License-Identifier: MIT
"""Everything that can be exhausted, one after the other: the offender hears of it, its neighbour does not, and all comes back."""
import os
import re

import build as builds
from scenario import attempt, check, check_accounts, check_equal, check_match, run, scenario

TABLES = os.path.join(builds.folder_of('checked'), 'tests/guest/programs/tables')
NEIGHBOUR = os.path.join(builds.folder_of('checked'), 'tests/guest/programs/neighbour')
OWN_PIPE = os.path.join(builds.folder_of('checked'), 'tests/guest/programs/ownpipe')
LINE = r'stress: mode=(\w+) count=(\d+) unit=\w+ met=(\S+)'
ENDED = r'stress\[\d+\]: SIGKILL (?:store|load) 0x[0-9a-f]+ pc=\S+ area=0x[0-9a-f]+-0x[0-9a-f]+,r\S+: .+'
SPARSE = r'\[\d+\]: SIGKILL store 0x[0-9a-f]+ pc=\S+ area=\S+: out of page tables: its space has \d+'

# What each mode may meet. SIGKILL: it is ended, with one line on standard error.
MODES = {
    'fill': ('SIGKILL',), 'map': ('ENOMEM',), 'huge': ('ENOMEM',), 'areas': ('ENOMEM',), 'cuts': ('ENOMEM',), 'sparse': ('SIGKILL',),
    'files': ('EMFILE',), 'pipes': ('EMFILE', 'ENOMEM'), 'tmpfs': ('ENOSPC',), 'leases': ('SIGKILL',), 'nodes': ('ENOSPC',), 'depth': ('ENOSPC',),
    'bomb': ('EAGAIN', 'ENOMEM'), 'zombies': ('EAGAIN', 'ENOMEM'), 'chain': ('EAGAIN', 'ENOMEM'),
    'sleepers': ('EAGAIN', 'ENOMEM'), 'pollers': ('EAGAIN', 'ENOMEM'), 'publish': ('E_TOO_MANY',),
    'register': ('E_NO_MEMORY', 'E_TOO_MANY'),
}
# At 32M no 2 MiB are whole any more after all the others; at 1G there are 1,024 processes before all of them have registered.
ALSO = {('publish', '32M'): ('E_NO_MEMORY',), ('register', '1G'): ('EAGAIN',)}
WARM_UP = ('files',)  # the shell has a page of its own
KIB = 1024
BOOKS = 64  # pages more or less for books, which do not come back at once
WHOLE = [f'check: {part}: ok' for part in ('kernel', 'pager', 'vfs', 'proc')]


def beside(mode):
    return f'neighbour /tmp/enough & stress {mode}; touch /tmp/enough; wait $!; echo status $?; rm /tmp/enough; free --raw'


def script_of(modes):
    """Each mode after a warm-up, so that `free --raw` can be as before."""
    return '; '.join([*(beside(mode) for mode in (*WARM_UP, *modes)), 'check'])


def check_mode(mode, memory, lines, before):
    """The lines of one mode: of stress, of the neighbour, its status, the accounts afterwards."""
    found = [re.fullmatch(LINE, line) for line in lines]
    met = next((match.group(3) for match in found if match), None)
    wanted = MODES[mode] + ALSO.get((mode, memory), ())
    check(met in wanted, f'{mode}: met {met}, not one of {wanted}: {lines}')
    check(any(re.fullmatch(r'neighbour: rounds=\d+', line) for line in lines), f'{mode}: the neighbour did not go on: {lines}')
    check_equal(lines[-2], 'status 0', f'{mode}: status of the neighbour')
    check_accounts(lines[-1], before, f'{mode}: free --raw as before')


def beside_a_neighbour(modes, memory, timeout_s=300):
    done = run('--mem', memory, '--add', NEIGHBOUR, '--', 'sh', '-c', script_of(modes), timeout_s=timeout_s)
    lines = done.stdout.decode(errors='replace').splitlines()
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
    check_equal(lines[-4:], WHOLE, 'check')
    accounts = [i for i, line in enumerate(lines) if line.startswith('frames_total=')]
    check_equal(len(accounts), len(WARM_UP) + len(modes), f'lines of free in {lines}')
    accounts = accounts[len(WARM_UP) - 1:]
    killed = len(re.findall('^' + ENDED + '$', done.err, re.MULTILINE))
    check_equal(killed, sum('met=SIGKILL' in line for line in lines), 'lines about ended processes on standard error')
    return [attempt(f'{mode} --mem {memory}', check_mode, mode, memory, lines[accounts[number] + 1:accounts[number + 1] + 1],
                    lines[accounts[0]]) for number, mode in enumerate(modes)]


SAMPLE = ('fill', 'cuts', 'sparse', 'files', 'pipes', 'tmpfs', 'leases', 'nodes', 'zombies', 'chain', 'pollers', 'publish', 'register')
MEMORIES = ('32M', '64M', '256M', '1G')  # from the smallest that boots


@scenario('default', 'what can be exhausted, beside a neighbour: the offender meets its limit, the neighbour goes on, all comes back')
def exhaustion_harms_no_neighbour(_context):
    return beside_a_neighbour(SAMPLE, '64M')


@scenario('deep', 'each exhaustion beside a neighbour, from the smallest memory that boots to 1 GiB')
def exhaustion_harms_no_neighbour_anywhere(_context):
    return [result for memory in MEMORIES for result in beside_a_neighbour(tuple(MODES), memory)]


@scenario('default', 'the shell starts programs while a job has cut its mappings into as many areas as the books hold')
def areas_leave_memory_to_the_shell(_context):
    script = 'stress cuts --alive 3 --hold > /tmp/met & until grep ENOMEM /tmp/met; do sleep 1; done; ' + 'hello_world && true; echo status $?; ' * 3 + 'kill -9 $!; wait; check'
    for memory in ('32M', '64M'):
        done = run('--mem', memory, '--', 'sh', '-c', script, timeout_s=200)
        lines = done.stdout.decode().splitlines()
        check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
        check_match(LINE, lines[0], 'what was refused')
        check_equal(lines.count('status 0'), 3, f'programs that ran in {lines}, {done.err!r}')
        check_equal(lines[-4:], WHOLE, 'check')


@scenario('default', 'memory that was lent as cache for a file is there for programs when the file is gone, and for a pager that wants all of it')
def cache_comes_back_to_programs(_context):
    done = run('--mem', '64M', '--', 'sh', '-c', 'stress fill; stress tmpfs; stress fill; stress register; stress tmpfs; stress register; check')
    lines = done.stdout.decode().splitlines()
    check_equal((done.reason, done.status, done.leaks, lines[-4:]), ('exit', 0, '0', WHOLE), 'reason, status, leaks, check')
    counts = [int(re.fullmatch(LINE, line).group(2)) for line in lines[:6]]
    check(counts[1] > 8 * KIB, f'the file has only {counts[1]} KiB')
    check(abs(counts[2] - counts[0]) <= BOOKS, f'pages that a program can write: before the file {counts[0]}, after it {counts[2]}')
    check(counts[5] >= counts[3] - 2, f'pagers that get 2 MiB: before the file {counts[3]}, after it {counts[5]}')  # their forks race


@scenario('default', 'who is sparse on purpose takes all page tables but those that his neighbour was promised, and no promise is left over')
def all_tables_taken_but_promised_ones(_context):
    done = run('--mem', '64M', '--add', TABLES, '--', 'sh', '-c', 'echo status $?; free --raw; tables; echo status $?; free --raw; check')
    lines = done.stdout.decode().splitlines()
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
    check_match(r'tables: taken=\d+ neighbour=3', done.stdout.decode(), 'what each got')
    check_equal((lines[3], lines[-4:]), ('status 0', WHOLE), 'status, check')
    check_accounts(lines[4], lines[1], 'free --raw as before')
    found = re.findall('^tables' + SPARSE + '$', done.err, re.MULTILINE)
    check_equal(len(found), 2, f'ended processes in {done.err!r}')


TYPED = b''.join(b'%06d abcdefghijklmnopqrstuvwxyz 0123456789\n' % number for number in range(4000))
NEARLY = 1.02


@scenario('default', 'with all cache taken, who writes more than a page into its own pipe waits, and goes on when a file is removed; '
          'others have their answers, at their usual cost')
def writer_of_its_own_pipe_goes_on(_context):
    done = run('--count', '--mem', '64M', '--add', OWN_PIPE, '--', 'sh', '-c', 'ownpipe; check', stdin=TYPED)
    text = done.stdout.decode()
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
    check_equal(text.splitlines()[1:], ['ok ownpipe', *WHOLE], 'what it says, check')
    before, beside_it = (int(number) for number in check_match(r'request_ns before=(\d+) beside=(\d+)', text, 'costs').groups())
    check(beside_it <= before * NEARLY, f'a request costs {before} ns, and {beside_it} beside a writer that waits')
