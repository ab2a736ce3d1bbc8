/* SPDX-License-Identifier: MIT */
/* The two ways through the kernel. */
#ifndef ENTRY_PATH_H
#define ENTRY_PATH_H

#include "object/thread.h"

/* Interrupts, exceptions and all calls the fast path declines: the rest of the visit. Gives who runs next. */
struct thread *trap_general(struct thread *thread);

/* The general path of a system call; pc is behind the ecall already. */
void syscall_general(struct thread *thread);

#endif
