# SPDX-License-Identifier: MIT
"""The pure parts of ./bench: lines read, rows and anchors together, table, comparison, stages, JSON, command line."""
import os
import tempfile
import unittest

import bench
import bench_measure
import bench_rows
import bench_table
from build import ROOT

TEXT = '''\
RESULT ipc med 559 min 558 max 600 n 1000
RESULT anon_write_fault                   med 1741.6 min 1741.5 max 1741.7 n 4096 reps 11 faults 0
RESULT broken FAILED
STAGE ipc ENTER 1 100
STAGE ipc SWITCH 7 124
STAGE ipc END 0 60
UNTRACED ipc 236
STAGE odd ENTER 1 5
'''


class BenchTest(unittest.TestCase):
    def figures(self):
        return bench_measure.parse_results(TEXT)

    def test_results_are_read(self):
        figures = self.figures()
        self.assertEqual(sorted(figures), ['anon_write_fault', 'ipc'])
        self.assertEqual(figures['ipc'].as_record(), {'median': 559, 'min': 558, 'max': 600, 'n': 1000})
        self.assertEqual(figures['anon_write_fault'].count, 4096 * 11)

    def test_every_row_has_anchors(self):
        rows = bench_rows.load()
        self.assertTrue(all(row.anchor['goal'] and row.anchor['operation'] for row in rows))
        self.assertTrue(any(row.needs for row in rows) and any(row.source for row in rows))

    def test_every_portable_program_is_built_or_waits(self):
        folder = os.path.join(ROOT, 'apps/bench')
        with open(os.path.join(folder, 'meson.build'), encoding='utf-8') as stream:
            build = stream.read()
        for name in sorted(name[:-2] for name in os.listdir(os.path.join(folder, 'posix')) if name.endswith('.c')):
            self.assertNotEqual(f"'{name}'" in build, name in bench_rows.WAITING_PROGRAMS, name)

    def test_table_shows_ratio_and_what_waits(self):
        rows = [row for row in bench_rows.load() if row.name in ('ipc', 'forwarded-fault')]
        text = bench_table.table(rows, self.figures())
        self.assertRegex(text, r'(?m)^ipc +559 +558 +600 +1,000 +420 +1\.33 +13,715 +0\.04 +512 +-$')
        self.assertIn('forwarded-fault: not yet: needs custom pagers\n', text)

    def test_comparison_shows_the_change(self):
        rows = [row for row in bench_rows.load() if row.name == 'ipc']
        text = bench_table.compare(rows, self.figures(), {'ipc': {'median': 500}})
        self.assertRegex(text, r'(?m)^ipc +500 +559 +\+11\.8%$')

    def test_stages_lose_the_cost_of_their_records(self):
        paths = bench_measure.parse_stages(TEXT)
        self.assertEqual(list(paths), ['ipc'])
        cost = bench_table.record_cost(paths)
        self.assertEqual(cost, 24)
        text = bench_table.stages('ipc', *paths['ipc'], cost)
        self.assertRegex(text, r'(?m)^ENTER to SWITCH: .* 100 +42%$')
        self.assertIn('ipc: 236 instructions', text)

    def test_json_comes_back(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'x.json')
            bench_table.write_json(path, self.figures(), [])
            self.assertEqual(bench_table.read_json(path)['ipc']['median'], 559)
            with open(path, 'w', encoding='utf-8') as stream:
                stream.write('[]')
            self.assertRaises(ValueError, bench_table.read_json, path)

    def test_wrong_words_are_refused(self):
        for words in (['--growth'], ['--wall'], ['--what'], ['--repeat', '0'], ['--repeat'], ['--list=1'], ['ipc']):
            self.assertRaises(bench.UsageError, bench.Arguments, words)
        self.assertRaises(bench.UsageError, bench.choose, bench_rows.ROWS, ['ipx'])
        self.assertEqual([row.name for row in bench.choose(bench_rows.ROWS, ['mmap-*'])], ['mmap-1', 'mmap-64M'])


if __name__ == '__main__':
    unittest.main()
