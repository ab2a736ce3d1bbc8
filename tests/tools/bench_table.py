# SPDX-License-Identifier: MIT
"""How ./bench shows things: the tables, the comparison; and the JSON file."""
import json

FORMAT_VERSION = 2
UNIT_COUNTED = 'guest instructions, -icount shift=0,sleep=off, release build'
UNIT_WALL = 'nanoseconds of this machine, noisy, release build'


def show(value):
    """1743 -> 1,743; 1741.5 stays so."""
    if value is None:
        return '-'
    return f'{int(value):,}' if value == int(value) else f'{value:,.1f}'


def layout(lines):
    """Columns: the first to the left, the others to the right."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return ''.join('  '.join(cell.ljust(width) if i == 0 else cell.rjust(width)
                             for i, (cell, width) in enumerate(zip(line, widths))).rstrip() + '\n' for line in lines)


def table(rows, figures):
    """Others' figures stand as `plain/tuned`: Linux's default and lean, seL4 and xv6 as shipped and tuned (anchors.csv)."""
    lines = [['operation', 'median', 'min', 'max', 'n', 'goal', 'of goal', 'Linux/lean', 'of Linux', 'seL4', 'xv6']]
    waiting = []
    for row in rows:
        figure, anchor = figures.get(row.name), row.anchor
        if figure is None:
            waiting.append(f'{row.name}: not yet: needs {row.needs}\n')
            continue
        lines.append([label(row), *show_figure(figure), show(anchor['goal']), ratio(figure.median, anchor['goal']),
                      pair(anchor, 'linux', 'linux_lean'), ratio(figure.median, anchor['linux']),
                      pair(anchor, 'sel4', 'sel4_tuned'), pair(anchor, 'xv6', 'xv6_tuned')])
    shown = layout(lines) if len(lines) > 1 else ''
    return shown + ('\n' if shown and waiting else '') + ''.join(waiting)


def label(row):
    return row.name if row.is_time() else f'{row.name} ({row.anchor["unit"]})'


def show_figure(figure):
    return [show(round(figure.median, 1)), show(round(figure.least, 1)), show(round(figure.most, 1)), show(figure.count)]


def pair(anchor, plain, tuned):
    values = [show(anchor[key]) for key in (plain, tuned) if anchor[key]]
    return '/'.join(values) or '-'


def wall_table(rows, figures):
    lines = [['operation', 'median ns', 'min', 'max', 'n']]
    lines += [[row.name, *(show(round(value)) for value in (figure.median, figure.least, figure.most)), show(figure.count)]
              for row, figure in ((row, figures.get(row.name)) for row in rows) if figure]
    return f'{UNIT_WALL}: two runs differ, other loads of the machine are in it\n\n{layout(lines)}'


def ratio(value, anchor):
    return f'{value / anchor:.2f}' if anchor else '-'


def compare(rows, figures, before):
    """Lines of the medians now and in a file of --json."""
    lines = [['operation', 'before', 'now', 'change']]
    for row in rows:
        old, new = before.get(row.name), figures.get(row.name)
        if old is None and new is None:
            continue
        old_median = old['median'] if old else None
        change = '-'
        if old and new:
            change = f'{(new.median / old_median - 1) * 100:+.1f}%' if old_median else '-'
        lines.append([row.name, show(old_median), show(new.median if new else None), change])
    return layout(lines)


def write_json(path, rows, figures, unequal, unit=UNIT_COUNTED):
    """Each row has name, median, min, max, n, unit, goal and linux."""
    wall = unit == UNIT_WALL
    records = [{'name': row.name, **figures[row.name].as_record(),
                          'unit': 'ns' if wall else row.anchor['unit'], 'goal': None if wall else row.anchor['goal'],
                          'linux': None if wall else row.anchor['linux']} for row in rows if row.name in figures]
    record = {'format': FORMAT_VERSION, 'unit': unit, 'unequal': unequal, 'rows': records}
    with open(path, 'w', encoding='utf-8') as stream:
        json.dump(record, stream, indent=1)
        stream.write('\n')


def read_json(path, unit=UNIT_COUNTED):
    """{name: row} of a file of --json; ValueError if it is none, or none of this unit."""
    with open(path, encoding='utf-8') as stream:
        record = json.load(stream)
    if not isinstance(record, dict) or record.get('format') != FORMAT_VERSION or not isinstance(record.get('rows'), list):
        raise ValueError('no file of ./bench --json')
    if record.get('unit') != unit:
        raise ValueError(f'its figures are {record.get("unit")}')
    return {row['name']: row for row in record['rows']}
