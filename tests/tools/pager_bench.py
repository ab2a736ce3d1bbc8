# SPDX-License-Identifier: MIT
"""tests/pager_bench: compiles a pager with libpager and its simulated system for this machine, and runs it.

The pager's main() gets another name; libsys/pager/host/main.c calls it. The library is compiled once and again
when one of its sources is newer.
"""
import fcntl
import glob
import hashlib
import os
import shutil
import subprocess
import sys

from build import ROOT

USAGE = '''\
usage: tests/pager_bench SOURCE.c... [OPTION...] [-- ARG...]

  --requests N     how many faults at random (default 10000)   --seed N       the same faults again
  --script FILE    the faults of FILE instead                  --anonymous    of anonymous memory, too
  --processes N    how many clients (default 4)                --memory N     bytes that the system has (default 64 MiB)
  -DX -IX -WX      for the compiler                            ARG            for the pager

A line of a script: process PID | load NAME OFFSET [BYTE] | store NAME OFFSET BYTE | touch ADDRESS [BYTE] | release;
behind load, store and touch `fails` may stand.
'''
FLAGS = ['-std=gnu11', '-g', '-O1', '-Wall', '-Wextra', '-fsanitize=address,undefined', '-fno-sanitize-recover=all',
         '-DPAGODA_HOST=1', '-Dmain=pager_bench_main', '-Ikernel', '-Ilibsys', '-idirafter', 'libsys/include']
OWN_MAIN = ['-Umain']
LIBRARY = ('libsys/pager/*.c', 'libsys/pager/host/*.c', 'libsys/common/error.c')
GUEST_ONLY = 'libsys/pager/system_guest.c'
HEADERS = ('libsys/pager/*.h', 'libsys/pager/host/*.h', 'libsys/include/pagoda/*.h', 'libsys/proto/*', 'kernel/uapi/*')
FOLDER = os.path.join(ROOT, 'build', 'pager_bench')


def compiler():
    for name in ('cc', 'gcc', 'clang'):
        if shutil.which(name):
            return name
    raise SystemExit('pager_bench: no C compiler for this machine; type: apt-get install gcc')


def compile_one(source, target, flags, folder):
    """None, or what the compiler said."""
    done = subprocess.run([compiler(), *absolute(flags), '-c', '-o', target, source], cwd=folder, stderr=subprocess.PIPE,
                          text=True, check=False)
    return done.stderr if done.returncode else None


def absolute(flags):
    """FLAGS with the project's folders; the pager is compiled where it stands."""
    result = []
    for flag in flags:
        if flag in ('-Ikernel', '-Ilibsys'):
            flag = '-I' + os.path.join(ROOT, flag[2:])
        elif flag == 'libsys/include':
            flag = os.path.join(ROOT, flag)
        result.append(flag)
    return result


def library_objects():
    """The objects of the library and the simulation, made again where a source is newer."""
    sources = [path for pattern in LIBRARY for path in sorted(glob.glob(pattern, root_dir=ROOT)) if path != GUEST_ONLY]
    newest_header = max(os.path.getmtime(os.path.join(ROOT, path))
                        for pattern in HEADERS for path in glob.glob(pattern, root_dir=ROOT))
    objects = []
    for path in sources:
        target = os.path.join(FOLDER, path.replace('/', '_')[:-2] + '.o')
        newest = max(newest_header, os.path.getmtime(os.path.join(ROOT, path)))
        if not os.path.exists(target) or os.path.getmtime(target) < newest:
            said = compile_one(os.path.join(ROOT, path), target, [*FLAGS, *OWN_MAIN], ROOT)
            if said:
                raise SystemExit(f'{said}pager_bench: {path} does not compile')
        objects.append(target)
    return objects


def build(sources, flags):
    """The program for these sources; its name says which they are and with which flags."""
    os.makedirs(FOLDER, exist_ok=True)
    with open(os.path.join(FOLDER, 'lock'), 'w', encoding='utf-8') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        objects = library_objects()
        identity = hashlib.sha256('\0'.join([*map(os.path.abspath, sources), *flags]).encode()).hexdigest()[:12]
        program = os.path.join(FOLDER, f'{os.path.basename(sources[0])[:-2]}-{identity}')
        for number, source in enumerate(sources):
            target = f'{program}-{number}.o'
            said = compile_one(source, target, [*FLAGS, *flags], None)
            if said:
                raise SystemExit(f'{said}pager_bench: {source} does not compile')
            objects.append(target)
        fresh = program + '.new'  # replaced as one step: the old one may be starting just now
        done = subprocess.run([compiler(), *FLAGS[:7], '-o', fresh, *objects], stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise SystemExit(f'{done.stderr}pager_bench: {" ".join(sources)} does not link')
        os.replace(fresh, program)
    return program


def main(words):
    arguments = words[words.index('--'):] if '--' in words else []
    words = words[:len(words) - len(arguments)]
    sources = [word for word in words if word.endswith('.c')]
    flags = [word for word in words if word[:2] in ('-D', '-I', '-W')]
    options = [word for word in words if word not in sources and word not in flags]
    if not sources or '--help' in words:
        (sys.stdout if '--help' in words else sys.stderr).write(USAGE)
        return 0 if '--help' in words else 2
    missing = [source for source in sources if not os.path.isfile(source)]
    if missing:
        sys.stderr.write(f'pager_bench: {missing[0]}: no such file\n')
        return 2
    program = build(sources, flags)
    os.environ['PAGER_BENCH_SOURCE'] = ' '.join([*sources, *flags])
    os.execv(program, [program, *options, *arguments])


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
