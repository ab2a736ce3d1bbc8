# SPDX-License-Identifier: MIT
"""The rows of ./bench: where each figure comes from, or what it still needs. Goals and others' figures: anchors.csv."""
import csv
import os

from build import ROOT

ANCHORS = os.path.join(ROOT, 'apps/bench/anchors.csv')
KERNEL = 'the kernel alone'  # source of rows that the image in init's place measures
NUMBERS = ('goal', 'linux', 'linux_lean', 'sel4', 'sel4_tuned', 'xv6', 'xv6_tuned')


class Row:
    """@source: KERNEL or a program's words; @result: name on its RESULT line; @needs: why there is no figure yet."""

    def __init__(self, name, source=None, result=None, needs=None):
        assert (source is None) != (needs is None)
        self.name, self.source, self.result, self.needs = name, source, result or name, needs
        self.anchor = {}


ROWS = [
    Row('null-call', KERNEL),
    Row('getppid', ('/bench/nullsys',)),
    Row('ipc', KERNEL),
    Row('ipc-64-words', KERNEL),
    Row('notification', KERNEL),
    Row('bare-fault', KERNEL),
    Row('forwarded-fault', needs='custom pagers'),
    Row('anon-write', ('/bench/faults',)),
    Row('anon-write-sweep', ('/bench/anonfault',), 'anon_write_fault'),
    Row('anon-read', ('/bench/faults',)),
    Row('file-read-held', ('/bench/faults',)),
    Row('file-read-ask', ('/bench/faults',)),
    Row('file-read-around', ('/bench/faults',)),
    Row('file-private-write', needs='mmap of files'),
    Row('file-shared-write', needs='mmap of files'),
    Row('cow-copy', needs='fork'),
    Row('cow-reuse', needs='fork'),
    Row('sigsegv-mprotect', needs='signal handlers'),
    Row('mmap-1', ('/bench/mmapbench',), 'mmap_munmap_1page_untouched'),
    Row('mmap-64M', ('/bench/mmapbench',), 'mmap_munmap_64MiB_untouched'),
    Row('munmap-page', ('/bench/anonfault',), 'anon_munmap_touched'),
    Row('mprotect-pair', ('/bench/mmapbench',), 'mprotect_1page_pair_RO_RW'),
    Row('fork', needs='fork'),
    Row('fork-1M', needs='fork'),
    Row('fork-8M', needs='fork'),
    Row('fork-64M', needs='fork'),
    Row('fork-rewrite-alive', needs='fork'),
    Row('fork-rewrite-gone', needs='fork'),
    Row('spawn', needs='posix_spawn'),
    Row('fork-exec', needs='fork and exec'),
    Row('forks-100', needs='fork'),
    Row('fork-exec-100', needs='fork and exec'),
    Row('pipe', needs='fork and pipe'),
    Row('read-4k', ('/bench/readfile',)),
    Row('boot', ('/bench/boot',)),
    Row('memory', needs='fork: a blocked process beside the one that counts'),
]

# The portable programs of apps/bench/posix that are not compiled yet.
WAITING_PROGRAMS = {
    'cowfault': 'fork', 'ctxsw': 'fork', 'execbench': 'fork and exec', 'filefault': 'mmap of files', 'fileread': 'mmap of files',
    'forkbench': 'fork', 'forks100': 'fork and exec', 'pipe_pp': 'fork and pipe', 'sem_pp': 'process-shared semaphores',
    'sigprot': 'signal handlers', 'sock_pp': 'fork and sockets', 'vforkbench': 'vfork',
}


def load():
    """ROWS with their anchors; every row of the one stands in the other."""
    with open(ANCHORS, encoding='utf-8') as stream:
        anchors = {line['row']: line for line in csv.DictReader(line for line in stream if not line.startswith('#'))}
    names = [row.name for row in ROWS]
    if sorted(names) != sorted(anchors):
        raise ValueError(f'{ANCHORS}: rows differ from bench_rows.py: {sorted(set(names) ^ set(anchors))}')
    for row in ROWS:
        row.anchor = {key: int(value) if key in NUMBERS and value else (value or None)
                      for key, value in anchors[row.name].items()}
    return ROWS
