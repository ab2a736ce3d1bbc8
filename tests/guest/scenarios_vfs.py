# SPDX-License-Identifier: MIT
"""Files and pipes under load: tests/guest/programs/vfstorture.c, which passes on other systems, too."""
import os

from build import folder_of
from scenario import check_equal, run, scenario

PROGRAM = os.path.join(folder_of('checked'), 'tests/guest/programs/vfstorture')
PIECES = os.path.join(folder_of('checked'), 'tests/guest/programs/pieces')
POLLERS = os.path.join(folder_of('checked'), 'tests/guest/programs/pollers')


def torture(*names, options=()):
    done = run('--add', PROGRAM, *options, '--', 'vfstorture', *names)
    check_equal(done.stdout.decode(errors='replace'), ''.join(f'ok {name}\n' for name in names), 'standard output')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')


@scenario('quick', 'short writes to a pipe are never split; streams, waiting readers, ends and killed waiters are right')
def pipes_hold(_context):
    torture('pipe_records', 'pipe_stream', 'pipe_waited', 'pipe_ends', 'pipe_killed')


@scenario('quick', 'files grow past the first cache memory, have holes, are mapped anew and outlive their names')
def files_hold(_context):
    torture('large_file', 'mapped_versions', 'nameless', 'appending')


@scenario('quick', 'one request moves a bounded part of a file, of a hole and of /dev/zero; read() and write() of 8 MiB are whole')
def one_request_moves_a_bounded_part(_context):
    done = run('--add', PIECES, '--', 'pieces')
    check_equal((done.stdout.decode(), done.reason, done.status, done.leaks), ('ok pieces\n', 'exit', 0, '0'), 'output, reason, status, leaks')


@scenario('quick', 'listings and tables of descriptors stand removal and exhaustion')
def listings_hold(_context):
    torture('listing', 'descriptors')


@scenario('default', 'a full file system answers and works again when a file is gone')
def full_is_an_error(_context):
    torture('full')
    torture('full', options=('--mem', '64M'))


def pollers(part, *options):
    done = run(*options, '--add', POLLERS, '--', 'sh', '-c', f'pollers {part}; check', timeout_s=300)
    lines = done.stdout.decode(errors='replace').splitlines()
    check_equal(lines, [f'ok {part}', *(f'check: {server}: ok' for server in ('kernel', 'pager', 'vfs', 'proc'))], 'standard output')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')


@scenario('quick', 'a byte through a pipe costs as much beside 60 processes that poll another pipe, 112 entries each')
def pollers_cost_others_nothing(_context):
    pollers('cost', '--count')


@scenario('default', 'as many processes as there may be wait in the vfs, by poll and by read: none is refused, all are answered')
def every_process_may_wait(_context):
    pollers('crowd', '--mem', '1G')
