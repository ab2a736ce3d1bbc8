/* SPDX-License-Identifier: MIT */
/* Callers that wait: their kept replies and what is left of their requests, in queues. */
#ifndef VFS_WAITERS_H
#define VFS_WAITERS_H

#include "core/files.h"
#include "transfer.h"

#define WAITERS_MAX 896u /* kept replies; below the slots of the CSpace */

struct waiters;

struct waiter {
	struct transfer t;
	struct open_file *file; /* pinned; NULL: it waits for those of `poll` */
	struct poll *poll;
	bool write;
	struct waiters *queue; /* NULL: free */
	struct waiter *next, *prev;
};

struct waiters {
	struct waiter *first, *last;
	uint32_t count;
};

/* Keep the current caller at the end of a queue: E_LATER. Without @file it is a poll. Errors: E_TOO_MANY,
 * nothing has changed */
MUST_USE err_t waiter_park(struct waiters *queue, struct open_file *file, const struct transfer *t,
			   bool write);

/* To the end of another queue. */
void waiter_move(struct waiter *waiter, struct waiters *queue);

/* Answer, and forget it. */
void waiter_answer(struct waiter *waiter, err_t error);

/* Forget it without an answer. */
void waiter_drop(struct waiter *waiter);

/* One of a process; NULL: none. */
struct waiter *waiter_of(uint32_t pid);

uint32_t waiters_total(void);

int waiters_check(void);

#endif
