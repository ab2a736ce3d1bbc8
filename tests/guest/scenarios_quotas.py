# SPDX-License-Identifier: MIT
"""Accounts: what a job can take, what it leaves to others, how limits are set and shown."""
import os
import re

from build import folder_of
from scenario import check, check_equal, check_match, run, scenario

BESIDE = os.path.join(folder_of('checked'), 'tests/guest/programs/beside')
LIMITS = os.path.join(folder_of('checked'), 'tests/guest/programs/limits')
LEASES = os.path.join(folder_of('checked'), 'tests/guest/programs/leases')
BOMB = 'while :; do (while :; do :; done) & done'  # processes that never wait, as many as there can be
INSTRUCTIONS_MAX = 10**8
FIRST, PROGRAM, LEADER, CROWD = '33', '32', '31', '30'  # priorities
LEASED = 700  # pages, at least
HZ_COUNTED = 10**9  # instructions a second of a counted run


def shell(text, *options, status=0, timeout_s=100):
    done = run(*options, '--', 'sh', '-c', text, timeout_s=timeout_s)
    check_equal((done.reason, done.status, done.leaks), ('exit', status, '0'), 'reason, status, leaks')
    return done


@scenario('default', 'each job of the shell has an account of its own, and all it starts is in it')
def each_job_has_an_account(_context):
    lines = shell('sleep 1 & (sh -c "ps -l; true"; true) | cat; wait').stdout.decode().splitlines()
    check_equal(lines[0].split(), ['PID', 'PPID', 'ACCOUNT', 'PRIORITY', 'STATE', 'KIB', 'NAME'], 'head')
    accounts = {}
    for line in lines[1:]:
        pid, _ppid, account, _priority, _state, _kib, name = line.split()
        accounts.setdefault(name, {})[pid] = account
    check_equal(min(accounts['sh'].values()), '0', 'account of the first shell')
    check_equal(set(accounts['ps'].values()), set(accounts['cat'].values()), 'accounts of ps and cat, of one pipeline')
    check(set(accounts['sleep'].values()).isdisjoint(accounts['ps'].values()), 'another job has another account')


@scenario('default', 'a job that needs more than ulimit -m allows is ended and the line says so; the next job goes on')
def a_job_is_kept_to_its_limit(_context):
    done = shell('ulimit -m; stress memory 1; ulimit -m 800; stress memory 1; echo status $?; stress fork 3 && free -l; check')
    check(re.search(r'^stress\[\d+\]: SIGKILL store 0x[0-9a-f]+ pc=\S+ area=\S+: out of memory: its job has 200 frames, the limit$',
                    done.err, re.MULTILINE), f'no line about the limit: {done.err!r}')
    lines = done.stdout.decode().splitlines()
    check_equal((lines[0], 'status 1' in lines), ('unlimited', True), 'the limit at first, the status of what was ended')
    check_match(r' +\d+ +\d+ +\d+ +200 .*', done.stdout.decode(), 'free -l')


LIMIT_PARTS = ('count', 'orphans', 'raises', 'soft', 'handed_on')


@scenario('quick', 'the limit of processes counts orphans too; no limit is raised above the hard one, and fork, exec, spawn hand both on')
def limits_are_not_escaped(_context):
    words = ' '.join(LIMIT_PARTS)
    # first process of the session, and job of a shell: account 0 and another one
    done = shell(f'limits {words}; limits {words} | cat; check', '--add', LIMITS)
    lines = done.stdout.decode().splitlines()
    check_equal(lines[:-4], [f'ok {name}' for name in LIMIT_PARTS] * 2, 'lines')
    done = run('--add', LIMITS, '--', 'limits', *LIMIT_PARTS)
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'of account 0: reason, status, leaks')


@scenario('default', 'beside a job that leases all pages of files that it can, other jobs start programs they have not run yet, and have pipes')
def who_leases_all_leaves_some(_context):
    for memory in ('32M', '256M'):  # the cache is used up, or the groups are
        done = shell('leases > /tmp/held & until grep held /tmp/held; do sleep 0.2; done; (sleep 1; seq 40) | cat | grep 7 | head -n 3 | tail -n 1 | wc -l; '
                     'ls / | grep tmp; ps | grep -c leases; uname | wc -l; kill $!; wait; check', '--mem', memory, '--add', LEASES)
        lines = [line.strip() for line in done.stdout.decode().splitlines()]
        strange = [line for line in done.err.splitlines() if not line.startswith(('leases[', 'pagoda:'))]
        check(int(lines[0].removeprefix('held=')) > LEASED, f'{lines[0]} with {memory}')
        check_equal((lines[1:5], strange), (['1', 'tmp', '2', '1'], []), f'what ran beside {lines[0]} with {memory}')
        check('check: vfs: ok' in lines, f'check: {lines}')


@scenario('default', 'ulimit shows and sets soft and hard limits as setrlimit does, raises none above the hard one, and refuses what is no number')
def ulimit_shows_and_sets(_context):
    done = shell('ulimit -a; ulimit -n 20; ulimit -n; ulimit -v 65536; ulimit; (ulimit -u 3; ulimit -u); ulimit -u; ulimit -n many; '
                 'ulimit -x; ulimit -v unlimited; echo $?; ulimit -v; ulimit -Sv 4096; ulimit -v; ulimit -H -v; ulimit -S -v 65536; ulimit -v; '
                 'ulimit -Hd 5000; ulimit -d; ulimit -Ha')
    lines = done.stdout.decode().splitlines()
    check_equal([line.split()[0] for line in lines[:6]], ['-d', '-m', '-n', '-s', '-u', '-v'], 'ulimit -a')
    check_equal(lines[6:16], ['20', '65536', '3', '1024', '1', '65536', '4096', '65536', '65536', 'unlimited'], 'what was set')
    check_equal([line.split()[-1] for line in lines[16:]], ['unlimited', 'unlimited', '20', 'unlimited', '1024', '65536'], 'hard limits')
    check_match('sh: ulimit: many: not a number', done.err, 'standard error')
    check_match('sh: ulimit: Operation not permitted', done.err, 'standard error')
    check_match('sh: ulimit: Invalid argument', done.err, 'standard error')


def priorities(lines):
    """Account -> priorities of its processes, of the lines of ps -l."""
    found = {}
    for line in lines:
        _pid, _ppid, account, priority, *_rest = line.split()
        found.setdefault(account, set()).add(priority)
    return found


@scenario('default', 'from its 33rd process on all of a job runs below other jobs, and as before when it has few again')
def a_crowd_runs_below_other_jobs(_context):
    crowd = '(for i in $(seq 32); do sleep 1 & done; echo crowd; ps -l; wait; echo few; ps -l)'
    lines = shell(f'(for i in $(seq 30); do sleep 1 & done; echo many; ps -l; wait); sleep 1 & {crowd}; check', '--count').stdout.decode().splitlines()
    heads = [lines.index(word) + 2 for word in ('many', 'crowd', 'few')]
    many, crowd, few = (priorities(lines[begin:begin + length]) for begin, length in zip(heads, (33, 36, 4)))
    check_equal(many, {'0': {FIRST}, '1': {PROGRAM}}, 'priorities beside 32 processes')
    check_equal(sorted(map(sorted, crowd.values())), [[CROWD, LEADER], [PROGRAM], [FIRST]], 'priorities of a crowd, of another job, of the shell')
    check_equal(set.union(*(few[account] for account in few if account != '0')), {PROGRAM}, 'priorities of jobs when the crowd has gone')
    check('check: proc: ok' in lines, f'check: {lines[-4:]}')


@scenario('default', 'a crowd beside a job that never waits has its turns, and comes to its end')
def a_crowd_is_not_starved(_context):
    job, crowd = 'while :; do :; done', '(for i in $(seq 40); do (sleep 1; seq 100 > /tmp/$i) & done; wait; echo $(cat /tmp/40 | wc -l))'
    done = shell(f'{job} & sleep 0.1; {crowd}; check; kill $!', '--count', timeout_s=120)
    lines = done.stdout.decode().splitlines()
    check(lines[0].split() == ['100'] and 'check: proc: ok' in lines, f'lines: {lines}')


@scenario('default', 'beside a job of processes that never wait and never end, the first process is not late, and its jobs start, within 10^8 instructions')
def the_first_process_is_not_late_beside_a_bomb(_context):
    done = shell(f'({BOMB}) 2>/dev/null & sleep 0.5; exec beside 10', '--add', BESIDE, '--count', timeout_s=120)
    found = re.search(r'sleep_late=(\d+) job=(\d+) hz=(\d+)', done.stdout.decode())
    check(found, f'no line of beside: {done.stdout!r}')
    late, job, hertz = (int(text) for text in found.groups())
    check(late * HZ_COUNTED // hertz < INSTRUCTIONS_MAX, f'{late * HZ_COUNTED // hertz} instructions late')
    check(job * HZ_COUNTED // hertz < INSTRUCTIONS_MAX, f'a job takes {job * HZ_COUNTED // hertz} instructions')
