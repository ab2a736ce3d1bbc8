# SPDX-License-Identifier: MIT
"""A new user's hour at the terminal, typed by a script: each part is what somebody tries first."""
import os
import re
import time

from scenario import check, check_equal, check_match, scenario
from terminal import PROMPT, Terminal

LETTERS = 'abcdefghijklmnopqrstuvwxyz'
WORD = (LETTERS * 200)[:5000].encode()


def says(terminal, keys, wanted):
    """What the command printed, line for line."""
    seen = terminal.type(keys + b'\r', b'\r\n' + PROMPT)
    check(b'\n' + wanted + b'\r\n' + PROMPT in seen, f'{keys[:100]!r}: {wanted[:100]!r} is not what came: {seen[-300:]!r}')


def status_is(terminal, status):
    says(terminal, b'echo $?', b'%d' % status)


def interrupt(terminal, command, after=None):
    """Ctrl-C while @command runs."""
    terminal.type(command + b'\r', after or b'\r\n')
    time.sleep(0.5)
    started = time.monotonic()
    terminal.type(b'\x03')
    check(time.monotonic() - started < 10, f'{command!r} goes on after Ctrl-C')
    status_is(terminal, 130)


def edits(terminal):
    long = LETTERS * 7  # three rows
    says(terminal, b'echo ' + long.encode() + b'\x1b[H' + 5 * b'\x1b[C' + 3 * b'\x1b[3~' + b'X', b'X' + long[3:].encode())
    says(terminal, b'echo ' + long.encode() + b'\x01\x1b[1;5C\x1b[C\x0bend\x19', b'end' + long.encode())
    says(terminal, b'echo one two\x17three', b'one three')
    says(terminal, b'gone\x15echo ac\x1b[Db\x05d', b'abcd')
    says(terminal, b'echo ab\x02\x04', b'a')  # Ctrl-D in a line
    says(terminal, 'echo é日x\x7f本\x02\x02\x7fä'.encode(), 'ä日本'.encode())
    says(terminal, b'echo a\0b\xff', b'ab')
    says(terminal, b'echo ' + WORD, WORD)
    says(terminal, b'\x1b[A\x01\x1b[1;5C ' + b'\x05' + 4998 * b'\x7f', b'ab')
    says(terminal, b'echo cleared\x0c', b'cleared')
    says(terminal, b'\techo tab', b'tab')
    terminal.type(b'mkdir "/tmp/a b"; touch "/tmp/a b/file"\r')
    says(terminal, b'ls /tmp/a\t', b'file')


def remembers(terminal):
    says(terminal, b'echo first', b'first')
    says(terminal, b'echo second', b'second')
    says(terminal, b'\x1b[A\x1b[A', b'first')
    says(terminal, b'ty\x1b[A\x1b[B\x15echo down', b'down')
    says(terminal, b'\x12econd', b'second')
    says(terminal, b'\x12nowhere\x07echo not found', b'not found')


def interrupts(terminal):
    terminal.type(b'thrown away\x1b[H\x03')
    status_is(terminal, 130)
    for command in (b'cat', b'sleep 100', b'sleep 100 | cat', b'while true; do :; done', b'while :; do sleep 0; done',
                    b'for i in a b; do echo $(sleep 100); done', b'f() { f2; }; f2() { while :; do :; done; }; f',
                    b'until read x; do :; done', b'(while :; do :; done)', b'sh -c "while :; do :; done"'):
        interrupt(terminal, command)
    for command in (b'sleep 100', b'sleep 100 | cat', b'while :; do sleep 0; done', b'(sleep 100; sleep 100)', b'cat'):
        for pause_s in (0, 0, 0.002, 0.02):  # at once, too: none is lost
            os.write(terminal.master, command + b'\r')
            time.sleep(pause_s)
            terminal.type(b'\x03', b'\n' + PROMPT)
    interrupt(terminal, b'yes', b'\r\ny\r\n')
    terminal.type(b'sleep 100 &\r')
    interrupt(terminal, b'wait')
    says(terminal, b'kill $!; wait $!; echo $?', b'143')
    says(terminal, b'sleep 0.1 & wait $!; echo $?', b'0')


def pastes(terminal):
    lines = b''.join(b'echo pasted %d\r' % i for i in range(50))
    seen = terminal.type(lines + b'echo the end\r', b'the end\r\n' + PROMPT)
    found = re.findall(rb'\npasted (\d+)\r', seen)
    check_equal(found, [b'%d' % i for i in range(50)], 'numbers that were pasted')
    terminal.type(b'cat > /tmp/p\rfirst\r\tsecond\r\x04cat <<E > /tmp/q\rthird\rE\rif true\rthen\r\techo pasted\rfi\recho all\r',
                  b'\r\nall\r\n' + PROMPT)
    says(terminal, b'cat /tmp/p /tmp/q', b'first\r\n\tsecond\r\nthird')
    terminal.type(b'sleep 1\r' + b''.join(b'echo %d >> /tmp/ahead\r' % i for i in range(800)) + b'echo typed ahead\r',
                  b'\r\ntyped ahead\r\n' + PROMPT)
    says(terminal, b'wc -l /tmp/ahead', b'800 /tmp/ahead')


def fills_the_screen(terminal):
    seen = terminal.type(b'seq 100000\r')
    check(b'\n1\r\n2\r\n' in seen and b'\n99999\r\n100000\r\n' in seen, 'lines of seq are missing')
    check_equal(len(re.findall(rb'\n\d+\r', seen)), 100000, 'lines of seq')
    terminal.resize(40, 10)
    says(terminal, b'echo again', b'again')
    check(b'y' * 36 + b' \r' in terminal.type(b'y' * 60 + b'z', b'z'), 'no new row at column 40')
    terminal.type(b'\x03')
    terminal.resize(200, 50)
    says(terminal, b'echo again', b'again')
    check(b' \r' not in terminal.type(b'y' * 190 + b'z', b'z'), 'a new row within 200 columns')
    terminal.type(b'\x03')


def complains(terminal):
    for keys, text, status in ((b'nosuch', b'sh: nosuch: not found', 127), (b'echo a | | b', b'sh: line 1, column 10: syntax error near `|\'', 2),
                               (b'if then', b'sh: line 1, column 4: syntax error near `then\'', 2),
                               (b'echo > /bin', b'sh: /bin: Is a directory', 1), (b'/bin', b'sh: /bin: Permission denied', 126),
                               (b'echo $((1 / 0))', b'sh: division by zero', 2)):
        terminal.type(keys + b'\r')
        status_is(terminal, status)
        terminal.complaints.append(text.decode())
    says(terminal, b'echo "open\rclosed"', b'open\r\nclosed')
    check(b'case WORD in' in terminal.type(b'help\r', b'\n' + PROMPT), 'help does not show the language')


@scenario('default', "a new user's hour: editing, history, long and pasted lines, Ctrl-C everywhere, a full screen, errors, poweroff")
def transcript_of_a_new_user(_context):
    with Terminal() as terminal:
        terminal.complaints = []
        terminal.expect(PROMPT, 'at the start')
        for part in (edits, remembers, interrupts, pastes, fills_the_screen, complains):
            part(terminal)
        terminal.type(b'poweroff\r', b'poweroff\r\n')
        error = terminal.end()
        check_equal(terminal.process.returncode, 0, 'status of poweroff')
    check_match(r'pagoda: reason=exit status=0 instructions=- leaks=0', error, 'last line')
    for text in terminal.complaints:
        check(text + '\n' in error, f'no such complaint: {text!r} in {error[-500:]!r}')


@scenario('default', 'the shell is left by exit with its status, by Ctrl-D, and by Ctrl-A X; what runs in the background is named')
def shell_is_left(_context):
    for keys, status, words in ((b'exit 3\r', 3, ''), (b'false\r\x04', 1, ''), (b'\x01x', 0, ''),
                                (b'sleep 2 &\rexit 4\r', 4, 'commands still run in the background')):
        with Terminal() as terminal:
            terminal.expect(PROMPT, 'at the start')
            os.write(terminal.master, keys)
            error = terminal.end()
            check_equal(terminal.process.returncode, status, f'status after {keys!r}')
            check(words in error, f'after {keys!r}: {error!r}')
