# SPDX-License-Identifier: MIT
"""The POSIX layer from inside: tests/guest/programs/posix.c, which passes on other systems, too."""
import os

from build import folder_of
from scenario import check_equal, run, scenario

PROGRAM = os.path.join(folder_of('checked'), 'tests/guest/programs/posix')


def posix(*names):
    done = run('--add', PROGRAM, '--', 'posix', *names)
    check_equal(done.stdout.decode(), ''.join(f'ok {name}\n' for name in names), 'standard output')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')


@scenario('default', 'files and names: every call does what POSIX says, with its errors')
def posix_files(_context):
    posix('files', 'names', 'descriptors', 'streams', 'vectors', 'globbing')


@scenario('default', 'programs start in every way: exec, scripts, spawn, system, popen')
def posix_programs(_context):
    posix('programs', 'commands', 'spawning')


@scenario('default', 'files are mapped, at fixed places too; what is not built is refused')
def posix_mappings(_context):
    posix('mappings', 'the_rest')


@scenario('quick', 'a stream that cannot be read is told apart from one that is at its end')
def unreadable_input_is_told(_context):
    done = run('--', 'sh', '-c', 'for tool in "grep x" head tail; do $tool /bin; echo $?; $tool /dev/null; echo $?; done; echo x | grep x | tail | head')
    check_equal(done.stdout.decode(), '2\n1\n1\n0\n1\n0\nx\n', 'standard output')
    check_equal(done.err_body, ''.join(f'{tool}: /bin: Is a directory\n' for tool in ('grep', 'head', 'tail')), 'standard error')
