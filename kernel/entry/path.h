/* SPDX-License-Identifier: MIT */
/* The two ways through the kernel. */
#ifndef ENTRY_PATH_H
#define ENTRY_PATH_H

#include "object/thread.h"

/**
 * The fast path: call, reply_wait and page faults in their usual form.
 *
 * After     the thread to run; or NULL: nothing has changed, take the general path
 */
struct thread *path_fast(struct thread *thread, uint64_t cause);

/* The general path of a system call; pc is behind the ecall already. */
void syscall_general(struct thread *thread);

#endif
