# SPDX-License-Identifier: MIT
"""Which files are the project's: tracked ones and new ones that git does not ignore."""
import os
import subprocess

from build import ROOT


def project_files():
    """Paths from the root, sorted. Without a git folder: all but build products."""
    done = subprocess.run(['git', '-c', 'safe.directory=*', 'ls-files', '-co', '--exclude-standard'], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return sorted(path for path in set(done.stdout.splitlines()) if os.path.isfile(os.path.join(ROOT, path)))
    found = []
    for folder, folders, files in os.walk(ROOT):
        inner = os.path.relpath(folder, ROOT)
        folders[:] = [name for name in folders if name not in ('.git', '__pycache__') and (inner, name) != ('.', 'build')]
        found += [os.path.normpath(os.path.join(inner, name)) for name in files if not name.endswith('.pyc')]
    return sorted(found)
