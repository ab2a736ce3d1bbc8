# SPDX-License-Identifier: MIT
"""Runs an image of tests/guest/ktest in init's place, in the checked build."""
import os
import re
import subprocess
import tempfile

import build
import console
import machine
import options
from scenario import Failure, check

TIMEOUT_S = 300
IRQ_OFF_BOUND = 60_000  # instructions, checked build; docs/kernel-bounds.md states the parts
LONGEST = re.compile(r'^(?:fuzz: longest|\w+: irq_off_max=).*$', re.MULTILINE)  # of which call
IRQ_OFF = re.compile(r'^\w+: irq_off_max=(\d+)', re.MULTILINE)


def run_image(name, harts, more=(), archive=None, timeout_s=None):
    """All that it writes, and QEMU's status. @archive: another file than the boot archive."""
    folder = build.folder_of('checked')
    image = os.path.join(folder, 'tests/guest/ktest', name)
    if not os.path.exists(image):
        raise Failure(f'{image} is not built')
    choice = options.parse(['--smp', str(harts), '--mem', '1G', *more, '--', name])
    line = machine.qemu_line(choice, image, archive or os.path.join(folder, build.ARCHIVE))
    with tempfile.TemporaryFile() as errors:
        try:
            done = subprocess.run(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
                                  timeout=timeout_s or TIMEOUT_S, check=False)
            output, status = done.stdout, done.returncode
        except subprocess.TimeoutExpired as error:
            output, status = error.stdout or b'', None
    text = b''.join(data for channel, data in console.Demultiplexer().feed(output) if channel is not None)
    return text.decode(errors='replace').replace('\r', ''), status


def check_irq_off(text):
    """Of a counted run: interrupts were never off for longer than promised."""
    found = IRQ_OFF.search(text)
    check(found, f'no irq_off_max in the output:\n{text[-1000:]}')
    seen = '\n'.join(LONGEST.findall(text))
    check(0 < int(found.group(1)) <= IRQ_OFF_BOUND, f'irq_off_max={found.group(1)}, bound {IRQ_OFF_BOUND}\n{seen}')
