# SPDX-License-Identifier: MIT
"""Programs of every kind for a long time, some killed, pagers dying: tests/guest/programs/soak.c."""
import os

from build import folder_of
from scenario import check_equal, check_match, run, scenario

PROGRAMS = os.path.join(folder_of('checked'), 'tests/guest/programs')
ADDED = ('soak', 'cowtorture', 'hostile', 'pagertree', 'rawpager')
HOUR_S = 3600


def soak(*words, timeout_s):
    added = [word for name in ADDED for word in ('--add', os.path.join(PROGRAMS, name))]
    done = run('--mem', '128M', *added, '--', 'soak', *words, timeout_s=timeout_s)
    check_match('ok seed=.*', done.stdout.decode(errors='replace'), 'standard output')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')


@scenario('default', 'programs of every kind, some killed in the middle, leave every count as it was')
def soak_leaves_every_count(context):
    soak(f'seed={context.seed % 1000000}', 'rounds=4', timeout_s=240)


@scenario('deep', 'an hour of programs, kills and dying pagers leaves every count as it was')
def soak_of_an_hour_leaves_every_count(context):
    soak(f'seed={context.seed % 1000000}', f'seconds={HOUR_S}', timeout_s=HOUR_S + 600)
