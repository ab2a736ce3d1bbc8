/* SPDX-License-Identifier: MIT */
/* The two ways through the kernel. */
#ifndef ENTRY_PATH_H
#define ENTRY_PATH_H

#include "base/lock.h"
#include "object/sched.h"
#include "object/trace.h"

/* Interrupts, exceptions and all calls the fast path declines: the rest of the visit. Gives who runs next. */
struct thread *trap_general(struct thread *thread);

/* The same for what is known to be a system call. */
struct thread *syscall_general(struct thread *thread);

/* The end of a visit by the general path: pick who runs next, drop the lock. */
static inline struct thread *path_leave(void)
{
	struct thread *next;

	sched_note_visit();
	next = sched_next();
	trace(TRACE_LEAVE, next->id, 0, 0);
	kernel_unlock();
	return next;
}

#endif
