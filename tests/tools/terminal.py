# SPDX-License-Identifier: MIT
"""./run on a pseudo terminal, as a person has it: keys go in, what the screen gets comes out."""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

from build import ROOT
from scenario import check

PROMPT = b'~ # '
ANSWER_S = 30


class Terminal:
    """An interactive shell of the checked build, with @options of ./run. Use it in a `with`: nothing stays behind."""

    def __init__(self, columns=80, lines=24, options=()):
        self.master, slave = pty.openpty()
        self._set_size(columns, lines)
        self.process = subprocess.Popen([os.path.join(ROOT, 'run'), '--build', 'checked', *options], cwd=ROOT, stdin=slave,
                                        stdout=slave, stderr=subprocess.PIPE)
        os.close(slave)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        self.process.stderr.close()
        os.close(self.master)

    def _set_size(self, columns, lines):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack('HHHH', lines, columns, 0, 0))

    def resize(self, columns, lines):
        self._set_size(columns, lines)
        self.process.send_signal(signal.SIGWINCH)  # the terminal is not its controlling one

    def expect(self, wanted, why):
        """All output up to and with @wanted."""
        seen = b''
        end = time.monotonic() + ANSWER_S
        while wanted not in seen:
            ready = select.select([self.master], [], [], max(0, end - time.monotonic()))[0]
            check(ready, f'{why}: {wanted!r} does not come, only {seen[-300:]!r}')
            try:
                piece = os.read(self.master, 4096)
            except OSError:
                piece = b''
            check(piece, f'{why}: the end instead of {wanted!r}, after {seen[-300:]!r}')
            seen += piece
        return seen

    def type(self, keys, wanted=PROMPT):
        """Type, and wait for @wanted; what came with it. What it echoes does not fill up meanwhile."""
        seen, left = b'', keys
        while left:
            ready, writable, _ = select.select([self.master], [self.master], [], ANSWER_S)
            check(ready or writable, f'nobody takes {left[:50]!r}')
            if ready:
                seen += os.read(self.master, 65536)
            if writable:
                left = left[os.write(self.master, left[:256]):]
        if wanted in seen and seen.endswith(wanted):
            return seen
        return seen + self.expect(wanted, f'after {keys[:100]!r}')

    def end(self):
        """Standard error, once it has ended by itself."""
        try:
            self.process.wait(ANSWER_S)
        except subprocess.TimeoutExpired:
            check(False, 'the shell does not end')
        return self.process.stderr.read().decode()
