# SPDX-License-Identifier: MIT
"""The pure parts of ./bench: lines read, rows and anchors together, tables, stages, growth, chart, JSON, command line."""
import math
import os
import tempfile
import unittest

import bench
import bench_accounts
import bench_chart
import bench_docs
import bench_growth
import bench_landmarks
import bench_measure
import bench_rows
import bench_stages
import bench_step
import bench_table
from build import ROOT

TEXT = '''\
RESULT ipc med 559 min 558 max 600 n 1000
RESULT anon_write_fault                   med 1741.6 min 1741.5 max 1741.7 n 4096 reps 11 faults 0
RESULT broken FAILED
CLOCK 4000 instructions 2000 ns
'''
MEMORY = ('RESULT memory-frames med 39424 min 1 max 1 n 64\nRESULT memory-cspaces med 1 min 1 max 1 n 64\n'
          'RESULT memory-threads med 1 min 1 max 1 n 64\nRESULT memory-spaces med 1 min 1 max 1 n 64\n')
BYTES = ''.join(f'RESULT bytes-{kind} med 1024 min 1024 max 1024 n 1\n' for kind in ('cspace', 'thread', 'space'))
STAGES = '''\
stage                 instructions  of it
kernel: enter                  102     6%
pager: zero the page           517    32%

who: what it serves  times  itself  kernel for it  together  of it
program                  1       7            217       224    14%
pager: fault_serve       1   1,036            353     1,389    86%

function               instructions  of it
kernel: trap_entry               82     5%
pager: fault_serve               76     5%
anon-write: 1,613 instructions, the call of the measured function included
'''


def series(cost, sizes=(1, 10, 100, 1000)):
    return [(size, round(cost(size))) for size in sizes]


def row_of(name):
    return next(row for row in bench_rows.load() if row.name == name)


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
        self.assertTrue(any(row.needs for row in rows) and any(row.sources for row in rows))

    def test_every_portable_program_is_built_or_waits(self):
        folder = os.path.join(ROOT, 'apps/bench')
        with open(os.path.join(folder, 'meson.build'), encoding='utf-8') as stream:
            build = stream.read()
        for name in sorted(name[:-2] for name in os.listdir(os.path.join(folder, 'posix')) if name.endswith('.c')):
            self.assertNotEqual(f"'{name}'" in build, name in bench_rows.WAITING_PROGRAMS, name)

    def test_table_shows_ratio_and_what_waits(self):
        rows = [row for row in bench_rows.load() if row.name in ('ipc', 'sigsegv-mprotect')]
        text = bench_table.table(rows, self.figures())
        self.assertRegex(text, r'(?m)^ipc +559 +558 +600 +1,000 +420 +1\.33 +13,715/11,603 +0\.04 +512 +-$')
        self.assertIn('sigsegv-mprotect: not yet: needs signal handlers\n', text)

    def test_comparison_shows_the_change(self):
        rows = [row for row in bench_rows.load() if row.name == 'ipc']
        text = bench_table.compare(rows, self.figures(), {'ipc': {'median': 500}})
        self.assertRegex(text, r'(?m)^ipc +500 +559 +\+11\.8%$')

    def test_memory_is_frames_and_objects(self):
        figure = bench_measure.figure_of(row_of('memory'), [BYTES, MEMORY])
        self.assertEqual((figure.median, figure.count), ((39424 + 3 * 1024) / 1024, 64))
        self.assertRaises(bench_measure.BenchError, bench_measure.figure_of, row_of('memory'), [MEMORY])

    def test_the_clock_makes_time_of_counts(self):
        self.assertEqual(bench_measure.figure_of(row_of('ipc'), [TEXT]).median, 559)
        figure = bench_measure.figure_of(row_of('ipc'), [TEXT], counted=False)
        self.assertEqual((figure.median, figure.least, figure.most, figure.count), (279.5, 279, 300, 1000))
        self.assertEqual(bench_measure.clock_factor('RESULT x\n'), 1)

    def test_runs_that_differ_are_named(self):
        class Changing:
            counted, runs = True, 0

            def text_of(self, _source):
                self.runs += 1
                return f'RESULT ipc med {500 + self.runs} min 1 max 1 n 1\nRESULT null-call med 7 min 7 max 7 n 1\n'

        figures, unequal = bench_measure.measure(Changing(), [row_of('ipc'), row_of('null-call')], 2)
        self.assertEqual((figures['ipc'].median, unequal), (501, ['ipc']))

    def test_json_comes_back(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'x.json')
            bench_table.write_json(path, [row_of('ipc')], self.figures(), [])
            row = bench_table.read_json(path)['ipc']
            self.assertEqual([row[key] for key in ('name', 'median', 'goal', 'linux', 'unit')], ['ipc', 559, 420, 13715, 'instructions'])
            self.assertRaises(ValueError, bench_table.read_json, path, bench_table.UNIT_WALL)
            with open(path, 'w', encoding='utf-8') as stream:
                stream.write('[]')
            self.assertRaises(ValueError, bench_table.read_json, path)

    def test_slower_rows_fail_by_name(self):
        def why(median, committed):
            figure = bench_measure.Figure(median, median, median, 1)
            return [case.why for case in bench_docs.judge_rows([row_of('ipc')], {'ipc': figure}, committed)]

        committed = {'ipc': {'median': 100}}
        self.assertEqual((why(103, committed), why(50, committed)), ([None], [None]))
        self.assertRegex(why(104, committed)[0], r'^ipc: 104 instructions, committed 100 \(\+4\.0%\)')
        self.assertRegex(why(100, {})[0], '^ipc has no committed figure')

    def test_growth_is_judged(self):
        def broken(may, cost):
            return bench_growth.broken(series(cost), may) is not None

        self.assertEqual([broken('linear', cost) for cost in (
            lambda n: 40000, lambda n: 40000 + 250 * n, lambda n: 9 * n, lambda n: 50 + 9 * n + 9 * math.log2(n))], [False] * 4)
        self.assertEqual([broken('linear', cost) for cost in (
            lambda n: 400 + n * n, lambda n: 400 + 40 * n * math.log2(n), lambda n: n ** 1.5)], [True] * 3)
        self.assertEqual([broken('logarithm', cost) for cost in (lambda n: 1600, lambda n: 1600 + 30 * math.log2(n))], [False] * 2)
        self.assertEqual([broken('logarithm', cost) for cost in (lambda n: 1600 + n / 2, lambda n: 1600 + 50 * math.sqrt(n))], [True] * 2)
        self.assertEqual([broken('flat', cost) for cost in (lambda n: 430 + n / 500, lambda n: 430 + 10 * math.log2(n))], [False, True])

    def test_growth_names_what_does_not_hold(self):
        text, holds = bench_growth.show(bench_growth.parse('GROWTH ipc threads 1 400\nGROWTH ipc threads 8 900\n'))
        self.assertFalse(holds)
        self.assertIn('ipc against other threads: more than flat: 400 at 1, but 900 at 8\ndoes not hold: ', text)
        self.assertTrue(bench_growth.show(bench_growth.parse('GROWTH ipc threads 1 400\nGROWTH ipc threads 8 400\n'))[1])

    def test_stages_are_read(self):
        self.assertEqual(bench_docs.stage_counts(STAGES), (
            {'stage kernel: enter': 102, 'stage pager: zero the page': 517, 'program': 224, 'pager: fault_serve': 1389, 'function pager: fault_serve': 76, 'function kernel: trap_entry': 82}, 1613))

    def test_pages_may_differ_a_little(self):
        self.assertIsNone(bench_docs.compare_stages(STAGES, STAGES.replace('1,389', '1,400')))
        self.assertRegex(bench_docs.compare_stages(STAGES, STAGES.replace('pager: fault_serve ', 'pager: request_map ')), '^pager: fault_serve')
        self.assertRegex(bench_docs.compare_stages(STAGES, STAGES.replace('1,613', '1,713')), '^the page shows 1,613, now 1,713')
        self.assertIsNone(bench_docs.compare_numbers('a  1,000  20\n', 'a 1,029 20\n'))
        self.assertRegex(bench_docs.compare_numbers('a  1,000\n', 'a  1,100\n'), '^the page shows')
        self.assertRegex(bench_docs.compare_numbers('holds: 5\n', 'does not hold: 5\n'), '^the page shows')

    def test_requests_are_told_apart(self):
        def run(space, function, count, cause=None, call=None):
            steps = [bench_step.Step(space, 0) for _ in range(count)]
            steps[0].cause, steps[0].call = cause, call
            return [(step, (names[space], function, function)) for step in steps]

        names = {0: 'kernel', 11: 'program', 12: 'pager'}
        wait = next(number for number, name in bench_stages.syscall_names().items() if name == 'reply_wait')
        trace = (run(11, 'main', 2) + run(0, 'trap', 10, 15) + run(12, 'server_main', 3) + run(12, 'fault_serve', 4)
                 + run(0, 'trap', 5, bench_stages.ECALL, wait) + run(12, 'server_main', 1) + run(12, 'request_map', 6)
                 + run(0, 'trap', 7, bench_stages.ECALL, 1) + run(12, 'window', 8))
        found, owners = bench_stages.requests(*zip(*trace))
        self.assertEqual([len(trace), sum(owner is found[1] for owner in owners)], [len(owners), 12])
        self.assertEqual([(r.who, r.serves, r.own, r.kernel) for r in found],
                         [('program', None, 2, 10), ('pager', 'fault_serve', 7, 5), ('pager', 'request_map', 15, 7)])

    def test_stages_follow_calls_and_returns(self):
        class Code:
            name = 'pager'

            def bytes_at(self, address, _count):
                return {0x10: b'\xef\x00\x00\x00', 0x42: b'\x82\x80\x00\x00'}.get(address, b'\x13\x00\x00\x00')  # jal ra; ret; nop

        trace = [(0xC, 'serve'), (0x10, 'policy_fault'), (0x40, 'helper'), (0x42, 'helper'), (0x14, 'serve')]
        stack = bench_landmarks.Stack(Code())
        self.assertEqual([stack.stage(pc, [function]) for pc, function in trace], [None, 'policy', 'policy', 'policy', None])

    def test_a_landmark_that_is_gone_fails(self):
        with tempfile.NamedTemporaryFile() as stream:
            stream.write(b''.join(name.encode() + b'\0' for name in bench_landmarks.LANDMARKS['vfs']))
            stream.flush()
            bench_landmarks.check({'vfs': stream.name, 'other': stream.name})
            self.assertRaisesRegex(bench_landmarks.MissingLandmark, 'pager has no function policy_fault', bench_landmarks.check,
                                   {'pager': stream.name})

    def test_rows_without_a_path_are_refused(self):
        self.assertIsNone(bench_stages.refuse('pipe'))
        self.assertRegex(bench_stages.refuse('boot'), '^--stages boot: it is over before .*; there are: null-call ')
        self.assertRegex(bench_stages.refuse('sigsegv-mprotect'), 'it needs signal handlers; there are: ')
        names = [row.name for row in bench_rows.ROWS]
        self.assertEqual([name for name in names if bench_stages.refuse(name)],
                         [name for name in names if name in bench_stages.CANNOT or row_of(name).needs])
        self.assertEqual([name for name in (*bench_stages.PATHS, *bench_stages.CANNOT, *bench_accounts.CHEAP) if name not in names], [])

    def test_accounts_are_compared(self):
        shown = 'a-row 1,000 = kernel: enter 400 + pager: policy\n    600\nb 10 = kernel: enter 10\n'
        self.assertEqual(list(bench_accounts.parse(shown)), ['a-row', 'b'])
        self.assertEqual(bench_accounts.compare(shown, 'a-row 1,010 = kernel: enter 400 + pager: policy 610\n', 0.03), [('a-row', None)])
        for now, why in (('a-row 1,000 = kernel: enter 500 + pager: policy 500\n', '^kernel: enter: the page shows 400, now 500'),
                         ('a-row 1,000 = kernel: enter 400 + pager: other 600\n', '^pager: policy: the page shows 600, now 0'),
                         ('c 1,000 = kernel: enter 1,000\n', '^kernel: enter: the page shows 0, now 1,000')):
            self.assertRegex(bench_accounts.compare(shown, now, 0.03)[0][1], why)

    def test_chart_has_a_bar_for_each_figure(self):
        rows = bench_rows.load()
        drawn = bench_chart.draw(rows, {'anon-write': {'median': 1607}, 'ipc': {'median': 431}})
        self.assertEqual([drawn.count(f'fill="{colour}"') for _name, colour, _keys in bench_chart.SYSTEMS], [3, 3, 3, 2])
        self.assertIn('>1,607<', drawn)
        self.assertIn('not cycles', drawn)

    def test_wrong_words_are_refused(self):
        for words in (['--what'], ['--repeat', '0'], ['--repeat'], ['--list=1'], ['ipc'], ['--growth', '--wall'], ['--growth', '--only', 'ipc'],
                      ['--stages', 'ipx'], ['--update', '--json', 'x']):
            self.assertRaises(bench.UsageError, bench.Arguments, words)
        self.assertRaises(bench.UsageError, bench.choose, bench_rows.ROWS, ['ipx'])
        self.assertEqual([row.name for row in bench.choose(bench_rows.ROWS, ['mmap-*'])], ['mmap-1', 'mmap-64M'])


if __name__ == '__main__':
    unittest.main()
