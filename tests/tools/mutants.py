# SPDX-License-Identifier: MIT
"""What the system's safety rests on, taken out line by line: the tests must notice each (tests/mutants/*.txt).

A list is blocks of lines, with an empty line between them:

    mutant  a name of its own
    file    the source
    in      the function whose body holds the text (left out: the whole file)
    cut     a piece of the source, once there
    put     what comes in its place (left out: nothing)
    test    the tests that must fail, of any tier
    says    what is taken out

    python3 tests/tools/mutants.py [NAME...]     tries these (all), in a copy of the tree in build/mutants
    python3 tests/tools/mutants.py --page        writes docs/mutants.md
"""
import glob
import os
import random
import re
import shutil
import subprocess
import sys

import build
from build import ROOT
from scenario import Case, Failure, Subcase, check
from sources import project_files

LISTS = 'tests/mutants'
PAGE = 'docs/mutants.md'
COPY = os.path.join(ROOT, 'build/mutants')
WORDS = ('mutant', 'file', 'in', 'cut', 'put', 'test', 'says')
SEED = 1  # of the tests that must notice: a mutant is caught or is not
SAMPLE = 2  # of the default tier
TRY_SECONDS_MAX = 900
KERNEL_SECONDS_MAX = 60  # of the kernel tests, which a mutant may leave waiting
ROOMS = (('kernel', 'Kernel'), ('servers', 'Servers'))
HEAD = '''\
<!-- SPDX-License-Identifier: MIT -->
<!-- Made by tests/tools/mutants.py from tests/mutants; do not edit. -->
# What the tests notice

Each row is a line that keeps somebody safe, and the test that fails when it is taken out. `./test mutants_are_caught` takes a few of them
out, one by one, `./test mutants_are_all_caught` every one; `mutants_still_apply` makes sure that the list is of the sources as they are.
`python3 tests/tools/mutants.py NAME` tries one and says what failed.
'''


class Mutant:
    def __init__(self, room, block):
        self.room, self.words = room, {}
        for line in block.splitlines():
            word, _, rest = line.partition(' ')
            if word not in WORDS or word in self.words:
                raise Failure(f'{LISTS}/{room}.txt: not understood: {line}')
            self.words[word] = rest.strip()
        lacking = [word for word in WORDS if word not in self.words and word not in ('in', 'put')]
        if lacking:
            raise Failure(f'{LISTS}/{room}.txt: {block.splitlines()[0]}: lacks {" ".join(lacking)}')
        self.name, self.file, self.tests = self.words['mutant'], self.words['file'], self.words['test'].split()

    def apply(self, text):
        """The source without the piece. Failure: it is not there once."""
        first, end = find_function(text, self.words['in']) if 'in' in self.words else (0, len(text))
        body = text[first:end]
        times = body.count(self.words['cut'])
        if times != 1:
            raise Failure(f'{self.name}: {self.file}: {self.words.get("in", "")}: {times} times: {self.words["cut"]}')
        return text[:first] + body.replace(self.words['cut'], self.words.get('put', '')) + text[end:]


def find_function(text, name):
    """Where the definition of a function begins and ends; an assembler label does, too, up to the next one."""
    found = re.search(rf'^[A-Za-z_].*\b{name}\((?:[^;{{]|\n)*\n{{\n', text, re.MULTILINE)
    if found:
        return found.start(), text.index('\n}', found.end() - 1)
    found = re.search(rf'^{name}:', text, re.MULTILINE)
    if not found:
        return 0, 0
    following = re.compile(r'^\w+:', re.MULTILINE).search(text, found.end())
    return found.start(), following.start() if following else len(text)


def read_lists():
    mutants = []
    for room, _ in ROOMS:
        with open(os.path.join(ROOT, LISTS, f'{room}.txt'), encoding='utf-8') as stream:
            blocks = re.sub(r'^#.*\n', '', stream.read(), flags=re.MULTILINE).strip().split('\n\n')
        mutants += [Mutant(room, block.strip()) for block in blocks]
    names = [mutant.name for mutant in mutants]
    check(len(set(names)) == len(names), f'twice: {[name for name in names if names.count(name) > 1]}')
    return mutants


# --- the page and what holds the list

def make_page(mutants):
    parts = [HEAD]
    for room, title in ROOMS:
        rows = [mutant for mutant in mutants if mutant.room == room]
        parts.append(f'\n## {title}: {len(rows)}\n\n| mutant | where | without it | noticed by |\n|---|---|---|---|\n')
        for mutant in rows:
            tests = ' '.join(f'`{name}`' for name in mutant.tests)
            parts.append(f'| {mutant.name} | `{mutant.file}` | {mutant.words["says"]} | {tests} |\n')
    return ''.join(parts)


def still_apply(context):
    mutants = read_lists()
    for mutant in mutants:
        with open(os.path.join(ROOT, mutant.file), encoding='utf-8') as stream:
            mutant.apply(stream.read())
        unknown = [name for name in mutant.tests if name not in context.names]
        check(not unknown, f'{mutant.name}: no such test: {unknown}')
    with open(os.path.join(ROOT, PAGE), encoding='utf-8') as stream:
        check(stream.read() == make_page(mutants), f'{PAGE} is not what the lists give; type: python3 tests/tools/mutants.py --page')


# --- trying

def make_copy():
    """The tree as it is, in build/mutants; only what differs is written, so that building goes on from the last time."""
    files = project_files()
    for path in files:
        target = os.path.join(COPY, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not same_bytes(os.path.join(ROOT, path), target):
            shutil.copyfile(os.path.join(ROOT, path), target)
            shutil.copymode(os.path.join(ROOT, path), target)
    known = set(files)
    for folder, folders, names in os.walk(COPY):
        folders[:] = [name for name in folders if os.path.join(folder, name) != os.path.join(COPY, 'build')]
        for name in names:
            if os.path.relpath(os.path.join(folder, name), COPY) not in known:
                os.unlink(os.path.join(folder, name))


def same_bytes(one, other):
    if not os.path.isfile(other):
        return False
    with open(one, 'rb') as first, open(other, 'rb') as second:
        return first.read() == second.read()


def set_up():
    """A mutant may leave something unused: warnings are no errors there."""
    folder = os.path.join(COPY, 'build/checked')
    if not os.path.exists(os.path.join(folder, 'build.ninja')):
        done = subprocess.run(['meson', 'setup', folder, COPY, '--cross-file', os.path.join(COPY, 'rv64.ini'), '-Dkind=checked',
                               '-Dwerror=false'], cwd=COPY, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        check(done.returncode == 0, done.stdout[-2000:])


def run_tests(names):
    """(did it build, did all pass, what was said)"""
    command = [sys.executable, os.path.join(COPY, 'tests/tools/mutants.py'), '--run', *names]
    done = subprocess.run(command, cwd=COPY, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=TRY_SECONDS_MAX, text=True, errors='replace', check=False)
    return done.returncode in (0, 1), done.returncode == 0, done.stdout


def run_here(names):
    """In the copy: build, run. Status 0: all passed, 1: some failed, 2: it does not build."""
    import kernel_image
    import scenario
    import test
    kernel_image.TIMEOUT_S = KERNEL_SECONDS_MAX
    try:
        build.build('checked', targets=())
    except build.SetupError as error:
        print(error.output)
        return 2
    cases = test.collect()
    context = scenario.Context(SEED, None, set(cases), True)
    passed, failed = test.run_cases([cases[name] for name in names], context)
    return 1 if failed or not passed else 0


def try_one(mutant):
    """None: it was noticed, else what is wrong."""
    path = os.path.join(COPY, mutant.file)
    with open(path, encoding='utf-8') as stream:
        whole = stream.read()
    try:
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(mutant.apply(whole))
        built, passed, said = run_tests(mutant.tests)
    finally:
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(whole)
    if not built:
        return f'{mutant.name} does not build\n{said[-2000:]}', said
    return f'{mutant.name} is not noticed by {" ".join(mutant.tests)}: without it {mutant.words["says"]}' if passed else None, said


def try_all(mutants):
    make_copy()
    set_up()
    names = sorted({name for mutant in mutants for name in mutant.tests})
    built, passed, said = run_tests(names)
    check(built and passed, f'these tests must pass when nothing is taken out: {" ".join(names)}\n{said[-3000:]}')
    for mutant in mutants:
        why, said = try_one(mutant)
        failed = re.findall(r'^FAILED ([^:]+)', said, re.MULTILINE)
        print(f'mutant {mutant.name} ' + ('SURVIVES' if why else f'caught by {" ".join(failed[:4])}'), flush=True)
        yield Subcase(mutant.name, why)


def sample(context):
    return list(try_all(random.Random(context.seed).sample(read_lists(), SAMPLE)))


def all_cases():
    return [
        Case('mutants_still_apply', 'quick', 'the list of mutants is of the sources as they are, and docs/mutants.md shows it', still_apply),
        Case('mutants_are_caught', 'default', 'a few of the lines that keep somebody safe, taken out, are missed by the tests named', sample),
        Case('mutants_are_all_caught', 'deep', 'every one of the lines that keep somebody safe, taken out, is missed by the tests named',
             lambda _context: list(try_all(read_lists()))),
    ]


def main(words):
    if words[:1] == ['--run']:
        return run_here(words[1:])
    mutants = read_lists()
    if words == ['--page']:
        with open(os.path.join(ROOT, PAGE), 'w', encoding='utf-8') as stream:
            stream.write(make_page(mutants))
        return 0
    unknown = [word for word in words if word not in {mutant.name for mutant in mutants}]
    if unknown:
        sys.stderr.write(f'mutants: no such mutant: {" ".join(unknown)}\n')
        return 125
    survivors = [case.why for case in try_all([mutant for mutant in mutants if not words or mutant.name in words]) if case.why]
    print('\n'.join(survivors) if survivors else 'all caught')
    return 1 if survivors else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
