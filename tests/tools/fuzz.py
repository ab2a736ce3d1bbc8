# SPDX-License-Identifier: MIT
"""The fuzz targets of tests/fuzz as tests: their corpora replayed (quick), then so many runs more (default, deep).

The default tier's runs have a fixed seed and number, so that they are the same each time; --seed and --ops, and the
deep tier, choose others. A target's new inputs are not kept: to let the corpus grow type
  build/checked/tests/fuzz/fuzz_NAME -merge=1 tests/fuzz/corpus/NAME NEW_FOLDER
"""
import os
import subprocess

from build import ROOT, folder_of
from scenario import Case, Failure

CORPUS = os.path.join(ROOT, 'tests/fuzz/corpus')
SEED = 1
DEEP_FACTOR = 30
TIMEOUT_S = {'quick': 120, 'default': 600, 'deep': 3600}
OUTPUT_LINES = 40
INPUT_SECONDS_MAX = 60  # one input; a busy machine is slow, a hang is not

# name: (runs of the default tier, longest input, what is claimed)
TARGETS = {
    'cpio': (60000, 2048, 'any bytes as an archive'),
    'dtb': (60000, 4096, 'any bytes as a device tree'),
    'elf': (60000, 9000, 'any bytes as an executable'),
    'pager_messages': (3000, 1500, 'any messages and faults to the pager, any answers of custom pagers'),
    'libpager': (20000, 1000, 'any faults, refused answers and decisions of a program in libpager'),
    'path': (20000, 1024, 'any names, links and paths in the tree'),
    'policy': (250, 700, 'any events of areas, faults and a custom pager'),
    'proc': (4000, 600, 'any births, ends, waits and sleeps'),
    'proc_messages': (20000, 1500, 'any messages to the process server, and what the servers below answer it'),
    'vfs_messages': (8000, 1500, 'any messages of processes, proc and pager to the vfs'),
}


def all_cases():
    for name, (runs, _bytes, what) in TARGETS.items():
        claim = f'{what}: no sanitizer report, and what is claimed holds'
        yield Case(f'fuzz_{name}_corpus', 'quick', f'{claim}; the inputs in tests/fuzz/corpus/{name}', corpus_function(name))
        yield Case(f'fuzz_{name}', 'default', claim, run_function(name, runs, 'default'))
        yield Case(f'fuzz_{name}_long', 'deep', claim, run_function(name, runs * DEEP_FACTOR, 'deep'))


def corpus_function(name):
    def replay(_context):
        inputs = sorted(os.listdir(os.path.join(CORPUS, name)))
        if not inputs:
            raise Failure(f'tests/fuzz/corpus/{name} is empty')
        call(name, [os.path.join(CORPUS, name, file) for file in inputs], 'quick')
    return replay


def run_function(name, runs, tier):
    def run(context):
        seed = context.seed if tier == 'deep' or context.seed_given else SEED
        call(name, [f'-seed={seed % (1 << 31) or 1}', f'-runs={context.operations if context.operations is not None else runs}',
                    f'-max_len={TARGETS[name][1]}', os.path.join(CORPUS, name)], tier)
    return run


def call(name, words, tier):
    """Run the target; a failure keeps the input in build/fuzz and says how to repeat it."""
    kept = os.path.join(ROOT, 'build', 'fuzz')
    os.makedirs(kept, exist_ok=True)
    program = os.path.join(folder_of('checked'), 'tests/fuzz', f'fuzz_{name}')
    command = [program, f'-artifact_prefix={kept}/{name}-', f'-timeout={INPUT_SECONDS_MAX}', *words]
    if words[-1] == os.path.join(CORPUS, name):  # libFuzzer writes new inputs to the first folder
        folder = os.path.join(kept, f'{name}-{tier}')
        os.makedirs(folder, exist_ok=True)
        for file in os.listdir(folder):
            os.unlink(os.path.join(folder, file))
        command.insert(-1, folder)
    try:
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=TIMEOUT_S[tier], check=False)
    except subprocess.TimeoutExpired as error:
        raise Failure(f'no end within {TIMEOUT_S[tier]} s') from error
    text = done.stdout.decode(errors='replace')
    if done.returncode != 0:
        raise Failure('\n'.join(text.splitlines()[-OUTPUT_LINES:]) + f'\ntype: {repeat_line(program, text, command)}')
    if text.count('Executed ') != len(words) and f'Done {runs_of(words)} runs' not in text:
        raise Failure('the target ran less than it was told\n' + text[-2000:])


def runs_of(words):
    return next((word[6:] for word in words if word.startswith('-runs=')), None)


def repeat_line(program, text, command):
    for line in text.splitlines():
        if 'Test unit written to ' in line:
            return f'{os.path.relpath(program, ROOT)} {os.path.relpath(line.split("written to ")[1].strip(), ROOT)}'
    return ' '.join(command)
