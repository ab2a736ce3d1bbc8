# SPDX-License-Identifier: MIT
"""./bench: guest instructions of every operation beside goals and others' figures."""
import difflib
import fnmatch
import sys

import bench_chart
import bench_docs
import bench_growth
import bench_measure
import bench_rows
import bench_stages
import bench_table
import build

USAGE = '''\
usage: ./bench [--only NAME]... [--repeat N] [--json FILE] [--compare FILE] [--wall]
       ./bench --list | --growth [--json FILE] | --stages NAME | --chart FILE | --update | --help

  --only NAME     only this row (patterns with * work); again and again
  --repeat N      measure N times (default 2); a row that differs is named and the status is 1
  --json FILE     write the figures into FILE: rows with name, median, min, max, n, unit, goal, linux
  --compare FILE  the medians beside those of a file of --json
  --wall          real time of this machine instead of counts, for the same rows: noisy (--repeat 1; more show the spread)
  --list          names of the rows, and what each measures or still needs
  --growth        cost against touched memory, areas, processes, threads; status 1 if one grows more than it may
  --stages NAME   where the instructions of one row go, instruction by instruction; boot and memory have none
  --chart FILE    the bar chart (SVG) of the committed figures; boots nothing
  --update        measure all and renew apps/bench/figures.json, docs/figures.svg and the tables in docs
  --help          this text

Figures are guest instructions of the release build, counted by QEMU (-icount shift=0,sleep=off); with --wall nanoseconds.
'''
MODES = ('list', 'growth', 'stages', 'chart', 'update', 'wall')
FLAGS = ('--list', '--help', '--growth', '--wall', '--update')
VALUES = ('--only', '--repeat', '--json', '--compare', '--stages', '--chart')
TAKES = {  # what goes with a mode beside the mode itself; None: the rows, counted
    'list': ('only',), 'growth': ('json',), 'stages': (), 'chart': (), 'update': (),
    'wall': ('only', 'repeat', 'json', 'compare'), None: ('only', 'repeat', 'json', 'compare'),
}
REPEAT_DEFAULT = 2
REPEAT_MAX = 1000


class UsageError(Exception):
    """What is wrong and what to type instead, in one line."""


class Arguments:
    def __init__(self, words):
        self.list = self.help = self.growth = self.wall = self.update = False
        self.only, self.repeat, self.json, self.compare, self.stages, self.chart = [], None, None, None, None, None
        words = list(words)
        while words:
            name, equals, value = words.pop(0).partition('=')
            if name in FLAGS and not equals:
                setattr(self, name[2:], True)
            elif name in VALUES:
                if not equals and not words:
                    raise UsageError(f'{name} lacks its value; type: ./bench --help')
                self._set(name, value if equals else words.pop(0))
            else:
                raise UsageError(f'unknown option {name}; type: ./bench --help')
        self._check()

    def _set(self, name, value):
        if name == '--only':
            self.only.append(value)
        elif name == '--repeat':
            if not value.isdigit() or not 1 <= int(value) <= REPEAT_MAX:
                raise UsageError(f'--repeat {value}: not a number from 1 to {REPEAT_MAX}; type: ./bench --repeat 2')
            self.repeat = int(value)
        else:
            setattr(self, name[2:], value)

    def _check(self):
        modes = [mode for mode in MODES if getattr(self, mode)]
        if len(modes) > 1:
            raise UsageError(f'--{modes[0]} and --{modes[1]} do not go together; type: ./bench --{modes[0]}')
        mode = modes[0] if modes else None
        for name in TAKES[None]:
            if getattr(self, name) and name not in TAKES[mode]:
                raise UsageError(f'--{name} does not go with --{mode}; type: ./bench --help')
        if self.stages and bench_stages.refuse(self.stages):
            raise UsageError(bench_stages.refuse(self.stages))


def choose(rows, patterns):
    if not patterns:
        return rows
    for pattern in patterns:
        if not any(fnmatch.fnmatchcase(row.name, pattern) for row in rows):
            close = difflib.get_close_matches(pattern, [row.name for row in rows], 1)
            raise UsageError(f'no row is called {pattern}; type: ./bench ' + (f'--only {close[0]}' if close else '--list'))
    return [row for row in rows if any(fnmatch.fnmatchcase(row.name, pattern) for pattern in patterns)]


def progress(text):
    print(f'bench: {text}', file=sys.stderr, flush=True)


def show_list(rows):
    for row in rows:
        print(f'{row.name}  {row.anchor["operation"]}' + (f' (not yet: needs {row.needs})' if row.needs else ''))
    return 0


def run_chart(path):
    with open(path, 'w', encoding='utf-8') as stream:
        stream.write(bench_chart.draw(bench_rows.load(), bench_table.read_json(bench_docs.FIGURES)))
    return 0


def run_growth(path):
    series = bench_growth.measure(bench_measure.Bench(), progress)
    text, holds = bench_growth.show(series)
    if path:
        bench_growth.write_json(path, series)
    sys.stdout.write(text)
    return 0 if holds else 1


def run_update():
    bench, rows = bench_measure.Bench(), bench_rows.load()
    figures, unequal = bench_measure.measure(bench, rows, REPEAT_DEFAULT, progress)
    if unequal:
        raise bench_measure.BenchError(f'nothing was renewed, two runs differ: {" ".join(unequal)}')
    series = bench_growth.measure(bench, progress)
    bench_table.write_json(bench_docs.FIGURES, rows, figures, unequal)
    progress('stages')
    bench_docs.update(bench, series)
    return 0


def read_before(path, unit):
    try:
        return bench_table.read_json(path, unit)
    except (OSError, ValueError) as error:
        raise UsageError(f'--compare {path}: {error}; type: ./bench --json {path} first') from error


def run_rows(arguments, rows):
    """The table of rows, counted or by the clock."""
    unit = bench_table.UNIT_WALL if arguments.wall else bench_table.UNIT_COUNTED
    before = read_before(arguments.compare, unit) if arguments.compare else None
    repeat = arguments.repeat or (1 if arguments.wall else REPEAT_DEFAULT)
    if arguments.wall:
        rows = [row for row in rows if row.is_time()]
    figures, unequal = bench_measure.measure(bench_measure.Bench(counted=not arguments.wall), rows, repeat, progress)
    if arguments.json:
        bench_table.write_json(arguments.json, rows, figures, unequal, unit)
    if before is not None:
        sys.stdout.write(bench_table.compare(rows, figures, before))
    else:
        sys.stdout.write((bench_table.wall_table if arguments.wall else bench_table.table)(rows, figures))
    if arguments.wall:
        return 0
    if repeat > 1 and figures:
        print(f'\n{repeat} runs: ' + (f'these differ: {" ".join(unequal)}' if unequal else 'all equal'))
    return 1 if unequal else 0


def run(arguments):
    rows = choose(bench_rows.load(), arguments.only)
    if arguments.list:
        return show_list(rows)
    if arguments.chart:
        return run_chart(arguments.chart)
    build.install_packages('run')
    if arguments.stages:
        sys.stdout.write(bench_stages.show(bench_measure.Bench().folder, arguments.stages))
        return 0
    if arguments.growth:
        return run_growth(arguments.json)
    return run_update() if arguments.update else run_rows(arguments, rows)


def main(words):
    try:
        arguments = Arguments(words)
        if arguments.help:
            sys.stdout.write(USAGE)
            return 0
        return run(arguments)
    except UsageError as error:
        print(f'bench: {error}', file=sys.stderr)
    except build.SetupError as error:
        print(f'{error.output}bench: {error}', file=sys.stderr)
    except (bench_measure.BenchError, OSError) as error:
        print(f'bench: {error}', file=sys.stderr)
        return 1
    return 125


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
