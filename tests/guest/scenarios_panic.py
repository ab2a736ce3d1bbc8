# SPDX-License-Identifier: MIT
"""The kernel's own mistakes, made with a debugger: it says where, with names, and the machine ends."""
import re
import shlex
import subprocess

from build import ROOT
from scenario import Failure, check, check_equal, check_match, scenario

LINE = re.compile(rb'type: (gdb-multiarch .*)\n')
REGISTER = r' *\w+ [0-9a-f]{16}'
IN_KERNEL = r'  at 0x[0-9a-f]+ {}\+0x[0-9a-f]+ \(kernel/[a-z]+/[a-z_]+\.[cS]:\d+\)'


def break_kernel(*commands):
    """Standard error and status of a ./run whose kernel is stopped in syscall_object_create() and treated with @commands."""
    run = subprocess.Popen(['./run', '--build', 'checked', '--timeout', '60', '--gdb', '--', 'yes'], cwd=ROOT,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        found = next((match for match in map(LINE.search, run.stderr) if match), None)
        if not found:
            raise Failure('./run --gdb printed no line to type')
        typed = shlex.split(found.group(1).decode())
        for command in ('hbreak syscall_object_create', 'continue', *commands, 'detach'):
            typed += ['-ex', command]
        done = subprocess.run([typed[0], '-batch', *typed[1:]], cwd=ROOT, stdin=subprocess.DEVNULL, timeout=90,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        text = run.stderr.read().decode(errors='replace').replace('\r', '')  # the firmware adds it
        status = run.wait(timeout=20)
    finally:
        run.kill()
    check('Error' not in done.stdout.decode(errors='replace'), f'gdb reports an error:\n{done.stdout[-1500:]}')
    check_match(r'pagoda: reason=panic status=126 instructions=- leaks=-', text, 'the last line')
    check_equal(status, 126, 'status')
    return text


@scenario('default', 'a trap in the kernel prints every register and a backtrace with names, and ends with 126')
def trap_in_the_kernel_is_reported(_context):
    text = break_kernel('set $pc = 0')
    check_match(r'panic: trap in the kernel', text, 'why')
    check_match(r'scause 0x[0-9a-f]+ stval 0x0 sepc 0x0 satp 0x8[0-9a-f]+', text, 'control registers')
    rows = re.findall(rf'^{REGISTER} {REGISTER} {REGISTER} {REGISTER}$', text, re.MULTILINE)
    names = [word for row in rows for word in row.split()[::2]]
    check_equal(names, 'pc ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 '
                       'a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6'.split(), 'names of the registers')
    values = dict(zip(names, (word for row in rows for word in row.split()[1::2])))
    check_equal(values['pc'], '0' * 16, 'pc')
    for name in ('ra', 'sp', 'tp', 's0', 'a0'):  # a0 is the thread
        check(values[name].startswith('ffffffc0'), f'{name}={values[name]} is no address of the kernel')
    check_match(r'  at 0x0', text, 'the first frame')
    check_match(IN_KERNEL.format('syscall_general'), text, 'the caller')
    check_match(IN_KERNEL.format('trap_entry'), text, 'the last frame')


@scenario('default', 'a trap while a panic is printed is one line more, not a loop')
def trap_in_a_panic_ends_it(_context):
    text = break_kernel('set $pc = 0', 'hbreak walk_frames', 'continue', 'set $pc = 0')
    lines = re.findall(r'^panic: .*$', text, re.MULTILINE)
    check_equal(lines, ['panic: trap in the kernel', 'panic: another one while this one was printed'], 'lines')
