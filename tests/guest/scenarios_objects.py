# SPDX-License-Identifier: MIT
"""Names of custom pagers' objects and shared mappings: tests/guest/programs/objects.c."""
import os

from build import folder_of
from scenario import check_equal, run, scenario

PROGRAM = os.path.join(folder_of('checked'), 'tests/guest/programs/objects')


def objects(*names):
    done = run('--add', PROGRAM, '--', 'objects', *names)
    check_equal(done.stdout.decode(errors='replace'), ''.join(f'ok {name}\n' for name in names), 'standard output')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')


@scenario('quick', '/pagers belongs to the pager alone; shared mappings of other things are refused')
def names_of_objects_are_the_pagers(_context):
    objects('directory', 'denied', 'shared')
