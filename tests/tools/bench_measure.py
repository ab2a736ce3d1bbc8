# SPDX-License-Identifier: MIT
"""Runs what measures: the kernel's own bench image, or programs through ./run --count; reads its RESULT lines.

A RESULT line: `RESULT name med 1741.5 min 1741.4 max 1741.6 n 4096 ...`. STAGE and UNTRACED lines: see
apps/bench/kernel/stages.c.
"""
import os
import re
import subprocess

import build
import console
import machine
import options as command_line
from bench_rows import KERNEL

KBENCH = 'apps/bench/kernel_kbench.elf'
TIMEOUT_S = 120
RESULT = re.compile(r'^RESULT (\S+)\s+med ([0-9.]+) min ([0-9.]+) max ([0-9.]+) n (\d+)(?: reps (\d+))?', re.MULTILINE)
STAGE = re.compile(r'^STAGE (\S+) (\S+) (\d+) (\d+)$', re.MULTILINE)
UNTRACED = re.compile(r'^UNTRACED (\S+) (\d+)$', re.MULTILINE)


class BenchError(Exception):
    """A bench did not end as it should; the text says which and what it said."""


class Figure:
    def __init__(self, median, least, most, count):
        self.median, self.least, self.most, self.count = median, least, most, count

    def as_record(self):
        return {'median': self.median, 'min': self.least, 'max': self.most, 'n': self.count}


def parse_results(text):
    """Figures by name. n is the number of samples; of a portable program: repetitions times operations."""
    figures = {}
    for name, median, least, most, count, repetitions in RESULT.findall(text):
        figures[name] = Figure(float(median), float(least), float(most), int(count) * int(repetitions or 1))
    return figures


def parse_stages(text):
    """By path: ([(event, thread, instructions)], instructions without the trace)."""
    untraced = {path: int(count) for path, count in UNTRACED.findall(text)}
    stages = {}
    for path, event, thread, count in STAGE.findall(text):
        stages.setdefault(path, []).append((event, int(thread), int(count)))
    return {path: (steps, untraced[path]) for path, steps in stages.items() if path in untraced}


class Bench:
    """Builds once; each source runs once a repetition."""

    def __init__(self, folder=None):
        self.folder = folder or build.build('release', targets=(build.KERNEL, build.ARCHIVE, KBENCH))

    def text_of(self, source):
        return self._run_kernel() if source == KERNEL else self._run_program(source)

    def _run_kernel(self):
        options = command_line.parse(['--count'])
        line = machine.qemu_line(options, os.path.join(self.folder, KBENCH), os.path.join(self.folder, build.ARCHIVE))
        try:
            done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired as error:
            raise BenchError(f'{KBENCH}: no end within {TIMEOUT_S} s') from error
        text = said(done.stdout, console.STDOUT)
        if done.returncode != 0 or 'RESULT' not in text:
            raise BenchError(f'{KBENCH}: status {done.returncode}\n{said(done.stdout, console.KERNEL)}{text}'
                             f'{done.stderr.decode(errors="replace")}')
        return text

    def _run_program(self, words):
        command = [os.path.join(build.ROOT, 'run'), '--count', '--timeout', str(TIMEOUT_S), '--', *words]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode != 0:
            raise BenchError(f'./run --count -- {" ".join(words)}: status {done.returncode}\n'
                             f'{done.stderr.decode(errors="replace")}')
        return done.stdout.decode(errors='replace')


def said(output, wanted):
    """What the guest said on one channel of its console."""
    wire = console.Demultiplexer()
    return b''.join(data for channel, data in wire.feed(output) if channel == wanted).decode(errors='replace')


def measure(bench, rows, repeat, progress=lambda text: None):
    """({row name: Figure}, [rows whose repetitions differ], {path: stages}) of the rows that have a source."""
    figures, unequal, stages = {}, [], {}
    for source in dict.fromkeys(row.source for row in rows if row.source):
        progress(source if source == KERNEL else ' '.join(source))
        texts = [bench.text_of(source) for _ in range(repeat)]
        results = [parse_results(text) for text in texts]
        if source == KERNEL:
            stages = parse_stages(texts[0])
        for row in rows:
            if row.source != source:
                continue
            if any(row.result not in result for result in results):
                raise BenchError(f'{row.name}: no line RESULT {row.result} in what was printed:\n{texts[0]}')
            figures[row.name] = results[0][row.result]
            if any(result[row.result].as_record() != figures[row.name].as_record() for result in results):
                unequal.append(row.name)
    return figures, unequal, stages
