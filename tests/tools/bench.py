# SPDX-License-Identifier: MIT
"""./bench: guest instructions of every operation beside goals and others' figures."""
import difflib
import fnmatch
import sys

import bench_measure
import bench_rows
import bench_table
import build

USAGE = '''\
usage: ./bench [--list] [--only NAME]... [--repeat N] [--json FILE] [--compare FILE] [--stages NAME]

  --list          names of the rows, and what each measures or still needs
  --only NAME     only this row (patterns with * work); again and again
  --repeat N      measure N times (default 2); a row that differs is named and the status is 1
  --json FILE     write the figures into FILE
  --compare FILE  the medians beside those of a file of --json
  --stages NAME   where the instructions of one path go: null-call, ipc, bare-fault
  --growth        (not built yet) scaling tables
  --wall          (not built yet) wall-clock time
  --help          this text

Figures are guest instructions of the release build, counted by QEMU (-icount shift=0,sleep=off).
'''
NOT_BUILT = ('--growth', '--wall')
VALUES = ('--only', '--repeat', '--json', '--compare', '--stages')
REPEAT_DEFAULT = 2
REPEAT_MAX = 1000


class UsageError(Exception):
    """What is wrong and what to type instead, in one line."""


class Arguments:
    def __init__(self, words):
        self.list = self.help = False
        self.only, self.repeat, self.json, self.compare, self.stages = [], REPEAT_DEFAULT, None, None, None
        words = list(words)
        while words:
            name, equals, value = words.pop(0).partition('=')
            if name in NOT_BUILT:
                raise UsageError(f'{name} is not built yet; type: ./bench --help')
            if name in ('--list', '--help') and not equals:
                setattr(self, name[2:], True)
            elif name in VALUES:
                if not equals and not words:
                    raise UsageError(f'{name} lacks its value; type: ./bench --help')
                self._set(name, value if equals else words.pop(0))
            else:
                raise UsageError(f'unknown option {name}; type: ./bench --help')

    def _set(self, name, value):
        if name == '--only':
            self.only.append(value)
        elif name == '--repeat':
            if not value.isdigit() or not 1 <= int(value) <= REPEAT_MAX:
                raise UsageError(f'--repeat {value}: not a number from 1 to {REPEAT_MAX}; type: ./bench --repeat 2')
            self.repeat = int(value)
        else:
            setattr(self, name[2:], value)


def choose(rows, patterns):
    if not patterns:
        return rows
    for pattern in patterns:
        if not any(fnmatch.fnmatchcase(row.name, pattern) for row in rows):
            near = difflib.get_close_matches(pattern, [row.name for row in rows], 1)
            raise UsageError(f'no row is called {pattern}; type: ./bench ' + (f'--only {near[0]}' if near else '--list'))
    return [row for row in rows if any(fnmatch.fnmatchcase(row.name, pattern) for pattern in patterns)]


def show_list(rows):
    for row in rows:
        print(f'{row.name}  {row.anchor["operation"]}' + (f' (not yet: needs {row.needs})' if row.needs else ''))
    return 0


def show_stages(name):
    paths = bench_measure.parse_stages(bench_measure.Bench().text_of(bench_rows.KERNEL))
    if name not in paths:
        raise UsageError(f'--stages {name}: no such path; type: ./bench --stages ' + (sorted(paths) or ['ipc'])[0])
    sys.stdout.write(bench_table.stages(name, *paths[name], bench_table.record_cost(paths)))
    return 0


def read_before(path):
    try:
        return bench_table.read_json(path)
    except (OSError, ValueError) as error:
        raise UsageError(f'--compare {path}: {error}; type: ./bench --json {path} first') from error


def run(arguments):
    rows = choose(bench_rows.load(), arguments.only)
    if arguments.list:
        return show_list(rows)
    before = read_before(arguments.compare) if arguments.compare else None
    build.install_packages('run')
    if arguments.stages:
        return show_stages(arguments.stages)
    figures, unequal, _stages = bench_measure.measure(
        bench_measure.Bench(), rows, arguments.repeat, lambda text: print(f'bench: {text}', file=sys.stderr, flush=True))
    if arguments.json:
        bench_table.write_json(arguments.json, figures, unequal)
    sys.stdout.write(bench_table.compare(rows, figures, before) if before is not None else bench_table.table(rows, figures))
    if arguments.repeat > 1 and figures:
        print(f'\n{arguments.repeat} runs: ' + (f'these differ: {" ".join(unequal)}' if unequal else 'all equal'))
    return 1 if unequal else 0


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
