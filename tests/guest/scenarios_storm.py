# SPDX-License-Identifier: MIT
"""Storms of programs: what a bystander's faults cost meanwhile, in instructions of the whole machine."""
import os
import re

import build as builds
from scenario import Subcase, check, check_equal, run, scenario

BYSTANDER = 'tests/guest/programs/hostile'
COST = re.compile(r'^COST (\w+) median (\d+) ', re.MULTILINE)
NEAR = 50  # instructions: what servers remember of the thread that asked last is another's, so some look-ups are made
# Deadlines and senders at proc's endpoint; at the pager's; at the vfs's.
STORMS = ('sleepers 100 --hold', 'fork 100000 --alive 20', 'memory 100000 --alive 20')


def costs(storm):
    """The bystander's median of each kind of fault beside `stress @storm`; None: beside nobody."""
    beside = f'stress {storm} & sleep 0.2; ' if storm else ''
    after = '; /bin/kill $!; wait $!' if storm else ''
    done = run('--count', '--add', os.path.join(builds.folder_of('release'), BYSTANDER), '--', 'sh', '-c',
               f'{beside}hostile cost idle{after}; true', build='release', timeout_s=120)
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
    found = {name: int(median) for name, median in COST.findall(done.stdout.decode(errors='replace'))}
    check_equal(sorted(found), ['load', 'store'], 'costs')
    return found


@scenario('default', "a bystander's faults cost what they cost alone, within 50 instructions, beside storms of sleepers, forks and memory")
def storms_cost_a_bystander_nothing(_context):
    builds.build('release', (BYSTANDER,))
    plain, results = costs(None), []
    for storm in STORMS:
        seen = costs(storm)
        far = [f'{name}: {seen[name]} instructions, {plain[name]} alone' for name in plain
               if abs(seen[name] - plain[name]) > NEAR]
        results.append(Subcase(storm, '; '.join(far) or None))
    return results


WAITS, STORM = 'tests/guest/programs/waits', 'tests/guest/programs/storm'
WAIT = re.compile(r'^WAIT (\w+) median \d+ greatest (\d+)$', re.MULTILINE)
ROUNDS = 150
KINDS = ('late', 'fault', 'pipe', 'stat', 'fork')
# Storm -> how many instructions more than alone anything may take: the longest request is under way when a sleeper's time comes.
REQUESTS = {'names': 750_000, 'sections': 50_000, 'list': 300_000, 'areas': 750_000, 'polls': 100_000, 'check': 8_500_000, 'forks': 7_500_000, 'reads': 250_000,
            'versions': 20_000_000, 'bucket': 20_000_000, 'readers': 4_000_000, 'pollers': 4_000_000}
TRIED = ('versions', 'bucket', 'readers', 'pollers')  # these print that they have asked for what is long


def waits(storm):
    """The longest the first process waits for each kind of thing beside a storm; None: beside nobody."""
    beside = f'storm {storm} 2>/dev/null & while ! [ -f /tmp/ready ]; do sleep 0.02; done; ' if storm else ''
    files = [word for program in (WAITS, STORM) for word in ('--add', os.path.join(builds.folder_of('release'), program))]
    done = run('--count', *files, '--', 'sh', '-c', f'{beside}exec waits {ROUNDS}', build='release', timeout_s=120)
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
    out = done.stdout.decode(errors='replace')
    check('FAILED' not in out and (storm not in TRIED or f'TRIED {storm} ' in out), f'beside {storm}: {out}')
    found = {name: int(greatest) for name, greatest in WAIT.findall(out)}
    check_equal(sorted(found), sorted(KINDS), 'kinds')
    return found


@scenario('default', 'the longest wait of the first process for a wake-up, a fault, a pipe, stat and fork is bounded beside storms of long requests')
def long_requests_make_nobody_wait_long(_context):
    builds.build('release', (WAITS, STORM))
    alone, results = waits(None), []
    for storm, bound in REQUESTS.items():
        seen = waits(storm)
        far = [f'{kind}: {seen[kind]} instructions, {alone[kind]} alone' for kind in KINDS if seen[kind] > alone[kind] + bound]
        results.append(Subcase(storm, '; '.join(far) or None))
    return results
