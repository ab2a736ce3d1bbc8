# SPDX-License-Identifier: MIT
"""Custom pagers, spoken to word by word: what they supply, what they refuse, and what is left of them."""
import os
import re

from build import folder_of
from scenario import check, check_equal, check_match, run, scenario

PROGRAM = os.path.join(folder_of('checked'), 'tests/guest/programs/rawpager')


def raw(*names, options=(), timeout_s=120):
    """One run of the test program; every part must say ok and nothing may be lost."""
    done = run('--add', PROGRAM, *options, '--', 'rawpager', *names, timeout_s=timeout_s)
    for name in names:
        check_match('ok ' + name, done.stdout.decode(errors='replace'), 'standard output')
    check_equal((done.reason, done.status, done.leaks), ('exit', 0, '0'), 'reason, status, leaks')
    return done


@scenario('quick', "a custom pager's pages reach shared and private mappings, forked ones too")
def custom_pages_are_shared_and_copied(_context):
    raw('shared', 'private', 'zeroes')


@scenario('quick', 'an answer of many pages brings them to each of several processes')
def custom_answers_bring_many_pages(_context):
    raw('many')


@scenario('quick', 'clients and pagers can be killed while faults are on their way')
def custom_pagers_are_killed_in_the_middle(_context):
    raw('killed')


@scenario('quick', 'a program maps objects of as many pagers as it has room for, and one more when one has gone')
def custom_pagers_share_a_client(_context):
    raw('sources')


@scenario('quick', "every way to fail a page ends in the promised signal, and the line names pager and reason")
def custom_pagers_fail_as_promised(_context):
    done = raw('refused')
    for words in ('pager raw failed it, code 42', 'pager raw did not answer in 300 ms', 'pager raw has no frame left',
                  'pager raw gave what it may not', 'pager raw has ended'):
        check(words in done.err, f'no line says {words!r}: {done.err[-1500:]!r}')


@scenario('quick', "anonymous memory comes from a program's supplier, through fork and exec, and outlives it")
def custom_suppliers_supply(_context):
    raw('anonymous', 'supplier_ends', 'in_use')


@scenario('quick', 'requests that cannot be are refused, circles too, and a pager that execs is none')
def custom_requests_are_checked(_context):
    raw('requests')  # it is a pager afterwards
    raw('circle', 'exec', 'none')


@scenario('quick', 'each allocation of REGISTER and GRANT is refused once: out of memory, no pager is left, and it may register again')
def custom_registration_fails_whole(_context):
    raw('register_refused')


@scenario('quick', 'pagers, their objects and what a page waits for are shown as they are')
def custom_pagers_are_shown(_context):
    raw('shown')


@scenario('quick', '--faults names pager, object and page, and every page of their clients is explained')
def faults_of_custom_pagers_add_up(_context):
    done = raw('many', 'private', 'zeroes', 'anonymous', options=('--faults',))
    for pattern in (r'-> pager raw object raw page 16 \d+ instructions', r'-> pager raw page 0x[0-9a-f]+ \d+ instructions',
                    r'-> pager raw: gave frame 0x[0-9a-f]+', r'-> pager raw: anon zero frame 0x[0-9a-f]+'):
        check(re.search(pattern, done.err), f'no line matches {pattern!r}')
    sums = re.findall(r'^faults=.* other=(\d+)', done.err, re.MULTILINE)
    check(len(sums) > 5, f'sums of {len(sums)} processes only')
    check_equal(set(sums), {'0'}, 'other=')
