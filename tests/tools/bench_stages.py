# SPDX-License-Identifier: MIT
"""./bench --stages: where the instructions of one path go, from the trace of every single one (bench_step.py).

Three tables. Stages, in the order in which each begins, by landmarks (bench_landmarks.py). Who: each program's handling of one
request, with the kernel's work on its behalf (a visit to the kernel belongs to who made it). Functions: those with at least one
in a hundred, inlined ones by their own name. Then the sum beside the row's committed median.
"""
import os
import re
import subprocess

import bench_landmarks
import bench_rows
import bench_step
import bench_table
import build
import machine
import options as command_line
from bench_measure import KBENCH, BenchError, TIMEOUT_S

KBENCH_IMAGE = 'apps/bench/kbench'
STAGES, FORWARDED = '/bench/stages', '/bench/stages_forwarded'
HOSTS = {STAGES: 'apps/bench/bench_stages', FORWARDED: 'apps/bench/bench_stages_forwarded', '/bench/true': 'apps/bench/posix_true'}
NOTHING = 'stage_nothing'


class Path:
    """
    How one row is followed. @function: in the kernel's bench image; else @words: a program and what it is told.
    @units: how many of the row's operations one run does. @child: who runs the program's own code beside it.
    """

    def __init__(self, words=None, function=None, units=1, child='child'):
        self.words, self.function, self.units, self.child = words, function, units, child


def by_program(name, count=1, units=1):
    return Path((STAGES, name, str(count)), units=units)


def sweep(name, pages=32):
    return by_program(name, pages, pages)


PATHS = {
    'null-call': Path(function='null_once'), 'getppid': by_program('getppid'), 'ipc': Path(function='ipc_once'),
    'ipc-64-words': Path(function='ipc_long_once'), 'notification': Path(function='notification_once'),
    'bare-fault': Path(function='fault_once'), 'forward-fault': Path(function='forward_once'),
    'forwarded-fault': Path((FORWARDED, 'forwarded-fault'), child='custom pager'),
    'anon-write': by_program('anon-write'), 'anon-write-sweep': sweep('anon-write-sweep', 64), 'anon-read': by_program('anon-read'),
    'anon-read-sweep': sweep('anon-read-sweep', 8), 'anon-write-read': sweep('anon-write-read', 32),
    'file-read-held': by_program('file-read-held'), 'file-read-ask': by_program('file-read-ask'),
    'file-read-around': sweep('file-read-around', 16), 'file-private-write': sweep('file-private-write', 16),
    'cow-copy': by_program('cow-copy'), 'cow-copy-sweep': sweep('cow-copy-sweep', 16), 'cow-reuse': by_program('cow-reuse'),
    'cow-reuse-alive': by_program('cow-reuse-alive'), 'cow-reuse-sweep': sweep('cow-reuse-sweep', 512),
    'mmap-1': by_program('mmap'), 'mmap-64M': by_program('mmap', 16384), 'munmap-page': sweep('munmap', 512),
    'mprotect-pair': by_program('mprotect-pair'), 'fork': by_program('fork'), 'fork-1M': by_program('fork-touched', 1),
    'fork-8M': by_program('fork-touched', 8), 'fork-64M': by_program('fork-touched', 64),
    'fork-rewrite-alive': sweep('fork-rewrite-alive', 16), 'spawn': by_program('spawn'), 'fork-exec': by_program('fork-exec'),
    'forks-100': by_program('fork', units=0.01), 'pipe': by_program('pipe'), 'read-4k': by_program('read-4k'),
}
CANNOT = {
    'boot': 'it is over before a program runs: there is no call to follow', 'memory': 'it is an amount, not a path',
    'fork-rewrite-gone': 'most of its pages cost nothing: the one in 512 that does is cow-reuse',
    'fork-exec-100': 'what it prints waits for the console: follow fork-exec',
}
FIGURES = os.path.join(build.ROOT, 'apps/bench/figures.json')
LEAST_SHARE = 0.01
WAITS = ('wait', 'reply_wait')
SERVES = re.compile(r'request_(?!serve$|admit$|perform$)\w+|service_\w+|serve_\w+|(?!request|console)\w+_serve')
ECALL = 8
SUFFIX = re.compile(r'\.(constprop|part|isra|cold)\b.*')
SYSCALLS = os.path.join(build.ROOT, 'kernel/uapi/syscall.def')


def refuse(name):
    """None, or why the row @name has no stages."""
    if name in PATHS:
        return None
    why = CANNOT.get(name) or next((f'it needs {row.needs}' for row in bench_rows.ROWS if row.name == name), 'no such row')
    return f'--stages {name}: {why}; there are: {" ".join(PATHS)}'


def follow(folder, name):
    """(steps, steps of nothing, {space: Image}) of the path @name; @folder: the release build."""
    path = PATHS[name]
    if path.function:
        image = bench_step.Image('caller', os.path.join(folder, KBENCH_IMAGE))
        images, argument = [image], image.address(path.function)
    else:
        image = bench_step.Image('program', os.path.join(folder, HOSTS[path.words[0]]))
        images, argument = [image, *server_images(folder), bench_step.Image('new program', os.path.join(folder, HOSTS['/bench/true']))], None
    try:
        (nothing, steps), sources = bench_step.follow(lambda port: command(folder, path, port), image, images,
                                                      [image.address(NOTHING), argument])
    except bench_step.StepError as error:
        raise BenchError(f'--stages {name}: {error}') from error
    return steps, nothing, sources


def command(folder, path, port):
    return kernel_command(folder, port) if path.function else program_command(path.words, port)


def kernel_command(folder, path):
    options = command_line.parse(['--count'])
    line = machine.qemu_line(options, os.path.join(folder, KBENCH), os.path.join(folder, build.ARCHIVE))
    return line + bench_step.port_options(path)


def program_command(words, path):
    options = [word for option in bench_step.port_options(path) for word in ('--qemu', option)]
    return [os.path.join(build.ROOT, 'run'), '--count', '--timeout', str(TIMEOUT_S), *options, '--', *words]


def server_images(folder):
    with open(os.path.join(folder, build.ARCHIVE_LIST), encoding='utf-8') as stream:
        lines = [line.rstrip('\n').split('\t') for line in stream]
    found = [bench_step.Image(os.path.basename(path), host) for path, host in lines
             if path.startswith('/boot/') and path != '/boot/manifest']
    return found + [bench_step.Image('init', os.path.join(folder, 'servers/init/init'))]


# --- names

def space_names(steps, sources, child='child'):
    """The first space of an image has its name; others that run the same are its @child, or the server of a caller."""
    names, seen = {0: 'kernel', bench_step.FIRMWARE: 'firmware'}, {}
    for step in steps:
        if step.space in names:
            continue
        image = sources[step.space]
        count = seen[image.name] = seen.get(image.name, 0) + 1
        names[step.space] = image.name if count == 1 else {'caller': 'server', 'program': child}.get(image.name, image.name)
    return names


def function_names(path, symbols, addresses):
    """{address: (own function, [functions there by .c or .S files, from the innermost outwards, the own one last])}"""
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
        inner = [SUFFIX.sub('', function) for function, place in zip(chain[::2], chain[1::2])
                 if re.search(r'\.c:\d', place) and function != '??']
        names[address] = (outer, [*inner, outer])
    return names


def name_steps(folder, steps, sources, child='child'):
    """([(who, own function, innermost function)], [all functions there]) for each step; and {space: (who, Image)}."""
    images = {0: bench_step.Image('kernel', os.path.join(folder, build.KERNEL)), **sources}
    wanted = {}
    for step in steps:
        if step.space in images:
            wanted.setdefault(images[step.space].path, set()).add(step.pc)
    names = {image.path: function_names(image.path, image.symbols, sorted(wanted[image.path]))
             for image in images.values() if image.path in wanted}
    who = space_names(steps, sources, child)
    named, chains = [], []
    for step in steps:
        outer, chain = names[images[step.space].path][step.pc] if step.space in images else ('?', ['?'])
        named.append((who[step.space], outer, chain[0]))
        chains.append(chain)
    return named, chains, {space: (who[space], image) for space, image in images.items() if space in who}


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
    """(in the order of their beginning, that of each step). A server's begins when it comes back from waiting."""
    calls, found, owners, current, waited = syscall_names(), [], [], {}, {}
    space = steps[0].space
    for step, (who, function, _inner) in zip(steps, named):
        if step.space <= bench_step.FIRMWARE:
            if step.cause is not None:
                waited[space] = step.cause == ECALL and calls.get(step.call) in WAITS
            current[space].kernel += 1
            owners.append(current[space])
            continue
        if step.space not in current or waited.pop(step.space, False):
            current[step.space] = Request(who)
            found.append(current[step.space])
        space = step.space
        request = current[space]
        request.own += 1
        owners.append(request)
        if request.serves is None and SERVES.fullmatch(function) and who not in ('program', 'child', 'caller'):
            request.serves = function
    return found, owners


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


# --- stages

def stage_counts(staged):
    """{'who: stage': instructions} in the order in which they begin."""
    counts = {}
    for who, stage in staged:
        label = f'{who}: {stage}'
        counts[label] = counts.get(label, 0) + 1
    return counts


def stage_table(counts, total):
    """Those below LEAST_SHARE are one line."""
    shown = {label: count for label, count in counts.items() if count >= total * LEAST_SHARE}
    if len(shown) < len(counts):
        shown['others'] = total - sum(shown.values())
    return bench_table.layout([['stage', 'instructions', 'of it'],
                               *([label, f'{count:,}', share(count, total)] for label, count in shown.items())])


def default_stage(who, request):
    if request.serves and request.serves.startswith(('request_', 'service_')):
        return request.serves
    return {'pager': 'take the message, find the process', 'proc': 'take the message', 'vfs': 'take the message'}.get(who, 'its own code')


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


def sum_line(name, steps, nothing):
    """What was followed beside the committed figure of the row."""
    each, row = (len(steps) - len(nothing)) / PATHS[name].units, bench_table.read_json(FIGURES).get(name)
    text = f'{name}: {len(steps):,} instructions, {len(nothing)} of them the call of the measured function'
    if PATHS[name].units != 1:
        text += f'; {bench_table.show(each)} for each of {PATHS[name].units}' if PATHS[name].units > 1 else f'; {bench_table.show(each)} in all'
    if row:
        text += f'; the row: {bench_table.show(row["median"])} ({(each / row["median"] - 1) * 100:+.1f}%)'
    return text + '\n'


class Stages:
    """One path, followed."""

    def __init__(self, folder, name):
        self.name = name
        self.steps, self.nothing, sources = follow(folder, name)
        self.named, chains, images = name_steps(folder, self.steps, sources, PATHS[name].child)
        self.requests, owners = requests(self.steps, self.named)
        try:
            bench_landmarks.check({image.name: image.path for _who, image in images.values()})
        except bench_landmarks.MissingLandmark as error:
            raise BenchError(f'--stages {name}: {error}') from error
        served = [default_stage(who, owner) for (who, _function, _inner), owner in zip(self.named, owners)]
        self.counts = stage_counts(bench_landmarks.stages(self.steps, chains, images, served, syscall_names()))

    def table(self):
        return stage_table(self.counts, len(self.steps))

    def account(self):
        """The stages in one sentence."""
        least = len(self.steps) * LEAST_SHARE
        shown = [f'{label} {count:,}' for label, count in self.counts.items() if count >= least]
        rest = sum(count for count in self.counts.values() if count < least)
        return f'{self.name} {len(self.steps):,} = ' + ' + '.join(shown + ([f'others {rest:,}'] if rest else []))

    def sum_line(self):
        return sum_line(self.name, self.steps, self.nothing)


def show(folder, name):
    """The text of ./bench --stages @name."""
    stages = Stages(folder, name)
    total = len(stages.steps)
    return (f'{stages.table()}\n{who_table(stages.requests, total)}\n{function_table(stages.named, total)}{stages.sum_line()}')
