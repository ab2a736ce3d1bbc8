# SPDX-License-Identifier: MIT
"""Processes: fork, exec, wait, kill, sleep, the session; what comes back when they end."""
import os
import pty
import re
import threading
import time

from build import folder_of
from scenario import check, check_equal, check_match, run, scenario

PROGRAM = os.path.join(folder_of('checked'), 'tests/guest/programs/processes')


def processes(*names, options=(), timeout_s=60):
    """One run of the test program; every part must say ok and nothing may be lost."""
    done = run('--add', PROGRAM, *options, '--', 'processes', *names, timeout_s=timeout_s)
    for name in names:
        check_match('ok ' + name, done.stdout.decode(errors='replace'), 'standard output')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
    return done


@scenario('quick', 'wait tells every status, in every way of waiting')
def wait_tells_every_status(_context):
    done = processes('statuses', 'waiting')
    check_equal(done.err_body, '', 'standard error before the last line')


@scenario('quick', 'kill reaches a process wherever it waits, and nobody else')
def kill_reaches_who_waits(_context):
    processes('killing')


@scenario('quick', 'a forked child has the memory and registers of its parent, and from then on its own')
def fork_copies_memory_and_registers(_context):
    processes('memory', 'registers')


@scenario('quick', 'orphans belong to pid 1, and their end bothers nobody')
def orphans_belong_to_pid_one(_context):
    processes('orphans')


@scenario('quick', 'a hundred children and thirty generations come and go')
def many_processes_come_and_go(_context):
    processes('crowd', 'generations')


@scenario('quick', 'sleepers wake in order and not too early')
def sleepers_wake_in_order(_context):
    processes('sleeping')


@scenario('quick', 'usage of children is summed')
def usage_of_children_is_summed(_context):
    processes('usage')


@scenario('quick', 'exec hands over arguments, environment, descriptors and pid; every error leaves the caller as it was')
def exec_replaces_or_changes_nothing(_context):
    processes('exec_arguments', 'exec_errors', 'exec_keeps')


@scenario('quick', 'a spawned child has what fork and exec would have handed on; every error leaves no child and the caller as it was')
def spawn_makes_a_child_or_changes_nothing(_context):
    program = os.path.join(folder_of('checked'), 'tests/guest/programs/spawn')
    done = run('--add', program, '--', 'spawn')
    check_equal(done.stdout.decode(), ''.join(f'ok {name}\n' for name in ('arguments', 'files', 'kept', 'apart', 'errors', 'limit')), 'standard output')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')


@scenario('default', 'forking until there is no more memory or record undoes itself, with little and with much memory')
def exhaustion_undoes_itself(_context):
    for memory in ('48M', '512M'):
        done = processes('exhaustion', options=('--mem', memory), timeout_s=120)
        count = int(check_match(r'(\d+) processes, then .*', done.stdout.decode(), 'standard output').group(1))
        check(count >= (60 if memory == '48M' else 500), f'{memory}: only {count} processes')


@scenario('quick', 'the machine stays up until the last descendant has ended; the status is the first program\'s')
def session_lasts_until_the_last_ends(_context):
    done = processes('left_behind')
    check(re.search(r'ok left_behind\n(?:.|\n)*last words\n', done.stdout.decode()), f'standard output: {done.stdout!r}')


def typed(*lines, pause_s=1.5):
    """A ./run without a program whose standard input is a terminal: types the lines with a pause before each."""
    master, slave = pty.openpty()

    def type_all():
        for line in lines:
            time.sleep(pause_s)
            os.write(master, line)

    typist = threading.Thread(target=type_all)
    typist.start()
    try:
        with open(slave, 'rb', buffering=0) as terminal:
            return run(stdin=terminal, timeout_s=40)
    finally:
        typist.join()
        os.close(master)


@scenario('quick', 'Ctrl-C ends the command in the foreground with all it started, and neither the shell nor others')
def ctrl_c_ends_the_foreground(_context):
    done = typed(b'sleep 50 &\r', b'sh -c "sleep 60; echo no"\r', b'\x03', b'echo status $?\r', b'ps\r', b'kill $!\r', b'exit 7\r')
    text = done.stdout.decode(errors='replace').replace('\r', '')
    check('status 130' in text, f'no status of Ctrl-C: {text!r}')
    check_equal(len(re.findall(r'^ +\d+ +\d+ \w+ +\d+ sleep$', text, re.MULTILINE)), 1, 'sleeps that live after Ctrl-C')
    check_equal((done.reason, done.status, done.leaks), ('exit', 7, '0'), 'reason, status, leaks')


@scenario('quick', 'a program reads what is typed by lines, which can be taken back; Ctrl-D ends it')
def terminal_gives_lines(_context):
    done = typed(b'cat > /tmp/typed\r', b'abx\x7fc\rgone\x15kept\r', b'\x04', b'wc -c /tmp/typed; cat /tmp/typed\r', b'exit\r',
                 pause_s=1)
    text = done.stdout.decode(errors='replace').replace('\r', '')
    check('9 /tmp/typed' in text and 'abc\nkept\n' in text, f'what was typed: {text!r}')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
