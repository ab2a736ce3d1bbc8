# SPDX-License-Identifier: MIT
"""The kernel's own tests: an image that takes init's place and tries every call, on one hart and on four."""
import os
import re
import subprocess

import build
import kernel_image
from kernel_image import run_image
from scenario import Failure, Subcase, check, check_equal, scenario

IMAGE = 'kernel_ktest.elf'
LINE = re.compile(r'^(ok|not ok) ([^:\n]+?)(?:: (.*))?$', re.MULTILINE)
SUMMARY = re.compile(r'^ktest: (\d+) passed, (\d+) failed$', re.MULTILINE)


def run_kernel_tests(harts):
    text, status = run_image(IMAGE, harts)
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
    return run_kernel_tests(1)


@scenario('default', 'the kernel tests hold on four harts')
def kernel_tests_on_4_harts(_context):
    return run_kernel_tests(4)


@scenario('quick', 'no kernel test, the revoke of 256 MiB in 8 spaces included, keeps interrupts off for long')
def interrupts_are_off_for_a_bounded_time(_context):
    text, _ = run_image(IMAGE, 1, ['--count'])
    kernel_image.check_irq_off(text)


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
