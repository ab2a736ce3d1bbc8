# SPDX-License-Identifier: MIT
"""Programs written for Linux (tests/guest/linux/*.c), unchanged: what they do on the host they do here.

Each is compiled by the host's gcc and by ./pagoda-cc. The same shell script runs them on both sides, in a
folder that holds the programs and their input; output, errors and status of each line must be equal.
"""
import concurrent.futures
import os
import re
import shlex
import subprocess
import tempfile

from build import ROOT
from scenario import Failure, check, check_equal, run, scenario

FOLDER = os.path.join(ROOT, 'tests/guest/linux')
FLAGS = ('-Wall', '-Wextra', '-Werror', '-O2')
INPUTS = {
    'words.txt': '''\
It was the best of times, it was the worst of times,
it was the age of wisdom, it was the age of foolishness,
it was the epoch of belief, it was the epoch of incredulity,
it was the season of Light, it was the season of Darkness,
\tit was the spring of hope, it was the winter of despair,

we had everything before us, we had nothing before us.
''',
    'figures.txt': '''\
10 ten
9 nine
-3 minus three
2.5 two and a half
10 ten
1e2 hundred
none
''',
    'settings.ini': '''\
# settings of an imaginary program
name = Pagoda

[window]
width = 640 ; in pixels
height=0x1E0
scale = 1.25
fullscreen = No
title = the quick brown fox jumps over the lazy dog and on

[paths]
search = /bin , /usr/bin,/opt/bin
broken line
[bad
empty =
''',
}
SCRIPT = 'all.sh'
MARK = '>>>'
# What the system itself says on standard error about a process that was killed.
KILLED = re.compile(r'^\w+\[\d+\]: SIG.*\n', re.MULTILINE)


def compile_all(programs, folder):
    """Each program twice: by the host's compiler into folder/host, by ours into folder/guest."""
    def one(job):
        compiler, side, name = job
        done = subprocess.run([compiler, *FLAGS, '-o', os.path.join(folder, side, name),
                               os.path.join(FOLDER, name + '.c'), '-lm'], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f'{compiler} does not compile {name}.c:\n{done.stderr}')

    compilers = (('cc', 'host'), (os.path.join(ROOT, 'pagoda-cc'), 'guest'))
    jobs = [(compiler, side, name) for name in programs for compiler, side in compilers]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(one, jobs))


def script_of(lines):
    """Each line says itself on both streams, and its status behind it."""
    marks = [shlex.quote(f'{MARK} {line}') for line in lines]
    return ''.join(f"echo {mark}\necho {mark} >&2\n{line}\necho '(status' $?')'\n" for mark, line in zip(marks, lines))


def write_file(path, text):
    with open(path, 'w', encoding='utf-8') as stream:
        stream.write(text)


def parts_of(text):
    """What stands between the marks: line of the script -> text."""
    return dict(part.split('\n', 1) for part in text.split(MARK + ' ')[1:])


def behave_alike(*lines):
    """Run the lines on both sides, one boot for all of them, and compare."""
    programs = sorted({name for line in lines for name in re.findall(r'\./(\w+)', line)})
    with tempfile.TemporaryDirectory(prefix='pagoda-linux-') as folder:
        for side in ('host', 'guest'):
            os.mkdir(os.path.join(folder, side))
            for name, text in INPUTS.items():
                write_file(os.path.join(folder, side, name), text)
            write_file(os.path.join(folder, side, SCRIPT), script_of(lines))
        compile_all(programs, folder)
        wanted = subprocess.run(['sh', SCRIPT], cwd=os.path.join(folder, 'host'), stdin=subprocess.DEVNULL,
                                capture_output=True, timeout=60, check=False)
        seen = run('--add', os.path.join(folder, 'guest') + '=/linux', '--', 'sh', '-c', f'cd /linux; . ./{SCRIPT}')
    for what, one, other in (('output', seen.stdout, wanted.stdout), ('errors', seen.err_body.encode(), wanted.stderr)):
        one, other = (parts_of(KILLED.sub('', text.decode(errors='backslashreplace'))) for text in (one, other))
        for line in lines:
            check_lines(one.get(line), other.get(line), f'{what} of {line}')
    check_equal((seen.reason, seen.status, seen.leaks), ('exit', 0, '0'), 'reason, status, leaks')


def check_lines(seen, wanted, what):
    """The first line that differs, if one does."""
    if seen == wanted:
        return
    pairs = zip([*(seen or '').splitlines(), '(end)'], [*(wanted or '').splitlines(), '(end)'])
    for number, (one, other) in enumerate(pairs, 1):
        check_equal(one, other, f'{what}, line {number}')
    check_equal(seen, wanted, what)


@scenario('quick', 'filters written for Linux read, sort, count and search as there')
def linux_filters_behave_alike(_context):
    behave_alike('./sortlines words.txt figures.txt', './sortlines -rnu < figures.txt', './sortlines -o sorted words.txt; cat sorted',
                 './sortlines missing words.txt', './sortlines -x', './wordcount words.txt settings.ini', './wordcount -l < words.txt',
                 './wordcount -wc missing . words.txt', './config < settings.ini', './hexdump -s 0x10 -n 100 words.txt',
                 './hexdump -s 5 < figures.txt', './hexdump -n 48 /dev/zero', './hexdump -n', './hexdump -n 1x', './hexdump missing',
                 './wordfreq -n 5 words.txt settings.ini', './wordfreq < words.txt', './wordfreq missing',
                 './reverse words.txt missing settings.ini', './reverse -b', './reverse',
                 "./grep -n 'w(as|orst) ' words.txt", "./grep -ci '^IT' words.txt figures.txt", "./grep --invert-match '[a-z]{4}' figures.txt",
                 "cat words.txt | ./grep 'o.*s'", './grep nothing words.txt', "./grep '[' words.txt", './grep x missing words.txt', './grep')


@scenario('quick', 'programs written for Linux calculate, format and parse as there')
def linux_numbers_behave_alike(_context):
    behave_alike('./numbers', './matrix', './matrix 60 7', './matrix 1000', './dates 0 951827696 -1 4102444800 1709251199',
                 "./jumps '1+2*3' 1/0 '((((((1))))))' '2*(' '(3-4)/8' '2 2'", './allocate', './allocate 5000 abc')


@scenario('quick', 'programs written for Linux start, signal, poll and await others as there')
def linux_processes_behave_alike(_context):
    behave_alike('./pipeline', './pipeline 20000', './forktree', './forktree 5', './environment', './commands', './signals',
                 './pollpipe', './pollmany', './pollmany < words.txt', 'cat words.txt figures.txt | ./pollmany', './atexit', './atexit 7')


@scenario('quick', 'programs written for Linux use files, directories, streams, mappings and clocks as there')
def linux_files_behave_alike(_context):
    behave_alike('./fileops', './links', './treewalk', './streams', './filemap', './clocks')


@scenario('quick', 'poll waits for the console, and asks for input as a read does')
def poll_waits_for_the_console(_context):
    text = b'typed by hand\n' * 500
    with tempfile.TemporaryDirectory(prefix='pagoda-linux-') as folder:
        os.mkdir(os.path.join(folder, 'guest'))
        os.mkdir(os.path.join(folder, 'host'))
        compile_all(['pollmany'], folder)
        done = run('--add', os.path.join(folder, 'guest/pollmany'), '--', 'sh', '-c', 'pollmany && check', stdin=text)
    check_equal(done.stdout.decode().splitlines()[0], f'input: {len(text)} bytes, 500 lines, ended 1', 'first line')
    check('check: vfs: ok' in done.stdout.decode(), f'the invariants do not hold: {done.stdout!r}')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
