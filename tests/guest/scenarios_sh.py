# SPDX-License-Identifier: MIT
"""The shell: its language, where commands come from, a person at a terminal; the utilities."""
import os
import re
import tempfile
import time

from build import ROOT
from scenario import check, check_equal, check_match, run, scenario
from terminal import PROMPT, Terminal

SCRIPTS = os.path.join(ROOT, 'tests/guest/scripts')


def shell(text, status=0, timeout_s=60):
    """Commands given to `sh -c`; nothing may be lost."""
    done = run('--', 'sh', '-c', text, timeout_s=timeout_s)
    check_equal((done.reason, done.status, done.leaks), ('exit', status, '0'), 'reason, status, leaks')
    return done


def check_output(text, wanted, status=0):
    check_equal(shell(text, status).stdout.decode(), wanted, f'output of {text!r}')


@scenario('default', 'a script that uses all of the language prints what other shells print')
def sh_language(_context):
    done = run('--add', os.path.join(SCRIPTS, 'language.sh') + '=/language.sh', '--', 'sh', '/language.sh')
    with open(os.path.join(SCRIPTS, 'language.out'), encoding='utf-8') as stream:
        wanted = stream.read().splitlines()
    for number, (seen, want) in enumerate(zip(done.stdout.decode().splitlines() + ['(end)'], wanted + ['(end)']), 1):
        check_equal(seen, want, f'line {number}')
    check_equal((done.reason, done.status, done.leaks), ('exit', 3, '0'), 'reason, status, leaks')


@scenario('default', 'without a terminal the shell reads commands from standard input, and leaves the rest to its commands')
def sh_reads_standard_input(_context):
    done = run(stdin=b'echo one\nif true\nthen echo two; fi\nread line\nthis is input\necho $line\ncat\nfor cat\nthe end')
    check_equal(done.stdout.decode(), 'one\ntwo\nthis is input\nfor cat\nthe end', 'standard output')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
    check_equal(run(stdin=b'exit 5\necho not reached\n').status, 5, 'status of exit')
    check_equal(run(stdin=b'echo "open').status, 2, 'status of what is not complete')


@scenario('default', 'scripts start by their first line, with their arguments')
def sh_scripts_start(_context):
    script = os.path.join(SCRIPTS, 'arguments.sh')
    done = run('--add', script, '--', 'sh', '-c', 'arguments.sh "a b" "" "*"')
    check_equal(done.stdout.decode(), '3 <a b> <> <*>\n', 'standard output')
    check_equal(done.status, 6, 'status')


@scenario('default', 'a script is the first program, through interpreters of interpreters, and without an end to them refused')
def first_program_is_a_script(_context):
    with tempfile.TemporaryDirectory(prefix='pagoda-test-') as folder:
        def add(name, text):
            path = os.path.join(folder, name)
            with open(path, 'w', encoding='utf-8') as stream:
                stream.write(text)
            os.chmod(path, 0o755)
            return '--add', f'{path}=/bin/{name}'
        adds = (*add('one', '#!/bin/sh -e\necho $0 $#\nfor x; do echo "<$x>"; done\nfalse\necho not reached\n'),
                *add('two', '#! /bin/one  and more \n'), *add('self', '#!/bin/self\n'), *add('lost', '#!/bin/nosuch\n'))
        done = run(*adds, '--', 'one', 'a b', '')
        check_equal((done.stdout.decode(), done.status), ('/bin/one 2\n<a b>\n<>\n', 1), 'output, status')
        done = run(*adds, '--', '/bin/two', 'x')
        check_equal(done.stdout.decode(), '/bin/one 3\n<and more>\n</bin/two>\n<x>\n', 'output')
        check_equal(run(*adds, '--', 'self').status, 126, 'status of an interpreter that is its own')
        check_equal(run(*adds, '--', 'lost').status, 127, 'status without an interpreter')
        done = run(*adds, '--', 'sh', '-c', 'self; echo $?; lost; echo $?; two; cd /bin; ./two')
        check_equal(done.stdout.decode(), '126\n127\n/bin/one 2\n<and more>\n</bin/two>\n/bin/one 2\n<and more>\n<./two>\n',
                    'output of the shell')


@scenario('default', 'statuses are those that every shell gives')
def sh_statuses(_context):
    for text, status in (('nosuch', 127), ('/bin', 126), ('exit 300', 44), ('false', 1), ('sh -c "kill -TERM \\$\\$"', 143),
                         ('crash', 139), ('then', 2), ('echo a | exit_with 7', 7)):
        check_equal(run('--', 'sh', '-c', text).status, status, f'status of {text!r}')


@scenario('default', 'pipelines pass a megabyte unchanged, through four processes')
def sh_pipelines_pass_everything(_context):
    check_output('yes abcdefg | head -n 131072 | cat | cat | wc', '%7d %7d %7d\n' % (131072, 131072, 1048576))


@scenario('default', 'the utilities do what their names say')
def utilities_work(_context):
    check_output('mkdir -p /u/v/w; cd /u; seq 5 > a; cp a b; mv b v; ls; ls v; cp -r v x; ls x; rm -r x v; ls; rm a; cd /; rmdir u; ls u',
                 'a\nv\nb\nw\nb\nw\na\n', status=1)
    check_output('seq 3 -1 1; seq 20 | head -n 2; seq 20 | tail -n 2; seq 20 | grep 9; seq 20 | grep -c 1; seq 3 | grep -v 2',
                 '3\n2\n1\n1\n2\n19\n20\n9\n19\n11\n1\n3\n')
    check_output('seq 20 | head -3; seq 9 | head -c 4; echo; seq 9 | head -n1 - /tmp/nosuch; echo $?; head -n x; echo $?; yes | head -2',
                 '1\n2\n3\n1\n2\n\n==> - <==\n1\n1\n2\ny\ny\n')
    check_output('for i in "seq 3" "head -1 /etc/none" "echo" "ls /bin" "env" "printf x" "ps" "head -c1 /hello_world"; do $i >&-; echo $?; done',
                 '1\n' * 8)
    check_output('printf "%s|%5d|%-5s|%c|%x\\n" a 7 b cd 255 z; printf "%b" "a\\tb\\n"; printf "%d\\n" x; echo $?',
                 'a|    7|b    |c|ff\nz|    0|     |\0|0\na\tb\n0\n1\n')
    check_output('env -i A=b env; cd /bin; pwd; touch /t; ls /t; rm -f /t /nosuch', 'A=b\n/bin\n/t\n')
    done = shell('ps; free --raw; vmmap self; uname; faults -c true; check; help')
    check_match(r' +\d+ +1 \w+ +\d+ sh', done.stdout.decode(), 'ps')
    sums = check_match(r'faults=(\d+) prefetched=\d+ fork_mapped=\d+ populate=\d+ present=(\d+) other=0', done.err_body, 'faults')
    check(int(sums.group(1)) > 0 and int(sums.group(2)) > 0, 'no faults were counted')


@scenario('default', 'stress: hundreds of processes, also many at once, leave nothing behind')
def stress_leaves_nothing(_context):
    for words in (('fork', '300'), ('fork', '200', '--alive', '100'), ('exec', '60', '--alive', '5'),
                  ('memory', '30', '--alive', '10')):
        done = run('--', 'stress', *words)
        check_equal(done.stdout.decode(), f'stress: {words[1]} of {words[1]} done\n', 'standard output')
        check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')


@scenario('default', 'poweroff ends what runs, and the machine')
def poweroff_ends_everything(_context):
    started = time.monotonic()
    done = run('--', 'sh', '-c', 'sleep 1000 & sleep 1000 & poweroff; sleep 1000')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
    check(time.monotonic() - started < 30, 'it took too long')
    done = run('--', 'sh', '-c', 'cat | poweroff 9')
    check_equal((done.reason, done.status, done.leaks), ('exit', 9, '0'), 'reason, status, leaks')


@scenario('default', 'at a terminal: prompt, line editing, history, completion, Ctrl-C, Ctrl-D')
def sh_talks_to_a_person(_context):
    with Terminal() as terminal:
        person_types(terminal)
        os.write(terminal.master, b'\x04')
        error = terminal.end()
    check_match(r'pagoda: reason=exit status=\d+ instructions=- leaks=0', error, 'last line')
    check(re.match('help lists commands', error), f'greeting: {error[:100]!r}')


def person_types(terminal):
    terminal.expect(PROMPT, 'at the start')
    check(b'\nhi\r\n' in terminal.type(b'echo hi\r'), 'a command runs')
    # Keys draw the line anew, prompt and all: what comes of it is waited for.
    terminal.type(b'\x1b[A\r', b'\nhi\r\n' + PROMPT)
    terminal.type(b'echo bc\x1b[D\x1b[Da\r', b'\nabc\r\n' + PROMPT)
    terminal.type(b'hello_w\t\r', b', my pid: 3\r\n' + PROMPT)
    check(b'\nyes\r\n' in terminal.type(b'if true\rthen echo yes\rfi\r', b'\r\n' + PROMPT), 'lines are gathered')
    terminal.type(b'cat\r', b'cat\r\n')
    terminal.type(b'typex\x7fd\r', b'd\r\ntyped\r\n')  # the terminal's own editing
    terminal.type(b'\x04')
    for command in (b'sleep 1000', b'sleep 1000 | cat', b'while true; do sleep 1000; done', b'sh -c "sleep 1000; sleep 1000"'):
        terminal.type(command + b'\r', command + b'\r\n')
        time.sleep(0.5)
        terminal.type(b'\x03')
        check(b'\n130\r\n' in terminal.type(b'echo $?\r'), f'Ctrl-C ends {command!r}')
    check(b'\n130\r\n' in terminal.type(b'throw away\x03echo $?\r', b'130\r\n' + PROMPT), 'Ctrl-C throws a line away')
