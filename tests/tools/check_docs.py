# SPDX-License-Identifier: MIT
"""The docs against the tree: names in backticks exist, what status.md says holds has a test, README's examples run.

In docs/*.md, docs/decisions/*.md and README.md:
 - `path/like.this`, `file.c`, `folder/` exist (patterns with * match something); /absolute paths are the guest's;
 - `name()` is a word of the sources;
 - a row of docs/status.md with the cell `holds` names a test in backticks in its last cell;
 - ```console blocks: every command of a block that calls ./run, ./pagoda-cc or tests/pager_bench is run in order,
   after the files of build/ that the block names were removed. Its output (both streams) is compared line by line;
   N stands for a number, a line `...` for any lines. The status must be the one in the last line that is shown, else
   0. Blocks with none of them are shown only: they would run the tests or the benches inside a test.
 - a block ```LANGUAGE build/NAME is that file for the console blocks below it on its page: a program of the page is
   compiled and run as it is shown. A file that no command of the page names is a mistake.
In the sources: every path of a file of ours that is written out (tests/tools/check_docs.py, say) exists.
"""
import fnmatch
import os
import re
import subprocess

from build import ROOT
from sources import project_files

SUFFIXES = ('c', 'h', 'S', 'py', 'sh', 'def', 'ld', 'md', 'ini', 'build', 'elf', 'cpio')
BUILT = ('build/',)
TICKED = re.compile(r'(?<!`)`([^`\n]+)`(?!`)')
PATH = re.compile(r'[A-Za-z0-9_.*-]+(/[A-Za-z0-9_.*-]+)*/?')
FENCE = re.compile(r'^```.*?^```$', re.DOTALL | re.MULTILINE)
LINK = re.compile(r'\]\(([^)#:]+)(?:#[^)]*)?\)')
SOURCES = ('.c', '.h', '.S', '.py', '.def', '.sh', '.build', '.ld', '.ini', '.in')
SOURCE_PATH = re.compile(r'(?<![\w./-])(?:apps|docs|kernel|libsys|servers|tests)/[\w./-]*\.(?:c|h|S|py|md|def|txt|csv|ld|sh|build)\b')
RUNNABLE = re.compile(r'(?:^|[|;&]\s*)\./(?:run|pagoda-cc)(?:\s|$)|(?:^|[|;&]\s*)tests/pager_bench\s')
BLOCK = re.compile(r'^```([^\n`]*)\n(.*?)^```$', re.DOTALL | re.MULTILINE)
BUILT_FILE = re.compile(r'(?<![\w./-])build/[\w.-]+')
SHOWN_STATUS = re.compile(r'^pagoda: reason=\w+ status=(\d+) ', re.MULTILINE)
COMMAND_TIMEOUT_S = 180


def pages():
    return [path for path in project_files() if path == 'README.md' or (path.startswith('docs/') and path.endswith('.md'))]


def read(path):
    with open(os.path.join(ROOT, path), encoding='utf-8') as stream:
        return stream.read()


def find_names(_context=None):
    files = project_files()
    words = set()
    for path in files:
        if path.endswith(('.c', '.h', '.S', '.py', '.def', '.sh', '.build')):
            words.update(re.findall(r'[A-Za-z_]\w*', read(path)))
    folders = {os.path.dirname(path) for path in files}
    folders |= {'/'.join(folder.split('/')[:i]) for folder in list(folders) for i in range(1, folder.count('/') + 1)}
    problems = []
    for page in pages():
        for number, line in enumerate(FENCE.sub(lambda m: '\n' * m.group(0).count('\n'), read(page)).splitlines(), 1):
            for text in TICKED.findall(line):
                wrong = judge_name(text, files, folders, words)
                if wrong:
                    problems.append(f'{page}:{number}: `{text}`: {wrong}')
            for target in LINK.findall(line):
                if not os.path.exists(os.path.join(ROOT, os.path.dirname(page), target)):
                    problems.append(f'{page}:{number}: link to {target}: no such file')
    return problems


def find_source_paths(_context=None):
    """Paths in the sources, comments included, that lead nowhere from the root or from the file's own folder."""
    problems = []
    for path in project_files():
        if not path.endswith(SOURCES):
            continue
        for number, line in enumerate(read(path).splitlines(), 1):
            problems += [f'{path}:{number}: {name}: no such file' for name in SOURCE_PATH.findall(line)
                         if not any(os.path.exists(os.path.join(ROOT, folder, name)) for folder in ('', os.path.dirname(path)))]
    return problems


def judge_name(text, files, folders, words):
    call = re.fullmatch(r'([A-Za-z_]\w*)\(\)', text)
    if call:
        return None if call.group(1) in words else 'no such function'
    text = text[2:] if text.startswith('./') else text
    if not PATH.fullmatch(text) or text.startswith(BUILT):
        return None
    suffix = text.rsplit('.', 1)[-1] if '.' in text else ''
    if '/' not in text:
        if suffix not in SUFFIXES or any(os.path.basename(path) == text for path in files):
            return None
        return None if '*' in text or suffix in ('elf', 'cpio') else 'no such file'
    first = text.split('/')[0]
    if first not in {path.split('/')[0] for path in files} and suffix not in SUFFIXES:
        return None  # no path of ours: and/or, key/value
    plain = text.rstrip('/')
    if plain in files or plain in folders or any(fnmatch.fnmatch(path, plain) for path in files):
        return None
    return None if any(path.endswith('/' + plain) for path in [*files, *folders]) else 'no such path'


def find_status(context):
    if not os.path.exists(os.path.join(ROOT, 'docs/status.md')):
        return ['docs/status.md: no such file']
    problems = []
    for number, line in enumerate(read('docs/status.md').splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip('|').split('|')]
        if not line.startswith('|') or 'holds' not in cells:
            continue
        named = TICKED.findall(cells[-1])
        if not named:
            problems.append(f'docs/status.md:{number}: no test is named for what holds')
        problems += [f'docs/status.md:{number}: no test is called {name}' for name in named
                     if name.split('/')[0] not in context.names]
    return problems


def find_security(context):
    """Rows of tables whose last column is `held by` name tests that exist."""
    problems, held = [], False
    for number, line in enumerate(read('docs/security.md').splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip('|').split('|')]
        if not line.startswith('|'):
            held = False
        elif cells[-1] == 'held by':
            held = True
        elif held and not set(line) <= set('|- '):
            named = TICKED.findall(cells[-1])
            problems += [f'docs/security.md:{number}: no test is named'] if not named else []
            problems += [f'docs/security.md:{number}: no test is called {name}' for name in named if name not in context.names]
    return problems


def find_blocks(_context=None):
    if 'README.md' not in project_files():
        return ['README.md: no such file']
    return [problem for page in pages() for problem in judge_page(page, read(page))]


def judge_page(page, text):
    """Run the console blocks of a page, with the files that its blocks before them show."""
    files, problems, commands = {}, [], []
    try:
        for info, body in BLOCK.findall(text):
            words = info.split()
            if len(words) == 2 and words[1].startswith(BUILT):
                files[words[1]] = body
            elif words == ['console']:
                block = split_console(body)
                commands += [command for command, _ in block]
                if any(RUNNABLE.search(command) for command, _ in block):
                    problems += [f'{page}: {problem}' for problem in judge_block(block, files)]
    finally:
        for name in files:
            remove_file(name)
    return problems + [f'{page}: no command uses {name}' for name in files if not any(name in command for command in commands)]


def split_console(body):
    """A console block as a list of (command, what is shown below it)."""
    parts = re.split(r'^\$ ', body, flags=re.MULTILINE)[1:]
    return [(part.partition('\n')[0].strip(), part.partition('\n')[2]) for part in parts]


def judge_block(block, files):
    remove_built(block)
    for name in files:
        os.makedirs(os.path.dirname(os.path.join(ROOT, name)), exist_ok=True)
        with open(os.path.join(ROOT, name), 'w', encoding='utf-8') as stream:
            stream.write(files[name])
    try:
        return [problem for command, wanted in block for problem in judge_command(command, wanted)]
    finally:
        remove_built(block)


def remove_built(block):
    """What the commands of @block make in build/ must come from them, and stays nowhere."""
    for command, _ in block:
        for name in BUILT_FILE.findall(command):
            remove_file(name)


def remove_file(name):
    if os.path.isfile(os.path.join(ROOT, name)):
        os.unlink(os.path.join(ROOT, name))


def judge_command(command, wanted):
    try:
        done = subprocess.run(['sh', '-c', command], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=COMMAND_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return [f'$ {command}: no end within {COMMAND_TIMEOUT_S} s']
    seen = done.stdout.decode(errors='replace')
    shown = SHOWN_STATUS.findall(wanted)
    status = int(shown[-1]) if shown else 0
    if done.returncode != status:
        return [f'$ {command}: status {done.returncode}, not {status}: {seen[-2000:]!r}']
    if not wanted.strip() or re.fullmatch(block_pattern(wanted), seen):
        return []
    return [f'$ {command}: shown is {wanted!r}, seen {seen[-2000:]!r}']


def block_pattern(wanted):
    lines = []
    for line in wanted.splitlines():
        pattern = re.escape(line)
        lines.append('(?:.*\n)*' if line == '...' else re.sub(r'\bN\b', r'(?:0x[0-9a-f]+|[0-9.]+|-)', pattern) + '\n')
    return ''.join(lines)
