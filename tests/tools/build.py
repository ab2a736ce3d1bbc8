# SPDX-License-Identifier: MIT
"""Setting up and building: packages through setup.sh, then meson and ninja in build/KIND.

One build at a time (a lock file), so that several runs may start at once. Output is shown on failure only.
"""
import fcntl
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KINDS = ('release', 'checked')
KERNEL = 'kernel/kernel.elf'
ARCHIVE = 'tests/boot.cpio'
ARCHIVE_LIST = 'tests/boot.list'
OUTPUT_LINES_MAX = 60


class SetupError(Exception):
    """One line for people; `output` holds what the failing tool said."""

    def __init__(self, text, output=''):
        super().__init__(text)
        self.output = output


def install_packages(*groups):
    """Make sure the packages are there; what setup.sh says goes to standard error."""
    done = subprocess.run(['sh', os.path.join(ROOT, 'tests/tools/setup.sh'), *groups], check=False)
    if done.returncode != 0:
        raise SetupError('the packages above are missing')


def folder_of(kind):
    return os.path.join(ROOT, 'build', kind)


def build(kind, targets=(KERNEL, ARCHIVE), verbose=False):
    """Bring @targets (none: all) of the build @kind up to date and return its folder."""
    folder = folder_of(kind)
    try:
        os.makedirs(os.path.join(ROOT, 'build'), exist_ok=True)
        lock = open(folder + '.lock', 'w', encoding='utf-8')
    except OSError as error:
        raise SetupError(f'cannot write {ROOT}/build: {error.strerror}; make it writable for you') from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(os.path.join(folder, 'build.ninja')):
            _call(['meson', 'setup', folder, ROOT, '--cross-file', os.path.join(ROOT, 'rv64.ini'),
                   f'-Dkind={kind}'], verbose)
        _call(['ninja', '-C', folder, *targets], verbose)
    return folder


def share(kind):
    """Keep others from building @kind as long as this process lives, and what it becomes by exec."""
    try:
        lock = os.open(folder_of(kind) + '.lock', os.O_RDONLY)
    except OSError:
        return  # nobody has built here, or may
    fcntl.flock(lock, fcntl.LOCK_SH)
    os.set_inheritable(lock, True)


def _call(command, verbose):
    # cwd: meson finds the sources by itself; a terminal as stdin would let tools ask.
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors='replace', check=False)
    if done.returncode != 0:
        raise SetupError(f'building failed; to see it again type: {" ".join(command)}',
                         ''.join(done.stdout.splitlines(keepends=True)[-OUTPUT_LINES_MAX:]))
    if verbose:
        os.write(2, done.stdout.encode())
