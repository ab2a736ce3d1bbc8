# SPDX-License-Identifier: MIT
"""./run --gdb: the line it prints is typed, and the commands of tests/tools/gdb.py show a live machine."""
import re
import shlex
import signal
import subprocess

from build import ROOT
from scenario import Failure, check, check_match, scenario

LINE = re.compile(rb'type: (gdb-multiarch .*)\n')


def read_line_to_type(process):
    for line in process.stderr:
        match = LINE.search(line)
        if match:
            return shlex.split(match.group(1).decode())
    raise Failure('./run --gdb printed no line to type')


@scenario('default', 'a debugger stops at the first instruction and shows threads, spaces, capabilities and areas')
def gdb_shows_a_live_machine(_context):
    run = subprocess.Popen(['./run', '--build', 'checked', '--timeout', '60', '--gdb', '--', 'yes'], cwd=ROOT,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        typed = read_line_to_type(run)
        for command in ('info registers pc', 'server uart', 'hbreak server_main', 'continue', 'threads', 'spaces', 'caps', 'areas'):
            typed += ['-ex', command]
        done = subprocess.run([typed[0], '-batch', *typed[1:]], cwd=ROOT, stdin=subprocess.DEVNULL, timeout=90,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    finally:
        run.send_signal(signal.SIGINT)
        try:
            run.wait(timeout=20)
        except subprocess.TimeoutExpired:
            run.kill()
    text = done.stdout.decode(errors='replace')
    check_match(r'pc +0x1000\b.*', text, 'the machine stands at its first instruction')
    check_match(r'thread 1 0x[0-9a-f]+ priority \d+ .*pc 0x[0-9a-f]+.*', text, 'threads')
    check_match(r'space 0x[0-9a-f]+ asid 1 tables \d+ of \d+', text, 'spaces')
    check_match(r'  2: space rights 0x1f .*', text, 'caps')
    check_match(r'  0x0000010000-0x[0-9a-f]+ r-x \d+ pages', text, 'areas')
    check('Error' not in text, f'gdb reports an error:\n{text[-1500:]}')
