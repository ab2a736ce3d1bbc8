# SPDX-License-Identifier: MIT
"""What guest scenarios are written with (tests/guest/scenarios_*.py): a registry, run(), and checks.

    @scenario('quick', 'a program prints and ends with its status')
    def hello_prints_and_exits(_context):
        done = run('--', 'hello_world')
        check_equal(done.status, 0, 'status')

The function's name is the test's name. It raises Failure, or returns None, or a list of Subcase when it
stands for several tests. run() boots the checked build unless told otherwise.
"""
import os
import re
import subprocess
import threading

from build import ROOT

TIERS = ('quick', 'default', 'deep')
LAST_LINE = re.compile(r'pagoda: reason=(exit|signal|timeout|setup|panic) status=(\d+) '
                       r'instructions=(\d+|-) leaks=(\d+|-)\n$')
BOOKS_FRAMES = 4
KILL_GRACE_S = 60  # beyond ./run's own --timeout: building and a slow machine

REGISTRY = {}
_last = threading.local()


class Failure(Exception):
    """What was claimed and what was seen."""


class Case:
    def __init__(self, name, tier, claim, function):
        assert tier in TIERS
        self.name, self.tier, self.claim, self.function = name, tier, claim, function


class Subcase:
    def __init__(self, name, why=None):
        self.name, self.why = name, why  # why: None is passed


def attempt(name, function, *words):
    """One case of several: a failure is its own, and the others go on."""
    try:
        function(*words)
    except Failure as failure:
        return Subcase(name, str(failure))
    return Subcase(name)


class Context:
    """What a test may ask about this run of ./test."""

    def __init__(self, seed, operations, names, seed_given=False):
        self.seed, self.operations = seed, operations
        self.seed_given = seed_given  # by --seed
        self.names = names  # of all tests


class Done:
    """The end of one ./run."""

    def __init__(self, command, status, stdout, stderr):
        self.command, self.status, self.stdout, self.stderr = command, status, stdout, stderr
        self.err = stderr.decode(errors='replace')
        match = LAST_LINE.search(self.err)
        self.reason, self.end_status, self.instructions, self.leaks = match.groups() if match else (None,) * 4
        self.err_body = self.err[:match.start()] if match else self.err

    def describe(self):
        return (f'command: {self.command}\nstatus: {self.status}\nstandard output (end):\n'
                f'{self.stdout[-1000:].decode(errors="replace")}\nstandard error:\n{shorten(self.err, 1500)}')


def scenario(tier, claim):
    def register(function):
        assert function.__name__ not in REGISTRY, function.__name__
        REGISTRY[function.__name__] = Case(function.__name__, tier, claim, function)
        return function
    return register


def run(*arguments, stdin=b'', timeout_s=60, build='checked', environment=None):
    """One ./run with these words; the last line of standard error must be as promised."""
    words = list(arguments)
    before = words[:words.index('--')] if '--' in words else words
    if build and '--build' not in before:
        words = ['--build', build] + words
    if '--timeout' not in before:
        words = ['--timeout', str(timeout_s)] + words
    command = [os.path.join(ROOT, 'run'), *words]
    shown = './run ' + ' '.join(words)
    source = {'stdin': stdin} if hasattr(stdin, 'fileno') or stdin is None else {'input': stdin}
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=timeout_s + KILL_GRACE_S,
                              check=False, env=environment, **source)
    except subprocess.TimeoutExpired as error:
        raise Failure(f'{shown} did not end by itself within {timeout_s + KILL_GRACE_S} s') from error
    result = Done(shown, done.returncode, done.stdout, done.stderr)
    _last.done = result
    check(result.reason is not None, 'the last line of standard error is not the promised one')
    check_equal(int(result.end_status), result.status, 'status= in the last line')
    return result


def forget_last():
    _last.done = None


def describe_last():
    done = getattr(_last, 'done', None)
    return done.describe() if done else ''


def check(condition, text):
    if not condition:
        raise Failure(text)


def check_equal(seen, wanted, what):
    if seen != wanted:
        raise Failure(f'{what}: seen {_short(seen)}, wanted {_short(wanted)}')


def check_accounts(seen, wanted, what):
    """Two lines of free --raw: equal, but for the frames of the pager's books, which are in `pinned` and also about the pages of who asks."""
    now, before = ({key: int(count) for key, count in re.findall(r'(\w+)=(\d+)', line)} for line in (seen, wanted))
    for counts in (now, before):
        counts['memory'] = counts.pop('frames_free') + counts['pinned']
    moved = abs(now.pop('pinned') - before.pop('pinned'))
    check(moved <= BOOKS_FRAMES, f'{what}: pinned moved by {moved}: {seen}, wanted {wanted}')
    check_equal(now, before, what)


def check_match(pattern, text, what):
    """@pattern must match a whole line of @text; gives the match."""
    match = re.search('^(?:' + pattern + ')$', text, re.MULTILINE)
    if not match:
        raise Failure(f'{what}: no line matches {pattern!r} in {_short(text)}')
    return match


def shorten(text, half):
    """The beginning and the end of a long text."""
    return text if len(text) <= 2 * half else f'{text[:half]}\n[...]\n{text[-half:]}'


def _short(value):
    return shorten(repr(value), 300)
