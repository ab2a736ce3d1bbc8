# SPDX-License-Identifier: MIT
"""./test: collects host tests, tool tests and guest scenarios, runs a tier, and counts."""
import concurrent.futures
import difflib
import fnmatch
import glob
import importlib.util
import json
import os
import random
import re
import subprocess
import sys
import time
import traceback

import build
import scenario
from scenario import Case, Failure, TIERS

USAGE = '''\
usage: ./test [--quick|--deep] [--list] [NAME...] [--seed N] [--ops N]

  --quick   under 2 minutes, before each commit      --deep   under 75 minutes
  --list    names, tiers and claims; runs nothing    NAME     only these (patterns with * work), of any tier
  --seed N  seed of the random tests                 --ops N  how many random operations
'''
WORKERS = max(1, min(2, os.cpu_count() or 1))
HOST_TIMEOUT_S = {'quick': 120, 'default': 600, 'deep': 3600}
TAIL_BYTES = 4000


class Arguments:
    def __init__(self, words):
        self.tier, self.list, self.names, self.seed, self.operations = 'default', False, [], None, None
        while words:
            word = words.pop(0)
            if word in ('--quick', '--deep'):
                self.tier = word[2:]
            elif word == '--list':
                self.list = True
            elif word in ('--seed', '--ops'):
                if not words or not words[0].isdigit():
                    raise SystemExit(f'test: {word} needs a number\n{USAGE}')
                value = int(words.pop(0))
                self.seed, self.operations = (value, self.operations) if word == '--seed' else (self.seed, value)
            elif word == '--help':
                sys.stdout.write(USAGE)
                raise SystemExit(0)
            elif word.startswith('-'):
                sys.stderr.write(f'test: unknown option {word}\n{USAGE}')
                raise SystemExit(125)
            else:
                self.names.append(word)


# --- collecting

def collect():
    """Every test by name. Host tests need a configured build."""
    cases = {case.name: case for case in host_cases()}
    import fuzz
    import mutants
    import tool_cases
    sys.path.append(os.path.join(build.ROOT, 'tests/model'))
    import model_cases
    load_scenarios()
    for case in [*tool_cases.all_cases(), *fuzz.all_cases(), *mutants.all_cases(), *model_cases.all_cases(), *scenario.REGISTRY.values()]:
        if case.name in cases:
            raise SystemExit(f'test: two tests are called {case.name}')
        cases[case.name] = case
    return dict(sorted(cases.items(), key=lambda item: (TIERS.index(item[1].tier), item[0])))


def load_scenarios():
    for path in sorted(glob.glob(os.path.join(build.ROOT, 'tests/guest/scenarios_*.py'))):
        name = os.path.basename(path)[:-3]
        specification = importlib.util.spec_from_file_location(name, path)
        specification.loader.exec_module(importlib.util.module_from_spec(specification))


def host_cases():
    folder = build.folder_of('checked')
    tests = json.loads(introspect(folder, '--tests'))
    sources = {}
    for target in json.loads(introspect(folder, '--targets')):
        for file in target['filename']:
            sources[file] = [s for group in target['target_sources'] for s in group['sources']]
    for test in tests:
        suites = {suite.split(':')[-1] for suite in test['suite']}
        if 'host' in suites:
            tier = next((tier for tier in TIERS if tier in suites), 'quick')
            yield Case(test['name'], tier, claim_of(test['name'], sources.get(test['cmd'][0], [])), host_function(test, tier))


def introspect(folder, what):
    return subprocess.run(['meson', 'introspect', folder, what], capture_output=True, text=True, check=True).stdout


def claim_of(name, sources):
    """The first sentence of the opening comment of the test's own source."""
    own = [s for s in sources if '/tests/' in s] or sources
    for path in own[:1]:
        with open(path, encoding='utf-8') as stream:
            text = stream.read(2000)
        claim = first_sentence(text)
        if claim:
            return claim
    return f'host test {name}'


def first_sentence(text):
    """Of the comment behind the licence line of a C file; None without one."""
    found = re.search(r'\*/\s*/\*+(.*?)\*/', text, re.DOTALL)
    words = ' '.join(re.sub(r'^\s*\*?\s+', '', line).strip() for line in found.group(1).splitlines()).strip() if found else ''
    return re.split(r'(?<=[.:])\s', words)[0].rstrip('.:') or None


def host_function(test, tier):
    def run_host(context):
        words = [str(context.seed)] + ([str(context.operations)] if context.operations is not None else [])
        try:
            done = subprocess.run([*test['cmd'], *words], env={**os.environ, **test['env']}, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=HOST_TIMEOUT_S[tier],
                                  cwd=test['workdir'] or build.ROOT, check=False)
        except subprocess.TimeoutExpired as error:
            raise Failure(f'no end within {HOST_TIMEOUT_S[tier]} s') from error
        if done.returncode != 0:
            raise Failure(f'status {done.returncode}\n' + done.stdout[-TAIL_BYTES:].decode(errors='replace'))
    return run_host


def choose(cases, arguments):
    if not arguments.names:
        limit = TIERS.index(arguments.tier)
        return [case for case in cases.values() if TIERS.index(case.tier) <= limit]
    chosen = []
    for name in arguments.names:
        found = [case for case in cases.values() if fnmatch.fnmatchcase(case.name, name)]
        if not found:
            near = difflib.get_close_matches(name, cases, 3)
            sys.stderr.write(f'test: no test is called {name}; ' + (f'near: {" ".join(near)}\n' if near else 'type: ./test --list\n'))
            print('0 passed, 1 failed')
            raise SystemExit(1)
        chosen += [case for case in found if case not in chosen]
    return chosen


# --- running

def run_case(case, context):
    """(seconds, [(name, failure text or None)])"""
    start = time.monotonic()
    scenario.forget_last()
    try:
        subcases = case.function(context)
        results = [(f'{case.name}/{sub.name}', sub.why) for sub in subcases] if subcases else [(case.name, None)]
    except Failure as failure:
        results = [(case.name, f'{failure}\n{scenario.describe_last()}')]
    except Exception as error:  # a broken test is a failed test, with its place
        results = [(case.name, f'{error!r}\n{traceback.format_exc()}{scenario.describe_last()}')]
    return time.monotonic() - start, results


def run_cases(cases, context):
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        waiting = {pool.submit(run_case, case, context): case for case in cases}
        for done in concurrent.futures.as_completed(waiting):
            case = waiting[done]
            seconds, results = done.result()
            bad = [(name, why) for name, why in results if why is not None]
            passed, failed = passed + len(results) - len(bad), failed + len(bad)
            if not bad:
                count = f' ({len(results)} cases)' if len(results) > 1 else ''
                print(f'ok {case.name}{count} {seconds:.1f} s', flush=True)
            for name, why in bad:
                print(f'FAILED {name}: {case.claim}\n{indent(why)}\n  to repeat: {repeat_line(case, context)}', flush=True)
    return passed, failed


def indent(text):
    return '\n'.join('    ' + line for line in text.strip()[-TAIL_BYTES * 2:].splitlines())


def repeat_line(case, context):
    operations = f' --ops {context.operations}' if context.operations is not None else ''
    return f'./test {case.name} --seed {context.seed}{operations}'


def main(words):
    arguments = Arguments(words)
    try:
        build.build('checked', targets=() if not arguments.list else ('build.ninja',))
        if not arguments.list and (arguments.names or arguments.tier != 'quick'):
            build.build('release')
    except build.SetupError as error:
        sys.stdout.write(error.output)
        print(f'test: {error}\n0 passed, 1 failed')
        return 1
    cases = collect()
    chosen = choose(cases, arguments)
    if arguments.list:
        for case in chosen if arguments.names or arguments.tier != 'default' else cases.values():
            print(f'{case.name} {case.tier} {case.claim}')
        return 0
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f'seed {seed}', flush=True)
    passed, failed = run_cases(chosen, scenario.Context(seed, arguments.operations, set(cases), arguments.seed is not None))
    print(f'{passed} passed, {failed} failed')
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
