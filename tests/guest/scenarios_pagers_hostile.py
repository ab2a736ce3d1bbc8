# SPDX-License-Identifier: MIT
"""A custom pager that breaks every rule, by a seed: its clients, the system and who stands by."""
import os
import re

import build as builds
from scenario import Subcase, attempt, check, check_equal, check_match, run, scenario

PROGRAM = 'tests/guest/programs/hostile'
KINDS = ('late', 'never', 'double', 'overlapping', 'foreign', 'stale', 'flood', 'exit')
COST = re.compile(r'^COST (\w+) median (\d+) least (\d+) greatest (\d+) interrupted (\d+) of (\d+)$', re.MULTILINE)
NEAR = 0.02  # of a bystander's fault cost


def hostile(*words, build='checked', timeout_s=300):
    """A counted run, so that a seed repeats all of it; it must say ok and leave nothing behind."""
    program = os.path.join(builds.folder_of(build), PROGRAM)
    done = run('--count', '--add', program, '--', 'hostile', *words, build=build, timeout_s=timeout_s)
    check_match('ok ' + words[-1], done.stdout.decode(errors='replace'), 'standard output')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
    return done


def each_kind(seed, faults):
    return [attempt(f'{kind} seed={seed}', hostile, f'seed={seed}', f'faults={faults}', kind) for kind in KINDS]


@scenario('default', 'a hostile pager of each kind hands no client a wrong byte, hangs none past its deadline, and breaks nothing')
def hostile_pagers_harm_nobody(context):
    return each_kind(context.seed % 1000000, 60)


@scenario('deep', 'a thousand faults with a hostile pager of each kind: no wrong byte, no hang, nothing broken')
def hostile_pagers_harm_nobody_for_long(context):
    return each_kind(context.seed % 1000000, 1000)


def costs(kind, seed):
    found = {name: int(median) for name, median, *_ in COST.findall(hostile(f'seed={seed}', 'cost', kind, build='release').stdout.decode())}
    check_equal(sorted(found), ['load', 'store'], 'costs')
    return found


@scenario('default', "a bystander's faults cost within 2 % of what they cost alone, whatever a hostile pager and its clients do")
def hostile_pagers_cost_a_bystander_nothing(context):
    seed, results = context.seed % 1000000, []
    builds.build('release', (PROGRAM,))
    plain = costs('idle', seed)
    for kind in KINDS:
        seen = costs(kind, seed)
        far = [f'{name}: {seen[name]} instructions, {plain[name]} without' for name in plain
               if abs(seen[name] - plain[name]) > NEAR * plain[name]]
        results.append(Subcase(f'{kind} seed={seed}', '; '.join(far) or None))
    return results


@scenario('quick', '257 faults are pending when their pager is killed: all end at once, and nothing is left of it')
def pending_faults_end_with_their_pager(_context):
    done = run('--count', '--add', os.path.join(builds.folder_of('checked'), PROGRAM), '--', 'sh', '-c',
               'hostile pending; free --raw; hostile pending pending_late; free --raw; check', timeout_s=200)
    lines = done.stdout.decode().splitlines()
    check_equal([lines.count(f'ok {part}') for part in ('pending', 'pending_late')], [2, 1], f'parts in {lines}')
    check_equal(lines[-5], lines[2], 'free --raw after, as before the second time: the servers keep room for so many processes')
    check_equal(lines[-4:], [f'check: {part}: ok' for part in ('kernel', 'pager', 'vfs', 'proc')], 'check')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
    check_equal(len(re.findall(r'pager hostile has ended$', done.err, re.MULTILINE)), 2 * 257, 'lines of ended processes')
