# SPDX-License-Identifier: MIT
"""./run: set up, build, make the boot archive, boot it, and end with the program's status."""
import os
import shlex
import socket
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


class Boot:
    """The pieces of one run: archive bytes, and names for addresses in what it holds."""

    def __init__(self, options):
        self.options = options
        self.folder = build.build(options.kind, verbose=options.verbose)
        self.kernel = os.path.join(self.folder, build.KERNEL)
        with open(os.path.join(self.folder, build.ARCHIVE), 'rb') as stream:
            self.archive = stream.read() + self._overlay()
        self.cache = {}

    def _overlay(self):
        """What this run adds: --add, the command and the options. Its first byte lies on a page border."""
        extra = archive.Archive()
        for host, guest in self.options.adds:
            extra.add_tree(guest, host)
        words = self.options.program or [command_line.SHELL]
        extra.add_bytes('/boot/command', b''.join(os.fsencode(word) + b'\0' for word in words))
        interactive = not self.options.program and os.isatty(0)
        extra.add_bytes('/boot/options', b'faults=%d\ninteractive=%d\n' % (self.options.faults, interactive))
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
    machine.arm_signals()
    try:
        options = command_line.parse(arguments)
        if options.help:
            sys.stdout.write(command_line.HELP)
            return machine.Result('exit', 0)
        build.install_packages('run', *(['gdb'] if options.gdb else []))
        boot = Boot(options)
        if not options.program and boot.file(command_line.SHELL) is None:
            raise command_line.UsageError('there is no shell yet; type: ./run -- hello_world')
        boot.check_memory()
        return _boot(options, boot)
    except build.SetupError as error:
        sys.stderr.write(error.output)
        return _refuse(error)
    except (command_line.UsageError, archive.ArchiveError) as error:
        return _refuse(error)
    except OSError as error:
        return _refuse(f'{error.filename or "set-up"}: {error.strerror}; type: ./run --help')
    except machine.Ended as ended:
        return machine.Result(ended.reason, ended.status)


def _refuse(text):
    sys.stderr.write(f'pagoda: {text}\n')
    return machine.Result('setup', 125)


def _boot(options, boot):
    if options.print_line:
        initrd = os.path.join(boot.folder, 'print.cpio')
        with open(initrd, 'wb') as stream:
            stream.write(boot.archive)
        print(shlex.join(machine.qemu_line(options, boot.kernel, initrd)))
        return machine.Result('exit', 0)
    with tempfile.TemporaryDirectory(prefix='pagoda-') as folder:
        initrd = os.path.join(folder, 'boot.cpio')
        with open(initrd, 'wb') as stream:
            stream.write(boot.archive)
        port = _free_port() if options.gdb else None
        if port:
            sys.stderr.write(f'pagoda: the machine waits; type: {_gdb_line(boot, port)}\n')
        line = machine.qemu_line(options, boot.kernel, initrd, port)
        with keyboard.open_raw(not options.program) as keys:
            return machine.Machine(options, line, boot.symbols_of, boot.program_symbols, keys).run()


def _free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def _gdb_line(boot, port):
    script = os.path.join(build.ROOT, 'tests/tools/gdb.py')
    return shlex.join(['gdb-multiarch', boot.kernel, '-x', script, '-ex', f'target remote 127.0.0.1:{port}'])


def report(result):
    sys.stdout.flush()
    sys.stderr.write(f'pagoda: reason={result.reason} status={result.status} '
                     f'instructions={result.instructions} leaks={result.leaks}\n')
    sys.stderr.flush()
    return result.status


if __name__ == '__main__':
    STATUS = report(main(sys.argv[1:]))
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        pass
    os._exit(STATUS)  # no second flush of a closed pipe
