# SPDX-License-Identifier: MIT
"""The command line of ./run."""
import os
import re

MEMORY_MIN = 32 << 20
MEMORY_DEFAULT = 512 << 20
MEMORY_MAX = 64 << 30
HARTS_MAX = 16  # CPU_MAX of the kernel
TIMEOUT_DEFAULT_S = 120
SHELL = '/bin/sh'

HELP = '''\
usage: ./run [OPTION...] [-- PROGRAM ARG...]

Boots Pagoda in QEMU. With PROGRAM runs that and ends with its status; without, the shell.

  --add HOST[=GUEST]       put a file or folder into the guest (default /bin/NAME); again and again
  --mem SIZE               memory, e.g. 64M or 1G (default 512M, at least 32M)
  --smp N                  harts (default 1, at most 16)
  --timeout S              end with status 124 after S seconds (default 120 with PROGRAM; 0: never)
  --count                  count instructions exactly: two runs are equal; fills instructions=
  --seed N                 seed of QEMU's random numbers (with --count: 1 unless given)
  --faults[=FILE]          every page fault, one line each, on standard error or into FILE (counts as --count does)
  --build release|checked  which build to boot (default release)
  --gdb                    wait for a debugger; prints the line to type
  --qemu ARG               append ARG to QEMU's line; again and again
  --print                  print QEMU's line and boot nothing
  --verbose                firmware text, boot log and servers' log on standard error
  --help                   this text
  --get GUEST[=HOST]       (not built yet) copy a file out after the end
  --disk FILE              (not built yet) a disk image
  --fresh                  (not built yet) leave the disk image unchanged

Status: PROGRAM's own; 128+n after signal n; 124 time-out; 125 set-up, build or usage; 126 panic.
A reader of the output that goes away is signal 13; output that cannot be written (a full disk) is set-up; a
standard stream that is closed from the beginning is /dev/null.
Last line on standard error: pagoda: reason=exit|signal|timeout|setup|panic status=N instructions=N|- leaks=N|-
'''

FLAGS = ('--count', '--gdb', '--print', '--verbose', '--help', '--fresh')
VALUES = ('--add', '--get', '--mem', '--smp', '--disk', '--timeout', '--seed', '--build', '--qemu')
NOT_BUILT = ('--get', '--disk', '--fresh')


class UsageError(Exception):
    """What is wrong and what to type instead, in one line."""


class Options:
    def __init__(self):
        self.program = None  # argv, or None: the shell
        self.adds = []  # (host, guest)
        self.memory_bytes = MEMORY_DEFAULT
        self.harts = 1
        self.timeout_s = None
        self.seed = None
        self.faults = False
        self.faults_file = None
        self.kind = 'release'
        self.qemu = []
        self.count = self.gdb = self.print_line = self.verbose = self.help = False


def parse(arguments):
    """Options from the words after ./run; UsageError names the first wrong one."""
    options = Options()
    words = list(arguments)
    while words:
        word = words.pop(0)
        if word == '--':
            if not words:
                raise UsageError('nothing stands after --; type: ./run -- PROGRAM ARG...')
            if not words[0]:
                raise UsageError("a program's name is empty; type: ./run -- PROGRAM")
            options.program = words
            break
        name, equals, value = word.partition('=')
        if not word.startswith('--'):
            raise UsageError(f'{word}: a program stands after --; type: ./run -- {word}')
        if name == '--faults':
            options.faults = True
            options.faults_file = value if equals else None
            if equals and not value:
                raise UsageError('--faults= lacks a file; type: ./run --faults=FILE -- PROGRAM')
        elif name in FLAGS:
            if equals:
                raise UsageError(f'{name} takes no value; type: ./run {name}')
            _set_flag(options, name)
        elif name in VALUES:
            if not equals:
                if not words or words[0] == '--':
                    raise UsageError(f'{name} lacks its value; type: ./run --help')
                value = words.pop(0)
            _set_value(options, name, value)
        else:
            raise UsageError(f'unknown option {name}; type: ./run --help')
        if options.help:
            return options
    if options.timeout_s is None:
        options.timeout_s = TIMEOUT_DEFAULT_S if options.program and not options.gdb else 0
    options.count = options.count or options.faults  # their costs are instructions
    if options.count and options.seed is None:
        options.seed = 1
    return options


def _set_flag(options, name):
    if name in NOT_BUILT:
        raise UsageError(f'{name} is not built yet; type: ./run --help')
    setattr(options, {'--print': 'print_line'}.get(name, name[2:]), True)


def _set_value(options, name, value):
    if name in NOT_BUILT:
        raise UsageError(f'{name} is not built yet; type: ./run --help')
    if name == '--add':
        options.adds.append(_parse_add(value))
    elif name == '--mem':
        options.memory_bytes = _parse_memory(value)
    elif name == '--smp':
        options.harts = _parse_number(name, value, 1, HARTS_MAX)
    elif name == '--seed':
        options.seed = _parse_number(name, value, 0, (1 << 64) - 1)
    elif name == '--timeout':
        options.timeout_s = _parse_seconds(value)
    elif name == '--build':
        if value not in ('release', 'checked'):
            raise UsageError(f'--build {value}: no such build; type: ./run --build release or --build checked')
        options.kind = value
    elif name == '--qemu':
        options.qemu.append(value)


def _parse_number(name, value, low, high):
    if not re.fullmatch('[0-9]{1,20}', value) or not low <= int(value) <= high:
        raise UsageError(f'{name} {value}: not a number from {low} to {high}; type: ./run {name} {low}')
    return int(value)


def _parse_seconds(value):
    if not re.fullmatch(r'[0-9]{1,9}(\.[0-9]{1,9})?', value):
        raise UsageError(f'--timeout {value}: not a number of seconds; type: ./run --timeout {TIMEOUT_DEFAULT_S}')
    return float(value)


def _parse_memory(value):
    match = re.fullmatch('([0-9]{1,9})([MG]?)', value)
    if not match:
        raise UsageError(f'--mem {value}: not a size; type: ./run --mem 512M')
    size = int(match.group(1)) << (30 if match.group(2) == 'G' else 20)
    if size < MEMORY_MIN:
        raise UsageError(f'--mem {value}: too small to boot; type: ./run --mem {MEMORY_MIN >> 20}M')
    if size > MEMORY_MAX:
        raise UsageError(f'--mem {value}: too large; type: ./run --mem {MEMORY_MAX >> 30}G')
    return size


def _parse_add(value):
    host, equals, guest = (value, '', '') if os.path.exists(value) else value.rpartition('=')
    if not equals:
        host, guest = value, '/bin/' + os.path.basename(os.path.abspath(value))
    if not os.path.exists(host):
        raise UsageError(f'--add {host}: no such file; type: ./run --add HOST[=GUEST] with a file that exists')
    if not guest.startswith('/') or not guest.strip('/'):
        raise UsageError(f'--add {value}: {guest!r} is no absolute path; type: ./run --add {host}=/bin/NAME')
    return host, guest
