# SPDX-License-Identifier: MIT
"""Pagers on this machine: tests/pager_bench finds every mistake and none in what is correct."""
import os
import re
import subprocess
import tempfile

from build import ROOT
from scenario import Subcase, check, check_equal, check_match, scenario

BENCH = os.path.join(ROOT, 'tests/pager_bench')
SUMMARY = (r'requests=(\d+) supplied=(\d+) zeroed=(\d+) failed=(\d+) later=(\d+) narrowed=(\d+) refused=(\d+) '
           r'checked_bytes=(\d+)')
TIMEOUT_S = 300

# Mistake of tests/host/pager/broken.c, and what must be said of it.
BROKEN = {
    'no_frame': r'PAGER_SUPPLY without pager_frame\(\)',
    'too_long': 'AddressSanitizer: use-after-poison',
    'too_late': 'AddressSanitizer: use-after-poison',
    'gave': 'AddressSanitizer: use-after-poison',
    'never': 'not now, 51 times: the deadline has passed',
    'no_verdict': "the callback's answer is no verdict",
    'bad_signal': r'pager_fail\(\) with signal 10',
    'leaves': 'the pager ended before its clients did',
}
# Lie of tests/host/pager/liar.c, and the rule that finds it.
LIES = {
    'report': 'supplies frame 0 of a grant of 512',
    'foreign': 'supplies frame 512 of a grant of 512',
    'double': r'supplies frame 1, which is page \d+ of liar already',
    'untaken': r'(supplies frame 40, which is free|page \d+ was frame \d+ and is frame 40 now)',
    'rights': 'an item with rights 3',
    'outside': r'supplies page \d+ of an object of 8',
    'elsewhere': r'(the missing page is not among the 1 supplied|supplies page|page \d+ was frame)',
    'source': 'an item of source 0x2',
    'long': '65 pages in one answer',
    'give': r'gives frames for page \d+ of an object',
    'signal': 'fails with signal 10',
    'label': 'an answer with the label 0xf',
    'retry': 'run again without a page, 101 times',
    'zero': "a zero page of the system's for a shared object",
    'silent': 'the request was left without an answer',
}


def bench(source, *words):
    return subprocess.run([BENCH, source, *map(str, words)], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT_S, check=False)


def counts_of(done):
    check_equal(done.returncode, 0, f'status; it said {done.stdout[-1500:]}')
    return [int(word) for word in check_match(SUMMARY, done.stdout, 'summary').groups()]


def caught(source, wanted, context, *words):
    """A subcase for each mistake: status not 0, what is said, and the seed to repeat it where the simulation found it."""
    for name, pattern in wanted.items():
        done = bench(source, '--seed', context.seed, '--requests', 2000, *words, '--', name)
        why = None
        if done.returncode == 0 or not re.search(pattern, done.stdout):
            why = f'status {done.returncode}, not found: {pattern}\n{done.stdout[-1500:]}'
        elif 'Sanitizer' not in done.stdout and f'--seed {context.seed}' not in done.stdout:
            why = f'no line repeats it\n{done.stdout[-1500:]}'
        yield Subcase(name, why)


@scenario('default', 'a pager with a mistake is caught on the host, whichever it is')
def broken_pager_is_caught(context):
    return list(caught('tests/host/pager/broken.c', BROKEN, context, '--anonymous'))


@scenario('default', "each rule of the simulated kernel catches the answer that breaks it")
def lying_answer_is_caught(context):
    return list(caught('tests/host/pager/liar.c', LIES, context))


@scenario('default', 'every way to answer agrees with the simulated system, with much memory and with little')
def correct_pager_is_not_blamed(context):
    requests = context.operations or 20000
    for arenas in (1, 2, 5):
        counts = counts_of(bench('tests/host/pager/mixed.c', '--seed', context.seed + arenas, '--requests', requests,
                                 '--anonymous', '--', arenas * (2 << 20)))
        check(counts[0] >= requests and all(counts[:7]), f'something of it never happened: {counts}')
    few = counts_of(bench('tests/host/pager/mixed.c', '--seed', context.seed, '--requests', 2000, '--processes', 1, '--', 1))
    check(few[0] >= 2000, f'requests: {few}')


@scenario('default', 'the examples answer thousands of random faults, and a script finds the bytes they must have')
def example_pagers_pass_the_bench(context):
    counts_of(bench('apps/pagers/pattern.c', '--seed', context.seed, '--requests', 5000))
    counts_of(bench('apps/pagers/logpager.c', '--seed', context.seed, '--requests', 5000, '--anonymous'))
    with tempfile.TemporaryDirectory() as folder:
        text, script = (os.path.join(folder, name) for name in ('text', 'script'))
        with open(text, 'w', encoding='ascii') as stream:
            stream.write('paper' * 20000)
        with open(script, 'w', encoding='ascii') as stream:
            stream.write(f'load upper 0 {ord("P")}  # the first\nprocess 9\nload upper 99999 {ord("R")}\n'
                         f'load upper 50000 {ord("P")}\nload upper 100001 0\n')
        counts = counts_of(bench('apps/pagers/filepager.c', '--script', script, '--', text, 'upper'))
        check_equal((counts[0], counts[7]), (4, 4), 'requests, bytes compared')
        with open(script, 'w', encoding='ascii') as stream:
            stream.write('load upper 3 0x45\nload upper 3 0x46\n')
        done = bench('apps/pagers/filepager.c', '--script', script, '--', text, 'upper')
        check(done.returncode != 0 and 'byte 3 of the page is 0x45, expected was 0x46' in done.stdout, done.stdout)


@scenario('quick', 'a bad line, option or source is named')
def pager_bench_names_bad_input(_context):
    with tempfile.NamedTemporaryFile('w', suffix='.script') as script:
        script.write('load pattern 0\nstore pattern 0 1\n')
        script.flush()
        done = bench('apps/pagers/pattern.c', '--script', script.name)
        check_equal((done.returncode, f'{script.name}:2: pattern: may not be written' in done.stdout), (2, True), 'read-only object')
    done = bench('apps/pagers/pattern.c', '--requests', 'many')
    check_equal((done.returncode, 'usage:' in done.stdout), (2, True), done.stdout)
    done = bench('apps/pagers/' 'nosuch.c')
    check_equal((done.returncode, 'nosuch.c: no such file' in done.stdout), (2, True), done.stdout)
