# SPDX-License-Identifier: MIT
"""./bench --stages: where the instructions of one path go, from the trace of every single one (bench_step.py).

Two tables. Who: each program's handling of one request, with the kernel's work on its behalf (a visit to the kernel
belongs to who made it). Functions: those with at least one in a hundred, inlined ones by their own name.
"""
import os
import re
import subprocess

import bench_step
import bench_table
import build
import machine
import options as command_line
from bench_measure import KBENCH, BenchError, TIMEOUT_S

KBENCH_IMAGE = 'apps/bench/kbench'
PROGRAM = ('/bench/stages', 'apps/bench/bench_stages')
PATHS = {  # name: the function in the kernel's bench image, or None: a word for PROGRAM
    'null-call': 'null_once', 'ipc': 'ipc_once', 'bare-fault': 'fault_once', 'anon-write': None, 'fork': None,
}
LEAST_SHARE = 0.01
WAITS = ('wait', 'reply_wait')
SERVES = re.compile(r'request_(?!serve$|admit$|perform$)\w+|service_\w+|serve_\w+|(?!request|console)\w+_serve')
ECALL = 8
SUFFIX = re.compile(r'\.(constprop|part|isra|cold)\b.*')
SYSCALLS = os.path.join(build.ROOT, 'kernel/uapi/syscall.def')


def follow(folder, name):
    """(steps, {space: Image}) of the path @name; @folder: the release build."""
    function = PATHS[name]
    try:
        if function:
            image = bench_step.Image('caller', os.path.join(folder, KBENCH_IMAGE))
            return bench_step.follow(lambda path: kernel_command(folder, path), image, [image], image.address(function))
        image = bench_step.Image('program', os.path.join(folder, PROGRAM[1]))
        return bench_step.follow(lambda path: program_command(name, path), image, [image, *server_images(folder)])
    except bench_step.StepError as error:
        raise BenchError(f'--stages {name}: {error}') from error


def kernel_command(folder, path):
    options = command_line.parse(['--count'])
    line = machine.qemu_line(options, os.path.join(folder, KBENCH), os.path.join(folder, build.ARCHIVE))
    return line + bench_step.port_options(path)


def program_command(name, path):
    words = [word for option in bench_step.port_options(path) for word in ('--qemu', option)]
    return [os.path.join(build.ROOT, 'run'), '--count', '--timeout', str(TIMEOUT_S), *words, '--', PROGRAM[0], name]


def server_images(folder):
    with open(os.path.join(folder, build.ARCHIVE_LIST), encoding='utf-8') as stream:
        lines = [line.rstrip('\n').split('\t') for line in stream]
    found = [bench_step.Image(os.path.basename(path), host) for path, host in lines
             if path.startswith('/boot/') and path != '/boot/manifest']
    return found + [bench_step.Image('init', os.path.join(folder, 'servers/init/init'))]


# --- names

def space_names(steps, sources):
    """The first space of an image has its name; others that run the same are its child, or the server of a caller."""
    names, seen = {0: 'kernel'}, {}
    for step in steps:
        if step.space in names:
            continue
        image = sources[step.space]
        count = seen[image.name] = seen.get(image.name, 0) + 1
        names[step.space] = image.name if count == 1 else {'caller': 'server', 'program': 'child'}.get(image.name, image.name)
    return names


def function_names(path, symbols, addresses):
    """{address: (own function, innermost named by a .c or .S file)}"""
    text = subprocess.run(['riscv64-unknown-elf-addr2line', '-e', path, '-a', '-f', '-i'], capture_output=True, text=True,
                          input='\n'.join(map(hex, addresses)), check=True).stdout
    chains, now = {}, None
    for line in text.splitlines():
        if line.startswith('0x'):
            now = chains.setdefault(int(line, 16), [])
        else:
            now.append(line)
    names = {}
    for address in addresses:
        outer = SUFFIX.sub('', (symbols.name(address) or '?').rpartition('+')[0] or '?')
        chain = chains.get(address, [])
        inner = next((function for function, place in zip(chain[::2], chain[1::2])
                      if re.search(r'\.c:\d', place) and function != '??'), outer)
        names[address] = (outer, SUFFIX.sub('', inner))
    return names


def name_steps(folder, steps, sources):
    """[(who, own function, innermost function)] for each step."""
    kernel = bench_step.Image('kernel', os.path.join(folder, build.KERNEL))
    images, wanted = {0: kernel, **sources}, {}
    for step in steps:
        wanted.setdefault(images[step.space].path, set()).add(step.pc)
    names = {image.path: function_names(image.path, image.symbols, sorted(wanted[image.path]))
             for image in images.values() if image.path in wanted}
    who = space_names(steps, sources)
    return [(who[step.space], *names[images[step.space].path][step.pc]) for step in steps]


# --- who

class Request:
    """What one program does from one message to the next."""

    def __init__(self, who):
        self.who, self.serves, self.own, self.kernel = who, None, 0, 0


def syscall_names():
    with open(SYSCALLS, encoding='utf-8') as stream:
        return {int(number): name for number, name in re.findall(r'^(?:MESSAGE_CALL|SYSCALL\d)\((\d+), (\w+)', stream.read(),
                                                                 re.MULTILINE)}


def requests(steps, named):
    """In the order of their beginning. A server's begins when it comes back from waiting."""
    calls, found, current, waited = syscall_names(), [], {}, {}
    space = steps[0].space
    for step, (who, function, _inner) in zip(steps, named):
        if step.space == 0:
            if step.cause is not None:
                waited[space] = step.cause == ECALL and calls.get(step.call) in WAITS
            current[space].kernel += 1
            continue
        if step.space not in current or waited.pop(step.space, False):
            current[step.space] = Request(who)
            found.append(current[step.space])
        space = step.space
        request = current[space]
        request.own += 1
        if request.serves is None and SERVES.fullmatch(function) and who not in ('program', 'child', 'caller'):
            request.serves = function
    return found


def who_table(found, total):
    rows = {}
    for request in found:
        row = rows.setdefault((request.who, request.serves), [0, 0, 0])
        for i, value in enumerate((1, request.own, request.kernel)):
            row[i] += value
    lines = [['who: what it serves', 'times', 'itself', 'kernel for it', 'together', 'of it']]
    for (who, serves), (times, own, kernel) in rows.items():
        lines.append([who + (f': {serves}' if serves else ''), str(times), f'{own:,}', f'{kernel:,}', f'{own + kernel:,}',
                      share(own + kernel, total)])
    return bench_table.layout(lines)


# --- functions

def function_table(named, total):
    counts = {}
    for who, _function, inner in named:
        counts[who, inner] = counts.get((who, inner), 0) + 1
    lines, rest = [['function', 'instructions', 'of it']], 0
    for (who, inner), count in counts.items():
        if count >= total * LEAST_SHARE:
            lines.append([f'{who}: {inner}', f'{count:,}', share(count, total)])
        else:
            rest += count
    if rest:
        lines.append(['others', f'{rest:,}', share(rest, total)])
    return bench_table.layout(lines)


def share(part, total):
    return f'{part / total * 100:.0f}%'


def show(folder, name):
    """The text of ./bench --stages @name."""
    steps, sources = follow(folder, name)
    named = name_steps(folder, steps, sources)
    return (f'{who_table(requests(steps, named), len(steps))}\n{function_table(named, len(steps))}'
            f'{name}: {len(steps):,} instructions, the call of the measured function included\n')
