# SPDX-License-Identifier: MIT
"""What programs must not learn of each other, nor be able to ask: tests/guest/programs/secrets.c."""
import os

from build import folder_of
from scenario import check_equal, run, scenario

PROGRAM = os.path.join(folder_of('checked'), 'tests/guest/programs/secrets')
DEVICES = os.path.join(folder_of('checked'), 'tests/guest/programs/devices')


def passes(*names, words=()):
    done = run(*words, '--add', PROGRAM, '--', 'secrets', *names, timeout_s=120)
    check_equal(done.stdout.decode(errors='replace'), ''.join(f'ok {name}\n' for name in names), 'standard output')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')


@scenario('quick', 'memory of every kind is zero for who gets it, though frames hold the last owner\'s words and poison')
def memory_holds_no_old_contents(_context):
    passes('memory', words=('--mem', '32M'))


@scenario('quick', 'holes, cut files and the rest of a mapped page read as zeros')
def files_hold_no_old_contents(_context):
    passes('files')


@scenario('quick', 'what was unmapped or protected right after it was used is out of reach')
def unmapped_memory_is_gone_at_once(_context):
    passes('gone')


@scenario('quick', 'no process may ask what is for init, proc or the pager, whatever its message says')
def requests_of_servers_are_denied_to_programs(_context):
    passes('denied')


@scenario('quick', 'a custom pager finds zeros in its grant')
def custom_grants_hold_no_old_contents(_context):
    passes('grant', words=('--mem', '64M'))


@scenario('quick', 'no program takes /dev or a device away, puts anything in its place or beside it; others write to /dev/null as before')
def devices_stay_where_they_are(_context):
    script = 'devices; mv /dev /tmp/dev; rm /dev/null; mv /dev/null /tmp/x; echo gone >/dev/null && echo ok null'
    done = run('--add', DEVICES, '--', 'sh', '-c', script)
    check_equal(done.stdout.decode(errors='replace'), 'ok devices\nok null\n', 'standard output')
    check_equal((done.err.count('Device or resource busy'), done.status, done.leaks), (3, 0, '0'), 'refusals, status, leaks')
