# SPDX-License-Identifier: MIT
"""The boot archive: cpio 'newc' whose file data is page aligned.

The guest maps file pages where they lie in the archive, so the data of every file starts on a page
border: the name field is padded with NULs up to it (readers take a name up to its first NUL).
Same input, same bytes: entries are sorted, times are 0, inode numbers count up.

Archives are appended to each other after padding to a page; a later entry of the same name counts. Within one
archive a path stands once, and only folders have paths below them; the archive before is asked, too.
"""
import os
import stat
import subprocess
import sys

PAGE_BYTES = 4096
HEADER_BYTES = 110
MAGIC = b'070701'
TRAILER = 'TRAILER!!!'
NAME_BYTES_MAX = 255  # TREE_NAME_MAX of the vfs
FILE_BYTES_MAX = (1 << 32) - 1  # eight hexadecimal digits


class ArchiveError(Exception):
    """Text says what is wrong, for people."""


def _align_up(value, unit):
    return (value + unit - 1) // unit * unit


class Archive:
    """Collects entries by guest path, then makes the bytes."""

    def __init__(self, before=()):
        """@before: (path, mode) of the archive that this one will follow; its files may be replaced."""
        self.entries = {}  # path without leading '/': (mode, data)
        self.before = dict(before)

    def add_bytes(self, path, data, mode=0o644):
        self._add(_clean_path(path), stat.S_IFREG | mode, data)

    def add_file(self, path, host, strip=None):
        """One host file or link; the execute bit is kept. @strip: objcopy that drops debug sections of an ELF."""
        info = os.lstat(host)
        name = _clean_path(path)
        if stat.S_ISLNK(info.st_mode):
            self._add(name, stat.S_IFLNK | 0o777, os.fsencode(os.readlink(host)))
            return
        if not stat.S_ISREG(info.st_mode):
            raise ArchiveError(f'{host} is neither a file, a folder nor a link')
        if info.st_size > FILE_BYTES_MAX:
            raise ArchiveError(f'{host} is larger than 4 GiB')
        with open(host, 'rb') as stream:
            data = stream.read()
        if strip and data[:4] == b'\x7fELF':
            data = _strip_debug(host, strip)
        self._add(name, stat.S_IFREG | (0o755 if info.st_mode & 0o111 else 0o644), data)

    def add_tree(self, path, host):
        """A host file (links to files are followed at the top only) or a folder with all that is in it."""
        if not os.path.isdir(host):
            self.add_file(path, os.path.realpath(host))
            return
        self._add_folder(_clean_path(path))
        for folder, folders, files in os.walk(host, onerror=_raise):
            inner = os.path.relpath(folder, host)
            prefix = path if inner == '.' else path + '/' + inner
            for child in [*folders, *files]:
                full = os.path.join(folder, child)
                if child in folders and not os.path.islink(full):
                    self._add_folder(_clean_path(prefix + '/' + child))
                else:
                    self.add_file(prefix + '/' + child, full)

    def _mode_of(self, name):
        """The mode of what is there, 0 for nothing."""
        return self.entries[name][0] if name in self.entries else self.before.get(name, 0)

    def _add_folder(self, name):
        parts = name.split('/')
        for path in ('/'.join(parts[:i + 1]) for i in range(len(parts))):
            mode = self._mode_of(path)
            if mode and not stat.S_ISDIR(mode):
                raise ArchiveError(f'/{path} is a file in the guest, no folder')
            if not mode:
                self.entries[path] = (stat.S_IFDIR | 0o755, b'')

    def _add(self, name, mode, data):
        present = self._mode_of(name)
        if stat.S_ISDIR(present):
            raise ArchiveError(f'/{name} is a folder in the guest')
        if name in self.entries or stat.S_ISCHR(present):
            raise ArchiveError(f'/{name} is there already')
        if '/' in name:
            self._add_folder(name.rpartition('/')[0])
        self.entries[name] = (mode, data)

    def to_bytes(self):
        out = bytearray()
        for number, name in enumerate(sorted(self.entries), 1):
            mode, data = self.entries[name]
            _append_entry(out, number, os.fsencode(name), mode, data)
        _append_entry(out, 0, TRAILER.encode(), 0, b'')
        out += bytes(_align_up(len(out), PAGE_BYTES) - len(out))
        return bytes(out)


def _clean_path(path):
    name = path.strip('/')
    if name in ('', TRAILER) or any(part in ('', '.', '..') for part in name.split('/')) or '\0' in name:
        raise ArchiveError(f'{path!r} is no path for a file in the guest')
    if any(len(os.fsencode(part)) > NAME_BYTES_MAX for part in name.split('/')):
        raise ArchiveError(f'a name of {path!r} has more than {NAME_BYTES_MAX} bytes')
    return name


def _raise(error):
    raise error


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
        name = data[at + HEADER_BYTES:at + HEADER_BYTES + name_size].split(b'\0')[0]
        at = _align_up(data_at + size, 4)
        if name != TRAILER.encode():
            yield os.fsdecode(name), mode, data[data_at:data_at + size]


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
