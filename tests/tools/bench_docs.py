# SPDX-License-Identifier: MIT
"""The figures in the docs: made from measurements (./bench --update), and compared with them by tests.

A block of a page that begins with `<!-- bench: WHAT -->` and a line ```text is ours; WHAT is `table`, `growth`,
`stages NAME`, or `accounts` of the rows above their goal. The table is made from the committed figures and must be equal to them. What is measured anew may differ
from the page by TOLERANCE: counts are exact, but each change of code moves them a little.
"""
import os
import re

import bench_accounts
import bench_chart
import bench_growth
import bench_measure
import bench_rows
import bench_stages
import bench_table
from build import ROOT
from scenario import Subcase

FIGURES = os.path.join(ROOT, 'apps/bench/figures.json')
CHART = os.path.join(ROOT, 'docs/figures.svg')
PAGES = ('docs/performance.md', 'docs/fault-path.md')
BLOCK = re.compile(r'(<!-- bench: ([\w -]+) -->\n```text\n)(.*?)(^```$)', re.DOTALL | re.MULTILINE)
FAULT_SENTENCE = re.compile(r"(?<=takes )[\d,]+ instructions: [\d,]+ for the kernel's two visits, [\d,]+ for the pager's policy and shell, "
                            r'[\d,]+ to zero the page')
TOLERANCE = 0.03
UPDATE = 'type: ./bench --update'


def read(path):
    with open(os.path.join(ROOT, path), encoding='utf-8') as stream:
        return stream.read()


def blocks():
    """[(page, what, text)]"""
    return [(page, what, text) for page in PAGES for _head, what, text, _end in BLOCK.findall(read(page))]


def table_text(figures):
    """@figures: rows of the JSON file by name."""
    shown = {name: bench_measure.Figure(row['median'], row['min'], row['max'], row['n']) for name, row in figures.items()}
    return bench_table.table(bench_rows.load(), shown)


def render(what, bench, series):
    if what == 'table':
        return table_text(bench_table.read_json(FIGURES))
    if what == 'growth':
        return bench_growth.show(series)[0]
    if what == 'accounts':
        return bench_accounts.render(bench.folder, bench_accounts.rows_above(bench_table.read_json(FIGURES)))
    return bench_stages.show(bench.folder, what.removeprefix('stages '))


def fault_sentence():
    """README's account of one fault: the committed figure, and its parts as docs/fault-path.md shows them."""
    text = next(text for _page, what, text in blocks() if what == 'stages anon-write')
    who = re.findall(r'^(\w+)\S* .*? ([\d,]+) +([\d,]+) +[\d,]+ +\d+%$', text.split('\n\n')[1], re.MULTILINE)
    kernel, pager = sum(number_of(row[2]) for row in who), sum(number_of(row[1]) for row in who if row[0] == 'pager')
    total, zero = bench_table.read_json(FIGURES)['anon-write']['median'], stage_counts(text)[0]['function pager: words_zero_many']
    return (f"{bench_table.show(total)} instructions: {kernel:,} for the kernel's two visits, {pager - zero:,} for the pager's policy and shell, "
            f'{zero:,} to zero the page')


def write(path, text):
    with open(os.path.join(ROOT, path), 'w', encoding='utf-8') as stream:
        stream.write(text)


def update(bench, series):
    """Chart and pages from the figures file as it is now, and what is measured for it."""
    write(CHART, bench_chart.draw(bench_rows.load(), bench_table.read_json(FIGURES)))
    for page in PAGES:
        write(page, BLOCK.sub(lambda found: found.group(1) + render(found.group(2), bench, series) + found.group(4), read(page)))
    write('README.md', FAULT_SENTENCE.sub(lambda _found: fault_sentence(), read('README.md')))


# --- tests

def find_stale(_context=None):
    """Quick: what is made from the committed figures alone."""
    figures, problems = bench_table.read_json(FIGURES), []
    for page, what, text in blocks():
        if what == 'table' and text != table_text(figures):
            problems.append(f'{page}: the table is not that of apps/bench/figures.json; {UPDATE}')
        if what == 'accounts' and list(bench_accounts.parse(text)) != bench_accounts.rows_above(figures):
            problems.append(f'{page}: the accounts are not those of the rows above their goal; {UPDATE}')
    if read('docs/figures.svg') != bench_chart.draw(bench_rows.load(), figures):
        problems.append(f'docs/figures.svg is not the chart of apps/bench/figures.json; {UPDATE}')
    if FAULT_SENTENCE.findall(read('README.md')) != [fault_sentence()]:
        problems.append(f'README.md: the fault of its example takes {fault_sentence()}; {UPDATE}')
    return problems


def judge_rows(rows, measured, committed):
    """A Subcase for each row: not more than TOLERANCE above its committed figure."""
    cases = []
    for row in rows:
        now, before = measured.get(row.name), committed.get(row.name)
        if now is None:
            continue
        why = f'{row.name} has no committed figure; {UPDATE}' if before is None else None
        if before is not None and now.median > before['median'] * (1 + TOLERANCE):
            why = (f'{row.name}: {bench_table.show(now.median)} {row.anchor["unit"]}, committed {bench_table.show(before["median"])} '
                   f'({(now.median / before["median"] - 1) * 100:+.1f}%); find out with ./bench --only {row.name}, or, if it must be, {UPDATE}')
        cases.append(Subcase(row.name, why))
    return cases


def rows_hold(_context):
    rows = bench_rows.load()
    measured, _unequal = bench_measure.measure(bench_measure.Bench(), rows, 1)
    return judge_rows(rows, measured, bench_table.read_json(FIGURES))


def growth_holds(_context):
    series = bench_growth.measure(bench_measure.Bench(), lambda text: None)
    text, holds = bench_growth.show(series)
    shown = next(text for _page, what, text in blocks() if what == 'growth')
    return [Subcase('claim', None if holds else text), Subcase('page', compare_numbers(shown, text))]


def stages_agree(_context):
    bench = bench_measure.Bench()
    return [Subcase(what, compare_stages(text, render(what, bench, None)))
            for _page, what, text in blocks() if what.startswith('stages ')]


def accounts_agree(names):
    """A test function: the accounts of @names, None: of all, are as the page shows them."""
    def function(_context):
        shown = next(text for _page, what, text in blocks() if what == 'accounts')
        above = bench_accounts.rows_above(bench_table.read_json(FIGURES))
        now = bench_accounts.render(bench_measure.Bench().folder, [name for name in above if names is None or name in names])
        return [Subcase(name, why and f'{why}; {UPDATE}') for name, why in bench_accounts.compare(shown, now, TOLERANCE)]
    return function


def compare_numbers(shown, now):
    """None, or the first line whose words differ or whose numbers do by more than TOLERANCE."""
    shown_lines, now_lines = shown.splitlines(), now.splitlines()
    for one, other in zip(shown_lines, now_lines):
        pairs = list(zip(numbers_of(one), numbers_of(other)))
        if words_of(one) != words_of(other) or any(abs(a - b) > max(TOLERANCE * max(a, b), 20) for a, b in pairs):
            return f'the page shows\n{one}\nnow it is\n{other}\n{UPDATE}'
    return None if len(shown_lines) == len(now_lines) else f'the page has {len(shown_lines)} lines, now there are {len(now_lines)}; {UPDATE}'


def number_of(text):
    return int(text.replace(',', ''))


def numbers_of(line):
    return [number_of(number) for number in re.findall(r'\b[\d,]+\b', line)]


def words_of(line):
    return re.sub(r'\s+', ' ', re.sub(r'\b[\d,]+\b', 'N', line))


def stage_counts(text):
    """({row: instructions}, total) of a text of --stages; a stage, or a function, may be called as a row of the second table."""
    counts = {}
    for kind, part in zip(('stage ', '', 'function '), text.split('\n\n')):
        for name, count in re.findall(r'^(\S.*?)  .*?([\d,]+) +\d+%$', part, re.MULTILINE):
            counts[kind + name] = number_of(count)
    return counts, number_of(re.search(r'^[\w-]+: ([\d,]+) instructions', text, re.MULTILINE).group(1))


def compare_stages(shown, now):
    """None, or the first row that differs by more than TOLERANCE of the whole path."""
    (before, total), (after, total_now) = stage_counts(shown), stage_counts(now)
    for name in [*before, *(name for name in after if name not in before)]:
        if abs(before.get(name, 0) - after.get(name, 0)) > TOLERANCE * total:
            return f'{name}: the page shows {before.get(name, 0):,}, now {after.get(name, 0):,}; {UPDATE}'
    return None if abs(total - total_now) <= TOLERANCE * total else f'the page shows {total:,}, now {total_now:,}; {UPDATE}'
