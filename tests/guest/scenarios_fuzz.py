# SPDX-License-Identifier: MIT
"""Random system calls and requests. A failure prints seed and command; instructions are counted, so it repeats exactly."""
import concurrent.futures
import os
import re
import tempfile

import build
import kernel_image
from scenario import Failure, Subcase, check, check_accounts, check_equal, run, scenario

IMAGE = 'kernel_fuzz.elf'
PROGRAM = 'tests/guest/programs/requestfuzz'
DONE = re.compile(r'^fuzz: (\d+) calls done$', re.MULTILINE)
CALL = re.compile(r'^fuzz: call (\S+)((?: \S+=\d+)*)$', re.MULTILINE)
NEVER = re.compile(r'^fuzz: never (\S+) (\S+)$', re.MULTILINE)
SAMPLE_SEEDS = (1, 2)
SAMPLE_CALLS = 100_000
SAMPLE_REQUESTS = 10_000
LONG_CALLS = 10_000_000
LONG_REQUESTS = 1_000_000
LONG_SEEDS = 10
LONG_TIMEOUT_S = 1800  # a run alone takes 160 s
OF_RELEASE = {('trace_control', 'UNSUPPORTED'), ('system_check', 'UNSUPPORTED'), ('batch', 'UNSUPPORTED')}
RARE = {('reply_wait', 'ABSENT')}  # two calls with buffers at once, one with a hole: tests/guest/ktest/pass.c has it


def run_calls(seed, calls, timeout_s=kernel_image.TIMEOUT_S):
    """One run of the fuzzer: its text. The boot archive is the order."""
    with tempfile.NamedTemporaryFile('w', suffix='.order') as order:
        order.write(f'{seed} {calls}\n')
        order.flush()
        text, status = kernel_image.run_image(IMAGE, 1, ['--count'], archive=order.name, timeout_s=timeout_s)
    if status != 0 or not DONE.search(text):
        raise Failure(f'to repeat: ./test random_calls_break_nothing --seed {seed} --ops {calls}\n'
                      f'QEMU ended with {status}; the end of the output:\n{text[-3000:]}')
    kernel_image.check_irq_off(text)
    return text


def check_succeeded(texts):
    """Every call must have been made with success in some run: else the fuzzer lacks what it needs."""
    calls = [call for text in texts for call in CALL.findall(text)]
    failed = {name for name, _ in calls} - {name for name, ends in calls if ' OK=' in ends}
    check(calls, 'no call was made')
    check(not failed, f'calls that never succeeded: {" ".join(sorted(failed))}')


def for_ten_seeds(first, function):
    """A case a seed, and the results if all hold; two machines at a time."""
    def one(seed):
        try:
            return Subcase(f'seed {seed}'), function(seed)
        except Failure as failure:
            return Subcase(f'seed {seed}', str(failure)), None

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(one, range(first, first + LONG_SEEDS)))
    cases, results = zip(*ended)
    return list(cases), None if any(case.why for case in cases) else results


@scenario('quick', 'random system calls break no invariant, answer with listed errors alone, and change nothing when refused')
def random_calls_break_nothing(context):
    run_calls(context.seed if context.seed_given else 1, context.operations or 30_000, LONG_TIMEOUT_S)


@scenario('default', 'so do more of them, with fixed seeds and one of this run; each call succeeds too')
def random_calls_with_three_seeds(context):
    check_succeeded([run_calls(seed, SAMPLE_CALLS) for seed in (*SAMPLE_SEEDS, context.seed)])


@scenario('deep', 'so do ten million with each of ten seeds, and every error of the list comes')
def random_calls_for_long(context):
    cases, texts = for_ten_seeds(context.seed, lambda seed: run_calls(seed, LONG_CALLS, LONG_TIMEOUT_S))
    if texts is None:
        return cases
    check_succeeded(texts)
    never = set.intersection(*(set(NEVER.findall(text)) for text in texts)) - OF_RELEASE - RARE
    check(not never, 'errors of the list that never came: ' + ', '.join(' '.join(pair) for pair in sorted(never)))
    return cases


def run_requests(seed, requests, timeout_s=300):
    """Requests of one seed; before, some of another, so that what the servers keep of the past is there already."""
    program = os.path.join(build.folder_of('checked'), PROGRAM)
    done = run('--count', '--add', program, '--', 'sh', '-c', f'requestfuzz seed={seed + 1} requests=2000 quiet; free --raw; '
               f'requestfuzz seed={seed} requests={requests}; free --raw; check', timeout_s=timeout_s)
    text = done.stdout.decode(errors='replace')
    check(re.search(rf'^ok \d+ requests seed={seed}$', text, re.MULTILINE),
          f'to repeat: ./test random_requests_harm_nobody --seed {seed} --ops {requests}')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
    before, after = re.findall('^frames_total=.*$', text, re.MULTILINE)
    check_accounts(after, before, 'free --raw')


@scenario('default', 'random requests of many processes break no server, answer with listed errors alone, and harm no bystander')
def random_requests_harm_nobody(context):
    for seed in (context.seed if context.seed_given else 1,):
        run_requests(seed, context.operations or SAMPLE_REQUESTS, LONG_TIMEOUT_S if context.operations else 300)


@scenario('deep', 'so do a million with each of ten seeds')
def random_requests_for_long(context):
    return for_ten_seeds(context.seed, lambda seed: run_requests(seed, LONG_REQUESTS, LONG_TIMEOUT_S))[0]
