# SPDX-License-Identifier: MIT
"""The console's wire: channels by DLE pairs out of the guest, escaped bytes into it (libsys/proto/proto.h).

Pure: bytes in, events out; tests/tools/test_tools.py tries every cut of a stream.
"""
import re

DLE = 0x10
KERNEL, STDOUT, STDERR, FAULTS, LOG, END = range(6)
CHANNEL_COUNT = 6
WANT = ord('r')
INPUT_EOF = bytes((DLE, ord('e')))
INPUT_PORTION = bytes((DLE, ord('d')))  # behind what was sent for one request
INPUT_MAX = 1024


def window_size(columns, lines):
    """What tells the guest the size of the terminal."""
    pairs = f'{columns}c{lines}l' if columns < 10000 and lines < 10000 else ''
    return b''.join(bytes((DLE, ord(letter))) for letter in pairs)


class Demultiplexer:
    """Splits the guest's bytes. feed() gives a list of (channel, bytes); None is the firmware's text."""

    def __init__(self):
        self.channel = None
        self.escaped = False
        self.wanted = 0  # requests for input that nobody took yet

    def feed(self, data):
        out = []
        if self.escaped and data:
            self._pair(data[0], out)
            self.escaped = False
            data = data[1:]
        at = 0
        while at < len(data):
            mark = data.find(DLE, at)
            if mark < 0:
                mark = len(data)
            if mark > at:
                _append(out, self.channel, data[at:mark])
            if mark + 1 < len(data):
                self._pair(data[mark + 1], out)
            elif mark < len(data):
                self.escaped = True
            at = mark + 2
        return out

    def _pair(self, byte, out):
        if byte == DLE:
            _append(out, self.channel, bytes((DLE,)))
        elif byte == WANT:
            self.wanted += 1
        elif 0 <= byte - ord('0') < CHANNEL_COUNT:
            self.channel = byte - ord('0')

    def take_wanted(self):
        """How often input was asked for since the last call."""
        wanted, self.wanted = self.wanted, 0
        return wanted


def _append(out, channel, data):
    if out and out[-1][0] == channel:
        out[-1] = (channel, out[-1][1] + data)
    else:
        out.append((channel, data))


def escape_input(data):
    return data.replace(bytes((DLE,)), bytes((DLE, DLE)))


class Lines:
    """Cuts a channel into whole lines (with their newline); keeps at most @limit bytes of an unfinished one."""

    def __init__(self, limit=65536):
        self.rest = b''
        self.limit = limit

    def feed(self, data):
        parts = (self.rest + data).split(b'\n')
        self.rest = parts.pop()
        lines = [part + b'\n' for part in parts]
        if len(self.rest) > self.limit:
            lines.append(self.rest + b'\n')
            self.rest = b''
        return lines

    def finish(self):
        rest, self.rest = self.rest, b''
        return [rest + b'\n'] if rest else []


END_LINE = re.compile(r'reason=(exit|signal|panic) status=(\d+) instructions=(\d+|-) leaks=(\d+|-)$')


def parse_end(data):
    """(reason, status, instructions, leaks) as texts from the END channel, or None."""
    for line in data.decode(errors='replace').splitlines():
        match = END_LINE.match(line.strip())
        if match and int(match.group(2)) <= 255:
            return match.groups()
    return None


# Of the session's first process: others may be other programs by now, and a wrong name is worse than a number.
PC = re.compile(rb'\bpc=(0x[0-9a-f]+)(?= pid=2\b)')
FRAME = re.compile(rb'^(\s*at )(0x[0-9a-f]+)(?: in (\S+))?\s*$')


def symbolise_fault(line, symbols):
    """Turn pc=0x10094 into pc=main+0x1c where @symbols know it."""
    def name(match):
        text = symbols.name(int(match.group(1), 16)) if symbols else None
        return b'pc=' + text.encode() if text else match.group(0)
    return PC.sub(name, line)


def is_frame(line):
    return FRAME.match(line) is not None


def symbolise_frame(line, find, returns=False):
    """Append name and line to `  at 0xADDRESS [in SERVER]`. find(SERVER or None) gives its Symbols.

    @returns: the address is where a call returns to, so the call itself lies before it.
    """
    match = FRAME.match(line)
    if not match:
        return line
    owner = match.group(3).decode() if match.group(3) else None
    symbols = find(owner)
    address = int(match.group(2), 16)
    text = symbols.name(address, back=int(returns)) if symbols else None
    if text and text.endswith('+0x0'):  # behind a call that never returns: the function before made it
        returns, text = True, symbols.name(address, back=1) or text
    if not text:
        return line
    place = symbols.line(address - returns)
    return line.rstrip() + f' {text}{" (" + place + ")" if place else ""}\n'.encode()
