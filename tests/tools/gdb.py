# SPDX-License-Identifier: MIT
"""Commands for gdb-multiarch on a kernel started by ./run --gdb: threads, spaces, caps, areas, server.

The kernel keeps no list of its objects, so they are found as it finds them: from the harts, the ready
queues and the interrupt lines on, along bindings, capability slots and queues.
"""
import os

import gdb

DIRECT_BASE = 0xffffffc000000000
PAGE_BYTES = 4096
PTE_V, PTE_RWX, PTE_PARKED = 1, 14, 1 << 8
SLOT_BYTES_OF_PAGE = 64  # CSPACE_PAGE_SLOTS


def enum_names(name, prefix):
    """number -> word of a C enum, without its prefix."""
    kind = gdb.lookup_type('enum ' + name)
    return {int(field.enumval): field.name[len(prefix):].lower() for field in kind.fields()}


def number(value):
    return int(value) & ((1 << 64) - 1)


def pointer(address, kind):
    return gdb.Value(address).cast(gdb.lookup_type('struct ' + kind).pointer())


def offset_of(kind, member):
    return next(field.bitpos // 8 for field in gdb.lookup_type('struct ' + kind).fields() if field.name == member)


def list_nodes(head):
    """Addresses of the nodes of a struct list."""
    start = number(head.address)
    node = head['head']['next']
    while number(node) not in (0, start):
        yield number(node)
        node = node['next']


class Objects:
    """Everything that can be reached: address -> kind word."""

    def __init__(self):
        self.kinds = enum_names('object_kind', 'KIND_')
        self.found = {}
        self.todo = []
        self._start()
        while self.todo:
            address, kind = self.todo.pop()
            getattr(self, '_visit_' + kind, lambda address: None)(address)

    def add(self, address, kind):
        address = number(address)
        if address and address not in self.found:
            self.found[address] = kind
            self.todo.append((address, kind))

    def of_kind(self, kind):
        return [pointer(address, kind) for address in sorted(self.found) if self.found[address] == kind]

    def _start(self):
        cpus = gdb.parse_and_eval('cpus')
        for i in range(cpus.type.range()[1] + 1):
            self.add(cpus[i]['current'], 'thread')
            self.add(cpus[i]['fpu_owner'], 'thread')
        queues = gdb.parse_and_eval('ready_queue.queues')
        for i in range(queues.type.range()[1] + 1):
            self._threads_of(queues[i])
        lines = gdb.parse_and_eval('irq_lines')
        for i in range(lines.type.range()[1] + 1):
            self._slot(lines[i]['notification'])

    def _threads_of(self, head):
        for node in list_nodes(head):
            self.add(node - offset_of('thread', 'queue'), 'thread')

    def _slot(self, slot):
        kind = self.kinds.get(int(slot['kind']), 'none')
        if kind in ('cspace', 'thread', 'space', 'endpoint', 'notification', 'timer', 'reply'):
            self.add(slot['a'], 'thread' if kind == 'reply' else kind)

    def _visit_thread(self, address):
        thread = pointer(address, 'thread')
        for member, kind in (('space', 'space'), ('cspace', 'cspace'), ('pager', 'endpoint'), ('notification', 'notification'),
                             ('caller', 'thread'), ('replier', 'thread')):
            self.add(thread[member], kind)
        for i in range(thread['bindings'].type.range()[1] + 1):
            self._slot(thread['bindings'][i])

    def _visit_cspace(self, address):
        for _, slot in slots_of(pointer(address, 'cspace')):
            self._slot(slot)

    def _visit_endpoint(self, address):
        self._threads_of(pointer(address, 'endpoint')['queue'])

    def _visit_notification(self, address):
        notification = pointer(address, 'notification')
        self.add(notification['bound'], 'thread')
        self._threads_of(notification['waiters'])


def slots_of(cspace):
    """(index, slot) of every capability in a CSpace."""
    for index in range(1, int(cspace['slots'])):
        slot = cspace['pages'][index // SLOT_BYTES_OF_PAGE][index % SLOT_BYTES_OF_PAGE]
        if int(slot['kind']) != 0:
            yield index, slot


def read_table(pfn):
    data = gdb.selected_inferior().read_memory(DIRECT_BASE + pfn * PAGE_BYTES, PAGE_BYTES)
    return memoryview(bytes(data)).cast('Q')


def mappings(pfn, level=2, base=0):
    """(address, pages, rights, physical page, parked) of every leaf below a table, the lower half only."""
    for index, entry in enumerate(read_table(pfn)[:256 if level == 2 else 512]):
        at = base + (index << (12 + 9 * level))
        parked = entry & (PTE_V | PTE_PARKED) == PTE_PARKED
        if not entry & PTE_V and not parked:
            continue
        below = entry >> 10 & ((1 << 44) - 1)
        if entry & PTE_RWX:
            yield at, 1 << 9 * level, entry & PTE_RWX, below, False
        else:
            for item in mappings(below, level - 1, at):
                yield (*item[:4], item[4] or parked)


def areas_of(space):
    """Neighbouring mappings with the same rights, as one: [start, pages, rights, parked]."""
    merged = []
    for at, pages, rights, _, parked in mappings(number(space['satp']) & ((1 << 44) - 1)):
        if merged and merged[-1][0] + merged[-1][1] * PAGE_BYTES == at and merged[-1][2:] == [rights, parked]:
            merged[-1][1] += pages
        else:
            merged.append([at, pages, rights, parked])
    return merged


def choose(objects, kind, argument, matches):
    """The objects of a kind; with an argument those that it names by number or address."""
    chosen = objects.of_kind(kind)
    if argument:
        wanted = number(gdb.parse_and_eval(argument))
        chosen = [value for value in chosen if wanted in (number(value), matches(value))]
    return chosen


class Command(gdb.Command):
    """Base: the docstring is gdb's help text."""

    def __init__(self, name):
        super().__init__(name, gdb.COMMAND_DATA)


def in_supervisor_mode(invoke):
    """@invoke with the hart's privilege raised: stopped in user mode, QEMU shows only what the user may see."""
    def raised(self, argument, from_tty):
        before = int(gdb.parse_and_eval('$priv'))
        gdb.execute('set $priv = 1')
        try:
            invoke(self, argument, from_tty)
        finally:
            gdb.execute(f'set $priv = {before}')
    return raised


class Threads(Command):
    """threads: every thread, its state and where it is."""

    @in_supervisor_mode
    def invoke(self, argument, from_tty):
        states = enum_names('thread_state', 'THREAD_')
        objects = Objects()
        for thread in choose(objects, 'thread', argument, lambda value: int(value['id'])):
            cpu = thread['cpu']
            place = f'hart {int(cpu["id"])}' if int(thread['state']) == 1 and number(cpu) else '-'
            space = f'asid {int(thread["space"]["asid"])}' if number(thread['space']) else 'no space'
            print(f'thread {int(thread["id"])} {number(thread):#x} priority {int(thread["priority"])} '
                  f'{states.get(int(thread["state"]), "?")} {place} {space} pc {number(thread["regs"][0]):#x} '
                  f'sp {number(thread["regs"][2]):#x} blocked on {number(thread["blocked_on"]):#x}')


class Spaces(Command):
    """spaces: every address space, its tables and sources."""

    @in_supervisor_mode
    def invoke(self, argument, from_tty):
        objects = Objects()
        for space in choose(objects, 'space', argument, lambda value: int(value['asid'])):
            print(f'space {number(space):#x} asid {int(space["asid"])} tables {int(space["tables"])} of {int(space["table_limit"])}')
            for i in range(space['sources'].type.range()[1] + 1):
                slot = space['sources'][i]
                if int(slot['kind']):
                    print(f'  source {i}: {number(slot["a"]):#x} + {number(slot["b"]):#x} rights {int(slot["rights"]) & 7}')


class Caps(Command):
    """caps [CSPACE]: the capabilities of every CSpace, or of the one at this address."""

    @in_supervisor_mode
    def invoke(self, argument, from_tty):
        objects = Objects()
        for cspace in choose(objects, 'cspace', argument, lambda value: None):
            print(f'cspace {number(cspace):#x} {int(cspace["slots"])} slots')
            for index, slot in slots_of(cspace):
                print(f'  {index}: {objects.kinds.get(int(slot["kind"]), "?")} rights {int(slot["rights"]):#x} '
                      f'a {number(slot["a"]):#x} b {number(slot["b"]):#x}')


class Areas(Command):
    """areas [ASID]: what is mapped in every space, or in that one; neighbours with equal rights as one."""

    @in_supervisor_mode
    def invoke(self, argument, from_tty):
        for space in choose(Objects(), 'space', argument, lambda value: int(value['asid'])):
            print(f'space {number(space):#x} asid {int(space["asid"])}')
            for at, pages, rights, parked in areas_of(space):
                word = ''.join(letter if rights & bit else '-' for letter, bit in (('r', 2), ('w', 4), ('x', 8)))
                print(f'  {at:#012x}-{at + pages * PAGE_BYTES:#012x} {word} {pages} pages{" parked" if parked else ""}')


class Server(Command):
    """server NAME: symbols of that server or program, beside the kernel's; one at a time, all have one address."""

    shown = None

    def invoke(self, argument, from_tty):
        folder = os.path.dirname(os.path.dirname(gdb.objfiles()[0].filename))
        with open(os.path.join(folder, 'tests/boot.list'), encoding='utf-8') as stream:
            names = {os.path.basename(path): host for path, host in (line.rstrip('\n').split('\t') for line in stream)}
        names['init'] = os.path.join(folder, 'servers/init/init')
        if argument not in names:
            raise gdb.GdbError('server NAME; known: ' + ' '.join(sorted(names)))
        if Server.shown:
            gdb.execute('remove-symbol-file ' + Server.shown)
        gdb.execute('add-symbol-file ' + names[argument], to_string=True)
        Server.shown = names[argument]


for command, name in ((Threads, 'threads'), (Spaces, 'spaces'), (Caps, 'caps'), (Areas, 'areas'), (Server, 'server')):
    command(name)
gdb.execute('set pagination off')
print('pagoda: threads, spaces, caps, areas, server NAME')
