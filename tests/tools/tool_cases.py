# SPDX-License-Identifier: MIT
"""Tests that need no guest: the tools, the layers, the docs, the manner of writing."""
import io
import os
import re
import subprocess
import unittest

import bench_accounts
import bench_docs
import bench_test
import check_docs
import check_layers
import fresh_debian
import gen_abi
import test_tools
from build import ROOT
from scenario import Case, Failure, Subcase, check
from sources import project_files

MARKED_SUFFIXES = ('.c', '.h', '.S', '.py', '.sh', '.def', '.ld', '.build', '.ini', '.in', '.txt', '.csv', '.md')
MARKED_NAMES = ('run', 'test', 'bench', 'pagoda-cc', 'tests/pager_bench', '.ci/run', '.clang-format', '.gitignore')
# Words of work that is not done; spelt so that this line is not one of them. Six X are a name for mkstemp().
UNFINISHED = re.compile('|'.join('TO' 'DO|FIX' 'ME|(?<!X)X' 'XX(?!X)|HA' 'CK|not impl' 'emented|unimpl' 'emented'.split('|')))
CODE_LINES_MAX = 600


def all_cases():
    return [
        Case('tools_work', 'quick', 'archive, console, options and machine runner do what ./run promises', tools_work),
        Case('bench_tools_work', 'quick', 'lines, rows, table and command line of ./bench', unittests(bench_test)),
        Case('bench_pages_are_current', 'quick', 'table, chart and README show the committed figures', problems(bench_docs.find_stale)),
        Case('bench_rows_hold', 'default', 'no row of ./bench is 3 % slower than its committed figure', bench_docs.rows_hold),
        Case('bench_growth_holds', 'default', 'costs grow no faster than their own pages or areas, and as docs/performance.md shows',
             bench_docs.growth_holds),
        Case('bench_stages_agree', 'default', 'the stages in the docs are those that ./bench --stages prints', bench_docs.stages_agree),
        Case('bench_accounts_agree', 'default', 'the accounts of rows above their goal hold: those that are quickly followed',
             bench_docs.accounts_agree(bench_accounts.CHEAP)),
        Case('bench_all_accounts_agree', 'deep', 'the accounts of all rows above their goal hold', bench_docs.accounts_agree(None)),
        Case('layers_hold', 'quick', 'no room includes a file it may not know', problems(check_layers.find)),
        Case('docs_names_exist', 'quick', 'every path, file and function named in the docs exists', problems(check_docs.find_names)),
        Case('source_paths_exist', 'quick', 'every path of a project file that a source names exists', problems(check_docs.find_source_paths)),
        Case('docs_status_names_tests', 'quick', 'what docs/status.md says holds is held by a test that exists', problems(check_docs.find_status)),
        Case('docs_security_names_tests', 'quick', 'each claim of docs/security.md names a test that exists', problems(check_docs.find_security)),
        Case('docs_console_blocks_hold', 'default', "console blocks of README and docs give what they show, with the files they show", problems(check_docs.find_blocks)),
        Case('abi_page_is_current', 'quick', 'docs/abi.md is made from the lists as they are', problems(gen_abi.find)),
        Case('format_is_uniform', 'quick', 'clang-format would change nothing', problems(find_format)),
        Case('licence_is_named', 'quick', 'every source names its licence at the top', problems(find_licence)),
        Case('nothing_is_unfinished', 'quick', 'no marks of unfinished work, no file of over 600 lines', problems(find_unfinished)),
        Case('fresh_debian_runs_and_tests', 'deep', 'a clone in a fresh Debian 12 runs and tests, as root and by sudo',
             fresh_debian.run_case),
    ]


def problems(find):
    """A test function that fails with the list of problems, one a line."""
    def function(context):
        found = find(context)
        check(not found, '\n'.join(found[:50]))
    return function


def tools_work(context):
    """Every unittest of test_tools as a subcase."""
    return unittests(test_tools)(context)


def unittests(module):
    """A test function with every unittest of @module as a subcase."""
    def function(_context):
        suite = unittest.defaultTestLoader.loadTestsFromModule(module)
        cases = [case for group in suite for case in group]
        result = unittest.TextTestRunner(stream=io.StringIO()).run(unittest.TestSuite(cases))
        broken = {case.id(): text for case, text in result.failures + result.errors}
        return [Subcase(case.id().split('.')[-1], broken.get(case.id())) for case in cases]
    return function


def find_format(_context):
    files = [path for path in project_files() if path.endswith(('.c', '.h'))]
    done = subprocess.run(['clang-format', '--dry-run', '-Werror', '--style=file', *files], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    places = {}
    for line in done.stderr.splitlines():
        if ': error:' in line:
            places.setdefault(line.split(':')[0], []).append(line.split(':')[1])
    if done.returncode != 0 and not places:
        raise Failure(done.stderr[-2000:])
    return [f'{path}: lines {" ".join(lines[:10])}; type: clang-format -i {path}' for path, lines in places.items()]


def find_licence(_context):
    found = []
    for path in project_files():
        if path.endswith(MARKED_SUFFIXES) or path in MARKED_NAMES:
            with open(os.path.join(ROOT, path), encoding='utf-8') as stream:
                if 'SPDX-License-Identifier: MIT' not in stream.readline() + stream.readline():
                    found.append(f'{path}: the first two lines lack SPDX-License-Identifier: MIT')
    return found


def find_unfinished(_context):
    found = []
    for path in project_files():
        if not path.endswith(MARKED_SUFFIXES) and path not in MARKED_NAMES:
            continue
        with open(os.path.join(ROOT, path), encoding='utf-8') as stream:
            lines = stream.readlines()
        found += [f'{path}:{number}: {line.strip()}' for number, line in enumerate(lines, 1) if UNFINISHED.search(line)]
        if path.endswith(('.c', '.h', '.S', '.py')) and len(lines) > CODE_LINES_MAX:
            found.append(f'{path}: {len(lines)} lines; at most {CODE_LINES_MAX}')
    return found
