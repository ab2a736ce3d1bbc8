# SPDX-License-Identifier: MIT
"""How ./bench shows things: the table, the comparison, the stages; and the JSON file."""
import json

FORMAT_VERSION = 1
STEPS = {  # what lies between two records of the trace
    ('START', 'ENTER'): 'user stub; trap, registers saved, lock',
    ('ENTER', 'SYSCALL'): 'fast path declines; dispatch and the call',
    ('SYSCALL', 'LEAVE'): 'who runs next',
    ('ENTER', 'SWITCH'): 'fast path: checks, message, queues',
    ('SWITCH', 'LEAVE'): 'space and floating point switched',
    ('LEAVE', 'ENTER'): 'registers restored; the server; trap, registers saved',
    ('LEAVE', 'END'): 'registers restored; back in the program',
    ('ENTER', 'FAULT'): 'fast path declines; cause and tables looked at',
    ('FAULT', 'CALL'): 'message of the fault made',
    ('CALL', 'SWITCH'): 'queues; who runs next',
    ('FAULT', 'SWITCH'): 'fast path: message of the fault, queues',
    ('ENTER', 'FAULT_ANSWER'): 'fast path: checks, entry made',
    ('FAULT_ANSWER', 'SWITCH'): 'reply settled, pager waits again',
}


def show(value):
    """1743 -> 1,743; 1741.5 stays so."""
    if value is None:
        return '-'
    return f'{value:,.1f}' if isinstance(value, float) and value != int(value) else f'{int(value):,}'


def layout(lines):
    """Columns: the first to the left, the others to the right."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return ''.join('  '.join(cell.ljust(width) if i == 0 else cell.rjust(width)
                             for i, (cell, width) in enumerate(zip(line, widths))).rstrip() + '\n' for line in lines)


def table(rows, figures):
    lines = [['operation', 'median', 'min', 'max', 'n', 'goal', 'of goal', 'Linux', 'of Linux', 'seL4', 'xv6']]
    waiting = []
    for row in rows:
        figure, anchor = figures.get(row.name), row.anchor
        if figure is None:
            waiting.append(f'{row.name}: not yet: needs {row.needs}\n')
            continue
        lines.append([row.name, show(figure.median), show(figure.least), show(figure.most), show(figure.count),
                      show(anchor['goal']), ratio(figure.median, anchor['goal']), show(anchor['linux']),
                      ratio(figure.median, anchor['linux']), show(anchor['sel4']), show(anchor['xv6'])])
    shown = layout(lines) if len(lines) > 1 else ''
    return shown + ('\n' if shown and waiting else '') + ''.join(waiting)


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


def record_cost(paths):
    """What writing one record costs: the same everywhere; seen on the path that is the same with and without the trace."""
    steps, untraced = paths['ipc']
    return (sum(count for _event, _thread, count in steps) - untraced) / (len(steps) - 1)


def stages(path, steps, untraced, cost):
    """Each step without what its record cost."""
    lines, last = [['step', 'instructions', 'of it']], 'START'
    mine = [count - (cost if i else 0) for i, (_event, _thread, count) in enumerate(steps)]
    for (event, _thread, _count), own in zip(steps, mine):
        lines.append([f'{last} to {event}: {STEPS.get((last, event), "")}'.rstrip(': '), f'{own:.0f}',
                      f'{own / sum(mine) * 100:.0f}%'])
        last = event
    end = f'{path}: {sum(mine):.0f} instructions, without {len(steps) - 1} records of {cost:.1f}; {untraced} with the trace off'
    if abs(sum(mine) - untraced) > len(steps):
        end += '\nwith the trace on, part of this path goes the general way'
    return layout(lines) + end + '\n'


def write_json(path, figures, unequal):
    record = {'format': FORMAT_VERSION, 'unit': 'guest instructions, -icount shift=0,sleep=off, release build',
              'unequal': unequal, 'rows': {name: figure.as_record() for name, figure in figures.items()}}
    with open(path, 'w', encoding='utf-8') as stream:
        json.dump(record, stream, indent=1)
        stream.write('\n')


def read_json(path):
    """The rows of a file of --json; ValueError if it is none."""
    with open(path, encoding='utf-8') as stream:
        record = json.load(stream)
    if not isinstance(record, dict) or record.get('format') != FORMAT_VERSION or not isinstance(record.get('rows'), dict):
        raise ValueError('no file of ./bench --json')
    return record['rows']
