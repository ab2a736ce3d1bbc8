# SPDX-License-Identifier: MIT
"""The boot archive: cpio 'newc' whose file data is page aligned.

The guest maps file pages where they lie in the archive, so the data of every file starts on a page
border: the name field is padded with NULs up to it (readers take a name up to its first NUL).
Same input, same bytes: entries are sorted, times are 0, inode numbers count up.

Archives are appended to each other after padding to a page; a later entry of the same name counts.
"""
import os
import stat
import subprocess
import sys

PAGE_BYTES = 4096
HEADER_BYTES = 110
MAGIC = b'070701'
TRAILER = 'TRAILER!!!'


class ArchiveError(Exception):
    """Text says what is wrong, for people."""


def _align_up(value, unit):
    return (value + unit - 1) // unit * unit


class Archive:
    """Collects entries by guest path, then makes the bytes."""

    def __init__(self):
        self.entries = {}  # path without leading '/': (mode, data)

    def add_bytes(self, path, data, mode=0o644):
        name = _clean_path(path)
        self._add_parents(name)
        self.entries[name] = (stat.S_IFREG | mode, data)

    def add_file(self, path, host, strip=None):
        """One host file or link; the execute bit is kept. @strip: objcopy that drops debug sections of an ELF."""
        info = os.lstat(host)
        name = _clean_path(path)
        self._add_parents(name)
        if stat.S_ISLNK(info.st_mode):
            self.entries[name] = (stat.S_IFLNK | 0o777, os.readlink(host).encode())
            return
        with open(host, 'rb') as stream:
            data = stream.read()
        if strip and data[:4] == b'\x7fELF':
            data = _strip_debug(host, strip)
        self.entries[name] = (stat.S_IFREG | (0o755 if info.st_mode & 0o111 else 0o644), data)

    def add_tree(self, path, host):
        """A host file (links to files are followed at the top only) or a folder with all that is in it."""
        if not os.path.isdir(host):
            self.add_file(path, os.path.realpath(host))
            return
        name = _clean_path(path)
        self._add_parents(name + '/x')
        for folder, folders, files in os.walk(host):
            inner = os.path.relpath(folder, host)
            prefix = name if inner == '.' else name + '/' + inner
            for child in folders:
                if os.path.islink(os.path.join(folder, child)):
                    self.add_file(prefix + '/' + child, os.path.join(folder, child))
                else:
                    self.entries[prefix + '/' + child] = (stat.S_IFDIR | 0o755, b'')
            for child in files:
                full = os.path.join(folder, child)
                if os.path.islink(full) or os.path.isfile(full):
                    self.add_file(prefix + '/' + child, full)
                else:
                    raise ArchiveError(f'{full}: neither a file, a folder nor a link')

    def _add_parents(self, name):
        parts = name.split('/')[:-1]
        for i in range(len(parts)):
            parent = '/'.join(parts[:i + 1])
            if parent not in self.entries:
                self.entries[parent] = (stat.S_IFDIR | 0o755, b'')

    def to_bytes(self):
        out = bytearray()
        for number, name in enumerate(sorted(self.entries), 1):
            mode, data = self.entries[name]
            _append_entry(out, number, name.encode(), mode, data)
        _append_entry(out, 0, TRAILER.encode(), 0, b'')
        out += bytes(_align_up(len(out), PAGE_BYTES) - len(out))
        return bytes(out)


def _clean_path(path):
    name = path.strip('/')
    if not name or any(part in ('', '.', '..') for part in name.split('/')) or '\0' in name:
        raise ArchiveError(f'{path!r} is no path for a file in the guest')
    return name


def _strip_debug(host, objcopy):
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, 'stripped')
        subprocess.run([objcopy, '--strip-debug', host, target], check=True)
        with open(target, 'rb') as stream:
            return stream.read()


def _append_entry(out, number, name, mode, data):
    start = len(out)
    end = start + HEADER_BYTES + len(name) + 1
    end = _align_up(end, PAGE_BYTES) if data and stat.S_ISREG(mode) else _align_up(end, 4)
    links = 2 if stat.S_ISDIR(mode) else 1
    fields = [number, mode, 0, 0, links, 0, len(data), 0, 0, 0, 0, end - start - HEADER_BYTES, 0]
    out += MAGIC + b''.join(b'%08X' % field for field in fields)
    out += name + bytes(end - len(out) - len(name))
    out += data
    out += bytes(_align_up(len(out), 4) - len(out))


def read_entries(data):
    """Yield (path, mode, bytes) of all archives in @data; what is malformed raises ArchiveError."""
    at = 0
    while at + HEADER_BYTES <= len(data):
        if data[at] == 0:
            at += 4  # padding between archives
            continue
        if data[at:at + 6] != MAGIC:
            raise ArchiveError(f'no cpio header at offset {at}')
        fields = [int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        mode, size, name_size = fields[1], fields[6], fields[11]
        data_at = _align_up(at + HEADER_BYTES + name_size, 4)
        if data_at + size > len(data):
            raise ArchiveError(f'entry at offset {at} is cut short')
        name = data[at + HEADER_BYTES:at + HEADER_BYTES + name_size].split(b'\0')[0].decode()
        at = _align_up(data_at + size, 4)
        if name != TRAILER:
            yield name, mode, data[data_at:data_at + size]


def main(arguments):
    """archive.py OUTPUT LIST OBJCOPY PATH... -- FILE...: used by the build. LIST gets `PATH<tab>FILE` lines."""
    output, listing, objcopy = arguments[:3]
    split = arguments.index('--')
    paths, files = arguments[3:split], arguments[split + 1:]
    if len(paths) != len(files):
        raise SystemExit(f'archive.py: {len(paths)} paths for {len(files)} files')
    archive = Archive()
    for path, host in zip(paths, files):
        archive.add_file(path, os.path.realpath(host), strip=objcopy)
    with open(output, 'wb') as stream:
        stream.write(archive.to_bytes())
    with open(listing, 'w', encoding='utf-8') as stream:
        stream.writelines(f'{path}\t{os.path.realpath(host)}\n' for path, host in zip(paths, files))


if __name__ == '__main__':
    main(sys.argv[1:])
