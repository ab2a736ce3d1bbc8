# SPDX-License-Identifier: MIT
"""What ./run promises: streams, statuses, the last line, options."""
import os
import random
import re
import subprocess
import tempfile

from build import ROOT
from scenario import check, check_equal, check_match, run, scenario

HELLO = r'Hello World!, my pid: \d+\n'


def check_clean_end(done, status=0):
    """The program's own status; nothing lost."""
    check_equal(done.reason, 'exit', 'reason=')
    check_equal(done.status, status, 'status')
    check_equal(done.leaks, '0', 'leaks=')


@scenario('quick', 'hello_world prints its one line, nothing else, and loses nothing')
def hello_world_prints_one_line(_context):
    done = run('--', 'hello_world')
    check_clean_end(done)
    check(re.fullmatch(HELLO, done.stdout.decode()), f'standard output: {done.stdout!r}')
    check_equal(done.err_body, '', 'standard error before the last line')


@scenario('default', 'the release build runs hello_world, too')
def release_build_runs_hello_world(_context):
    done = run('--', 'hello_world', build='release')
    check_clean_end(done)
    check(re.fullmatch(HELLO, done.stdout.decode()), f'standard output: {done.stdout!r}')


@scenario('default', 'hello_world runs with the smallest and with much memory, and on 4 harts')
def hello_world_runs_on_many_machines(_context):
    for words in (['--mem', '32M'], ['--mem', '128M'], ['--mem', '2G'], ['--mem', '8G'], ['--smp', '4'], ['--smp', '8', '--mem', '64M']):
        done = run(*words, '--', 'hello_world')
        check_clean_end(done)
        check(re.fullmatch(HELLO, done.stdout.decode()), f'{words}: standard output: {done.stdout!r}')


@scenario('quick', 'a store to no area kills with the promised line and 139, and everything comes back')
def crash_is_killed_with_139(_context):
    done = run('--', 'crash')
    check_equal((done.reason, done.status, done.leaks), ('signal', 139, '0'), 'reason, status, leaks')
    check_match(r'crash\[\d+\]: SIGSEGV store 0xdeadbeef pc=main\+0x[0-9a-f]+ area=none: no area there', done.err_body,
                'killed line')


@scenario('quick', "illegal_page_fault's store to its own text is refused and kills it with 139")
def illegal_page_fault_is_killed_with_139(_context):
    done = run('--', 'illegal_page_fault')
    check_equal((done.reason, done.status, done.leaks), ('signal', 139, '0'), 'reason, status, leaks')
    address = check_match(r'illegal_addr: (?:0x)?([0-9a-f]+)', done.stdout.decode(), 'standard output').group(1)
    check(b'test failed' not in done.stdout, 'the store went through')
    check_match(r'illegal_page_fault\[\d+\]: SIGSEGV store 0x0*' + address.lstrip('0') +
                r' pc=\w+\+0x[0-9a-f]+ area=0x[0-9a-f]+-0x[0-9a-f]+,r-x,\w+: .+', done.err_body, 'killed line')


@scenario('quick', 'two counted runs of hello_world take the same number of instructions')
def counted_runs_are_equal(_context):
    first, second = (run('--count', '--', 'hello_world', stdin=None if i else b'not read\n') for i in range(2))
    check_clean_end(first)
    check(first.instructions.isdigit() and int(first.instructions) > 0, f'instructions={first.instructions}')
    check_equal(second.instructions, first.instructions, 'instructions= of the second run')
    check_equal(run('--', 'hello_world').instructions, '-', 'instructions= without --count')


@scenario('quick', 'standard input reaches cat, and its end ends cat')
def input_reaches_cat(_context):
    done = run('--', 'cat', stdin=b'hi\n')
    check_clean_end(done)
    check_equal(done.stdout, b'hi\n', 'standard output')
    check_equal(run('--', 'cat', stdin=b'').stdout, b'', 'standard output of cat without input')


@scenario('quick', 'every byte value passes in and out unchanged')
def binary_bytes_pass_unchanged(context):
    data = bytes(range(256)) + b'\x10\x10e\x10r\x101\x10' + random.Random(context.seed).randbytes(20000)
    done = run('--', 'cat', stdin=data)
    check_clean_end(done)
    check_equal(done.stdout, data, 'standard output')


@scenario('default', 'a megabyte of random bytes passes through cat from standard input and from a file')
def megabyte_passes_through_cat(context):
    data = random.Random(context.seed).randbytes(1 << 20)
    done = run('--', 'cat', stdin=data, timeout_s=300)
    check_clean_end(done)
    check(done.stdout == data, 'the bytes differ from standard input')
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        done = run('--add', f'{file.name}=/data/random', '--', 'cat', '/data/random', timeout_s=300)
    check_clean_end(done)
    check(done.stdout == data, 'the bytes differ from the file')


@scenario('quick', 'statuses 0, 1, 126 and 255 arrive as they are; a missing program is 127')
def statuses_arrive_as_they_are(_context):
    for status in (0, 1, 126, 255):
        check_clean_end(run('--', 'exit_with', str(status)), status)
    done = run('--', 'nosuch')
    check_clean_end(done, 127)
    check('nosuch' in done.err_body, f'standard error names no program: {done.err_body!r}')


@scenario('quick', 'a program without end is ended by --timeout with 124')
def timeout_ends_yes(_context):
    done = run('--timeout', '6', '--', 'yes')
    check_equal((done.reason, done.status), ('timeout', 124), 'reason, status')
    check(len(done.stdout) > 1000 and set(done.stdout.split(b'\n')[:-1]) == {b'y'}, f'{done.stdout[:100]!r}')


@scenario('quick', 'wrong options, files and sizes are refused in one line with 125, and nothing boots')
def wrong_use_is_refused(_context):
    for words, hint in ((['--nosuch', '--', 'hello_world'], '--help'), (['--add', '/no/such/file', '--', 'hello_world'], '--add'),
                        (['--mem', '1M', '--', 'hello_world'], '--mem'), (['hello_world'], '-- hello_world'),
                        (['--smp', '1000', '--', 'hello_world'], '--smp'), (['--mem', 'many', '--', 'hello_world'], '--mem'),
                        (['--build', 'fast', '--', 'hello_world'], '--build'), (['--', ''], '-- PROGRAM')):
        done = run(*words, build=None)
        check_equal((done.reason, done.status, done.stdout), ('setup', 125, b''), f'{words}: reason, status, output')
        check(done.err_body.count('\n') == 1 and hint in done.err_body, f'{words}: not one line of help: {done.err_body!r}')
    done = subprocess.run(['sh', '-c', f'{ROOT}/run -- hello_world </'], capture_output=True, text=True, timeout=60, check=False)
    check_equal((done.returncode, done.stdout, done.stderr.count('\n')), (125, '', 2), 'a folder as input: status, output, lines')
    check('it is a folder' in done.stderr, f'a folder as input: {done.stderr!r}')


@scenario('default', 'a file too large for the memory is refused with the size to type')
def archive_too_large_is_refused(_context):
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(40 << 20)
        done = run('--mem', '32M', '--add', f'{file.name}=/data/big', '--', 'hello_world')
        check_equal((done.reason, done.status), ('setup', 125), 'reason, status')
        size = check_match(r'.*type: ./run --mem (\d+M)', done.err_body, 'standard error').group(1)
        check_clean_end(run('--mem', size, '--add', f'{file.name}=/data/big', '--', 'hello_world'))


@scenario('quick', 'what cannot be added is refused in one line with 125, unopened')
def impossible_additions_are_refused(_context):
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(folder + '/tree/deep')
        os.mkfifo(folder + '/tree/deep/fifo')
        os.makedirs(folder + '/many')
        for i in range(4100):
            os.mkdir(f'{folder}/many/{i}')
        fifo = folder + '/tree/deep/fifo'
        for adds, hint in (([fifo + '=/data/x'], 'neither'), ([folder + '/tree=/data'], 'neither'), (['/dev/null=/data/x'], 'neither'),
                           (['README.md=/bin'], 'a folder'), (['README.md=/bin/cat/x'], 'no folder'), (['README.md=/data/../x'], 'no path'),
                           (['README.md=/dev/null'], 'there already'), (['README.md=/boot/command'], 'there already'),
                           (['README.md=/data/x', 'LICENSE=/data/x'], 'there already'), ([folder + '/many=/data'], 'at most')):
            done = run(*(f'--add={add}' for add in adds), '--', 'hello_world')
            check_equal((done.reason, done.status, done.stdout), ('setup', 125, b''), f'{adds}: reason, status, output')
            check(done.err_body.count('\n') == 1 and hint in done.err_body and 'type: ./run --add' in done.err_body,
                  f'{adds}: not one line of help: {done.err_body!r}')


@scenario('quick', 'closed standard streams do not change the status, and full ones are 125')
def closed_and_full_streams_end_as_promised(_context):
    for redirect, program, wanted in (('>&-', 'hello_world', 0), ('2>&-', 'crash', 139), ('<&- >&- 2>&-', 'exit_with 9', 9),
                                      ('>/dev/full', 'hello_world', 125), ('2>/dev/full', 'exit_with 9', 9)):
        done = subprocess.run(['sh', '-c', f'{ROOT}/run --build checked --timeout 60 -- {program} {redirect}'],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
        check_equal(done.returncode, wanted, f'{program} {redirect}: status')
        check('Traceback' not in done.stderr, f'{program} {redirect}: {done.stderr}')
        if '2>' not in redirect:
            check_match(fr'pagoda: reason=\w+ status={wanted} .*', done.stderr, f'{program} {redirect}: standard error')


@scenario('quick', '--print shows a line of QEMU and boots nothing')
def print_shows_the_line(_context):
    done = run('--print', '--', 'hello_world')
    check_equal(done.status, 0, 'status')
    check(done.stdout.startswith(b'qemu-system-riscv64 ') and done.stdout.count(b'\n') == 1, f'{done.stdout!r}')
    done = run('--gdb', '--print', '--', 'hello_world')
    check_match(r'.* -S -gdb tcp:127\.0\.0\.1:\d+', done.stdout.decode(), 'standard output with --gdb')


@scenario('quick', 'arguments arrive exactly, empty ones and odd ones too')
def arguments_arrive_exactly(_context):
    words = ['a b', '', "it's", '"q"', '$HOME', '*', 'é', '--', '-n']
    done = run('--', 'echo', *words)
    check_clean_end(done)
    check_equal(done.stdout.decode(), ' '.join(words) + '\n', 'standard output')


@scenario('default', '--add puts a program into /bin with its execute bit, and folders')
def added_files_are_there(_context):
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(folder + '/tree/deep')
        with open(folder + '/tree/deep/file', 'wb') as stream:
            stream.write(b'in the tree\n')
        done = run('--add', folder + '/tree=/data', '--', 'cat', '/data/deep/file')
        check_clean_end(done)
        check_equal(done.stdout, b'in the tree\n', 'standard output')
        done = run('--add', folder + '/tree/deep/file=/bin/plain', '--', 'plain')
        check_equal(done.status, 126, 'status of a file that is no program')


@scenario('default', 'a program made by pagoda-cc runs, with its arguments and status')
def pagoda_cc_makes_programs(_context):
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + '/own.c', 'w', encoding='utf-8') as stream:
            stream.write('#include <stdio.h>\n#include "own.h"\n'
                         'int main(int argc, char **argv)\n{\n\tprintf("%s %d %.2f\\n", argv[1], argc, HALF);\n\treturn 42;\n}\n')
        with open(folder + '/own.h', 'w', encoding='utf-8') as stream:
            stream.write('#define HALF 0.5\n')
        compiler = os.path.join(ROOT, 'pagoda-cc')
        for line in (['-c', 'own.c', '-o', 'own.o', '-Wall', '-MMD', '-MF', 'own.d'], ['own.o', '-o', 'own', '-lm']):
            made = subprocess.run([compiler, *line], cwd=folder, capture_output=True, text=True, check=False)
            check_equal(made.returncode, 0, f'pagoda-cc {line}: {made.stderr}')
        with open(folder + '/own.d', encoding='utf-8') as stream:
            check('own.h' in stream.read(), 'own.d lacks own.h')
        done = run('--add', folder + '/own', '--', 'own', 'word')
        check_clean_end(done, 42)
        check_equal(done.stdout, b'word 2 0.50\n', 'standard output')
        none = subprocess.run([compiler, '-O2'], cwd=folder, capture_output=True, text=True, check=False)
        check_equal((none.returncode, none.stderr.count('\n')), (1, 1), f'status and lines without an input: {none.stderr!r}')
        bad = subprocess.run([compiler, '-c', 'none.c'], cwd=folder, capture_output=True, text=True, check=False)
        check(bad.returncode != 0 and 'none.c' in bad.stderr, 'a missing source is no error')


@scenario('default', 'firmware text and boot log appear with --verbose only, on standard error')
def verbose_shows_the_boot(_context):
    done = run('--verbose', '--', 'hello_world')
    check_clean_end(done)
    check('OpenSBI' in done.err_body, 'no firmware text on standard error')
    check(re.fullmatch(HELLO, done.stdout.decode()), f'standard output: {done.stdout!r}')


@scenario('default', 'a reader that goes away ends the run')
def closed_output_ends_the_run(_context):
    command = f'{ROOT}/run --build checked --timeout 60 -- yes | head -n 3'
    done = subprocess.run(['sh', '-c', command], capture_output=True, text=True, timeout=120, check=False)
    check_equal(done.stdout, 'y\ny\ny\n', 'standard output')
    check_match(r'pagoda: reason=signal status=141 instructions=- leaks=-', done.stderr, 'standard error')
