# SPDX-License-Identifier: MIT
"""Tests of the protocol's model (docs/protocol-model.md): searches that must find nothing, in models with a part
left out searches that must find something, and traces of real runs against the model's steps.
"""
import os
import re
import shutil
import subprocess
import tempfile

import build
import trace_check
import trace_read
from scenario import Case, Failure, Subcase, check, check_equal

FOLDER = os.path.join(build.ROOT, 'tests/model')
SAFETY = (['-DSAFETY', '-DNOCLAIM'], [])  # assertions, and no state in which all wait for ever
LIVENESS = (['-DNFAIR=3'], ['-a', '-f'])  # the ltl formula, every process scheduled fairly
COMPRESSED = (['-DSAFETY', '-DNOCLAIM', '-DCOLLAPSE'], [])  # slower, a quarter of the memory
DEPTH, HASH_BITS, SEARCH_TIMEOUT_S = 20000, 20, 900
# Model, the switch that leaves a part out, the search that must find out.
MUTANTS = [
    ('forward', 'NO_SEQUENCE', SAFETY), ('forward', 'NO_RECALL', SAFETY), ('forward', 'RECALL_LATE', SAFETY),
    ('forward', 'FREES_EARLY', SAFETY), ('forward', 'SAVED_FORGOTTEN', SAFETY), ('forward', 'NO_BOUNDS', SAFETY),
    ('forward', 'NO_CLOCK', LIVENESS), ('forward', 'FORGETS_IDLE', LIVENESS),
    ('lease', 'NO_NEWS', SAFETY), ('lease', 'NO_RESERVE', SAFETY), ('lease', 'CALLS_UP', SAFETY),
    ('lease', 'CUTS_AT_ONCE', SAFETY), ('lease', 'RETURNS_FIRST', SAFETY),
    ('lease', 'LEASES_WHILE_CUTTING', LIVENESS), ('lease', 'NEWCOMERS_FIRST', LIVENESS),
]


def all_cases():
    return [
        Case('model_forward_holds', 'default', 'faults, a custom pager and its death, unmapping: no late answer, no fault without an end', holds('forward')),
        Case('model_lease_holds', 'default', 'leases, cutting, eviction: nobody sees what is not his, nobody waits for ever', holds('lease')),
        Case('model_two_threads_hold', 'deep', 'the same with two threads that fault on one page', two_threads_hold),
        Case('model_death_is_seen_without_bounce', 'default', "the pager's own records suffice when a custom pager is destroyed", death_without_bounce),
        Case('model_mutants_are_refuted', 'default', 'what is left out of the protocol is missed: a search finds the harm', mutants_are_refuted),
        Case('model_steps_are_all_taken', 'deep', 'the model takes every step that the checker of traces accepts', steps_are_taken),
        Case('trace_checker_rejects_wrong_runs', 'quick', 'hand-made wrong traces are refused, right ones are not', wrong_traces),
        Case('trace_of_fork_is_the_models', 'default', 'a run with forks took no step that the model does not know', trace_of('fork', 0)),
        Case('trace_of_custom_pagers_is_the_models', 'default', 'a run with faults forwarded to a custom pager, some refused, and its death',
             trace_of_pagers),
        Case('trace_of_signals_is_the_models', 'default', 'a run with refused faults, a kill and programs', trace_of_shell),
    ]


# --- searches

class Search:
    """One model, searched; errors is how many wrong ends were found, states how many states there are."""

    def __init__(self, model, switches, search, without=None, optimise='-O0'):
        with tempfile.TemporaryDirectory(prefix='pagoda-model-') as place:
            self._prepare(place, model, switches, without)
            call(['spin', '-a', 'model.pml'], place)
            reduce = ['-DNOREDUCE'] if model == 'lease' and search is LIVENESS else []  # fairness and rendezvous exclude it
            call(['cc', optimise, '-w', *search[0], *reduce, '-o', 'pan', 'pan.c'], place)
            text = call(['./pan', f'-m{DEPTH}', f'-w{HASH_BITS}', *search[1]], place)
        found = re.search(r'errors: (\d+)', text)
        if not found or 'Search not completed' in text and found.group(1) == '0' or 'max search depth' in text:
            raise Failure(f'{model} {switches}: the search was not completed\n{text[-2000:]}')
        self.errors, self.text = int(found.group(1)), text
        self.states = int(re.search(r'(\d+) states, stored', text).group(1))

    @staticmethod
    def _prepare(place, model, switches, without):
        for name in os.listdir(FOLDER):
            if name.endswith(('.pml', '.def')):
                shutil.copy(os.path.join(FOLDER, name), place)
        if without is not None:
            path = os.path.join(place, 'steps.def')
            with open(path, encoding='utf-8') as stream:
                lines = [line for line in stream if line.strip() != without]
            with open(path, 'w', encoding='utf-8') as stream:
                stream.writelines(lines)
        call(['cpp', '-P', *(f'-D{switch}' for switch in switches), f'{model}.pml', 'model.pml'], place)


def call(command, place):
    try:
        done = subprocess.run(command, cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=SEARCH_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise Failure(f'{command}: no end within {SEARCH_TIMEOUT_S} s') from error
    if done.returncode != 0:
        raise Failure(f'{command}: status {done.returncode}\n{done.stdout[-2000:]}')
    return done.stdout


def check_holds(model, switches, search):
    found = Search(model, switches, search, optimise='-O1')  # without, compiling takes less than it spares
    check(found.errors == 0, f'{model} {switches}: a wrong end\n{found.text[:2000]}')


def holds(model):
    def function(_context):
        check_holds(model, [], SAFETY)
        check_holds(model, [], LIVENESS)
    return function


def two_threads_hold(_context):
    check_holds('forward', ['THREADS=2'], COMPRESSED)


def death_without_bounce(_context):
    check_holds('forward', ['NO_BOUNCE'], SAFETY)


def mutants_are_refuted(_context):
    return [Subcase(f'{model}_{switch}', None if Search(model, [switch], search).errors else 'no search finds anything wrong')
            for model, switch, search in MUTANTS]


def steps_are_taken(_context):
    rows = [f'STEP({state}, {event}, {after})' for (state, event), after in trace_check.load_steps().items()]
    return [Subcase(row, None if Search('forward', [], SAFETY, row).errors else 'the model never takes it') for row in rows]


# --- traces

def trace_problems(lines):
    return trace_check.check_records(trace_check.parse(lines)).problems


def wrong_traces(_context):
    fault = trace_check.tag_fault()
    right = ['1 FAULT 7 4096 0', f'2 CALL 7 {fault} 5', '3 ENTER 6 8 1', '4 FAULT_ANSWER 7 4096 1', '5 LEAVE 7 0 0']
    sent = right[:2] + ['3 ENTER 6 8 1', '4 FORWARD 7 0 0', f'5 CALL 7 {fault} 9']
    again = sent + ['6 ENTER 8 8 1', '7 BOUNCE 7 3 0', f'8 CALL 7 {fault} 5', '9 ENTER 6 8 1', '10 FAULT_ANSWER 7 0 0']
    wrong = {
        'answered_twice': right + ['6 FAULT_ANSWER 7 4096 1'],
        'answer_without_fault': ['1 FAULT_ANSWER 7 4096 1'],
        'runs_while_open': right[:3] + ['4 LEAVE 7 0 0'] + right[3:],
        'enters_while_open': right[:2] + ['3 ENTER 7 8 1', '4 FAULT_ANSWER 7 4096 1'],
        'never_answered': right[:2],
        'answers_itself': ['1 ENTER 7 13 0', *right[:2], '4 FAULT_ANSWER 7 4096 1'],
        'answer_before_delivery': [right[0], *right[2:]],
        'forwarded_before_delivery': [right[0], '2 FORWARD 7 0 0'],
        'two_faults_at_once': right[:1] + right,
        'recalled_at_home': right[:3] + ['4 RECALL 7 0 0'],
        'refused_by_another': sent + ['6 FAULT_REFUSE 7 3 0'],
        'bounced_to_another': again[:7] + [f'8 CALL 7 {fault} 6'] + again[8:],
        'runs_after_refusal': right[:3] + ['4 FAULT_REFUSE 7 1 0', '5 LEAVE 7 0 0'],
        'time_goes_back': right[:3] + ['1 FAULT_ANSWER 7 4096 1', '5 LEAVE 7 0 0'],
    }
    fine = {'answered': right, 'forwarded': sent + ['6 ENTER 8 8 1', '7 FAULT_ANSWER 7 4096 1', '8 LEAVE 7 0 0'], 'bounced': again,
            'recalled': sent + ['6 RECALL 7 0 0', '7 FAULT_ANSWER 7 0 0'], 'destroyed': sent + ['6 THREAD_STOP 7 0 0'],
            'calls': ['1 ENTER 6 8 1', '2 CALL 7 3 9', '3 LEAVE 7 0 0']}
    return ([Subcase(name, None if trace_problems(lines) else 'is accepted') for name, lines in wrong.items()] +
            [Subcase(name, '\n'.join(trace_problems(lines)) or None) for name, lines in fine.items()] +
            [Subcase('no_record', None if is_refused(['1 FAULT 7']) and is_refused(['1 NOTHING 7 0 0']) else 'is accepted')])


def is_refused(lines):
    try:
        trace_problems(lines)
    except trace_check.TraceError:
        return True
    return False


def checked_trace(words, status, options=()):
    done, records, text = trace_read.run(words, options=options)
    check_equal(done, status, f'status of {words}: {text[-1000:]!r}')
    checker = trace_check.check_records(records)
    check(not checker.problems, '\n'.join(checker.problems[:20]))
    return checker


def trace_of(program, status):
    def function(_context):
        checker = checked_trace([program], status)
        check(checker.seen[('HELD', 'FAULT_ANSWER')] >= 8 and checker.seen[('STOPPED', 'THREAD_START')] >= 5,
              f'a run with few faults or threads: {checker.seen}')
    return function


def trace_of_shell(_context):
    checker = checked_trace(['/bin/sh', '-c', 'crash; fork; (sleep 5 & kill $!); echo end'], 0)
    check(checker.seen[('HELD', 'THREAD_STOP')] > 0, f'no fault was refused: {checker.seen}')


def trace_of_pagers(_context):
    checker = checked_trace(['pager', 'run', 'logpager', 'sh', '-c', 'crash; fork'], 0)
    check(checker.seen[('HELD', 'FORWARD')] >= 4, f'few faults were forwarded: {checker.seen}')
    program = ['--add', os.path.join(build.folder_of('checked'), 'tests/guest/programs/rawpager')]
    checker = checked_trace(['rawpager', 'shared', 'supplier_ends', 'refused'], 0, options=program)
    check(checker.seen[('LENT', 'FAULT_ANSWER')] > 0, f'no custom pager has answered: {checker.seen}')
    check(checker.seen[('LENT', 'BOUNCE')] + checker.seen[('SENT', 'BOUNCE')] > 0, f'nothing came back: {checker.seen}')
