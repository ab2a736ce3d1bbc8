/* SPDX-License-Identifier: MIT */
/* Callers that wait: their kept replies and what is left of their requests, in queues. */
#ifndef VFS_WAITERS_H
#define VFS_WAITERS_H

#include "core/files.h"
#include "transfer.h"

#define WAITERS_MAX FILES_PROCESSES /* one for each: a process has one thread */

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

/*
 * Put the current caller at the end of a queue. Without @file it is a poll. Its reply is still to be saved,
 * by the next wait or by waiters_save(). What it has waited for until now is answered as interrupted.
 */
struct waiter *waiter_park(struct waiters *queue, struct open_file *file, const struct transfer *t,
			   bool write);

/* What the next wait is to do for the current caller, who is not answered otherwise. */
struct turn {
	cap_t unsaved;		/* slot for its reply: it waits; CAP_NULL: no */
	struct waiter *pass_to; /* its buffer goes to this reader; NULL: no */
	uint64_t pass_bytes;
	bool pass_refused; /* it was tried: the request is being served otherwise */
};
extern struct turn turn;

static inline bool waiters_pass_is_due(void)
{
	return turn.pass_to != NULL;
}

/* Save it now: those who wait are about to be served. */
void waiters_save(void);

/*
 * Let the current caller's buffer go to that of a read, and both be answered with @bytes: by the next wait.
 * False: it cannot, or has been tried.
 */
MUST_USE bool waiter_pass_to(struct waiter *reader, uint64_t bytes);

/*
 * Wait, as the current caller's request wants it: its reply is saved, or its buffer passed. False: neither is
 * to be done, or only the wait is left; or the buffer cannot be passed.
 */
MUST_USE bool waiters_turn(struct message *m);

/* To the end of another queue. */
void waiter_move(struct waiter *waiter, struct waiters *queue);

/* Answer, and forget it. */
void waiter_answer(struct waiter *waiter, err_t error);

/* Forget it without an answer. */
void waiter_drop(struct waiter *waiter);

/* That of a process, which may wait or not (queue is NULL). */
struct waiter *waiter_of(const struct process *process);

/* By the place of the process in its table. */
struct waiter *waiter_at(uint32_t index);

uint32_t waiters_total(void);

int waiters_check(void);

#endif
