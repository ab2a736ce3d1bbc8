# SPDX-License-Identifier: MIT
"""Allocations of pager, vfs and proc that are refused, each in its turn: the right error, and nothing lost.

tests/guest/programs/nth/ has the workload (work.c) and what runs it (nth.c). By hand, with the build's folder of programs as P:

    ./run --build checked --verbose --add P/work --add P/nth -- nth pager:fork:17:1:17
"""
import os
import random
import re

from build import folder_of
from scenario import Failure, Subcase, run, scenario
from symbols import load

PROGRAMS = os.path.join(folder_of('checked'), 'tests/guest/programs')
PARTS = ('memory', 'mapped', 'fork', 'exec', 'script', 'shell', 'pipe', 'poll', 'files', 'names', 'kill', 'objects', 'supplied')
SAMPLE_STEPS = {'pager': 53, 'vfs': 9, 'proc': 5}
FOLLOWING_STEPS = {'pager': 17, 'vfs': 3, 'proc': 2}
LINE = re.compile(r'run (?P<key>\w+ \w+ (?P<number>\d+)\+?) made (?P<made>\d+) refused (?P<refused>\d+) (?P<what>.*?) '
                  r'(?P<site>\S+:\d+) callers (?P<callers>\S+) ended (?P<ended>\S+) verdict (?P<verdict>.*)$')
# What says that something was refused: errno's texts, and proc's line for a program that was ended.
REFUSED = re.compile(r'Cannot allocate memory|Not enough core|Too many open files|Resource temporarily unavailable|[Oo]ut of memory|out of page tables|'
                     r'No space left on device|No buffer space available|has no frame left|has ended|'
                     r'no such device|was ended by signal 9', re.IGNORECASE)
ENDS = {'status:0', 'status:1', 'status:4', 'signal:9'}
ENDS_WITH_PAGER = ENDS | {'signal:7', 'status:2'}  # SIGBUS: its pager was ended
ENDS_OF_PART = {'objects': ENDS_WITH_PAGER, 'supplied': ENDS_WITH_PAGER, 'pipe': ENDS | {'signal:13'}}  # SIGPIPE: its reader was refused


def split_by_run(errors):
    """What was said on standard error in each run, by `SERVER PART N`."""
    parts = re.split(r'^nth: (.*)$', errors, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def describe(line, server):
    """The run, and who asked for what was refused."""
    symbols = load(os.path.join(folder_of('checked'), 'servers', server, server))
    names = [symbols.name(int(caller, 16), 1) for caller in line['callers'].split(',') if caller != '0x0'] if symbols else []
    return f"{line['key']}: {line['what']} at {line['site']} < {' < '.join(str(name) for name in names)}: {line['ended']}, {line['verdict']}"


def judge(line, said):
    """What is wrong with one run, or None."""
    ends = ENDS_OF_PART.get(line['key'].split()[1], ENDS)
    if line['verdict'] != 'good':
        return line['verdict']
    if 'WRONG' in said:
        return said.strip()
    if line['refused'] == '0' and line['ended'] != 'status:0':
        return f"ended with {line['ended']}, and nothing was refused"
    if line['ended'] not in ends:
        return f"ended with {line['ended']}"
    can_be_said = not (line['key'].startswith('vfs') and line['key'].endswith('+'))  # else writing that line may be refused, too
    if line['ended'] != 'status:0' and can_be_said and not REFUSED.search(said):
        return f'nothing says what was refused: {said.strip()!r}'
    return None


def refuse(wishes, timeout_s=300):
    """Run nth with these wishes; what is wrong, and the numbers of runs and of refused allocations."""
    done = run('--add', os.path.join(PROGRAMS, 'work'), '--add', os.path.join(PROGRAMS, 'nth'), '--', 'nth', *wishes, timeout_s=timeout_s)
    said = split_by_run(done.err_body)
    wrong, runs, refused = [], 0, 0
    for text in done.stdout.decode(errors='replace').splitlines():
        line = LINE.match(text)
        if not line:
            wrong.append(text)
            continue
        fault = judge(line, said.get(line['key'], ''))
        if fault:
            wrong.append(f"{describe(line, line['key'].split()[0])}\n    {fault}")
        runs += 1
        refused += line['refused'] != '0'
    if (done.reason, done.status, done.leaks) != ('exit', 0, '0'):
        wrong.append(f'the end: {done.reason} {done.status} leaks={done.leaks}, in the run of {list(said)[-1:]}')
    return wrong, runs, refused


def pass_or_fail(wishes, least, timeout_s=300):
    wrong, runs, refused = refuse(wishes, timeout_s)
    if wrong:
        raise Failure(f'{len(wrong)} of {runs} runs:\n' + '\n'.join(wrong[:20]))
    if refused < least:
        raise Failure(f'only {refused} allocations were refused in {runs} runs')


@scenario('default', 'a sample of the allocations of pager, vfs and proc is refused, one a run: right errors, check 0, counts return')
def an_allocation_may_fail(context):
    source = random.Random(context.seed)
    pass_or_fail([f'{server}:{part}:{source.randint(1, step)}:{step}' for server, step in SAMPLE_STEPS.items() for part in PARTS], 60)


@scenario('default', 'from one allocation on all are refused: the workload ends with an error, check 0, counts return')
def nothing_may_be_left(context):
    source = random.Random(context.seed)
    pass_or_fail([f'{server}:{part}:{source.randint(1, 3 * step)}:{5 * step}+' for server, step in SAMPLE_STEPS.items() for part in PARTS], 15)


def whole(server, suffix=''):
    cases = []
    for part in PARTS:
        step = FOLLOWING_STEPS[server] if suffix else 1
        wrong, runs, refused = refuse([f'{server}:{part}:1:{step}{suffix}'])
        why = '\n'.join([f'{len(wrong)} of {runs} runs, {refused} with a refusal', *wrong[:20]]) if wrong else None
        cases.append(Subcase(f'{server}_{part}_refused' + ('_from_there_on' if suffix else ''), why))
    return cases


@scenario('deep', "every allocation that the pager makes for the workload is refused once, and from each 17th on all are")
def every_allocation_of_the_pager_may_fail(_context):
    return whole('pager') + whole('pager', '+')


@scenario('deep', 'every allocation that the vfs makes for the workload is refused once, and from each third on all are')
def every_allocation_of_the_vfs_may_fail(_context):
    return whole('vfs') + whole('vfs', '+')


@scenario('deep', 'every allocation that proc makes for the workload is refused once, and from each second on all are')
def every_allocation_of_proc_may_fail(_context):
    return whole('proc') + whole('proc', '+')
