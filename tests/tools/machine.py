# SPDX-License-Identifier: MIT
"""One run of the machine: QEMU's line, its process, and the traffic between its console and our streams.

QEMU's console is its standard input and output (pipes). When our own output is not taken, we stop
reading, the pipe fills, QEMU's serial port stalls and the guest waits: back-pressure all the way.
Input is read only when the guest asks for it.
"""
import collections
import contextlib
import ctypes
import fcntl
import os
import select
import signal
import subprocess
import time

import console

PIPE_BYTES = 1 << 20  # large, so that our own scheduling does not stall a counted guest
LOG_LINES = 4000
END_GRACE_S = 5  # from the END record or a panic to the end of QEMU
GATHER_S = 0.001  # QEMU writes the console byte by byte: one wait for many of them instead of a read for each
F_SETPIPE_SZ = 1031
PR_SET_PDEATHSIG = 1
STREAM_NAMES = ('standard input', 'standard output', 'standard error')
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)


class Ended(Exception):
    """The run is over for a reason of our own side: a name and a status."""

    def __init__(self, reason, status):
        super().__init__(reason)
        self.reason = reason
        self.status = status


class StreamError(Exception):
    """One of our streams cannot be read or written: its name and why. A reader that went away is no such error."""


def qemu_line(options, kernel, initrd, gdb_port=None):
    line = ['qemu-system-riscv64', '-machine', 'virt', '-cpu', 'rv64', '-smp', str(options.harts),
            '-m', f'{options.memory_bytes >> 20}M', '-nodefaults', '-no-reboot', '-display', 'none',
            '-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console',
            '-bios', 'default', '-kernel', kernel, '-initrd', initrd]
    if options.count:
        line += ['-icount', 'shift=0,sleep=off', '-rtc', 'base=2026-01-01T00:00:00,clock=vm']
    if options.seed is not None:
        line += ['-seed', str(options.seed & 0xffffffff)]
    if gdb_port:
        line += ['-S', '-gdb', f'tcp:127.0.0.1:{gdb_port}']
    return line + options.qemu


class Result:
    def __init__(self, reason, status, instructions='-', leaks='-'):
        self.reason, self.status = reason, status
        self.instructions, self.leaks = instructions, leaks


class Machine:
    """Runs QEMU to its end. find_symbols(owner) and program_symbols() name addresses, asked only when needed."""

    def __init__(self, options, line, find_symbols, program_symbols, keyboard=None):
        self.options = options
        self.line = line
        self.find_symbols = find_symbols
        self.program_symbols = program_symbols
        self.keyboard = keyboard  # raw terminal of the shell, or None
        self.wire = console.Demultiplexer()
        self.lines = {channel: console.Lines() for channel in (console.KERNEL, console.LOG, console.FAULTS)}
        self.log = collections.deque(maxlen=LOG_LINES)
        self.show_log = options.verbose
        self.end = bytearray()
        self.in_backtrace = False  # the last log line was a frame
        self.heard = False  # the guest's own software has spoken
        self.grace = None  # monotonic time at which QEMU is killed
        self.to_guest = b''
        self.asked = False
        self.input_open = True
        self.qemu_errors = b''
        self.stderr_open_line = False
        self.faults_out = None
        self.process = None

    def run(self):
        """The Result; raises OSError if a file of --faults cannot be opened, and StreamError."""
        if self.options.faults_file:
            self.faults_out = open(self.options.faults_file, 'wb', buffering=0)
        self.process = subprocess.Popen(self.line, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, start_new_session=True, preexec_fn=_die_with_us)
        try:
            for stream in (self.process.stdout, self.process.stdin):
                _enlarge_pipe(stream)
            os.set_blocking(self.process.stdin.fileno(), False)
            signal.setitimer(signal.ITIMER_REAL, self.options.timeout_s)
            self._exchange()
            ignore_signals()
            self._await_end()
        except Ended as ended:
            return Result(ended.reason, ended.status)
        except BrokenPipeError:
            return Result('signal', 128 + signal.SIGPIPE)
        finally:
            ignore_signals()
            self.process.kill()  # a stuck QEMU may ignore SIGTERM
            self.process.wait()
            self._finish_output()
        return self._judge()

    # --- the loop

    def _exchange(self):
        out, err, to = (stream.fileno() for stream in (self.process.stdout, self.process.stderr, self.process.stdin))
        readers = {out, err}
        while out in readers:
            sizes = [self.keyboard.resized] if self.keyboard and self.heard and not self.to_guest else []
            wants_input = self.input_open and not self.to_guest and (self.asked or (self.keyboard and self.heard))
            wait_s = None if self.grace is None else max(0, self.grace - time.monotonic())
            ready, writable, _ = select.select(list(readers) + sizes + ([0] if wants_input else []),
                                               [to] if self.to_guest else [], [], wait_s)
            if self.grace is not None and time.monotonic() >= self.grace:
                return
            if err in ready and not self._take_errors(err):
                readers.discard(err)
            if out in ready and not self._take_output(out):
                readers.discard(out)
            if sizes and sizes[0] in ready:
                self.to_guest = self.keyboard.take_size()
            elif 0 in ready:
                self._take_input()
            if to in writable:
                self._send_input(to)

    def _take_output(self, descriptor):
        time.sleep(GATHER_S)
        data = os.read(descriptor, 65536)
        for channel, piece in self.wire.feed(data):
            self._deliver(channel, piece)
        if self.wire.take_wanted():
            self.heard = True
            self.asked = True
            if not self.input_open and not self.to_guest:
                self.to_guest = console.INPUT_EOF
        return bool(data)

    def _take_errors(self, descriptor):
        data = os.read(descriptor, 65536)
        self.qemu_errors = (self.qemu_errors + data)[-65536:]
        if self.options.verbose:
            self._write_error(data)
        return bool(data)

    def _take_input(self):
        try:
            data = os.read(0, console.INPUT_MAX)
        except OSError as error:
            raise StreamError(f'standard input: {error.strerror}') from error
        self.asked = False
        if self.keyboard and data:
            data = self.keyboard.filter(data)
            self.to_guest = console.escape_input(data) + console.INPUT_PORTION if data else b''
        elif data:
            self.to_guest = console.escape_input(data) + console.INPUT_PORTION
        else:
            self.input_open = False
            self.to_guest = console.INPUT_EOF

    def _send_input(self, descriptor):
        try:
            done = os.write(descriptor, self.to_guest)
        except BlockingIOError:
            return
        except BrokenPipeError:  # QEMU is ending; its output says why
            done = len(self.to_guest)
        self.to_guest = self.to_guest[done:]

    # --- what the guest says

    def _deliver(self, channel, data):
        if channel is None:
            if self.options.verbose:
                self._write_error(data)
            return
        self.heard = True
        if channel == console.STDOUT:
            write_all(1, data)
        elif channel == console.STDERR:
            self._write_error(data)
        elif channel == console.FAULTS:
            for line in self.lines[channel].feed(data):
                self._fault_line(line)
        elif channel == console.END:
            self.end += data
            if b'\n' in data:
                self._start_grace()
        else:
            for line in self.lines[channel].feed(data):
                self._log_line(channel, line)

    def _fault_line(self, line):
        line = console.symbolise_fault(line, self.program_symbols())
        if self.faults_out:
            write_all(self.faults_out.fileno(), line, self.options.faults_file)
        else:
            self._write_error(line)

    def _log_line(self, channel, line):
        if channel == console.KERNEL and line.startswith(b'panic:'):
            self._start_grace()
            self._show_log()
        frame = console.is_frame(line)
        line = console.symbolise_frame(line, self.find_symbols, returns=frame and self.in_backtrace)
        self.in_backtrace = frame
        if self.show_log:
            self._write_error(line)
        else:
            self.log.append(line)

    def _show_log(self):
        self.show_log = True
        while self.log:
            self._write_error(self.log.popleft())

    def _write_error(self, data):
        if data:
            self.stderr_open_line = not data.endswith(b'\n')
            write_all(2, data)

    def _start_grace(self):
        if self.grace is None and not self.options.gdb:
            self.grace = time.monotonic() + END_GRACE_S

    # --- the end

    def _finish_output(self):
        try:
            for channel, lines in self.lines.items():
                for line in lines.finish():
                    if channel == console.FAULTS:
                        self._fault_line(line)
                    else:
                        self._log_line(channel, line)
            if self.stderr_open_line:
                self._write_error(b'\n')
        except (BrokenPipeError, StreamError):
            pass  # the run is over and has its result
        if self.faults_out:
            self.faults_out.close()

    def _judge(self):
        end = console.parse_end(bytes(self.end))
        if end:
            reason, status, instructions, leaks = end
            if reason == 'panic':
                self._explain()
            return Result(reason, int(status), instructions if self.options.count else '-', leaks)
        if not self.heard and self.process.returncode > 0:
            text = self.qemu_errors.decode(errors='replace').strip().splitlines()
            say(f'QEMU did not start: {text[-1] if text else "no reason given"}')
            return Result('setup', 125)
        self._explain()
        say('the machine ended without a result; to see more type: ./run --verbose')
        return Result('panic', 126)

    def _explain(self):
        """Show the log if it can be shown; the result is known."""
        with contextlib.suppress(BrokenPipeError, StreamError):
            self._show_log()

    def _await_end(self):
        """QEMU has closed its output, or its time is up."""
        try:
            self.process.wait(timeout=0 if self.grace and time.monotonic() >= self.grace else END_GRACE_S)
        except subprocess.TimeoutExpired:
            pass


def arm_signals():
    """From here on a signal or the time limit raises Ended."""
    def end_by_signal(number, _frame):
        raise Ended('timeout', 124) if number == signal.SIGALRM else Ended('signal', 128 + number)

    for number in SIGNALS:
        signal.signal(number, end_by_signal)


def ignore_signals():
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def fill_closed_streams():
    """Closed standard streams become /dev/null, lest a file opened later takes the number of one and gets its bytes."""
    while True:
        descriptor = os.open(os.devnull, os.O_RDWR)
        if descriptor > 2:
            os.close(descriptor)
            return
        os.set_inheritable(descriptor, True)


def write_all(descriptor, data, name=None):
    """Raises BrokenPipeError if the reader went away, StreamError for all else that goes wrong."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(descriptor, view):]
        except BlockingIOError:  # somebody else made our stream non-blocking
            select.select([], [descriptor], [])
        except BrokenPipeError:
            raise
        except OSError as error:
            raise StreamError(f'{name or STREAM_NAMES[descriptor]}: {error.strerror}') from error


def say(text):
    """A line of our own on standard error, if anybody takes it."""
    with contextlib.suppress(BrokenPipeError, StreamError):
        write_all(2, os.fsencode(f'pagoda: {text}\n'))


def _enlarge_pipe(stream):
    try:
        fcntl.fcntl(stream.fileno(), F_SETPIPE_SZ, PIPE_BYTES)
    except OSError:
        pass  # over the user's limit: smaller works, too


def _die_with_us():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
