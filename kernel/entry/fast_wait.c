/* SPDX-License-Identifier: MIT */
/* The fast path of notify and wait: who is woken waits without a deadline, who waits finds nothing. */
#include "entry/fast_saved.h"
#include "object/notification.h"

/* Whom a signal wakes: the bound thread if it waits at all, else the first who waits for just this. */
HOT struct thread *first_waiter(const struct notification *notification)
{
	struct thread *bound = notification->bound;

	if (bound != NULL && bound->state == THREAD_WAITING)
		return bound;
	if (list_is_empty(&notification->waiters))
		return NULL;
	return container_of(notification->waiters.head.next, struct thread, queue);
}

/* @thread leaves what it waits for. */
HOT void leave_queue(struct thread *thread)
{
	struct endpoint *endpoint = thread->blocked_on;

	if (endpoint == NULL)
		return;
	list_remove(&thread->queue);
	if (!thread->waits_on_notification && list_is_empty(&endpoint->queue))
		endpoint->state = ENDPOINT_IDLE;
	thread->blocked_on = NULL;
}

HOT void hand_over(struct notification *notification, struct thread *thread, uint64_t flags)
{
	notification->flags = 0;
	thread->regs[REG_A0] = E_OK;
	thread->regs[REG_A1] = TAG_NOTIFY;
	thread->regs[REG_A2] = flags;
	thread->regs[REG_A6] = 0;
}

struct thread *fast_notify(struct thread *thread, bool traced)
{
	struct notification *notification;
	struct thread *woken;
	struct slot *slot;
	uint64_t flags;

	if (UNLIKELY(!fast_find(thread, thread->regs[REG_A0], KIND_NOTIFICATION, RIGHT_WRITE, &slot) ||
		     traced || !sched_is_first(thread)))
		return trap_general(thread);
	notification = (struct notification *)slot->a;
	flags = notification->flags | slot->b;
	woken = first_waiter(notification);
	if (woken == NULL) {
		notification->flags = flags;
		return fast_stay(thread, E_OK);
	}
	if (UNLIKELY(flags == 0 || woken->alarm.node.armed))
		return trap_general(thread);
	leave_queue(woken);
	hand_over(notification, woken, flags);
	woken->state = THREAD_READY;
	if (woken->priority <= thread->priority) {
		ready_push(&ready_queue, &woken->queue, woken->priority);
		return fast_stay(thread, E_OK);
	}
	thread->regs[REG_PC] += 4;
	thread_result(thread, E_OK, 0);
	ready_push_front(&ready_queue, &thread->queue, thread->priority);
	return fast_switch(woken, false);
}

/* Flags that are set already end the wait at once. */
HOT bool collect(struct notification *notification, struct thread *thread)
{
	if (LIKELY(notification == NULL || notification->flags == 0))
		return false;
	hand_over(notification, thread, notification->flags);
	return true;
}

HOT struct thread *collected(struct thread *thread)
{
	thread->regs[REG_PC] += 4;
	kernel_unlock();
	return thread;
}

/* The hart goes to the first who is ready, and somebody is. */
HOT struct thread *fast_next(bool traced)
{
	return fast_switch(container_of(ready_pop_highest(&ready_queue), struct thread, queue), traced);
}

HOT struct thread *wait_for_message(struct thread *thread, struct endpoint *endpoint, bool traced)
{
	struct slot *kept;

	if (UNLIKELY(endpoint->state == ENDPOINT_SENDERS || ready_top(&ready_queue) < 0 ||
		     !fast_may_keep(thread, thread->regs[REG_A1], &kept)))
		return trap_general(thread);
	fast_keep(thread, kept);
	if (collect(thread->notification, thread))
		return collected(thread);
	thread->regs[REG_PC] += 4;
	fast_await(thread, endpoint);
	return fast_next(traced);
}

HOT struct thread *wait_for_flags(struct thread *thread, struct notification *notification, bool traced)
{
	if (collect(thread->notification, thread) || collect(notification, thread))
		return collected(thread);
	if (UNLIKELY(ready_top(&ready_queue) < 0))
		return trap_general(thread);
	thread->regs[REG_PC] += 4;
	thread->state = THREAD_WAITING;
	thread->blocked_on = notification;
	thread->waits_on_notification = true;
	list_push_back(&notification->waiters, &thread->queue);
	return fast_next(traced);
}

struct thread *fast_wait(struct thread *thread, bool traced)
{
	struct slot *slot;

	if (UNLIKELY(thread->regs[REG_A6] != DEADLINE_NEVER || !sched_is_first(thread) ||
		     !fast_slot(thread, thread->regs[REG_A0], &slot)))
		return trap_general(thread);
	if (fast_is(slot, KIND_ENDPOINT, RIGHT_READ))
		return wait_for_message(thread, (struct endpoint *)slot->a, traced);
	if (fast_is(slot, KIND_NOTIFICATION, RIGHT_READ) && thread->regs[REG_A1] == CAP_NULL)
		return wait_for_flags(thread, (struct notification *)slot->a, traced);
	return trap_general(thread);
}
