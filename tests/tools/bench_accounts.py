# SPDX-License-Identifier: MIT
"""The accounts of docs/performance.md: the stages of each row above its goal in one sentence, as ./bench --stages counts them."""
import re
import textwrap

import bench_rows
import bench_stages

COLUMNS = 136
CHEAP = ('forward-fault', 'forwarded-fault', 'anon-read', 'file-read-held', 'file-read-ask', 'cow-copy', 'cow-reuse', 'cow-reuse-alive',
         'mmap-1', 'mprotect-pair', 'pipe', 'read-4k')  # a second or two each


def rows_above(figures):
    """Names, in the order of the table, of those that can be followed. @figures: committed rows by name."""
    return [row.name for row in bench_rows.load()
            if row.name in figures and figures[row.name]['median'] > row.anchor['goal'] and row.name in bench_stages.PATHS]


def render(folder, names):
    return ''.join(textwrap.fill(bench_stages.Stages(folder, name).account(), COLUMNS, subsequent_indent='    ',
                                 break_on_hyphens=False, break_long_words=False) + '\n' for name in names)


def parse(text):
    """{row: ({stage: instructions}, total)}"""
    found = {}
    for account in re.split(r'\n(?! )', text.strip('\n')):
        head, _equals, parts = ' '.join(account.split()).partition(' = ')
        name, total = head.split(' ')
        counts = {label: _number(count) for label, count in (part.rsplit(' ', 1) for part in parts.split(' + '))}
        found[name] = counts, _number(total)
    return found


def _number(text):
    return int(text.replace(',', ''))


def compare(shown, now, tolerance):
    """[(row, None or what differs)] for each row of @now: no stage by more than @tolerance of the whole path."""
    shown, now = parse(shown), parse(now)
    return [(name, _difference(shown.get(name, ({}, 0)), now[name], tolerance)) for name in now]


def _difference(before, after, tolerance):
    (old, total), (new, total_now) = before, after
    for label, one, other in [*((label, old.get(label, 0), new.get(label, 0)) for label in {**old, **new}), ('the sum', total, total_now)]:
        if abs(one - other) > tolerance * total:
            return f'{label}: the page shows {one:,}, now {other:,}'
    return None if sum(old.values()) == total else f'the page shows {total:,}, but its stages are {sum(old.values()):,}'
