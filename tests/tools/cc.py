# SPDX-License-Identifier: MIT
"""./pagoda-cc: gcc with what a program of Pagoda needs, from the release build.

The flags come from the build itself (tests/meson.build writes them into two files), so they are those of the shipped programs.
A program is linked with a library that is up to date, and that no other build changes meanwhile.
"""
import os
import subprocess
import sys

import build

COMPILER = 'riscv64-unknown-elf-gcc'
TARGETS = ('libsys/libpagoda.a', 'libsys/crt0.o', 'libsys/libpager.a')
FLAGS = 'tests/pagoda-cc.compile', 'tests/pagoda-cc.link'
CROSS_FILE = 'tests/pagoda-cross.ini'
NO_LINK = ('-c', '-S', '-E', '-M', '-MM', '-fsyntax-only', '--version', '-dumpversion', '-dumpmachine')
# Options whose value is the next word; any other word without a dash is an input, and "-" is.
TAKES_WORD = ('-o -x -I -D -U -L -B -A -T -u -e -z -l -include -imacros -isystem -iquote -idirafter -iprefix -iwithprefix '
              '-iwithprefixbefore -isysroot -MF -MT -MQ -Xlinker -Xassembler -Xpreprocessor -aux-info -dumpbase --param').split()
NO_INPUT = 'no input files'
INCLUDE_FOLDERS = ('libsys/include', 'libsys', 'kernel')


def read_words(folder, name):
    with open(os.path.join(folder, name), encoding='utf-8') as stream:
        return [line for line in stream.read().splitlines() if not line.startswith('#')]


def links(words):
    """Whether gcc would link with these words."""
    return not any(word in NO_LINK or word.startswith('-print-') for word in words)


def has_input(words):
    return any((word == '-' or not word.startswith('-')) and before not in TAKES_WORD
               for before, word in zip(['', *words], words))


def ask(words):
    """gcc's own answer to words without an input: its version, its help, or that there is nothing to do."""
    done = subprocess.run([COMPILER, *words], stderr=subprocess.PIPE, check=False)
    text = done.stderr.decode(errors='replace')
    if NO_INPUT in text:
        text = f'pagoda-cc: {NO_INPUT}; type: ./pagoda-cc -o PROGRAM SOURCE.c\n'
    sys.stderr.write(text)
    return done.returncode


def command(folder, words):
    compile_flags, link_flags = (read_words(folder, name) for name in FLAGS)
    line = [COMPILER, *compile_flags]
    line += [f'-I{os.path.join(build.ROOT, path)}' for path in INCLUDE_FOLDERS]
    if not links(words):
        return line + words
    library, start = (os.path.join(folder, target) for target in TARGETS[:2])
    # The library and picolibc need each other.
    link_flags = [flag for flag in link_flags if flag not in compile_flags]  # gcc takes --specs only once
    return line + [f'-L{os.path.join(folder, "libsys")}', start, *words, '-x', 'none', *link_flags, '-Wl,--start-group', library, '-lc', '-lgcc', '-Wl,--end-group']


def bring_up_to_date(folder, words):
    """What gcc will need; the lock on it is kept through the exec and goes with gcc."""
    complete = all(os.path.exists(os.path.join(folder, name)) for name in (*TARGETS, *FLAGS, CROSS_FILE))
    if not complete:
        build.install_packages('run')
    if not complete or (links(words) and has_input(words) and os.access(folder, os.W_OK)):
        build.build('release', TARGETS)
    if links(words):
        build.share('release')


def main(words):
    try:
        folder = build.folder_of('release')
        bring_up_to_date(folder, words)
    except build.SetupError as error:
        sys.stderr.write(f'{error.output}pagoda-cc: {error}\n')
        return 125
    if words == ['--cross-file']:
        print(os.path.join(folder, CROSS_FILE))
        return 0
    if not has_input(words):
        return ask([*read_words(folder, FLAGS[0]), *words])
    line = command(folder, words)
    os.execvp(line[0], line)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
