# SPDX-License-Identifier: MIT
"""Custom pagers as a user meets them: the examples, `pager`, `mapdump`."""
import re

from scenario import check, check_equal, check_match, run, scenario

SUMMARY = r'logpager: requests=(\d+) recorded=(\d+) lost=0 supplied=(\d+) zeroed=(\d+) failed=0'


def shell(text, **options):
    done = run('--', 'sh', '-c', text, **options)
    check_equal(done.leaks, '0', f'leaks of: {text}')
    return done


def hex_lines(first, count, byte):
    """What mapdump prints for @count bytes from @first on, byte(i) each, no line twice in a row."""
    for at in range(first, first + count, 16):
        row = bytes(byte(i) for i in range(at, min(at + 16, first + count)))
        text = ''.join(chr(b) if 32 <= b < 127 else '.' for b in row)
        half = [''.join(f'{b:02x} ' for b in part).ljust(24) for part in (row[:8], row[8:])]
        yield f'{at:08x}  {half[0]} {half[1]} |{text}|'
    yield f'{first + count:08x}'


@scenario('quick', "the first pager's pages arrive in another program, byte by byte, private and shared")
def pattern_is_mapped(_context):
    done = shell('pattern & mapdump /pagers/pattern 4096; mapdump -s -o 0x3fffff0 /pagers/pattern; '
                 'mapdump -w 0xff -o 8192 /pagers/pattern 16; mapdump -o 8192 /pagers/pattern 16; kill $!')
    wanted = [*hex_lines(0, 4096, lambda i: i % 256), *hex_lines(0x3fffff0, 16, lambda i: i % 256),
              *hex_lines(8192, 16, lambda i: 0xff if i == 8192 else i % 256), *hex_lines(8192, 16, lambda i: i % 256)]
    check_equal(done.stdout.decode().splitlines(), wanted, 'standard output')


@scenario('quick', 'a file comes in upper case, its last page too, and what is not a file is refused')
def filepager_is_mapped(_context):
    done = shell('seq 4000 | while read n; do echo line $n; done > /tmp/text; filepager /tmp/text upper & '
                 'mapdump -o 30000 /pagers/upper 32; mapdump -o 30000 /pagers/upper > /tmp/rest; tail -n 2 /tmp/rest | head -n 1; kill $!; '
                 'filepager /tmp; filepager /nosuch; echo $?')
    text = ''.join(f'LINE {n}\n' for n in range(1, 4001)).encode()
    lines = done.stdout.decode().splitlines()
    check_equal(lines[:3], list(hex_lines(30000, 32, lambda i: text[i])), 'the part')
    check(lines[3].endswith('|' + text[len(text) - (len(text) - 30000) % 16:].decode().replace('\n', '.') + '|'), f'the end: {lines[3]}')
    check_equal(lines[4:], ['1'], 'status')
    check('filepager: /tmp: not a file' in done.err and 'filepager: /nosuch: No such file' in done.err, done.err)


@scenario('quick', 'pager list, stat and why say what is there; kill ends it and what is mapped stays')
def pager_commands_show(_context):
    done = shell('pattern & mapdump /pagers/pattern 40000 > /tmp/out; pager list; pager stat pattern; pager why 1 0; pager why $$ 0; '
                 'pager kill pattern; pager kill pattern; pager stat pattern; pager swap a b; echo $?; pager why $$ 0xg; mapdump /bin/nosuch')
    out = done.stdout.decode()
    check_match(r'pattern: pid \d+, 16896 frames, 0 given, 0 clients, supplies 0 programs', out, 'list')
    check_match(r'  /pagers/pattern: 65536 KiB, 0 areas, deadline 1000 ms', out, 'list of objects')
    check_match(r'object=pattern pager=pattern number=1 size_bytes=67108864 .* faults=10 failed=0 late=0 lied=0 requests=10 '
                r'supplied=10 zeroed=0 refused=0 later=0 mean_instructions=\d+', out, 'stat')
    counts = sum(int(n) for n in re.findall(r'latency pager=pattern instructions=\d+\+? count=(\d+) #+', out))
    check_equal(counts, 10, 'histogram')
    check_match('area +none', out, 'why')
    check_equal(out.splitlines()[-1], '1', 'status of swap')
    for line in ('pager: pattern: no such pager', 'pager: swap: not built yet', 'pager: why: PID and ADDRESS are numbers',
                 'mapdump: /bin/nosuch: No such file'):
        check(line in done.err, f'{line} in {done.err}')


@scenario('default', 'memory past the quota comes from the system, frames that come back are used again')
def logpager_outlasts_its_quota(_context):
    done = run('--', 'pager', 'run', 'logpager', 'sh', '-c', 'stress memory 200; for i in 1 2 3; do stress memory 20; done; check')
    requests, recorded, supplied, zeroed = map(int, check_match(SUMMARY, done.err, 'summary').groups())
    check_equal((done.status, done.leaks), (0, '0'), 'status, leaks')
    check(requests == recorded == supplied + zeroed and supplied > 4 * 1023, f'{requests} {recorded} {supplied} {zeroed}')


@scenario('quick', 'pager run: the status is the program\'s, and what cannot start is named')
def pager_run_passes_the_status(_context):
    cases = {('logpager', 'exit_with', '7'): (7, 'logpager: requests='),
             ('logpager', 'nosuch'): (127, 'pager: nosuch: No such file'),
             ('nosuch', 'hello_world'): (126, 'pager: nosuch: No such file'),
             ('true', 'hello_world'): (126, 'pager: true ended before it was a pager')}
    for words, (status, line) in cases.items():
        done = run('--', 'pager', 'run', *words)
        check_equal((done.status, done.leaks), (status, '0'), f'status, leaks of {words}: {done.err}')
        check(line in done.err, f'{line} in {done.err}')


@scenario('quick', 'a pager whose name is none is told which names there are')
def bad_name_of_a_pager_is_named(_context):
    done = shell('filepager /bin/true "a b"; filepager /bin/true a/b; filepager /bin/true ..; ls /pagers; echo $?')
    for name in ('a b', 'a/b', '..'):
        check(f"pager: '{name}' is no name for a pager: 1 to 31 printing characters of ASCII without space and /, not . or ..\n"
              in done.err, done.err)
    check_equal(done.stdout.decode().splitlines(), ['0'], 'standard output')


@scenario('quick', 'a pager of objects alone says once that it supplies no program, and goes on')
def pager_without_anonymous_says_so(_context):
    done = shell('pattern & mapdump /pagers/pattern 16 > /tmp/there; pager run pattern memwalk; echo $?; pager run pattern memwalk; mapdump /pagers/pattern 16; kill $!')
    check_equal(done.err.count('pattern: no callback .anonymous: this pager does not supply the memory of programs\n'), 1, 'lines of the pager')
    check_equal(done.err.count('pager pattern failed it, code 1048560'), 2, 'clients that ended')
    check_equal(done.stdout.decode().splitlines(), ['135', *hex_lines(0, 16, lambda i: i)], 'standard output')
