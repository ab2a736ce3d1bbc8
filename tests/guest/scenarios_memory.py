# SPDX-License-Identifier: MIT
"""Demand paging seen from outside: --faults, memwalk, the frame accounts, the guest's own checks."""
import math
import os
import re
import tempfile

from build import folder_of
from scenario import check, check_accounts, check_equal, check_match, run, scenario

SHOWN = os.path.join(folder_of('checked'), 'tests/guest/programs/shown')
LOOKED = r'shown \w+: pages=(\d+) touched=(\d+) requests=(\d+) longest=(\d+)'
REQUEST_MAX = 10**6  # instructions
LOOKS_MAX = 40

FAULT_LINE = re.compile(r'#\d+ (load|store|fetch|execute) 0x[0-9a-f]+ \S+ pc=\S+ pid=\d+ area=(none|0x[0-9a-f]+-0x[0-9a-f]+,[rwx-]{3},\S+) -> .+')
SUMMARY = r'faults=(\d+) prefetched=(\d+) fork_mapped=(\d+) populate=(\d+) present=(\d+) other=(\d+)'


def check_fault_report(text):
    """Every line has the promised form, and every page that is present is explained."""
    lines = text.splitlines()
    check(len(lines) >= 2, f'no report: {text!r}')
    for line in lines[:-1]:
        check(FAULT_LINE.fullmatch(line), f'not the form of a fault line: {line!r}')
    counts = [int(word) for word in check_match(SUMMARY, lines[-1], 'last line').groups()]
    faults, prefetched, fork_mapped, populate, present, other = counts
    check_equal(other, 0, 'other=')
    check_equal(present, faults + prefetched + fork_mapped + populate, 'present=')
    return lines, counts


@scenario('quick', "every present page of hello_world is explained by its faults' report")
def faults_of_hello_world_add_up(_context):
    done = run('--faults', '--', 'hello_world')
    check_equal((done.status, done.leaks), (0, '0'), 'status, leaks')
    lines, counts = check_fault_report(done.err_body)
    check_equal(sum(line.startswith('#') for line in lines), counts[0], 'fault lines')
    check(any(re.search(r' pc=\w+\+0x', line) for line in lines), 'no pc has a name')


@scenario('quick', 'every present page of memwalk is explained, in a file too')
def faults_of_memwalk_add_up(_context):
    with tempfile.NamedTemporaryFile() as file:
        done = run(f'--faults={file.name}', '--', 'memwalk')
        check_equal((done.status, done.leaks), (0, '0'), 'status, leaks')
        check_equal(done.err_body, '', 'standard error before the last line')
        file.seek(0)
        _, counts = check_fault_report(file.read().decode())
    check(counts[0] > 50, f'only {counts[0]} faults')


@scenario('quick', 'memwalk finds every byte of bss, heap, mmap, stack and file pages right')
def memwalk_finds_its_bytes(_context):
    done = run('--', 'memwalk')
    check_equal((done.status, done.leaks), (0, '0'), 'status, leaks')
    check_match(r'memwalk: ok pages=\d+', done.stdout.decode(), 'standard output')


@scenario('quick', "the frame accounts of free --raw add up to the total")
def frame_accounts_add_up(_context):
    done = run('--', 'free', '--raw')
    check_equal((done.status, done.leaks), (0, '0'), 'status, leaks')
    counts = {key: int(value) for key, value in re.findall(r'(\w+)=(\d+)', done.stdout.decode())}
    for key in 'cap_slots threads spaces'.split():
        check(counts.get(key, 0) > 0, f'{key}= is missing or 0: {done.stdout!r}')
    kinds = 'frames_free anon cache tables pinned kernel_objects'.split()
    check_equal([key for key in ['frames_total', *kinds] if key not in counts], [], 'missing counts')
    check_equal(sum(counts[key] for key in kinds), counts['frames_total'], f'sum of all kinds of frames: {counts}')


@scenario('quick', "the guest's check finds every invariant whole")
def check_finds_nothing_broken(_context):
    done = run('--', 'check')
    check_equal((done.status, done.leaks), (0, '0'), 'status, leaks')


@scenario('quick', 'vmmap self shows text, heap and stack with their rights')
def vmmap_shows_the_areas(_context):
    done = run('--', 'vmmap', 'self')
    check_equal((done.status, done.leaks), (0, '0'), 'status, leaks')
    for word in ('r-x', 'rw-', 'stack'):
        check(word in done.stdout.decode(), f'{word} is missing: {done.stdout!r}')
    check('rwx' not in done.stdout.decode(), 'an area is writable and executable at once')


@scenario('default', 'whoever looks at a space of 200 GiB, of 65,000 areas or of 300 MiB finds what is there, and no request takes 10^6 instructions')
def looking_at_a_space_is_bounded(_context):
    for mode in ('wide', 'areas', 'filled'):
        done = run('--count', '--mem', '512M', '--add', SHOWN, '--', 'shown', mode)
        check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
        pages, touched, requests, longest = map(int, check_match(LOOKED, done.stdout.decode().strip(), mode).groups())
        check_equal(pages, touched, f'{mode}: pages found')
        check(longest < REQUEST_MAX, f'{mode}: a request took {longest} instructions')
        check(requests < LOOKS_MAX, f'{mode}: {requests} requests, though little is mapped')


@scenario('default', 'the Pools of many spaces are frames again when the spaces are gone, whoever asks')
def empty_pools_come_back(_context):
    done = run('--mem', '64M', '--add', SHOWN, '--', 'sh', '-c', 'shown pools 2; free --raw; shown pools 60; free --raw; check')
    lines = done.stdout.decode().splitlines()
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
    check_accounts(lines[1], lines[0], 'free --raw as before')


def float_lines():
    """What apps/float.c prints, computed here: the same double arithmetic in the same order."""
    total = 0.0
    yield f'pi={3.14159265358979312:.15f}'
    yield f'third={1.0 / 3.0:.10g}'
    yield f'e={math.exp(1.0):e}'
    yield f'sqrt2={math.sqrt(2.0):.12f}'
    for i in range(1, 1001):
        total += 1.0 / i
        if i % 250 == 0:
            yield f'harmonic({i})={total:.12f}'


@scenario('quick', 'floating point numbers are computed and printed to the digit as on the host')
def float_prints_numbers(_context):
    done = run('--', 'float')
    check_equal((done.status, done.leaks), (0, '0'), 'status, leaks')
    check_equal(done.stdout.decode().splitlines(), list(float_lines()), 'standard output')
