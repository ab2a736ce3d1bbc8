# SPDX-License-Identifier: MIT
"""Objects of custom pagers as any program meets them: tests/guest/programs/objects.c without a pager, pagerfiles.c with."""
import os

from build import folder_of
from scenario import check_equal, run, scenario

PROGRAMS = os.path.join(folder_of('checked'), 'tests/guest/programs')


def passes(program, *names):
    done = run('--add', os.path.join(PROGRAMS, program), '--', program, *names)
    check_equal(done.stdout.decode(errors='replace'), ''.join(f'ok {name}\n' for name in names), 'standard output')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')


@scenario('quick', '/pagers belongs to the pager alone; shared mappings of other things are refused')
def names_of_objects_are_the_pagers(_context):
    passes('objects', 'directory', 'denied', 'shared')


@scenario('quick', 'an object has a name, a size and bytes like a file, and can be shared; it goes with its pager')
def objects_are_files(_context):
    passes('pagerfiles', 'names', 'reading', 'sharing', 'endings')


@scenario('quick', 'pages that a custom pager supplies are buffers of read and write')
def supplied_pages_are_buffers(_context):
    passes('pagerfiles', 'buffers')


@scenario('default', 'cat and cp read objects')
def tools_read_objects(_context):
    passes('pagerfiles', 'tools')
