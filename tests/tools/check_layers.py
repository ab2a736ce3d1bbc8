# SPDX-License-Identifier: MIT
"""Who may include whom. Each room lists the rooms it may know; its own is always one of them."""
import os
import re

from build import ROOT
from sources import project_files

UAPI, PURE, PROTO, FACE, FORMAT = 'kernel/uapi', 'kernel/pure', 'libsys/proto', 'libsys/include', 'libsys/format'

# Longest prefix wins. LIBC: headers of the C library (anything that no folder of ours holds).
LIBC = 'libc'
FREESTANDING = ('stdint.h', 'stdbool.h', 'stddef.h', 'stdarg.h', 'limits.h', 'stdnoreturn.h', 'stdatomic.h')
ROOMS = {
    'kernel/uapi': [],
    'kernel/pure': [UAPI],
    'kernel/base': [UAPI, PURE],
    'kernel/hw': [UAPI, PURE, 'kernel/base'],
    'kernel/object': [UAPI, PURE, 'kernel/base', 'kernel/hw'],
    'kernel/entry': [UAPI, PURE, 'kernel/base', 'kernel/hw', 'kernel/object'],
    'libsys/proto': [UAPI],
    'libsys/include': [UAPI, PROTO, LIBC],
    'libsys/format': [UAPI, LIBC],
    'libsys/pager': [UAPI, PROTO, FACE, LIBC],
    'libsys': [UAPI, PROTO, FACE, FORMAT, LIBC],
    'servers/init': [UAPI, PROTO, FACE, FORMAT, LIBC],
    'servers/drivers': [UAPI, PROTO, FACE, LIBC],
    'servers/vfs': [UAPI, PROTO, FACE, FORMAT, LIBC],
    'servers/pager/policy': [UAPI, PROTO, LIBC],
    'servers/pager': [UAPI, PROTO, FACE, LIBC, 'servers/pager/policy'],
    'servers/proc': [UAPI, PROTO, FACE, FORMAT, LIBC],
    'apps/bench/kernel': [UAPI, PROTO, FACE, LIBC, 'apps'],  # an image in init's place
    'apps': [FACE, LIBC],
    'apps/sh': [FACE, LIBC],
    'tests/host': [UAPI, PURE, PROTO, FACE, FORMAT, LIBC, 'servers/pager/policy', 'servers/vfs', 'servers/init', 'servers/drivers', 'servers/proc',
                   'apps/sh', 'libsys/pager'],
    'tests/fuzz': [UAPI, PURE, PROTO, FACE, FORMAT, LIBC, 'libsys/pager', 'servers/vfs', 'servers/pager', 'servers/pager/policy', 'servers/proc', 'tests/host'],
    'tests/guest': [UAPI, PROTO, FACE, LIBC, 'apps/bench/kernel'],  # images in init's place report alike
}
# Finer than a room: the policy knows no message and no capability.
POLICY_UAPI = ('layout.h', 'error.h', 'types.h', 'fault.h', 'object.h')
KERNEL_HEADERS = (*FREESTANDING, 'string.h')  # the kernel has its own memcpy and memset
INCLUDE_ROOTS = ('kernel', 'libsys', 'libsys/include')
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def room_of(path):
    fitting = [room for room in ROOMS if path.startswith(room + '/')]
    return max(fitting, key=len) if fitting else None


def resolve(includer, name, known):
    """The project's file an include means, or None."""
    folder = os.path.dirname(includer)
    roots = [folder]
    while folder:  # a server includes from its own top, too
        folder = os.path.dirname(folder)
        if folder:
            roots.append(folder)
    if includer.startswith(('tests/host/', 'tests/fuzz/')):  # these include from the folder of what it tests
        roots += sorted({os.path.dirname(path) for path in known if path.startswith(('servers/', 'apps/sh/'))})
    for root in [*roots, *INCLUDE_ROOTS]:
        path = os.path.normpath(os.path.join(root, name))
        if path in known:
            return path
    return None


def judge(path, bracket, name, known):
    """What is wrong with one include, or None."""
    room = room_of(path)
    if room is None:
        return 'this folder is in no room of tests/tools/check_layers.py'
    found = resolve(path, name, known)
    if found is None:
        if bracket == '"':
            return f'no file of the project is called "{name}"'
        if path.startswith('kernel/'):
            return None if name in KERNEL_HEADERS else f'the kernel may not use <{name}>'
        return None if LIBC in ROOMS[room] or name in FREESTANDING else f'{room} may not use <{name}>'
    other = room_of(found)
    if other == room:
        return None
    if other not in ROOMS[room]:
        return f'{room} may not know {other} ({name})'
    if room == 'servers/pager/policy' and other == UAPI and os.path.basename(found) not in POLICY_UAPI:
        return f'the policy may not know {name}'
    return None


def find(_context=None):
    files = project_files()
    known = set(files)
    problems = []
    for path in files:
        if not path.endswith(('.c', '.h', '.S', '.def')):
            continue
        with open(os.path.join(ROOT, path), encoding='utf-8') as stream:
            for number, line in enumerate(stream, 1):
                match = INCLUDE.match(line)
                wrong = judge(path, match.group(1), match.group(2), known) if match else None
                if wrong:
                    problems.append(f'{path}:{number}: {wrong}')
    return problems


if __name__ == '__main__':
    print('\n'.join(find()) or 'layers hold')
