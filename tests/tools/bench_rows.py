# SPDX-License-Identifier: MIT
"""The rows of ./bench: where each figure comes from, or what it still needs. Goals and others' figures: anchors.csv."""
import csv
import os

from build import ROOT

ANCHORS = os.path.join(ROOT, 'apps/bench/anchors.csv')
KERNEL = 'the kernel alone'  # source of rows that the image in init's place measures
NUMBERS = ('goal', 'linux', 'linux_lean', 'sel4', 'sel4_tuned', 'xv6', 'xv6_tuned')


class Row:
    """One operation.

    @source: KERNEL or a program's words; @result: name on its RESULT line; @parts: sums of products of RESULT lines instead,
    of all @sources, over @divisor; @needs: why there is no figure yet.
    """

    def __init__(self, name, source=None, result=None, needs=None, sources=(), parts=None, divisor=1):
        assert bool(source or sources) != (needs is not None)
        self.name, self.needs = name, needs
        self.sources = tuple(sources) or ((source,) if source else ())
        self.parts, self.divisor = parts or [(result or name,)], divisor
        self.anchor = {}

    def is_time(self):
        return self.anchor['unit'] == 'instructions'


ROWS = [
    Row('null-call', KERNEL),
    Row('getppid', ('/bench/nullsys',)),
    Row('ipc', KERNEL),
    Row('ipc-64-words', KERNEL),
    Row('notification', KERNEL),
    Row('bare-fault', KERNEL),
    Row('forward-fault', KERNEL),
    Row('forwarded-fault', ('/bench/forwarded',)),
    Row('anon-write', ('/bench/faults',)),
    Row('anon-write-sweep', ('/bench/anonfault',), 'anon_write_fault'),
    Row('anon-read', ('/bench/faults',)),
    Row('anon-read-sweep', ('/bench/anonfault',), 'anon_read_fault_zeropage'),
    Row('anon-write-read', ('/bench/anonfault',), 'anon_write_after_read_fault'),
    Row('file-read-held', ('/bench/faults',)),
    Row('file-read-ask', ('/bench/faults',)),
    Row('file-read-around', ('/bench/faults',)),
    Row('file-private-write', ('/bench/filemap',)),
    Row('file-shared-write', needs='shared mappings of files'),
    Row('cow-copy', ('/bench/cow',)),
    Row('cow-copy-sweep', ('/bench/cowfault',), 'cow_child_write_fault'),
    Row('cow-reuse', ('/bench/cow',)),
    Row('cow-reuse-alive', ('/bench/cow',)),
    Row('cow-reuse-sweep', ('/bench/cowfault',), 'cow_parent_reuse_fault'),
    Row('sigsegv-mprotect', needs='signal handlers'),
    Row('mmap-1', ('/bench/mmapbench',), 'mmap_munmap_1page_untouched'),
    Row('mmap-64M', ('/bench/mmapbench',), 'mmap_munmap_64MiB_untouched'),
    Row('munmap-page', ('/bench/anonfault',), 'anon_munmap_touched'),
    Row('mprotect-pair', ('/bench/mmapbench',), 'mprotect_1page_pair_RO_RW'),
    Row('fork', ('/bench/forkbench',), 'fork_exit_wait_small'),
    Row('fork-1M', ('/bench/forkbench',), 'fork_exit_wait_1MiB'),
    Row('fork-8M', ('/bench/forkbench',), 'fork_exit_wait_8MiB'),
    Row('fork-64M', ('/bench/forkbench',), 'fork_exit_wait_64MiB'),
    Row('fork-rewrite-alive', ('/bench/cow',)),
    Row('fork-rewrite-gone', ('/bench/cow',)),
    Row('spawn', ('/bench/execbench', '/bench/true'), 'posix_spawn_wait'),
    Row('fork-exec', ('/bench/execbench', '/bench/true'), 'fork_exec_wait'),
    Row('forks-100', ('/bench/forks100', '/bench/hello', 'null'), 'total_100_forks'),
    Row('fork-exec-100', ('/bench/forks100', '/bench/hello'), 'total_100_fork_exec_hello_console'),
    Row('pipe', ('/bench/pipe_pp',), 'pipe_roundtrip'),
    Row('read-4k', ('/bench/readfile',)),
    Row('boot', ('/bench/boot',)),
    Row('memory', sources=(KERNEL, ('/bench/memory',)), divisor=1024,
        parts=[('memory-frames',), ('memory-cspaces', 'bytes-cspace'), ('memory-threads', 'bytes-thread'),
               ('memory-spaces', 'bytes-space')]),
]

# The portable programs of apps/bench/posix that are not compiled yet.
WAITING_PROGRAMS = {
    'filefault': 'shared mappings of files', 'fileread': 'shared mappings of files',
    'sem_pp': 'process-shared semaphores', 'sigprot': 'signal handlers', 'sock_pp': 'sockets',
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
