# SPDX-License-Identifier: MIT
"""The kernel's own tests: an image that takes init's place and tries every call, on one hart and on four."""
import functools
import os
import re
import subprocess

import build
import kernel_image
from kernel_image import run_image
from scenario import Failure, Subcase, check, check_equal, run, scenario

IMAGE = 'kernel_ktest.elf'
LINE = re.compile(r'^(ok|not ok) ([^:\n]+?)(?:: (.*))?$', re.MULTILINE)
SUMMARY = re.compile(r'^ktest: (\d+) passed, (\d+) failed$', re.MULTILINE)


@functools.lru_cache(maxsize=1)
def counted_run():
    """Text and status; the host's load changes nothing in it."""
    return run_image(IMAGE, 1, ['--count'])


def judge(text, status):
    results = LINE.findall(text)
    summary = SUMMARY.search(text)
    if not summary:
        raise Failure(f'no summary (QEMU status {status}); the end of the output:\n{text[-3000:]}')
    passed = sum(word == 'ok' for word, _, _ in results)
    check_equal((passed, len(results) - passed), tuple(int(word) for word in summary.groups()), 'lines against the summary')
    check(results, 'no test ran')
    check(status == (0 if passed == len(results) else 1), f'QEMU ended with {status}')
    return [Subcase(name, None if word == 'ok' else why or 'failed') for word, name, why in results]


@scenario('quick', 'every system call does what its list says, by the fast and by the general path')
def kernel_tests(_context):
    return judge(*counted_run())


@scenario('default', 'the kernel tests hold on four harts')
def kernel_tests_on_4_harts(_context):
    return judge(*run_image(IMAGE, 4))


IRQ_OFF_OF = re.compile(r'^ktest: irq_off (\w+)=(\d+)', re.MULTILINE)
BESIDE = re.compile(r'^ktest: beside (\w+): call (\d+), fault (\d+)', re.MULTILINE)
NEAR = 0.02  # of a bystander's costs
BOUNDS_PAGE = os.path.join(build.ROOT, 'docs/kernel-bounds.md')


def stated_bounds():
    """Operation: instructions, from the table of docs/kernel-bounds.md."""
    with open(BOUNDS_PAGE, encoding='utf-8') as stream:
        return {name: int(count.replace(',', '')) for name, count in re.findall(r'^\| `(\w+)` \| ([\d,]+) \|$', stream.read(), re.MULTILINE)}


@scenario('quick', 'no kernel test keeps interrupts off for long, the named long operations no longer than stated')
def interrupts_are_off_for_a_bounded_time(_context):
    text, stated = counted_run()[0], stated_bounds()
    kernel_image.check_irq_off(text)
    measured = {name: int(count) for name, count in IRQ_OFF_OF.findall(text)}
    check(len(measured) >= 5, f'operations that were measured: {measured}')
    for name, count in measured.items():
        check(name in stated, f'{name} does not stand in docs/kernel-bounds.md')
        check(0 < count <= stated[name], f'{name}: {count} instructions with interrupts off, stated {stated.get(name)}')


@scenario('quick', 'calls and faults of a bystander cost the same beside timers, notifications, full endpoints and changing priorities')
def bystander_pays_for_nobody_in_the_kernel(_context):
    found = BESIDE.findall(counted_run()[0])
    half = len(found) // 2  # by the fast path; where each answer takes the general one, the others have their turn first
    check(half >= 5, f'storms: {found}')
    costs = {name: (int(call), int(fault)) for name, call, fault in found[:half]}
    plain = costs.pop('nobody')
    for name, seen in costs.items():
        for cost, alone in zip(seen, plain):
            check(abs(cost - alone) <= NEAR * alone, f'beside {name}: {cost} instructions, {alone} alone')


@scenario('default', 'exit, munmap and fork of 256 MiB and the end of a thousand processes keep interrupts off no longer than stated')
def ends_of_programs_are_bounded(_context):
    program = os.path.join(build.folder_of('checked'), 'tests/guest/programs/bounds')
    done = run('--count', '--add', program, '--', 'bounds', timeout_s=240)
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
    found = re.findall(r'^(\w+) irq_off_max=(\d+)$', done.stdout.decode(), re.MULTILINE)
    check_equal(len(found), 5, f'operations in {found}')
    check(0 < int(found[-1][1]) <= stated_bounds()['programs'], f'{found}, stated {stated_bounds()["programs"]}')


TEXT_BYTES_MAX = 32768
C_LINES_MAX = 6000
COMMENT = re.compile(r'/\*.*?\*/', re.DOTALL)


def text_bytes(image):
    """From kernel_text_start to kernel_text_used of kernel/kernel.ld: what can run once boot is over."""
    lines = subprocess.run(['riscv64-unknown-elf-nm', image], check=True, capture_output=True, text=True).stdout.split('\n')
    address = {line.split()[2]: int(line.split()[0], 16) for line in lines if len(line.split()) == 3}
    return address['kernel_text_used'] - address['kernel_text_start']


def code_lines(text):
    return sum(bool(line.strip()) for line in COMMENT.sub(lambda found: '\n' * found.group().count('\n'), text).splitlines())


@scenario('quick', 'the release kernel has at most 32,768 bytes of text after boot, and 6,000 lines of C')
def kernel_is_small(_context):
    size = text_bytes(os.path.join(build.build('release'), build.KERNEL))
    lines = 0
    for folder, _, names in os.walk(os.path.join(build.ROOT, 'kernel')):
        for name in names:
            if name.endswith('.c'):
                with open(os.path.join(folder, name), encoding='utf-8') as stream:
                    lines += code_lines(stream.read())
    check(16384 < size <= TEXT_BYTES_MAX, f'{size:,} bytes of text, bound {TEXT_BYTES_MAX:,}')
    check(3000 < lines <= C_LINES_MAX, f'{lines:,} lines of C, bound {C_LINES_MAX:,}')
