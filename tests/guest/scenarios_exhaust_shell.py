# SPDX-License-Identifier: MIT
"""A person at the shell while everything is exhausted: it answers, and what it starts can end the offender."""
import os
import re

import build as builds
from scenario import attempt, check, check_equal, check_match, scenario
from terminal import PROMPT, Terminal

PROBE = os.path.join(builds.folder_of('checked'), 'tests/guest/programs/probe')
ANSWER_MAX = 10 ** 8  # instructions
LINES = 5
PROCESSES_OF_BOMB = 300
BOMBS = ('stress bomb --hold', '(while :; do (while :; do :; done) & done) 2>/dev/null')  # forking without end; busy without end
# How many of it fill the system, not only one process.
ALIVE = {'fill': 4, 'sparse': 1, 'map': 1, 'huge': 1, 'areas': 1, 'cuts': 3, 'files': 40, 'pipes': 8, 'tmpfs': 2, 'leases': 1, 'nodes': 1,
         'depth': 1, 'bomb': 1, 'zombies': 1, 'chain': 1, 'sleepers': 1, 'pollers': 1, 'publish': 8, 'register': 1}
MEET = rb'stress: mode=\w+ count=\d+ unit=\w+ met=\S+'


def exhaust(terminal, mode):
    """The system is full of it when this returns."""
    terminal.expect(PROMPT, 'at the start')
    alive = ALIVE[mode]
    seen = terminal.type(b'stress %s --alive %d --hold &\r' % (mode.encode(), alive), b'stress: mode=')
    while len(re.findall(MEET + rb'\r', seen)) < alive:
        seen += terminal.expect(b'\r', f'{mode}: not everybody has met the limit')


def end_offender(terminal, mode):
    seen = terminal.type(b'/bin/kill $!; echo killed $?\r', PROMPT)
    check(b'killed 0\r' in seen, f'{mode}: kill is not started: {seen!r}')
    seen = terminal.type(b'wait $!; echo status $?\r', b'status 143\r\n' + PROMPT)
    seen = terminal.type(b'check\r', b'proc: ok\r\n' + PROMPT)
    check(b'broken' not in seen, f'{mode}: {seen!r}')
    terminal.type(b'exit 0\r', b'exit 0\r\n')
    error = terminal.end()
    check_match(r'pagoda: reason=exit status=0 instructions=\S+ leaks=0', error, f'{mode}: last line')


def kill_works(mode, memory):
    with Terminal(options=('--mem', memory)) as terminal:
        exhaust(terminal, mode)
        end_offender(terminal, mode)


def kill_works_in(modes):
    return [attempt(mode, kill_works, mode, '64M') for mode in modes]


@scenario('deep', 'under full exhaustion of each kind the shell still starts kill, which ends the offender and leaves nothing')
def kill_is_started_whatever_is_exhausted(_context):
    return kill_works_in(ALIVE)


@scenario('default', 'while files or pipes take all cache everybody hears of the limit, and the shell starts kill')
def kill_is_started_beside_a_full_cache(_context):
    return kill_works_in(('tmpfs', 'pipes'))


def answers(terminal, bomb):
    """Instructions from one program to the next, with a line that is read and answered between them."""
    terminal.expect(PROMPT, 'at the start')
    terminal.type(bomb.encode() + b' &\r', PROMPT)
    terminal.type(b'sleep 0.3\r', PROMPT)
    # Typed ahead: nothing passes while somebody looks at the screen.
    seen = terminal.type(b'probe\r' + LINES * b'echo answered\rprobe\r', b'')
    while len(re.findall(rb'instret=\d+\r', seen)) <= LINES:
        seen += terminal.expect(b'\r', 'no answer')
    check_equal(len(re.findall(rb'\nanswered\r', seen)), LINES, f'answers in {seen!r}')
    counts = [int(count) for count in re.findall(rb'instret=(\d+)\r', seen)]
    return [after - before for before, after in zip(counts, counts[1:])]


def shell_answers(memory, bomb):
    with Terminal(options=('--count', '--mem', memory, '--add', PROBE)) as terminal:
        longest = max(answers(terminal, bomb))
        check(longest < ANSWER_MAX, f'{longest} instructions from one program to the next with echo between')
        seen = terminal.type(b'free -l\r', b'\n' + PROMPT)
        processes = max(int(line.split()[1]) for line in seen.splitlines() if re.match(rb' +\d+ +\d+', line))
        check(processes > PROCESSES_OF_BOMB, f'no bomb: {seen!r}')


@scenario('default', 'beside a fork bomb the shell answers a line, and starts a program before and after it, within 10^8 instructions')
def shell_answers_beside_a_fork_bomb(_context):
    return [attempt(f'{bomb} --mem {memory}', shell_answers, memory, bomb) for memory in ('64M', '512M') for bomb in BOMBS]
