# SPDX-License-Identifier: MIT
"""The terminal of an interactive shell: bytes go to the guest as typed, Ctrl-C too; Ctrl-A X leaves."""
import contextlib
import os
import signal
import sys
import termios

import console
import machine

CTRL_A = 1
GREETING = 'help lists commands; exit or Ctrl-A X leaves\n'


class Keyboard:
    def __init__(self):
        self.prefixed = False
        self.resized, self._wake = os.pipe()  # readable: the window may have another size
        for end in (self.resized, self._wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGWINCH, lambda _number, _frame: None)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        os.write(self._wake, b'\0')  # the guest knows no size yet

    def close(self):
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGWINCH, signal.SIG_DFL)
        os.close(self.resized)
        os.close(self._wake)

    def take_size(self):
        """What to send after `resized` was readable."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self.resized, 64):
                pass
        try:
            return console.window_size(*os.get_terminal_size(0))
        except OSError:
            return b''

    def filter(self, data):
        """What of @data goes to the guest. Ctrl-A Ctrl-A is one Ctrl-A."""
        out = bytearray()
        for byte in data:
            if not self.prefixed:
                self.prefixed = byte == CTRL_A
                if not self.prefixed:
                    out.append(byte)
                continue
            self.prefixed = False
            if byte in b'xX':
                raise machine.Ended('exit', 0)
            if byte != CTRL_A:
                out.append(CTRL_A)
            out.append(byte)
        return bytes(out)


@contextlib.contextmanager
def open_raw(wanted):
    """A Keyboard while standard input is a terminal and @wanted, else None. Output keeps its line ends."""
    if not wanted or not os.isatty(0):
        yield None
        return
    sys.stderr.write(GREETING)
    sys.stderr.flush()
    before = termios.tcgetattr(0)
    raw = termios.tcgetattr(0)
    raw[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN)
    raw[0] &= ~termios.IXON
    termios.tcsetattr(0, termios.TCSADRAIN, raw)
    keys = Keyboard()
    try:
        yield keys
    finally:
        keys.close()
        termios.tcsetattr(0, termios.TCSADRAIN, before)
