/* SPDX-License-Identifier: MIT */
/*
 * What the fast paths share. A path makes sure that nothing unusual is about, and gives up by trap_general()
 * before its first change; at its end it gives the hart away by fast_switch() or goes on by fast_stay(). All
 * are tail calls: a visit needs no stack unless something unusual comes up.
 */
#ifndef ENTRY_FAST_H
#define ENTRY_FAST_H

#include "base/lock.h"
#include "entry/path.h"
#include "object/endpoint.h"
#include "object/sched.h"
#include "object/space.h"

#define LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define HOT		    static inline __attribute__((always_inline))

/* Tags that need more than the four registers. TAG_BUFFER is fine for a call. */
#define TAG_SLOW (TAG_CAP | TAG_MAP | TAG_NOTIFY | TAG_FAULT)

/* The paths that have a file of their own; @traced: the trace is on. */
struct thread *fast_notify(struct thread *thread, bool traced);
struct thread *fast_wait(struct thread *thread, bool traced);
struct thread *fast_forward_wait(struct thread *server, bool traced);
struct thread *fast_reply_wait(struct thread *server, bool traced);
struct thread *fast_reply_send(struct thread *server, bool traced);

/* Back to user mode as @to, which is in no queue. */
struct thread *fast_switch(struct thread *to, bool traced);

_Static_assert(offsetof(struct slot, kind) == 0 && offsetof(struct slot, rights) == 1 &&
		       offsetof(struct slot, flags) == 2,
	       "fast_is() looks at three members at once");

/* Is it a capability of @kind with the one right @right that is not dying? */
HOT bool fast_is(const struct slot *slot, unsigned kind, unsigned right)
{
	uint32_t mask = 0xffu | right << 8 | SLOT_DYING << 16;

	return (*(const uint32_t *)(const void *)slot & mask) == (kind | right << 8);
}

/* The slot @index; it may be the first, which is always empty. */
HOT bool fast_slot(const struct thread *thread, uint64_t index, struct slot **slot)
{
	const struct cspace *cspace = thread->cspace;

	if (UNLIKELY(cspace == NULL || index >= (uint64_t)cspace->slots))
		return false;
	*slot = &cspace->pages[index / CSPACE_PAGE_SLOTS][index % CSPACE_PAGE_SLOTS];
	return true;
}

HOT bool fast_find(const struct thread *thread, uint64_t index, unsigned kind, unsigned right,
		   struct slot **slot)
{
	return LIKELY(fast_slot(thread, index, slot)) && LIKELY(fast_is(*slot, kind, right));
}

/* Words 4.. of a long message, both pages there. */
HOT void fast_words(const struct thread *from, struct thread *to, unsigned words)
{
	const uint64_t *in = from->page->words + MESSAGE_REGISTERS;
	uint64_t *out = to->page->words + MESSAGE_REGISTERS;
	unsigned i = words - MESSAGE_REGISTERS;

	for (; i >= 8; i -= 8, in += 8, out += 8) {
		uint64_t a = in[0], b = in[1], c = in[2], d = in[3];
		uint64_t e = in[4], f = in[5], g = in[6], h = in[7];

		out[0] = a, out[1] = b, out[2] = c, out[3] = d;
		out[4] = e, out[5] = f, out[6] = g, out[7] = h;
	}
	for (; i > 0; i--)
		*out++ = *in++;
}

HOT bool fast_words_fit(const struct thread *from, const struct thread *to, unsigned words)
{
	return words <= MESSAGE_REGISTERS ||
	       (words <= MESSAGE_WORDS && from->page != NULL && to->page != NULL);
}

/* The first receiver of @endpoint if it can run at once. */
HOT struct thread *fast_receiver(const struct endpoint *endpoint)
{
	struct thread *receiver;

	if (UNLIKELY(endpoint->state != ENDPOINT_RECEIVERS))
		return NULL;
	receiver = container_of(endpoint->queue.head.next, struct thread, queue);
	return LIKELY(sched_is_first(receiver) && !receiver->alarm.node.armed) ? receiver : NULL;
}

HOT void fast_dequeue(struct endpoint *endpoint, struct thread *receiver)
{
	struct list_node *head = &endpoint->queue.head, *next = receiver->queue.next;

	head->next = next;
	next->prev = head;
	list_node_init(&receiver->queue);
	if (next == head)
		endpoint->state = ENDPOINT_IDLE;
	receiver->blocked_on = NULL;
}

/* @thread, which has the hart, waits at @endpoint, where no sender is. */
HOT void fast_await(struct thread *thread, struct endpoint *endpoint)
{
	thread->state = THREAD_WAITING;
	thread->blocked_on = endpoint;
	thread->waits_on_notification = false;
	list_push_back(&endpoint->queue, &thread->queue);
	endpoint->state = ENDPOINT_RECEIVERS;
}

/* Back to user mode as the thread that came, with @error. */
HOT struct thread *fast_stay(struct thread *thread, err_t error)
{
	thread->regs[REG_PC] += 4;
	thread_result(thread, error, 0);
	kernel_unlock();
	return thread;
}

#endif
