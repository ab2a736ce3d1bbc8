# SPDX-License-Identifier: MIT
"""The terminal of an interactive shell: bytes go to the guest as typed, Ctrl-C too; Ctrl-A X leaves."""
import contextlib
import os
import sys
import termios

import machine

CTRL_A = 1
GREETING = 'help lists commands; exit or Ctrl-A X leaves\n'


class Keyboard:
    def __init__(self):
        self.prefixed = False

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
    try:
        yield Keyboard()
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)
