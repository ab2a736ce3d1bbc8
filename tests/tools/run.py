# SPDX-License-Identifier: MIT
"""./run: set up, build, make the boot archive, boot it, and end with the program's status."""
import contextlib
import os
import re
import shlex
import signal
import socket
import stat
import sys
import tempfile

import archive
import build
import keyboard
import machine
import options as command_line
import symbols

FIRMWARE_BYTES = 2 << 20  # RAM starts so far below the kernel
TREE_BYTES = 4 << 20  # room that QEMU wants for the device tree at the end of RAM
INITRD_OFFSET_MAX = 128 << 20
# What the vfs itself makes; nothing can be put there.
DEVICES = {'dev': stat.S_IFDIR, **{f'dev/{name}': stat.S_IFCHR for name in ('console', 'null', 'zero')}}
INODES_OF_VFS = 16  # room for these, the root, and what is added below


class Boot:
    """The pieces of one run: archive bytes, and names for addresses in what it holds."""

    def __init__(self, options):
        self.options = options
        self.folder = build.build(options.kind, verbose=options.verbose)
        self.kernel = os.path.join(self.folder, build.KERNEL)
        with open(os.path.join(self.folder, build.ARCHIVE), 'rb') as stream:
            self.archive = stream.read()
        self.archive += self._overlay()
        self.cache = {}

    def _overlay(self):
        """What this run adds: --add, the command and the options. Its first byte lies on a page border."""
        present = {name: mode for name, mode, _data in archive.read_entries(self.archive)}
        extra = archive.Archive(before={**present, **DEVICES})
        words = self.options.program or [command_line.SHELL]
        extra.add_bytes('/boot/command', b''.join(os.fsencode(word) + b'\0' for word in words))
        interactive = not self.options.program and os.isatty(0)
        extra.add_bytes('/boot/options', b'faults=%d\ninteractive=%d\n' % (self.options.faults, interactive))
        for host, guest in self.options.adds:
            try:
                extra.add_tree(guest, host)
            except archive.ArchiveError as error:
                raise command_line.UsageError(f'--add {host}={guest}: {error}; type: ./run --add HOST=GUEST with '
                                              'files, folders or links as HOST and a free path as GUEST') from error
        _check_count(len(present.keys() | extra.entries.keys()))
        return extra.to_bytes()

    def file(self, path):
        """Content of a guest path as the guest sees it (the last entry of that name), or None."""
        found = None
        for name, _mode, data in archive.read_entries(self.archive):
            if name == path.strip('/'):
                found = data
        return found

    def check_memory(self):
        """QEMU puts the archive at half of RAM (at most 128 MiB up); it must fit between there and the tree."""
        memory = self.options.memory_bytes
        start = FIRMWARE_BYTES + min(memory // 2, INITRD_OFFSET_MAX)
        need = start + len(self.archive) + TREE_BYTES
        if need > memory:
            wanted = max(2 * (FIRMWARE_BYTES + len(self.archive) + TREE_BYTES), command_line.MEMORY_MIN)
            raise command_line.UsageError(
                f'--mem {memory >> 20}M: too small for a boot archive of {len(self.archive) >> 20} MiB; '
                f'type: ./run --mem {(wanted + (1 << 20) - 1) >> 20}M')

    def symbols_of(self, owner):
        """Symbols of the kernel (None), init, a server, or a program, by name."""
        if owner not in self.cache:
            self.cache[owner] = self._load_symbols(owner)
        return self.cache[owner]

    def _load_symbols(self, owner):
        if owner is None:
            return symbols.load(self.kernel)
        if owner == 'init':
            return symbols.load(os.path.join(self.folder, 'servers/init/init'))
        with open(os.path.join(self.folder, build.ARCHIVE_LIST), encoding='utf-8') as stream:
            for line in stream:
                path, host = line.rstrip('\n').split('\t')
                if path == '/boot/' + owner:
                    return symbols.load(host)
        return self.program_symbols()

    def program_symbols(self):
        if 'program' not in self.cache:
            word = (self.options.program or [command_line.SHELL])[0]
            data = self.file(word if '/' in word else '/bin/' + word)
            self.cache['program'] = symbols.Symbols(data) if data else None
        return self.cache['program']


def main(arguments):
    machine.fill_closed_streams()
    machine.arm_signals()
    try:
        options = command_line.parse(arguments)
        if options.help:
            machine.write_all(1, command_line.HELP.encode())
            return machine.Result('exit', 0)
        build.install_packages('run', *(['gdb'] if options.gdb else []))
        boot = Boot(options)
        if not options.program and boot.file(command_line.SHELL) is None:
            raise command_line.UsageError('there is no shell yet; type: ./run -- hello_world')
        boot.check_memory()
        return _boot(options, boot)
    except build.SetupError as error:
        with contextlib.suppress(BrokenPipeError, machine.StreamError):
            machine.write_all(2, error.output.encode())
        return _refuse(error)
    except (command_line.UsageError, archive.ArchiveError, machine.StreamError) as error:
        return _refuse(error)
    except BrokenPipeError:
        return machine.Result('signal', 128 + signal.SIGPIPE)
    except OSError as error:
        return _refuse(f'{error.filename or "set-up"}: {error.strerror}; type: ./run --help')
    except machine.Ended as ended:
        return machine.Result(ended.reason, ended.status)


def _check_count(paths):
    """The vfs has a table of fixed size."""
    with open(os.path.join(build.ROOT, 'servers/vfs/core/tree.h'), encoding='utf-8') as stream:
        limit = int(re.search(r'#define TREE_INODES_MAX\s+(\d+)', stream.read()).group(1)) - INODES_OF_VFS
    if paths > limit:
        raise command_line.UsageError(f'--add: the guest would hold {paths} files and folders, at most {limit} fit; '
                                      'type: ./run --add with a smaller folder')


def _refuse(text):
    machine.say(text)
    return machine.Result('setup', 125)


def _boot(options, boot):
    port = _free_port() if options.gdb else None
    if options.print_line:
        initrd = _write_archive(boot, boot.folder, 'print.cpio')
        machine.write_all(1, os.fsencode(shlex.join(machine.qemu_line(options, boot.kernel, initrd, port)) + '\n'))
        return machine.Result('exit', 0)
    with tempfile.TemporaryDirectory(prefix='pagoda-') as folder:
        initrd = _write_archive(boot, folder, 'boot.cpio')
        if port:
            machine.write_all(2, os.fsencode(f'pagoda: the machine waits; type: {_gdb_line(boot, port)}\n'))
        line = machine.qemu_line(options, boot.kernel, initrd, port)
        with keyboard.open_raw(not options.program) as keys:
            return machine.Machine(options, line, boot.symbols_of, boot.program_symbols, keys).run()


def _write_archive(boot, folder, name):
    path = os.path.join(folder, name)
    with open(path, 'wb') as stream:
        stream.write(boot.archive)
    return path


def _free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def _gdb_line(boot, port):
    script = os.path.join(build.ROOT, 'tests/tools/gdb.py')
    return shlex.join(['gdb-multiarch', boot.kernel, '-x', script, '-ex', f'target remote 127.0.0.1:{port}'])


def report(result):
    machine.say(f'reason={result.reason} status={result.status} '
                f'instructions={result.instructions} leaks={result.leaks}')
    return result.status


if __name__ == '__main__':
    os._exit(report(main(sys.argv[1:])))  # nothing is left to flush, and no stream to fail
