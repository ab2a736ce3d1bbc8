# SPDX-License-Identifier: MIT
"""Runs an image of tests/guest/ktest in init's place, in the checked build."""
import os
import subprocess
import tempfile

import build
import console
import machine
import options
from scenario import Failure

TIMEOUT_S = 300


def run_image(name, harts, more=(), archive=None, timeout_s=TIMEOUT_S):
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
                                  timeout=timeout_s, check=False)
            output, status = done.stdout, done.returncode
        except subprocess.TimeoutExpired as error:
            output, status = error.stdout or b'', None
    text = b''.join(data for channel, data in console.Demultiplexer().feed(output) if channel is not None)
    return text.decode(errors='replace').replace('\r', ''), status
