# SPDX-License-Identifier: MIT
"""./bench --growth: what operations cost while memory, areas, processes or threads grow; and whether they may.

A GROWTH line: `GROWTH fork memory 64 73600`: operation, what grows, how much, instructions (apps/bench/growth.c,
apps/bench/kernel/growth.c).
"""
import json
import math
import re

import bench_table
from bench_rows import KERNEL

GROWTH = re.compile(r'^GROWTH (\S+) (\S+) (\d+) (\d+)$', re.MULTILINE)
SOURCES = [('/bench/growth', 'memory'), ('/bench/growth', 'areas'), ('/bench/growth', 'processes'), KERNEL]
UNITS = {'memory': 'MiB touched', 'areas': 'areas', 'processes': 'other processes', 'threads': 'other threads'}
# What each may do at most. Operations that are not named here must stay flat.
MAY = {
    ('fork', 'memory'): 'linear', ('exit', 'memory'): 'linear', ('exec', 'memory'): 'linear', ('munmap-all', 'memory'): 'linear',
    ('fork', 'areas'): 'linear', ('exit', 'areas'): 'linear', ('exec', 'areas'): 'linear', ('munmap-all', 'areas'): 'linear',
    ('fault', 'areas'): 'logarithm', ('munmap', 'areas'): 'logarithm',
}
SLACK = 0.05  # of a cost: what layouts and alignment do
STEEPER = 1.4  # linear: a later stretch may rise so much more per unit than those before; n log n rises more
DOUBLING = 0.03  # logarithm: each doubling may add so much of the first cost
CLAIM = 'nothing grows faster than its own pages or areas; fault cost grows at most with the logarithm of the areas'


def parse(text):
    """{(operation, what grows): [(size, cost)]}"""
    series = {}
    for operation, what, size, cost in GROWTH.findall(text):
        series.setdefault((operation, what), []).append((int(size), int(cost)))
    return series


def broken(points, may):
    """None, or where the series rises more than it may: 'flat', 'linear' or 'logarithm'."""
    first, steepest = points[0][1], None
    for (size, cost), (next_size, next_cost) in zip(points, points[1:]):
        if may == 'flat':
            allowed = first * (1 + SLACK)
        elif may == 'logarithm':
            allowed = cost + first * DOUBLING * math.log2(next_size / size)
        elif steepest is None:
            allowed = cost * next_size / size
        else:
            allowed = cost * (1 + SLACK) + STEEPER * steepest * (next_size - size)
        if next_cost > allowed:
            return f'{cost:,} at {size:,}, but {next_cost:,} at {next_size:,}'
        steepest = max(steepest or 0, (next_cost - cost) / (next_size - size))
    return None


def judge(series):
    """[(operation, what grows, may, None or what is broken)]"""
    return [(operation, what, MAY.get((operation, what), 'flat'), broken(points, MAY.get((operation, what), 'flat')))
            for (operation, what), points in series.items()]


def tables(series):
    text = ''
    for what in dict.fromkeys(what for _operation, what in series):
        operations = [operation for operation, other in series if other == what]
        sizes = [size for size, _cost in series[operations[0], what]]
        lines = [[UNITS[what], *operations]]
        for i, size in enumerate(sizes):
            lines.append([f'{size:,}', *(f'{series[operation, what][i][1]:,}' for operation in operations)])
        lines.append(['may be', *(MAY.get((operation, what), 'flat') for operation in operations)])
        text += bench_table.layout(lines) + '\n'
    return text


def show(series):
    """(text, holds)"""
    wrong = [(operation, what, may, why) for operation, what, may, why in judge(series) if why]
    text = tables(series)
    for operation, what, may, why in wrong:
        text += f'{operation} against {UNITS[what]}: more than {may}: {why}\n'
    return f'{text}{"does not hold" if wrong else "holds"}: {CLAIM}\n', not wrong


def measure(bench, progress):
    """All series. Two runs would be equal: each source runs once."""
    series = {}
    for source in SOURCES:
        progress(source if source == KERNEL else ' '.join(source))
        series.update(parse(bench.text_of(source)))
    return series


def write_json(path, series):
    record = {'format': bench_table.FORMAT_VERSION, 'unit': bench_table.UNIT_COUNTED, 'growth': [
        {'name': operation, 'grows': what, 'unit': UNITS[what], 'may': may, 'holds': why is None,
         'points': [list(point) for point in series[operation, what]]} for operation, what, may, why in judge(series)]}
    with open(path, 'w', encoding='utf-8') as stream:
        json.dump(record, stream, indent=1)
        stream.write('\n')
