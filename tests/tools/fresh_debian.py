# SPDX-License-Identifier: MIT
"""A clone in a fresh Debian 12: what the README promises, as root and as a user with sudo.

Needs root, the network (Debian's mirror) and about 6 GB; it fails where it lacks them, it never skips.
"""
import os
import shutil
import subprocess
import tempfile

from build import ROOT, install_packages
from scenario import Failure, Subcase

SUITE = 'bookworm'
COMMANDS = ('./run -- hello_world', './test --quick')
COMMAND_TIMEOUT_S = 2400
USER = 'visitor'


def call(*command, **more):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors='replace', check=False, **more)
    if done.returncode != 0:
        raise Failure(f'{" ".join(command)}: status {done.returncode}\n{done.stdout[-3000:]}')
    return done.stdout


def find_mirrors():
    """(address, suite) of each source of SUITE's main that this machine itself uses, SUITE's own first."""
    targets = call('apt-get', 'indextargets', '--format', '$(REPO_URI) $(RELEASE) $(COMPONENT)', 'Created-By: Packages')
    found = []
    for line in targets.splitlines():
        address, release, component = line.split()
        if component == 'main' and (release == SUITE or release.startswith(SUITE + '-')) and (address, release) not in found:
            found.append((address, release))
    found.sort(key=lambda source: source[1] != SUITE)
    if not found or found[0][1] != SUITE:
        raise Failure(f'this machine has no source for {SUITE} in its apt configuration')
    return found


def make_base(folder):
    """A minimal Debian with the machine's mirror settings, sudo and a user."""
    mirrors = find_mirrors()
    call('debootstrap', '--variant=minbase', '--include=ca-certificates,sudo', SUITE, folder, mirrors[0][0])
    with open(folder + '/etc/apt/sources.list', 'w', encoding='utf-8') as stream:
        stream.writelines(f'deb {address} {suite} main\n' for address, suite in mirrors)
    proxies = [line for line in call('apt-config', 'dump').splitlines() if '::Proxy' in line]
    with open(folder + '/etc/apt/apt.conf.d/90proxy', 'w', encoding='utf-8') as stream:
        stream.write('\n'.join(proxies) + '\n')
    shutil.copyfile('/etc/resolv.conf', folder + '/etc/resolv.conf')
    call('chroot', folder, 'useradd', '-m', '-s', '/bin/bash', USER)
    with open(folder + '/etc/sudoers.d/visitor', 'w', encoding='utf-8') as stream:
        stream.write(f'{USER} ALL=(ALL) NOPASSWD: ALL\n')


# Mounts are made in a mount namespace of the command's own: whatever happens to it, none is left behind in
# which a clean-up could reach the machine's /dev or /proc.
INSIDE = ('mount -t proc proc "$0/proc" && mount -t devpts -o newinstance,ptmxmode=0666 devpts "$0/dev/pts" && '
          'mount -t tmpfs shm "$0/dev/shm" && exec chroot "$0" "$@"')


def call_inside(folder, *command, **more):
    return call('unshare', '--mount', '--propagation', 'private', 'sh', '-c', INSIDE, folder, *command, **more)


def try_as(base, work, user):
    """One Subcase for each command of the README, in a copy of @base."""
    folder = os.path.join(work, user)
    call('cp', '-a', '--reflink=auto', base, folder)
    home = 'root' if user == 'root' else f'home/{user}'
    call('git', '-c', 'safe.directory=*', 'clone', '-q', ROOT, f'{folder}/{home}/pagoda')
    call('chroot', folder, 'chown', '-R', f'{user}:', f'/{home}/pagoda')
    results = []
    for command in COMMANDS:
        why = None
        try:
            call_inside(folder, 'su', '-', user, '-c', f'cd pagoda && {command}', timeout=COMMAND_TIMEOUT_S)
        except (Failure, subprocess.TimeoutExpired) as error:
            why = str(error)
        results.append(Subcase(f'{user}: {command}', why))
    return results


def run_case(_context):
    if os.geteuid() != 0:
        raise Failure('needs root: chroot and mount')
    install_packages('fresh')
    work = tempfile.mkdtemp(prefix='pagoda-fresh-', dir='/var/tmp')
    try:
        base = os.path.join(work, 'base')
        make_base(base)
        return [result for user in ('root', USER) for result in try_as(base, work, user)]
    finally:
        # never into a mount that could not be undone
        if not any(work in line for line in open('/proc/mounts', encoding='utf-8')):
            shutil.rmtree(work)
