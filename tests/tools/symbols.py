# SPDX-License-Identifier: MIT
"""Names for addresses, from the symbol table of an ELF file."""
import bisect
import os
import struct
import subprocess

from build import ROOT

SHT_SYMTAB = 2
TYPES = (0, 2)  # assembly labels without type, functions


class Symbols:
    """Function symbols of one 64-bit little-endian ELF, sorted."""

    def __init__(self, data, path=None):
        self.path = path  # for file:line, if the file lies on this machine
        self.starts, self.names, self.ends = [], [], []
        for start, size, name in sorted(_read_symbols(data)):
            if self.starts and self.starts[-1] == start:
                continue
            self.starts.append(start)
            self.names.append(name)
            self.ends.append(start + size if size else None)

    def name(self, address, back=0):
        """`main+0x1c`, or None when no function is there. @back: take the function @back bytes before."""
        i = bisect.bisect_right(self.starts, address - back) - 1
        if i < 0:
            return None
        end = self.ends[i]
        if end is None:
            end = self.starts[i + 1] if i + 1 < len(self.starts) else self.starts[i] + 4096
        if address - back >= end:
            return None
        return f'{self.names[i]}+0x{address - self.starts[i]:x}'

    def line(self, address):
        """`file.c:12` by addr2line, or None."""
        if not self.path:
            return None
        try:
            done = subprocess.run(['riscv64-unknown-elf-addr2line', '-e', self.path, hex(address)],
                                  capture_output=True, text=True, check=False, timeout=10)
        except (OSError, subprocess.TimeoutExpired):
            return None
        text = done.stdout.strip().split(' ')[0]
        if done.returncode != 0 or text.startswith('??') or text.endswith(':?'):
            return None
        return os.path.normpath(text).removeprefix(ROOT + '/')


def load(path):
    """Symbols of a file, or None if it cannot be read."""
    try:
        with open(path, 'rb') as stream:
            return Symbols(stream.read(), path)
    except OSError:
        return None


def _read_symbols(data):
    """(start, size, name) of every function; nothing for what is no such ELF."""
    if data[:6] != b'\x7fELF\x02\x01' or len(data) < 64:
        return []
    found = []
    try:
        table_at, = struct.unpack_from('<Q', data, 40)
        entry_bytes, count = struct.unpack_from('<HH', data, 58)
        sections = [struct.unpack_from('<IIQQQQIIQQ', data, table_at + i * entry_bytes) for i in range(count)]
        for section in sections:
            if section[1] != SHT_SYMTAB:
                continue
            names_at = sections[section[6]][4]
            for at in range(section[4], section[4] + section[5], 24):
                name, info, _, home, value, size = struct.unpack_from('<IBBHQQ', data, at)
                end = data.index(b'\0', names_at + name)
                text = data[names_at + name:end].decode(errors='replace')
                if info & 15 in TYPES and home != 0 and home < 0xff00 and text and text[0] not in '$.':
                    found.append((value, size, text))
    except (struct.error, IndexError, ValueError):
        return found
    return found
