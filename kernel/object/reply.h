/* SPDX-License-Identifier: MIT */
/*
 * Answers. A blocked caller or faulter is answered through the server's "current caller" link (the usual
 * way, no slot is used) or through a Reply capability: {thread, sequence, window, sources, rights}.
 *
 *   Reply slot   a = thread   b = sequence   extra = first page << 32 | pages
 *                extra32 = sources << 16 | rights of its map items   rights = RIGHTS_ALL if it can recall,
 * else 0
 */
#ifndef OBJECT_REPLY_H
#define OBJECT_REPLY_H

#include "object/endpoint.h"

/* Who is answered, and within which bounds. */
struct reply_target {
	struct thread *thread;
	struct reply_bounds bounds;
	struct slot *slot; /* NULL: the current caller */
};

extern const struct reply_bounds reply_unbounded;

/* The same in a slot's extra and extra32. */
#define REPLY_ALL_PAGES (USER_END / PAGE_BYTES)
#define REPLY_ALL_WORD	(((1u << SPACE_SOURCES) - 1) << 16 | RIGHTS_RWX)

/**
 * The target of an answer: @reply is a slot number or CAP_NULL for the current caller.
 *
 * Errors    E_SLOT, E_EMPTY, E_KIND, E_STALE
 */
err_t reply_find(struct thread *server, uint64_t reply, struct reply_target *target) MUST_USE;

/**
 * Answer with the message in the server's registers a1-a5: carry words, or map items and let it go on.
 *
 * @missing  with E_TABLES: how many tables are lacking
 * Errors    E_MESSAGE, E_OCCUPIED, E_SLOT, E_EMPTY, E_RIGHTS, and those of map_check(); on error nothing has
 *           changed, the answer is still owed
 * After     the thread is READY, in no queue: the caller wakes it or switches to it; NULL when the answer was
 * a refusal: it is stopped, or its fault is with its own pager again
 */
err_t reply_answer(struct thread *server, const struct reply_target *target, struct thread **woken,
		   uint64_t *missing) MUST_USE;

/* The thread's wait for an answer ends here, whoever owes it: all replies are stale. */
void reply_settle(struct thread *thread);

/* Nobody can answer @thread any more: a call ends with E_DEAD, a fault goes to its pager again. */
void reply_orphaned(struct thread *thread);

/* A Reply slot is about to be emptied. */
void reply_slot_deleted(struct slot *slot);

/* A Reply for @thread, somebody's current caller, in @slot, which is empty or holds a Reply: that is deleted.
 */
void reply_keep(struct thread *thread, struct slot *slot);

/* Was it made by reply_keep() for an earlier wait of @thread, has no bounds and no child? Then it can be
 * renewed. */
static inline bool reply_is_spent(const struct slot *slot, const struct thread *thread)
{
	return slot->kind == KIND_REPLY && slot->rights == RIGHTS_ALL && !(slot->flags & SLOT_DYING) &&
	       slot->a == (uint64_t)thread && slot->b != thread->sequence && !slot_has_child(slot);
}

/* Such a Reply is good for the wait that @thread is in now. */
static inline void reply_renew(struct thread *thread, struct slot *slot)
{
	slot->b = thread->sequence;
	thread->replies++;
}

err_t reply_save(struct thread *server, uint64_t to) MUST_USE;
err_t reply_narrow(struct thread *server, uint64_t reply, uint64_t to,
		   const struct reply_bounds *bounds) MUST_USE;

/* What reply_forward() is asked. */
struct forward {
	uint64_t reply; /* slot, or CAP_NULL */
	const struct slot *endpoint;
	struct reply_bounds bounds;
	uint64_t keep;	/* slot for the current caller's Reply, or CAP_NULL */
	uint64_t badge; /* 0: the endpoint capability's */
};

/**
 * Send the fault on to another endpoint; its answer is held to the bounds.
 *
 * Errors    those of reply_find(); E_STATE: not a fault, or it is with somebody; E_WINDOW, E_RIGHTS: wider
 * than the reply, or no right to choose the badge; E_OCCUPIED: @keep holds something else than a Reply;
 *           E_RANGE: it is not the slot of the saved Reply that is forwarded
 * After     the thread is queued there or received, and no longer the current caller
 */
err_t reply_forward(struct thread *server, const struct forward *wanted) MUST_USE;
err_t reply_recall(struct thread *server, uint64_t reply) MUST_USE;

/* Make @thread, which is READY and in no queue, send its fault to its pager. */
void fault_send(struct thread *thread);

/* The same for a fault that comes back: @why is the label it was refused with, 0: who had it died. */
void fault_bounce(struct thread *thread, uint64_t why);

/* The registers of a fault message as its receiver sees them. */
void fault_carry(const struct thread *thread, struct thread *receiver);

#endif
