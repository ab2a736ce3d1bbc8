# SPDX-License-Identifier: MIT
"""Names of stages: which one each instruction of a path belongs to.

What a program runs below one of LANDMARKS (the innermost that was entered and not left, inlined ones too) is that stage.
Else an instruction of a server belongs to the request that it serves, and one of the kernel to what it was entered for.
"""
import bench_step

ENTER = 'enter'  # these functions alone, not what they call
LANDMARKS = {  # image: {function: stage}
    'kernel': {
        'trap_entry': ENTER, 'trap_user': ENTER, 'trap_leave': 'leave', 'fast_switch': 'switch to another program',
        'answer_fault': 'check the answer, map', 'map_items': 'check the answer, map',
    },
    'pager': {
        'policy_fault': 'policy', 'fault_area': 'find the area', 'backing_take_zero': 'take a frame', 'words_zero_many': 'zero the page',
        'words_copy_8': 'copy the page', 'lease_ask': 'ask for the lease', 'lease_record': 'record the lease', 'fault_answer': 'answer',
        'process_unpark': 'bring a parked table back', 'forward_serve': 'forward', 'external_fault': 'policy of a custom pager',
    },
    'vfs': {'lease_pages': 'lend pages'},
}
FAULTS = (12, 13, 15)  # scause: instruction, load, store page fault
ILLEGAL, ECALL = 2, 8
CALLS = {  # what a call of a message is for; others by their name
    'call': 'call: message to the server', 'reply_wait': 'answer, next message', 'forward_wait': 'forward, next message',
    'wait': 'wait for a message', 'reply_send': 'answer a kept call', 'reply_save': 'keep the caller',
}


class MissingLandmark(Exception):
    """A function that a stage is named by is gone."""


def check(images):
    """@images: {name: path}. Every function of LANDMARKS is known to the debugger's notes."""
    for name, path in images.items():
        with open(path, 'rb') as stream:
            data = stream.read()
        for function, stage in LANDMARKS.get(name, {}).items():
            if function.encode() + b'\0' not in data:
                raise MissingLandmark(f'{name} has no function {function} ("{stage}"): mend LANDMARKS in tests/tools/bench_landmarks.py')


def is_call(code):
    """A jump that leaves its return address in ra or t0."""
    if code & 3 == 3:
        return code & 0x7F in (0x6F, 0x67) and code >> 7 & 31 in (1, 5)
    return code & 0xF07F == 0x9002 and code & 0xF80 != 0  # c.jalr


def is_return(code):
    if code & 3 == 3:
        return code & 0x7F == 0x67 and code >> 7 & 31 == 0
    return code & 0xF07F == 0x8002 and code & 0xF80 != 0  # c.jr


class Stack:
    """The calls that one program is in: their return addresses, and the stage that each was made in."""

    def __init__(self, image):
        self.image, self.frames, self.last = image, [], None
        self.marks = LANDMARKS.get(image.name, {})

    def enter(self):
        """It begins anew: the kernel, with each visit."""
        self.frames, self.last = [], None

    def stage(self, pc, chain):
        """Of the instruction at @pc, by the functions there from the innermost outwards; None: no landmark."""
        last, self.last = self.last, pc
        if last is not None and pc != last:
            self._move(last, pc)
        here = next((self.marks[name] for name in chain if name in self.marks), None)
        self.now = here or (self.frames[-1][1] if self.frames else None)
        return self.now

    def _move(self, last, pc):
        code = int.from_bytes(self.image.bytes_at(last, 4), 'little')
        after = last + (4 if code & 3 == 3 else 2)
        if is_call(code) and pc != after:
            self.frames.append((after, None if self.now == ENTER else self.now))
        elif is_return(code):
            for i in range(len(self.frames) - 1, -1, -1):
                if self.frames[i][0] == pc:
                    del self.frames[i:]
                    break


def visit_name(step, calls):
    """What the kernel is entered for; @calls: names by number."""
    if step.cause in FAULTS:
        return 'fault to message'
    if step.cause == ECALL:
        name = calls.get(step.call, str(step.call))
        return CALLS.get(name, name)
    return 'load the floating-point registers' if step.cause == ILLEGAL else f'trap {step.cause}'


def stages(steps, chains, images, served, calls):
    """
    [(who, stage)] for each step. @chains: functions at each, from the innermost outwards; @images: {space: (who, Image)};
    @served: the request that each step of a program is for, or None.
    """
    stacks = {space: Stack(image) for space, (_who, image) in images.items()}
    found, visit = [], None
    for step, chain, request in zip(steps, chains, served):
        if step.space == bench_step.FIRMWARE:
            found.append(('firmware', 'hand the trap on'))
            continue
        stack, who = stacks[step.space], images[step.space][0]
        if step.cause is not None:
            stack.enter()
            visit = visit_name(step, calls)
        stage = stack.stage(step.pc, chain)
        found.append((who, stage or (visit if step.space == 0 else request)))
    return found
