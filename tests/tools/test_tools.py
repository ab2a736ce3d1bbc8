# SPDX-License-Identifier: MIT
"""Tests of the tools themselves; no guest. A small Python program plays QEMU where one is needed."""
import contextlib
import os
import random
import stat
import struct
import subprocess
import sys
import tempfile
import unittest

import archive
import cc
import check_docs
import console
import options

TOOLS = os.path.dirname(os.path.abspath(__file__))

# Runs machine.Machine with argv[1] (Python) in QEMU's place and reports as ./run does.
HARNESS = '''
import os, sys
sys.path.insert(0, sys.argv[1])
import machine, options, run
choice = options.parse(sys.argv[3:] + ["--", "prog"])
machine.arm_signals()
line = [sys.executable, "-c", "import sys, time, os\\n" + sys.argv[2]]
machine.fill_closed_streams()
try:
    result = machine.Machine(choice, line, lambda owner: None, lambda: None).run()
except machine.StreamError as error:
    result = run._refuse(error)
os._exit(run.report(result))
'''
END = r'os.write(1, b"\x105reason=exit status=7 instructions=99 leaks=0\n")' + '\n'


def play(script, *arguments, stdin=b'', timeout_s=30):
    done = subprocess.run([sys.executable, '-c', HARNESS, TOOLS, script, *arguments], input=stdin,
                          capture_output=True, timeout=timeout_s, check=False)
    return done.returncode, done.stdout, done.stderr


class ArchiveTest(unittest.TestCase):
    def make(self):
        boot = archive.Archive()
        boot.add_bytes('/bin/a', b'x' * 5000, 0o755)
        boot.add_bytes('/etc/deep/empty', b'')
        boot.add_bytes('/bin/b', bytes(range(256)))
        return boot.to_bytes()

    def test_file_data_is_page_aligned(self):
        data = self.make()
        for content in (b'x' * 5000, bytes(range(256))):
            self.assertEqual(data.index(content) % archive.PAGE_BYTES, 0)
        self.assertEqual(len(data) % archive.PAGE_BYTES, 0)

    def test_same_input_gives_the_same_bytes(self):
        self.assertEqual(self.make(), self.make())

    def test_reading_gives_back_what_was_written(self):
        found = {name: (mode, data) for name, mode, data in archive.read_entries(self.make())}
        self.assertEqual(found['bin/a'], (0o100755, b'x' * 5000))
        self.assertEqual(found['etc/deep/empty'], (0o100644, b''))
        self.assertEqual(found['etc/deep'][0], 0o040755)

    def test_later_archive_follows_the_first(self):
        second = archive.Archive()
        second.add_bytes('/bin/a', b'new')
        names = [name for name, _, _ in archive.read_entries(self.make() + second.to_bytes())]
        self.assertEqual(names.count('bin/a'), 2)

    def test_paths_that_leave_the_root_are_refused(self):
        for path in ('', '/', '/a/../b', '/a//b', 'a\0b'):
            with self.assertRaises(archive.ArchiveError):
                archive.Archive().add_bytes(path, b'')

    def test_folder_keeps_its_tree_links_and_execute_bits(self):
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(folder + '/sub/empty')
            with open(folder + '/sub/tool', 'wb') as stream:
                stream.write(b'hi')
            os.chmod(folder + '/sub/tool', 0o750)
            os.symlink('tool', folder + '/sub/link')
            boot = archive.Archive()
            boot.add_tree('/opt', folder)
            found = {name: (mode, data) for name, mode, data in archive.read_entries(boot.to_bytes())}
        self.assertEqual(found['opt/sub/tool'], (0o100755, b'hi'))
        self.assertEqual(found['opt/sub/link'], (0o120777, b'tool'))
        self.assertEqual(found['opt/sub/empty'][0], 0o040755)

    def test_nothing_but_files_folders_and_links_is_taken_or_opened(self):
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(folder + '/tree')
            os.mkfifo(folder + '/tree/fifo')
            for host in (folder + '/tree/fifo', folder + '/tree', '/dev/null'):
                with self.assertRaisesRegex(archive.ArchiveError, 'neither a file'):
                    archive.Archive().add_tree('/data', host)

    def test_a_path_stands_once_and_only_folders_hold_paths(self):
        boot = archive.Archive(before={'bin': stat.S_IFDIR, 'bin/cat': stat.S_IFREG})
        boot.add_bytes('/bin/cat', b'another')  # a file of the archive before may be replaced
        for path in ('/bin/cat', '/bin', '/bin/cat/x', '/' + 'n' * 256):
            with self.assertRaises(archive.ArchiveError):
                boot.add_bytes(path, b'')
        self.assertEqual(sorted(boot.entries), ['bin/cat'])

    def test_names_that_are_no_text_come_back(self):
        boot = archive.Archive()
        boot.add_bytes(os.fsdecode(b'/bin/\xff'), b'')
        self.assertEqual([os.fsencode(name) for name, _, _ in archive.read_entries(boot.to_bytes())], [b'bin', b'bin/\xff'])


class ConsoleTest(unittest.TestCase):
    STREAM = b'OpenSBI\r\n\x100boot\n\x101a\x10\x10b\x10r\x102err\x105reason=exit status=0 instructions=1 leaks=0\n'

    def collect(self, pieces):
        wire, channels = console.Demultiplexer(), {}
        for piece in pieces:
            for channel, data in wire.feed(piece):
                channels[channel] = channels.get(channel, b'') + data
        return channels, wire.take_wanted()

    def test_every_cut_of_a_stream_gives_the_same_channels(self):
        whole = self.collect([self.STREAM])
        self.assertEqual(whole[0][console.STDOUT], b'a\x10b')
        self.assertEqual(whole[0][None], b'OpenSBI\r\n')
        self.assertEqual(whole[1], 1)
        for i in range(len(self.STREAM)):
            self.assertEqual(self.collect([self.STREAM[:i], self.STREAM[i:]]), whole)
        self.assertEqual(self.collect([bytes((b,)) for b in self.STREAM]), whole)

    def test_panic_that_cuts_into_a_pair_still_switches(self):
        channels, _ = self.collect([b'\x101x\x10' + b'\x10x\x100' + b'panic: y\n'])
        self.assertEqual(channels[console.KERNEL], b'panic: y\n')

    def test_random_bytes_survive_framing(self):
        data = random.Random(1).randbytes(20000)
        framed = b'\x101' + data.replace(b'\x10', b'\x10\x10')
        self.assertEqual(self.collect([framed])[0], {console.STDOUT: data})
        self.assertEqual(console.escape_input(b'a\x10b'), b'a\x10\x10b')

    def test_end_line_is_read_exactly(self):
        self.assertEqual(console.parse_end(b'reason=signal status=139 instructions=5 leaks=-\n'),
                         ('signal', '139', '5', '-'))
        for bad in (b'reason=exit status=256 instructions=1 leaks=0\n', b'reason=exit status=0\n', b''):
            self.assertIsNone(console.parse_end(bad))

    def test_frames_and_faults_get_names(self):
        table = FakeSymbols()
        self.assertEqual(console.symbolise_fault(b'#1 store 0x1 pc=0x10094 pid=2\n', table),
                         b'#1 store 0x1 pc=main+0x4 pid=2\n')
        self.assertEqual(console.symbolise_fault(b'#1 store 0x1 pc=0x10094 pid=22\n', table),
                         b'#1 store 0x1 pc=0x10094 pid=22\n')
        self.assertEqual(console.symbolise_frame(b'  at 0x10094 in pager\n', lambda owner: table),
                         b'  at 0x10094 in pager main+0x4 (m.c:3)\n')
        self.assertEqual(console.symbolise_frame(b'  at 0x5\n', lambda owner: None), b'  at 0x5\n')


class FakeSymbols:
    def name(self, address, back=0):
        return f'main+0x{address - 0x10090:x}'

    def line(self, _address):
        return 'm.c:3'


class OptionsTest(unittest.TestCase):
    def test_wrong_lines_are_refused_in_one_line(self):
        for words in (['--nope'], ['prog'], ['--'], ['--mem', '1M'], ['--mem', 'x'], ['--smp', '0'], ['--smp'],
                      ['--add', '/no/such/file'], ['--build', 'debug'], ['--timeout', '-1'], ['--count=3'],
                      ['--disk', 'x'], ['--get', 'x'], ['--fresh'], ['--faults='], ['--', ''], ['--', '', 'x']):
            with self.assertRaises(options.UsageError) as caught:
                options.parse(words)
            self.assertNotIn('\n', str(caught.exception))
            self.assertIn('; type: ./run', str(caught.exception))

    def test_right_lines_are_understood(self):
        got = options.parse(['--mem=64M', '--smp', '4', '--faults', '--count', '--add', '/bin/sh=/x/y', '--', 'p', '--mem'])
        self.assertEqual((got.memory_bytes, got.harts, got.faults, got.faults_file), (64 << 20, 4, True, None))
        self.assertEqual((got.program, got.adds, got.seed), (['p', '--mem'], [('/bin/sh', '/x/y')], 1))
        self.assertEqual((got.timeout_s, options.parse([]).timeout_s), (120, 0))
        self.assertEqual(options.parse(['--add', '/bin/sh']).adds, [('/bin/sh', '/bin/sh')])


class MachineTest(unittest.TestCase):
    def test_channels_reach_their_streams_and_the_status_is_the_programs(self):
        status, out, err = play(r'os.write(1, b"fw\n\x100boot\n\x101out\n\x102oops")' + '\n' + END)
        self.assertEqual((status, out), (7, b'out\n'))
        self.assertEqual(err, b'oops\npagoda: reason=exit status=7 instructions=- leaks=0\n')

    def test_counted_run_reports_instructions(self):
        self.assertIn(b'status=7 instructions=99 leaks=0\n', play(END, '--count')[2])

    def test_verbose_shows_firmware_and_boot_log(self):
        err = play(r'os.write(1, b"fw\n\x100boot\n")' + '\n' + END, '--verbose')[2]
        self.assertEqual(err.splitlines()[:2], [b'fw', b'boot'])

    def test_input_goes_only_when_asked_and_ends(self):
        script = r'''
os.write(1, b"\x101")
data = b""
while not data.endswith(b"\x10e"):
    os.write(1, b"\x10r")
    piece = os.read(0, 65536)
    assert len(piece) <= 2048, len(piece)
    data += piece
os.write(1, data[:-2])
''' + END
        sent = random.Random(2).randbytes(5000)
        status, out, _ = play(script, stdin=sent)
        self.assertEqual((status, out), (7, sent))

    def test_nothing_is_read_that_the_guest_does_not_ask_for(self):
        with tempfile.TemporaryFile() as stream:
            stream.write(b'left alone')
            stream.seek(0)
            subprocess.run([sys.executable, '-c', HARNESS, TOOLS, 'os.write(1, b"\\x101")\n' + END],
                           stdin=stream, capture_output=True, check=False)
            self.assertEqual(stream.read(), b'left alone')

    def test_panic_shows_the_log_and_is_126(self):
        status, _, err = play(r'os.write(1, b"\x100boot line\npanic: broken\n  at 0x5\n")')
        self.assertEqual(status, 126)
        self.assertTrue(err.startswith(b'boot line\npanic: broken\n  at 0x5\n'))
        self.assertTrue(err.endswith(b'pagoda: reason=panic status=126 instructions=- leaks=-\n'))

    def test_machine_without_a_result_is_a_panic(self):
        self.assertEqual(play(r'os.write(1, b"\x101half")')[0], 126)

    def test_qemu_that_does_not_start_is_setup(self):
        status, _, err = play('sys.stderr.write("bad option\\n"); sys.exit(1)')
        self.assertEqual(status, 125)
        self.assertIn(b'bad option', err)

    def test_stuck_machine_is_killed_at_the_time_limit(self):
        script = 'import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)'
        status, _, err = play(script, '--timeout', '0.5')
        self.assertEqual(status, 124)
        self.assertTrue(err.endswith(b'pagoda: reason=timeout status=124 instructions=- leaks=-\n'))

    def test_time_limit_holds_while_nobody_takes_the_output(self):
        read_end, write_end = os.pipe()
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, read_end)
            done = subprocess.run([sys.executable, '-c', HARNESS, TOOLS,
                                   'os.write(1, b"\\x101")\nwhile True: os.write(1, b"y\\n" * 4000)', '--timeout', '1'],
                                  stdout=write_end, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=20, check=False)
            os.close(write_end)
        self.assertEqual(done.returncode, 124)

    def test_closed_output_ends_the_run_by_sigpipe(self):
        read_end, write_end = os.pipe()
        os.close(read_end)
        done = subprocess.run([sys.executable, '-c', HARNESS, TOOLS,
                               'os.write(1, b"\\x101")\nwhile True: os.write(1, b"y\\n" * 4000)'],
                              stdout=write_end, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=20, check=False)
        os.close(write_end)
        self.assertEqual(done.returncode, 141)

    def play_with(self, script, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, redirect=''):
        """The status with these streams; @redirect is the shell's, e.g. >&-."""
        return subprocess.run(['sh', '-c', f'exec "$@" {redirect}', 'sh', sys.executable, '-c', HARNESS, TOOLS, script + '\n' + END],
                              stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, timeout=20, check=False)

    def test_closed_streams_take_what_is_written_and_keep_the_status(self):
        both = r'os.write(1, b"\x101out\n\x102oops\n")'
        done = self.play_with(both, stderr=subprocess.PIPE, redirect='>&-')
        self.assertEqual((done.returncode, done.stderr), (7, b'oops\npagoda: reason=exit status=7 instructions=- leaks=0\n'))
        done = self.play_with(both, stdout=subprocess.PIPE, redirect='2>&-')
        self.assertEqual((done.returncode, done.stdout), (7, b'out\n'))
        self.assertEqual(self.play_with(both, redirect='<&- >&- 2>&-').returncode, 7)

    def test_full_disk_ends_the_run_with_one_line(self):
        with open('/dev/full', 'wb') as full:
            done = self.play_with(r'os.write(1, b"\x101out\n")', stdout=full, stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 125)
            self.assertEqual(done.stderr, b'pagoda: standard output: No space left on device\n'
                                          b'pagoda: reason=setup status=125 instructions=- leaks=-\n')
            self.assertEqual(self.play_with('', stderr=full).returncode, 7)
            self.assertEqual(self.play_with(r'os.write(1, b"\x102oops\n")', stderr=full).returncode, 125)

    def test_panic_stays_a_panic_when_nobody_reads_it(self):
        read_end, write_end = os.pipe()
        os.close(read_end)
        script = r'os.write(1, b"\x100boot line\n")' + '\nsys.exit(0)'
        self.assertEqual(self.play_with(script, stderr=write_end).returncode, 126)
        os.close(write_end)

    def test_faults_go_to_their_file(self):
        with tempfile.TemporaryDirectory() as folder:
            status, _, err = play(r'os.write(1, b"\x103#1 load 0x1 pc=0x2\n")' + '\n' + END, f'--faults={folder}/f')
            with open(folder + '/f', 'rb') as stream:
                self.assertEqual(stream.read(), b'#1 load 0x1 pc=0x2\n')
        self.assertEqual((status, err.count(b'\n')), (7, 1))


class SymbolsTest(unittest.TestCase):
    def test_names_come_from_the_symbol_table(self):
        import symbols
        names = b'\0main\0next\0'
        table = bytes(24) + struct.pack('<IBBHQQ', 1, 0x12, 0, 1, 0x100, 8) + struct.pack('<IBBHQQ', 6, 0x12, 0, 1, 0x110, 0)
        head = 64
        sections = [(0,) * 10, (0, 2, 0, 0, head, len(table), 2, 0, 0, 24), (0, 3, 0, 0, head + len(table), len(names), 0, 0, 0, 0)]
        start = head + len(table) + len(names)
        elf = (b'\x7fELF\x02\x01' + bytes(34) + struct.pack('<Q', start) + bytes(10) + struct.pack('<HHH', 64, 3, 0)
               + table + names + b''.join(struct.pack('<IIQQQQIIQQ', *s) for s in sections))
        found = symbols.Symbols(elf)
        self.assertEqual([found.name(a) for a in (0x100, 0x107, 0x108, 0x114, 5)],
                         ['main+0x0', 'main+0x7', None, 'next+0x4', None])
        self.assertEqual([found.name(a, back=1) for a in (0x100, 0x108)], [None, 'main+0x8'])
        self.assertIsNone(symbols.Symbols(elf[:100]).name(0x100))


class CompilerTest(unittest.TestCase):
    def test_inputs_are_told_from_options(self):
        for words in (['a.c'], ['-c', 'a.c'], ['-o', 'a', '-'], ['-Ifolder', 'a.o'], ['@file']):
            self.assertTrue(cc.has_input(words), words)
        for words in ([], ['-O2'], ['-o', 'a'], ['-I', 'folder', '-x', 'c'], ['--version']):
            self.assertFalse(cc.has_input(words), words)


class DocsTest(unittest.TestCase):
    TEXT = "# x\n```console\n$ printf '#a\\n'  # said\n#a\n$ true\n```\n```sh\n$ no\n```\n"

    def test_blocks_are_split_into_commands(self):
        blocks = check_docs.BLOCK.findall(self.TEXT)
        self.assertEqual([info for info, _ in blocks], ['console', 'sh'])
        self.assertEqual(check_docs.split_console(blocks[0][1]), [("printf '#a\\n'  # said", '#a\n'), ('true', '')])

    def test_files_of_a_page_are_there_for_its_commands(self):
        page = '```c build/shown_{0}.c\nint x;\n```\n```console\n$ cat build/shown_{0}.c; test x || ./run\n{1}\n```\n'
        name = f'{os.getpid()}'
        self.assertEqual(check_docs.judge_page('page', page.format(name, 'int x;')), [])
        self.assertEqual(len(check_docs.judge_page('page', page.format(name, 'int y;'))), 1)
        self.assertEqual(len(check_docs.judge_page('page', '```c build/unused.c\n```\n')), 1)
        self.assertFalse(os.path.exists(os.path.join(check_docs.ROOT, f'build/shown_{name}.c')))

    def test_commands_of_blocks_are_judged_by_status_and_output(self):
        last = 'pagoda: reason=exit status={} instructions=- leaks=0\n'
        for command, wanted in (("printf '#a\\n'  # said", '#a\n'), ('true', ''), ('echo a 12; echo b', 'a N\n...\n'),
                                (f'printf "{last[:-1].format(3)}\\n"; exit 3', last.format(3))):
            self.assertEqual(check_docs.judge_command(command, wanted), [], command)
        for command, wanted in (('false', ''), ('echo b', 'a\n'), ('exit 3', last.format(3)), ('echo a; exit 1', 'a\n'),
                                (f'printf "{last[:-1].format(3)}\\n"', last.format(3))):
            self.assertEqual(len(check_docs.judge_command(command, wanted)), 1, command)

    def test_names_and_paths_are_found(self):
        self.assertEqual(check_docs.BUILT_FILE.findall('./x build/a -o build/b.c mybuild/c'), ['build/a', 'build/b.c'])
        self.assertEqual(check_docs.SOURCE_PATH.findall('/* see docs/' 'x.md, kernel/' 'y.c: ../docs/no.md */'),
                         ['docs/' 'x.md', 'kernel/' 'y.c'])


class ClaimTest(unittest.TestCase):
    def test_claim_is_the_first_sentence_behind_the_licence(self):
        from test import first_sentence
        licence = '/* SPDX-License-Identifier: MIT */\n'
        self.assertEqual(first_sentence(licence + '/*\n * Random *operations*\n * on a space. More.\n */\n'), 'Random *operations* on a space')
        self.assertEqual(first_sentence(licence + '/* One line: more. */\n'), 'One line')
        self.assertIsNone(first_sentence(licence + 'int x;\n'))


if __name__ == '__main__':
    unittest.main()
