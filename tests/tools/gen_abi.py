# SPDX-License-Identifier: MIT
"""Makes docs/abi.md from the lists of the ABI (kernel/uapi/*.def, libsys/proto/*.def).

Without arguments it writes the page; a test compares the page with what would be written.
"""
import os
import re
import sys

from build import ROOT

PAGE = 'docs/abi.md'
INTRODUCTION = '''\
<!-- SPDX-License-Identifier: MIT -->
# The ABI in tables

Made by `tests/tools/gen_abi.py` from `kernel/uapi/syscall.def`, `kernel/uapi/error.def`, `kernel/uapi/object.def`,
`kernel/uapi/trace.def` and the lists in `libsys/proto/`. Change those, then run it; a test compares.
Registers and tags of messages: `kernel/uapi/message.h`; faults: `kernel/uapi/fault.h`; rights: `kernel/uapi/object.h`.
'''
PROTOCOLS = (('proc', 'Process server'), ('pager', 'Pager'), ('vfs', 'VFS'), ('uart', 'UART driver'))


def read_list(path):
    """Invocations of a .def file as (macro, [arguments]); strings are joined and unquoted."""
    with open(os.path.join(ROOT, path), encoding='utf-8') as stream:
        text = re.sub(r'/\*.*?\*/', ' ', stream.read(), flags=re.DOTALL)
    tokens = re.findall(r'"(?:[^"\\]|\\.)*"|[A-Za-z_0-9]+|[(),]', text)
    found, at = [], 0
    while at < len(tokens):
        macro, arguments, at = tokens[at], [[]], at + 1
        if at >= len(tokens) or tokens[at] != '(':
            raise SystemExit(f'{path}: ( is missing after {macro}')
        at += 1
        while tokens[at] != ')':
            if tokens[at] == ',':
                arguments.append([])
            else:
                arguments[-1].append(tokens[at])
            at += 1
        at += 1
        found.append((macro, [join(part) for part in arguments]))
    return found


def join(tokens):
    return ''.join(token[1:-1].replace('\\"', '"') if token[0] == '"' else token for token in tokens)


def table(head, rows):
    lines = ['| ' + ' | '.join(head) + ' |', '|' + '---|' * len(head)]
    lines += ['| ' + ' | '.join(cell.replace('|', '\\|') for cell in row) + ' |' for row in rows]
    return '\n'.join(lines) + '\n'


def syscall_rows():
    for macro, arguments in read_list('kernel/uapi/syscall.def'):
        number, name = arguments[:2]
        if macro == 'MESSAGE_CALL':
            words, text, errors = 'message registers', *arguments[2:4]
        else:
            count = int(macro[-1])
            pairs = arguments[2:2 + 2 * count]
            words = ', '.join(f'{pairs[2 * i]} {pairs[2 * i + 1]}' for i in range(count)) or '-'
            text, errors = arguments[2 + 2 * count:4 + 2 * count]
        yield number, name, words, text, errors_text(errors)


def errors_text(names):
    return names.replace(' ', ', ') or '-'


def check_errors(path, entries):
    """Every name of an errors column is an error, and stands in it once."""
    known = {a[0] for _, a in read_list('kernel/uapi/error.def')}
    for macro, arguments in entries:
        names = arguments[0 if macro == 'REQUEST_COMMON' else 4].split()
        for name in names:
            if name not in known or names.count(name) > 1:
                raise SystemExit(f'{path}: {macro} {arguments[0]}: {name} is no error, or stands there twice')


def request_section(name, title):
    """The table of a server's requests, and what each of them can be answered with."""
    path = f'libsys/proto/{name}.def'
    entries = read_list(path)
    check_errors(path, entries)
    errors, text = next(a for macro, a in entries if macro == 'REQUEST_COMMON')
    rows = ((a[1], f'{name.upper()}_{a[0]}', a[2] or '-', a[3] or '-', a[5] or '-', errors_text(a[4]))
            for macro, a in entries if macro == 'REQUEST')
    common = f'Each can answer {errors_text(errors)}' + (f' ({text})' if text else '')
    return (f'\n## Requests: {title}\n\nThe label of the tag; words are named in order. {common}.\n\n'
            + table(('label', 'name', 'in', 'out', 'text', 'errors'), rows))


def make_page():
    parts = [INTRODUCTION]
    parts.append('\n## System calls\n\nNumber in a7. All but the message calls return `struct result`: the error in a0, a value in a1. '
                 'Every call can answer SYSCALL if the number is unknown.\n\n')
    parts.append(table(('number', 'name', 'arguments', 'what it does', 'errors'), syscall_rows()))
    parts.append('\n## Errors\n\n')
    parts.append(table(('number', 'name', 'meaning'),
                       ((a[1], 'E_' + a[0], a[2]) for _, a in read_list('kernel/uapi/error.def'))))
    parts.append('\n## Kinds of capability\n\n')
    parts.append(table(('number', 'name', 'made by', 'what it is'),
                       ((a[1], 'KIND_' + a[0], 'object_create' if a[2] == 'POOL' else 'a call of its own', a[3])
                        for _, a in read_list('kernel/uapi/object.def'))))
    for name, title in PROTOCOLS:
        parts.append(request_section(name, title))
    parts.append('\n## Custom pagers\n\nPlain answers to a forwarded fault (`libsys/proto/custom.h`, [pager-protocol.md](pager-protocol.md)), and operations of '
                 'OBJECT_CONTROL, none of which is built.\n\n')
    parts.append(table(('number', 'name', 'meaning'),
                       ((a[1], ('CUSTOM_' if macro == 'ANSWER' else 'CUSTOM_OPERATION_') + a[0], a[2])
                        for macro, a in read_list('libsys/proto/custom.def'))))
    parts.append('\n## Trace events\n\n')
    parts.append(table(('number', 'name', 'a', 'b'),
                       ((a[1], 'TRACE_' + a[0], a[2] or '-', a[3] or '-') for _, a in read_list('kernel/uapi/trace.def'))))
    return ''.join(parts)


def find(_context=None):
    """Problems of the page as it is."""
    path = os.path.join(ROOT, PAGE)
    if not os.path.exists(path):
        return [f'{PAGE} is missing; type: python3 tests/tools/gen_abi.py']
    with open(path, encoding='utf-8') as stream:
        return [] if stream.read() == make_page() else [f'{PAGE} is not what the lists give; type: python3 tests/tools/gen_abi.py']


def main():
    os.makedirs(os.path.join(ROOT, 'docs'), exist_ok=True)
    with open(os.path.join(ROOT, PAGE), 'w', encoding='utf-8') as stream:
        stream.write(make_page())


if __name__ == '__main__':
    sys.exit(main())
