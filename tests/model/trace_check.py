#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Was a run one of the model's? Checks records of the kernel's trace ring, thread by thread, against
tests/model/steps.def, which is also every step that the model (tests/model/kernel.pml) can take.

    tests/model/trace_check.py FILE      lines `instret event thread a b`, as tests/model/trace_read.py writes them

Of each thread: faults are delivered, forwarded, answered, bounced, recalled and refused in no other order. Besides:
no thread enters or leaves the kernel while its fault is open or while it is stopped; nobody answers its own fault; what bounces comes
back to the endpoint that it came to first (with the same badge); at the end no fault is open.
"""
import collections
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
Record = collections.namedtuple('Record', 'instret event thread a b')
OPEN = ('QUEUED', 'HELD', 'SENT', 'LENT')


class TraceError(Exception):
    """A line that is no record, or a table that names what is not there."""


def read(path):
    with open(os.path.join(ROOT, path), encoding='utf-8') as stream:
        return stream.read()


def event_names():
    """Number -> name of every event of the ring."""
    found = re.findall(r'^TRACE\((\w+), (\d+),', read('kernel/uapi/trace.def'), re.MULTILINE)
    return {int(number): name for name, number in found}


def load_steps():
    """(state, event) -> state."""
    rows = re.findall(r'^STEP\((\w+), (\w+), (\w+)\)$', read('tests/model/steps.def'), re.MULTILINE)
    known = set(event_names().values())
    unknown = sorted({event for _, event, _ in rows} - known)
    if unknown or not rows:
        raise TraceError(f'tests/model/steps.def: no event of the ring is called {" ".join(unknown)}')
    return {(state, event): after for state, event, after in rows}


def tag_fault():
    """The bit of a tag that says: this message is a fault."""
    return 1 << int(re.search(r'#define TAG_FAULT\s+\(1ul << (\d+)\)', read('kernel/uapi/message.h')).group(1))


class Checker:
    """Fed with records in order; problems is what was wrong, seen counts the steps of the table that were taken."""

    def __init__(self):
        self.steps, self.fault_bit = load_steps(), tag_fault()
        self.events = {event for _, event in self.steps}
        self.states, self.badges = {}, {}
        self.seen, self.problems = collections.Counter(), []
        self.visitor, self.last = 0, 0

    def feed(self, record):
        if record.instret < self.last:
            self._problem(record, f'is older than the record before ({self.last})')
        self.last = record.instret
        if record.event in ('ENTER', 'LEAVE'):
            self._visit(record)
        elif record.event in self.events and (record.event != 'CALL' or record.a & self.fault_bit):
            self._step(record)

    def finish(self):
        for thread, state in sorted(self.states.items()):
            if state in OPEN:
                self.problems.append(f'at the end thread {thread} is {state}: its fault was never answered')
        return self.problems

    def _problem(self, record, text):
        self.problems.append(f'{record.instret}: {record.event} of thread {record.thread} {text}')

    def _visit(self, record):
        if record.event == 'ENTER':
            self.visitor = record.thread
        state = self.states.get(record.thread, 'RUNS')
        if state != 'RUNS':
            self._problem(record, f'though it is {state}')

    def _step(self, record):
        thread = record.thread
        # a thread is made stopped; of one that was there before the trace began nothing was open
        before = self.states.get(thread, 'STOPPED' if record.event == 'THREAD_START' else 'RUNS')
        after = self.steps.get((before, record.event))
        if after is None:
            self._problem(record, f'though it is {before}')
            return
        self.states[thread] = after
        self.seen[(before, record.event)] += 1
        if after == 'HELD' and record.event == 'CALL':
            if self.badges.setdefault(thread, record.b) != record.b:
                self._problem(record, f'comes with badge {record.b}, before with {self.badges[thread]}')
        if record.event == 'FAULT_ANSWER' and self.visitor == thread:
            self._problem(record, 'by itself')


def check_records(records):
    checker = Checker()
    for record in records:
        checker.feed(record)
    checker.finish()
    return checker


def parse(lines):
    known = set(event_names().values())
    for number, line in enumerate(lines, 1):
        words = line.split()
        if len(words) != 5 or words[1] not in known or not all(word.isdigit() for word in (words[0], *words[2:])):
            raise TraceError(f'line {number}: {line.strip()!r} is no `instret event thread a b`')
        yield Record(int(words[0]), words[1], *(int(word) for word in words[2:]))


def main(arguments):
    if len(arguments) != 1:
        print('usage: tests/model/trace_check.py FILE', file=sys.stderr)
        return 125
    try:
        with open(arguments[0], encoding='utf-8') as stream:
            checker = check_records(parse(stream))
    except (OSError, UnicodeDecodeError, TraceError) as error:
        print(f'trace_check: {error}', file=sys.stderr)
        return 125
    for problem in checker.problems:
        print(problem)
    for (state, event), count in sorted(checker.seen.items()):
        print(f'{count:8} {state} {event}')
    return 1 if checker.problems else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
