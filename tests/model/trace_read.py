#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a program as ./run does, with the kernel's trace on from the first visit, and reads the whole ring.

    tests/model/trace_read.py FILE PROGRAM ARG...     writes lines `instret event thread a b` to FILE

The ring is smaller than a run, so the machine is stopped at every fault (by QEMU's
port for debuggers) and what is new is read. A ring that has gone round in between is an error.
"""
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time

import trace_check

sys.path.insert(0, os.path.join(trace_check.ROOT, 'tests/tools'))
import build  # noqa: E402

RECORD_BYTES, HEADER_BYTES = 32, 32
DRAIN_RECORDS = 256  # read not fewer at a time
READ_BYTES_MAX = 1024
STOPPED_BY_BREAKPOINT = (b'T05', b'S05')
PC_OFFSET = 32 * 8  # behind the 32 registers
CONNECT_S, ANSWER_S = 30, 60
TOOLS = 'riscv64-unknown-elf-'


class EndOfMachine(Exception):
    """QEMU has ended."""


class Debugger:
    """The few packets of GDB's remote protocol that are needed."""

    def __init__(self, path):
        self.socket, self.buffer = connect(path), b''
        self.ask(b'QStartNoAckMode')
        self.socket.sendall(b'+')
        self.need(b'Qqemu.PhyMemMode:1')
        text = trace_check.read('kernel/base/spot.h')
        self.direct_base = int(re.search(r'#define DIRECT_BASE\s+(0x[0-9a-f]+)', text).group(1), 16)

    def ask(self, packet):
        self.send(packet)
        return self.answer()

    def send(self, packet):
        self.socket.sendall(b'$%s#%02x' % (packet, sum(packet) & 255))

    def answer(self):
        while True:
            match = re.search(rb'\$([^#]*)#..', self.buffer, re.DOTALL)
            if match:
                self.buffer = self.buffer[match.end():]
                return match.group(1)
            data = self.socket.recv(65536)
            if not data:
                raise EndOfMachine
            self.buffer += data

    def go_to(self, *places):
        """Run until one of @places is about to be executed, and execute that instruction; gives the place."""
        for place in places:
            self.need(b'Z0,%x,2' % place)
        stopped = self.ask(b'c')
        if not stopped.startswith(STOPPED_BY_BREAKPOINT):
            raise trace_check.TraceError(f'the machine stopped with {stopped!r}')
        for place in places:
            self.need(b'z0,%x,2' % place)
        at = struct.unpack_from('<Q', bytes.fromhex(self.ask(b'g').decode()), PC_OFFSET)[0]
        self.ask(b's')
        return at

    def need(self, packet):
        answer = self.ask(packet)
        if answer != b'OK':
            raise trace_check.TraceError(f'{packet!r} was answered {answer!r}')

    def read(self, address, count):
        """Memory of the kernel; by its physical address, since the machine may stand in a program."""
        address -= self.direct_base
        data = b''
        while len(data) < count:
            answer = self.ask(b'm%x,%x' % (address + len(data), min(READ_BYTES_MAX, count - len(data))))
            if answer.startswith(b'E') or not answer:
                raise trace_check.TraceError(f'memory at 0x{address:x} cannot be read')
            data += bytes.fromhex(answer.decode())
        return data

    def write(self, address, word):
        self.need(b'M%x,8:%s' % (address - self.direct_base, struct.pack('<Q', word).hex().encode()))

    def word(self, address):
        return struct.unpack('<Q', self.read(address, 8))[0]


def connect(path):
    end = time.monotonic() + CONNECT_S
    while True:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(ANSWER_S)
        try:
            connection.connect(path)
            return connection
        except OSError as error:
            connection.close()
            if time.monotonic() > end:
                raise trace_check.TraceError(f'the machine does not listen: {error}') from error
            time.sleep(0.02)


def symbols_of(kernel):
    text = subprocess.run([TOOLS + 'nm', kernel], capture_output=True, text=True, check=True).stdout
    return {words[2]: int(words[0], 16) for words in map(str.split, text.splitlines()) if len(words) == 3}


def offset_in_cpu():
    """Of the pointer to the ring in struct cpu, by the compiler."""
    source = '#include "hw/cpu.h"\nunsigned long at = 1 + __builtin_offsetof(struct cpu, trace);\n'
    done = subprocess.run([TOOLS + 'gcc', '-march=rv64gc', '-mabi=lp64', '-mcmodel=medany', '-ffreestanding', '-S', '-x', 'c', '-o', '-', '-I',
                           os.path.join(trace_check.ROOT, 'kernel'), '-'], input=source, capture_output=True, text=True, check=True)
    return int(re.search(r'^at:\s+\.dword\s+(\d+)', done.stdout, re.MULTILINE).group(1)) - 1


class Ring:
    def __init__(self, debugger, address):
        self.debugger, self.address, self.done = debugger, address, 0
        self.capacity = debugger.word(address + 8)
        self.names = trace_check.event_names()
        self.records = []

    def drain(self, least=1):
        """Take what is new, if it is not less than @least."""
        end = self.debugger.word(self.address)
        if end - self.done < least:
            return
        if end - self.done > self.capacity:
            raise trace_check.TraceError(f'{end - self.done - self.capacity} records were overwritten before they were read')
        while self.done < end:
            first = self.done % self.capacity
            count = min(end - self.done, self.capacity - first)
            data = self.debugger.read(self.address + HEADER_BYTES + first * RECORD_BYTES, count * RECORD_BYTES)
            for instret, event, thread, a, b in struct.iter_unpack('<QIIQQ', data):
                self.records.append(trace_check.Record(instret, self.names[event], thread, a, b))
            self.done += count


def follow(debugger, symbols, power_off):
    """
    All records, from the first visit to the kernel until init switches the machine off at @power_off. A
    program may have an instruction at the same address: then the machine is only stopped once more.
    """
    debugger.go_to(symbols['trap_user'])
    debugger.write(symbols['trace_flags'], 1)
    ring = Ring(debugger, debugger.word(symbols['cpus'] + offset_in_cpu()))
    at_end = False
    try:
        while True:
            place = debugger.go_to(symbols['fault_send'], power_off)
            at_end = place == power_off
            ring.drain(1 if at_end else DRAIN_RECORDS)
    except EndOfMachine as end:
        if not at_end:
            raise trace_check.TraceError('the machine ended before its trace was read') from end
    return ring.records


def run(program, kind='checked', timeout_s=120, options=()):
    """(status, records, what the program printed) of one run."""
    folder = build.build(kind)
    symbols = symbols_of(os.path.join(folder, build.KERNEL))
    power_off = symbols_of(os.path.join(folder, 'servers/init/init'))['machine_power_off']
    with tempfile.TemporaryDirectory(prefix='pagoda-trace-') as place:
        path = os.path.join(place, 'gdb')
        words = [os.path.join(trace_check.ROOT, 'run'), '--build', kind, '--count', '--timeout', str(timeout_s), *options]
        words += [word for part in ('-S', '-gdb', f'unix:{path},server=on,wait=off') for word in ('--qemu', part)]
        with subprocess.Popen([*words, '--', *program], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as process:
            try:
                records = follow(Debugger(path), symbols, power_off)
                text = process.communicate(timeout=timeout_s)[0]
            finally:
                process.terminate()  # it ends its QEMU
    return process.returncode, records, text


def main(arguments):
    if len(arguments) < 2:
        print('usage: tests/model/trace_read.py FILE PROGRAM ARG...', file=sys.stderr)
        return 125
    try:
        status, records, text = run(arguments[1:])
        with open(arguments[0], 'w', encoding='utf-8') as stream:
            stream.writelines('%d %s %d %d %d\n' % record for record in records)
    except (OSError, subprocess.SubprocessError, build.SetupError, trace_check.TraceError) as error:
        print(f'trace_read: {error}', file=sys.stderr)
        return 125
    sys.stdout.buffer.write(text)
    return status


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
