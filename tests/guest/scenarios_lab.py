# SPDX-License-Identifier: MIT
"""The lab's programs: what each prints, line for line."""
import re

from scenario import check, check_equal, run, scenario


def lines_of(*words, status=0, **more):
    """The lines of a program that ends by itself and leaves nothing behind."""
    done = run('--', *words, **more)
    check_equal((done.reason, done.status), ('exit', status), 'end')
    check_equal(done.leaks, '0', 'leaks=')
    return done.stdout.decode().splitlines()


def check_lines(seen, patterns):
    """Each line of @seen matches its pattern, in order; gives all that was in brackets."""
    check_equal(len(seen), len(patterns), f'lines of {seen}')
    found = []
    for line, pattern in zip(seen, patterns):
        match = re.fullmatch(pattern, line)
        check(match, f'{line!r} is not {pattern!r}')
        found += match.groups()
    return found


def count(seen, pattern):
    return sum(bool(re.fullmatch(pattern, line)) for line in seen)


@scenario('default', 'fork: lines before, between and after two forks come once, twice and four times')
def lab_fork(_context):
    seen = lines_of('fork')
    check_equal(seen[:2], ['This is testing', 'A1111, sum: 4950'], 'first lines')
    for pattern, wanted in ((r'B2222, val1: \d+', 2), (r'B2222, val1: 0', 1), (r'C3333, val2: \d+', 4),
                            (r'C3333, val2: 0', 2), (r'A1111.*', 1)):
        check_equal(count(seen, pattern), wanted, f'{pattern} in {seen}')
    check_equal(len(seen), 8, 'lines')


@scenario('default', 'exec: the new program runs, the old one does not come back')
def lab_exec(_context):
    check_lines(lines_of('exec'), ['This is before exec', r'Hello World!, my pid: \d+'])


@scenario('default', 'wait: the parent learns which child has ended')
def lab_wait(_context):
    seen = lines_of('wait')
    check_equal(seen[0], 'Running wait with null user mode program', 'first line')
    parent = [line for line in seen if line.startswith('Here is parent!')]
    pid = check_lines(parent, [r'Here is parent! Waiting for children with pid (\d+) \.\.\.'])[0]
    check('Here is children! Doing something dummy...' in seen and 'Done!' in seen, f'the child in {seen}')
    check_equal(seen[-1], f'Wait complete! The process pid {pid}', 'last line')
    check_equal(len(seen), 5, 'lines')


@scenario('default', 'reparent: an orphan belongs to process 1')
def lab_reparent(_context):
    seen = lines_of('reparent')
    parent = check_lines([line for line in seen if 'Parent' in line],
                         [r'\[Reparent\] Parent process exit, pid: (\d+)'])[0]
    child = check_lines([line for line in seen if 'Child' in line],
                        [r'\[Reparent\] Child process, pid: (\d+), ppid: (\d+)',
                         r'\[Reparent\] Child process yielding, pid: (\d+)',
                         r'\[Reparent\] Child process reparenting to init, ppid: 1'])
    check(child[1] in (parent, '1'), f'parent {child[1]} is neither {parent} nor 1')
    check_equal(child[0], child[2], 'pid of the child')


@scenario('default', 'read_stdin: one word of the input comes back')
def lab_read_stdin(_context):
    check_lines(lines_of('read_stdin', stdin=b'something else\n'),
                ['Ready to receive console input!', 'Here is your input: something'])


@scenario('default', 'rr_test: ten processes count side by side')
def lab_rr_test(_context):
    seen = lines_of('rr_test', '1')
    check_equal(seen.count('main: fork ok, now need to wait pids.'), 1, 'fork ok')
    pids = [match.group(1) for line in seen if (match := re.fullmatch(r'main: pid (\d+), count \d+', line))]
    check_equal(len(set(pids)), 10, f'children in {seen}')
    counts = [int(line.rsplit(' ', 1)[1]) for line in seen if 'count' in line]
    check(min(counts) > 0, f'a child did not get to run: {counts}')
    check_equal((seen[-1], len(seen)), ('main: wait pids over', 12), 'end')


@scenario('default', 'pipe: a line goes from parent to child')
def lab_pipe(_context):
    check_equal(sorted(lines_of('pipe')),
                ["Child: Read 'Hello from parent!' from pipe", 'Child: Waiting to read from pipe...',
                 'Parent: Write complete, waiting for child to finish...', 'Parent: Writing to pipe...'], 'lines')


@scenario('default', 'ramfs: what is written can be read back')
def lab_ramfs(_context):
    check_equal(lines_of('ramfs'), ['Content of hello: Hello', 'Content of world: World'], 'lines')


@scenario('default', 'fork_time: a hundred forks')
def lab_fork_time(_context):
    check_lines(lines_of('fork_time'), [r'Starting fork performance test \(100 forks\)\.\.\.', 'Result:',
                                        'Total fork count: 100', r'Total time: \d+ microseconds'])


@scenario('default', 'fork_exec_time: a hundred forks and execs')
def lab_fork_exec_time(_context):
    check_lines(lines_of('fork_exec_time'),
                [r'Starting fork\+exec performance test \(100 forks\)\.\.\.'] + 100 * [r'Hello World!, my pid: \d+'] +
                ['Result:', r'Total fork\+exec count: 100', r'Total time: \d+ microseconds'])


@scenario('default', 'mmap_test: a mapped file shows its bytes')
def lab_mmap_test(_context):
    check_equal(lines_of('mmap_test'),
                ['1. Creating file and writing data...', 'Written: Hello World', '2. Mapping file to memory using mmap...',
                 'Successfully mapped file to fixed address: 0x30000000', '3. Reading data from memory-mapped region...',
                 'Content read from memory mapping: Hello World',
                 '✓ Verification successful: Memory content matches original file', '4. Cleaning up resources...',
                 'Successfully unmapped memory'], 'lines')


@scenario('default', 'mmap_anon_test: memory that nobody touches costs no memory, a hundred forks or not')
def lab_mmap_anon_test(_context):
    check_lines(lines_of('mmap_anon_test'),
                [r'Starting Anonymous Mmap Lazy Allocation Test\.\.\.', r'Mmapped 100MB at 0x[0-9a-f]+',
                 r'Time elapsed for 100 forks with 100MB unmapped memory: \d+ ms'])
