# SPDX-License-Identifier: MIT
"""The bar chart of ./bench --chart: Pagoda beside the others, from the committed figures and anchors.csv, as SVG."""
import math

from bench_table import show

ROWS = {  # in this order, by these words
    'null-call': 'into the kernel and back',
    'ipc': 'call and reply (Linux: pipe)',
    'bare-fault': 'fault to a user-space pager and back',
    'anon-write': 'first write to an anonymous page',
    'cow-copy': 'copy-on-write fault',
    'pipe': 'pipe round trip',
    'fork': 'fork + exit + wait',
    'fork-64M': 'the same with 64 MiB touched',
    'fork-exec': 'fork + exec + exit + wait',
    'boot': 'power-on to the first program',
}
SYSTEMS = [  # name, colour, keys of the anchors: the best of these is drawn
    ('Pagoda', '#b5341f', None), ('Linux', '#3c5a80', ('linux', 'linux_lean')), ('seL4', '#5f8a4c', ('sel4', 'sel4_tuned')),
    ('xv6', '#9a8a6a', ('xv6', 'xv6_tuned')),
]
WIDTH, LEFT, RIGHT = 820, 330, 90
BAR, GAP, GROUP_GAP, TOP, BOTTOM = 12, 2, 14, 64, 40
TEXT = 'font-family="sans-serif" font-size="12"'


def bars_of(row, figure):
    """[(colour, value)] of what is known."""
    found = []
    for _name, colour, keys in SYSTEMS:
        value = figure['median'] if keys is None else min((row.anchor[key] for key in keys if row.anchor[key]), default=None)
        if value is not None:
            found.append((colour, value))
    return found


def text(x, y, words, anchor='start', style=''):
    words = words.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" {TEXT}{style}>{words}</text>\n'


def legend():
    parts, x = '', LEFT
    for name, colour, _keys in SYSTEMS:
        parts += f'<rect x="{x}" y="34" width="12" height="12" fill="{colour}"/>\n' + text(x + 18, 45, name)
        x += 100
    return parts


def draw(rows, figures):
    """The whole SVG. Lengths are logarithms: from the smallest power of ten below all to the largest value."""
    by_name = {row.name: row for row in rows}
    groups = [(words, bars_of(by_name[name], figures[name])) for name, words in ROWS.items() if name in figures]
    values = [value for _words, bars in groups for _colour, value in bars]
    least, most = math.floor(math.log10(min(values))), math.log10(max(values))
    scale = (WIDTH - LEFT - RIGHT) / (most - least)
    body, y = '', TOP
    for words, bars in groups:
        middle = y + len(bars) * (BAR + GAP) / 2 + 3
        body += text(LEFT - 12, middle, words, 'end')
        for colour, value in bars:
            length = (math.log10(value) - least) * scale
            body += f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{colour}"/>\n'
            body += text(LEFT + round(length, 1) + 6, y + BAR - 2, show(round(value)))
            y += BAR + GAP
        y += GROUP_GAP
    height = y + BOTTOM
    note = 'Guest instructions in QEMU, not cycles: caches and TLBs are not seen. Logarithmic. Each system at its best, tuned or not.'
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">\n'
            '<!-- SPDX-License-Identifier: MIT. Made from apps/bench/figures.json and anchors.csv. -->\n'
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n'
            + text(12, 24, 'Instructions per operation: shorter is better', style=' font-weight="bold"')
            + legend() + body + text(12, height - 14, note, style=' fill="#555555"') + '</svg>\n')
