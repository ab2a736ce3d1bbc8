# SPDX-License-Identifier: MIT
"""malloc and its family in the guest: memory appears when it is used, and goes when it is freed."""
import os

from build import folder_of
from scenario import check, check_equal, check_match, run, scenario

PROGRAM = os.path.join(folder_of('checked'), 'tests/guest/programs/heap')


def heap(*names, options=()):
    """One run of the test program; every part must say ok and nothing may be lost."""
    done = run('--add', PROGRAM, *options, '--', 'heap', *names)
    for name in names:
        check_match('ok ' + name, done.stdout.decode(errors='replace'), 'standard output')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
    return done


@scenario('quick', 'half a gigabyte from malloc and calloc costs only the pages that are used')
def large_blocks_are_lazy(_context):
    done = heap('lazy', options=('--faults',))
    present = check_match(r'faults=\d+ .*present=(\d+) other=0', done.err_body, 'standard error').group(1)
    check(int(present) < 60, f'{present} pages were present')


@scenario('quick', 'blocks come and go, grow and shrink, and the heap returns to where it was')
def heap_keeps_contents_and_returns_memory(_context):
    heap('loops', 'churn', 'growth', 'refusals')


@scenario('quick', 'a second free ends the program by SIGABRT with a message')
def second_free_aborts(_context):
    done = heap('twice')
    check('malloc: memory is freed twice' in done.err_body, f'no message: {done.err_body!r}')
