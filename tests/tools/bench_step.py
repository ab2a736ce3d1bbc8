# SPDX-License-Identifier: MIT
"""Follows one operation of the guest instruction by instruction, from outside: QEMU's debugger port.

The guest knows nothing of it, so what is seen is what runs unobserved, fast paths included: the number of steps is
the number of instructions. No interrupt is taken while stepping. While the machine stands still its clock jumps to
the next timer; that interrupt is not the operation's, and is taken back: pending, it would cut long calls into pieces.
"""
import os
import re
import socket
import struct
import subprocess
import tempfile
import time

import symbols

PC = 32  # gdb's numbers of registers: x0 to x31, then pc
RA, A0, A7 = 1, 10, 17
OPERATION = 'stage_operation'  # its call is what is followed (apps/bench/stages.c, apps/bench/kernel/stages.c)
PAGE_BYTES = 4096
SOURCE_BYTES, CODE_BYTES_MIN = 64, 16  # of code that tell one program from another
CONNECT_S, ANSWER_S = 20, 60
STEPS_MAX = 2_000_000
STEP_FLAGS = 7  # QEMU: step, hold back interrupts, hold back timers
PT_LOAD = 1
FIRMWARE = 1  # as an address space: OpenSBI, which gets every trap that it has not delegated
FIRMWARE_START, FIRMWARE_END = 0x80000000, 0x80200000  # up to the kernel


class StepError(Exception):
    """The debugger's port, or the guest, did not do what was asked."""


class Port:
    """The remote serial protocol of gdb, as much as stepping needs."""

    def __init__(self, path, process):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(ANSWER_S)
        self.buffer = b''
        self._connect(path, process)
        self.ask('QStartNoAckMode')
        self.ask('qSupported:xmlRegisters=riscv')
        self.numbers = self._read_numbers()
        self.ask(f'Qqemu.sstep={STEP_FLAGS:x}')

    def _connect(self, path, process):
        end = time.monotonic() + CONNECT_S
        while time.monotonic() < end and process.poll() is None:
            try:
                self.socket.connect(path)
                return
            except OSError:
                time.sleep(0.02)
        raise StepError('the machine opened no port')

    def receive(self):
        while True:
            start = self.buffer.find(b'$')
            end = self.buffer.find(b'#', start)
            if 0 <= start < end and len(self.buffer) >= end + 3:
                text, self.buffer = self.buffer[start + 1:end], self.buffer[end + 3:]
                return text.decode()
            try:
                more = self.socket.recv(1 << 16)
            except TimeoutError as error:
                raise StepError('no answer from the machine') from error
            if not more:
                raise StepError('the machine ended')
            self.buffer += more

    def ask(self, packet):
        self.socket.sendall(b'$%s#%02x' % (packet.encode(), sum(packet.encode()) & 255))
        return self.receive()

    def _read_numbers(self):
        """Numbers of the control registers by name."""
        text, offset, more = '', 0, True
        while more:
            part = self.ask(f'qXfer:features:read:riscv-csr.xml:{offset:x},fff')
            more, offset, text = part[:1] == 'm', offset + len(part) - 1, text + part[1:]
        numbers, last = {}, None
        for register in re.findall(r'<reg ([^>]*)>', text):
            found = re.search(r'regnum="(\d+)"', register)
            last = int(found.group(1)) if found else last + 1
            numbers[re.search(r'name="(\w+)"', register).group(1)] = last
        return numbers

    def register(self, which):
        return number(self.ask(f'p{self.numbers.get(which, which):x}'))

    def set_register(self, which, value):
        if self.ask(f'P{self.numbers.get(which, which):x}={value.to_bytes(8, "little").hex()}') != 'OK':
            raise StepError(f'register {which} cannot be written')

    def memory(self, address, count):
        try:
            return bytes.fromhex(self.ask(f'm{address:x},{count:x}'))
        except ValueError:
            return b''  # E14: not there

    def step(self):
        """One instruction; the pc after it."""
        stop = self.ask('s')
        if not stop.startswith('T05'):
            raise StepError(f'the machine stopped with {stop}')
        return self.register(PC)


def number(text):
    try:
        return int.from_bytes(bytes.fromhex(text), 'little')
    except ValueError as error:
        raise StepError(f'a register reads {text!r}') from error


class Image:
    """A program's code and names."""

    def __init__(self, name, path):
        self.name, self.path = name, path
        with open(path, 'rb') as stream:
            data = stream.read()
        self.symbols = symbols.Symbols(data)
        self.segments = list(_segments(data))

    def address(self, function):
        return self.symbols.starts[self.symbols.names.index(function)]

    def bytes_at(self, address, count):
        for start, data in self.segments:
            if start <= address < start + len(data):
                return data[address - start:address - start + count]
        return b''


def _segments(data):
    table_at, = struct.unpack_from('<Q', data, 32)
    entry_bytes, count = struct.unpack_from('<HH', data, 54)
    for i in range(count):
        kind, _flags, at, address, _physical, size = struct.unpack_from('<IIQQQQ', data, table_at + i * entry_bytes)
        if kind == PT_LOAD:
            yield address, data[at:at + size]


class Step:
    """One instruction: in which address space (0: the kernel; FIRMWARE), where, and on a trap from a program its cause and number."""

    __slots__ = ('space', 'pc', 'cause', 'call')

    def __init__(self, space, pc):
        self.space, self.pc, self.cause, self.call = space, pc, None, None


def is_kernel(pc):
    return pc >> 63 == 1


class Follower:
    """Waits for the call of OPERATION with @argument in a0 (None: any) by @image, then steps to its return."""

    def __init__(self, port, image, images):
        self.port, self.image, self.images = port, image, images
        self.sources = {}  # address space -> Image
        self.start = image.address(OPERATION)

    def call_steps(self, argument):
        self.await_call(argument)
        return self.steps()

    def await_call(self, argument=None):
        code = self.image.bytes_at(self.start, SOURCE_BYTES)
        while True:
            self.port.ask(f'Z0,{self.start:x},4')
            self.port.ask('c')
            self.port.ask(f'z0,{self.start:x},4')
            if self.port.memory(self.start, SOURCE_BYTES) == code and argument in (None, self.port.register(A0)):
                return
            self.port.step()  # another program has code at this address

    def steps(self):
        own, back = self.port.register('satp'), self.port.register(RA)
        space = program = own
        found, pc = [], self.port.register(PC)
        while len(found) < STEPS_MAX:
            space = self._space_of(pc, space)
            if pc == back and space == own:
                break
            found.append(Step(space, pc))
            if program and not space:
                found[-1].cause, found[-1].call = self.port.register('scause'), self.port.register(A7)
            program = space if space != FIRMWARE else program
            pc = self.port.step()
            if len(found) == 1:
                self.port.set_register('mip', 0)
        else:
            raise StepError(f'no end after {STEPS_MAX} instructions')
        if any(step.space not in self.sources for step in found if step.space > FIRMWARE):
            raise StepError('a program has no code to know it by')
        return found

    def _space_of(self, pc, last):
        """Only the kernel changes the address space."""
        if is_kernel(pc):
            return 0
        if FIRMWARE_START <= pc < FIRMWARE_END:
            return FIRMWARE
        space = last if last > FIRMWARE else self.port.register('satp')
        if space not in self.sources:
            self._identify(space, pc)
        return space

    def _identify(self, space, pc):
        """By the code at @pc; later, if the page is absent still, or too little of it is left to tell."""
        code = self.port.memory(pc, min(SOURCE_BYTES, -pc % PAGE_BYTES))
        if len(code) < CODE_BYTES_MIN:
            return
        fits = [image for image in self.images if image.bytes_at(pc, len(code)) == code]
        if not fits:
            raise StepError(f'no program has the code at {pc:#x}')
        self.sources[space] = fits[0]


def follow(command, image, images, arguments):
    """
    ([[Step] for each of @arguments], {space: Image}): the calls of OPERATION by @image with these in a0, None: the next one.
    @command: (folder for the port) -> words that start the machine.
    """
    with tempfile.TemporaryDirectory(prefix='pagoda-step-') as folder:
        path = os.path.join(folder, 'port')
        process = subprocess.Popen(command(path), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            follower = Follower(Port(path, process), image, images)
            return [follower.call_steps(argument) for argument in arguments], follower.sources
        finally:
            process.terminate()
            process.wait()


def port_options(path):
    """QEMU's options: wait for a debugger at the socket @path."""
    return ['-S', '-chardev', f'socket,id=step,path={path},server=on,wait=off', '-gdb', 'chardev:step']
