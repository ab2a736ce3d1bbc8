/* SPDX-License-Identifier: MIT */
/*
 * Ready queues: a first-in first-out list for each of 64 priorities, a bit for each list that is not
 * empty, and the highest of them at hand. All operations take a fixed number of steps.
 */
#ifndef PURE_READY_H
#define PURE_READY_H

#include "pure/check.h"
#include "pure/list.h"

#define READY_PRIORITIES 64
#define READY_OWED_NONE	 (-2)

struct ready {
	uint64_t bitmap; /* [K] bit p: queues[p] is not empty */
	int64_t top;	 /* [K] highest bit of bitmap, or one more if a turn is owed to it; -1: none */
	int64_t owed;	 /* [K] the priority to which a turn is owed, or READY_OWED_NONE */
	struct list queues[READY_PRIORITIES]; /* [K] */
};

void ready_init(struct ready *ready);

/* Highest priority with somebody ready, or one more if a turn is owed to it; -1: nobody. */
static inline int ready_top(const struct ready *ready)
{
	return (int)ready->top;
}

static inline void ready_mark(struct ready *ready, unsigned priority)
{
	ready->bitmap |= 1ul << priority;
	if (ready->top < (int)priority)
		ready->top = (int)priority;
}

/* The queue of @priority may have become empty. */
void ready_unmark(struct ready *ready, unsigned priority);

/* @node is in no list, @priority below READY_PRIORITIES. */
static inline void ready_push(struct ready *ready, struct list_node *node, unsigned priority)
{
	CHECK(priority < READY_PRIORITIES && !list_is_linked(node));
	list_push_back(&ready->queues[priority], node);
	ready_mark(ready, priority);
}

/* As ready_push(), before all others of its priority. */
static inline void ready_push_front(struct ready *ready, struct list_node *node, unsigned priority)
{
	CHECK(priority < READY_PRIORITIES && !list_is_linked(node));
	list_push_front(&ready->queues[priority], node);
	ready_mark(ready, priority);
}

/* Is somebody of the priority @top ready? Not if a turn is owed, and not if nobody is ready. */
static inline bool ready_top_is_there(const struct ready *ready)
{
	return ready->bitmap >> (ready->top & (READY_PRIORITIES - 1)) & 1;
}

/*
 * A slice ended while somebody above all of these ran, most likely for one of the highest, who waits for an
 * answer: who comes back to that priority before the next of it has its turn is not first, but goes behind
 * it. Others above them may come and go meanwhile. Needs     somebody above them runs
 */
static inline void ready_owe_turn(struct ready *ready)
{
	if (ready_top_is_there(ready))
		ready->owed = ready->top++;
}

/* The first node of the highest priority; somebody is ready. */
static inline struct list_node *ready_pop_highest(struct ready *ready)
{
	struct list_node *node;

	CHECK(ready->top >= 0);
	ready->top -= !ready_top_is_there(ready);
	ready->owed = ready->top == ready->owed ? READY_OWED_NONE : ready->owed;
	node = list_pop_front(&ready->queues[ready->top]);
	ready_unmark(ready, (unsigned)ready->top);
	return node;
}

/* @node is in the queue of @priority. */
static inline void ready_remove(struct ready *ready, struct list_node *node, unsigned priority)
{
	CHECK(priority < READY_PRIORITIES && list_is_linked(node));
	list_remove(node);
	ready_unmark(ready, priority);
}

/* 0, or the line of the broken invariant; at most @limit nodes a queue. */
int ready_check(const struct ready *ready, uint64_t limit);

#endif
