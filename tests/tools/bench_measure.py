# SPDX-License-Identifier: MIT
"""Runs what measures: the kernel's own bench image, or programs through ./run --count; reads its RESULT lines.

A RESULT line: `RESULT name med 1741.5 min 1741.4 max 1741.6 n 4096 ...`. A CLOCK line: instructions and nanoseconds that
passed meanwhile; without --count the one counter is the host's, and the CLOCK line makes time of it.
"""
import math
import os
import re
import subprocess

import build
import console
import machine
import options as command_line
from bench_rows import KERNEL

KBENCH = 'apps/bench/kernel_kbench.elf'
TIMEOUT_S = 600
RESULT = re.compile(r'^RESULT (\S+)\s+med ([0-9.]+) min ([0-9.]+) max ([0-9.]+) n (\d+)(?: reps (\d+))?', re.MULTILINE)
CLOCK = re.compile(r'^CLOCK (\d+) instructions (\d+) ns$', re.MULTILINE)


class BenchError(Exception):
    """A bench did not end as it should; the text says which and what it said."""


class Figure:
    def __init__(self, median, least, most, count):
        self.median, self.least, self.most, self.count = median, least, most, count

    def scaled(self, factor):
        if factor == 1:
            return self
        return Figure(self.median * factor, self.least * factor, self.most * factor, self.count)

    def as_record(self):
        return {'median': self.median, 'min': self.least, 'max': self.most, 'n': self.count}


def parse_results(text):
    """Figures by name. n is the number of samples; of a portable program: repetitions times operations."""
    figures = {}
    for name, median, least, most, count, repetitions in RESULT.findall(text):
        figures[name] = Figure(float(median), float(least), float(most), int(count) * int(repetitions or 1))
    return figures


def clock_factor(text):
    """Nanoseconds of one unit of the figures; 1 for programs that use the time itself."""
    found = CLOCK.search(text)
    return int(found.group(2)) / int(found.group(1)) if found else 1


class Bench:
    """Builds once; each source runs once a repetition. @counted: with -icount, else as fast as it goes."""

    def __init__(self, folder=None, counted=True):
        self.folder = folder or build.build('release', targets=(build.KERNEL, build.ARCHIVE, KBENCH))
        self.counted = counted
        self.count_option = ['--count'] if counted else []

    def text_of(self, source):
        return self._run_kernel() if source == KERNEL else self._run_program(source)

    def _run_kernel(self):
        options = command_line.parse(self.count_option)
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
        command = [os.path.join(build.ROOT, 'run'), *self.count_option, '--timeout', str(TIMEOUT_S), '--', *words]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode != 0:
            raise BenchError(f'{" ".join(["./run", *command[1:]])}: status {done.returncode}\n'
                             f'{done.stderr.decode(errors="replace")}')
        return done.stdout.decode(errors='replace')


def said(output, wanted):
    """What the guest said on one channel of its console."""
    wire = console.Demultiplexer()
    return b''.join(data for channel, data in wire.feed(output) if channel == wanted).decode(errors='replace')


def figure_of(row, texts, counted=True):
    """The Figure of @row by what its sources printed; @counted: in instructions, else in nanoseconds."""
    results = {}
    for text in texts:
        factor = 1 if counted else clock_factor(text)
        for name, figure in parse_results(text).items():
            results[name] = figure.scaled(factor) if row.is_time() else figure
    missing = [name for part in row.parts for name in part if name not in results]
    if missing:
        raise BenchError(f'{row.name}: no line RESULT {missing[0]} in what was printed:\n' + '\n'.join(texts))
    first = results[row.parts[0][0]]
    if len(row.parts) == 1 and row.divisor == 1:
        return first
    value = sum(math.prod(results[name].median for name in part) for part in row.parts) / row.divisor
    return Figure(value, value, value, first.count)


def measure(bench, rows, repeat, progress=lambda text: None):
    """({row name: Figure of the first run}, [rows whose repetitions differ]) of the rows that have a source."""
    texts = {}
    for source in dict.fromkeys(source for row in rows for source in row.sources):
        progress(source if source == KERNEL else ' '.join(source))
        texts[source] = [bench.text_of(source) for _ in range(repeat)]
    figures, unequal = {}, []
    for row in rows:
        runs = [figure_of(row, [texts[source][i] for source in row.sources], bench.counted) for i in range(repeat) if row.sources]
        if runs:
            figures[row.name] = runs[0]
        if any(run.as_record() != runs[0].as_record() for run in runs):
            unequal.append(row.name)
    return figures, unequal
