/* SPDX-License-Identifier: MIT */
/* Notifications, and the two things of the machine that set them: Timers and interrupt lines. */
#include "object/notification.h"
#include "base/panic.h"
#include "object/sched.h"
#include "object/trace.h"

struct irq_line irq_lines[PLIC_LINES];

struct notification *notification_create(struct pool *pool)
{
	struct notification *notification = object_new(pool, KIND_NOTIFICATION, sizeof *notification);

	if (notification != NULL)
		list_init(&notification->waiters);
	return notification;
}

static void give_flags(struct notification *notification, struct thread *thread)
{
	thread->regs[REG_A0] = E_OK;
	thread->regs[REG_A1] = TAG_NOTIFY;
	thread->regs[REG_A2] = notification->flags;
	thread->regs[REG_A6] = 0;
	notification->flags = 0;
}

bool notification_collect(struct notification *notification, struct thread *thread)
{
	if (notification->flags == 0)
		return false;
	give_flags(notification, thread);
	return true;
}

void notification_signal(struct notification *notification, uint64_t flags)
{
	struct thread *thread = notification->bound;

	notification->flags |= flags;
	if (notification->flags == 0)
		return;
	if (thread == NULL || thread->state != THREAD_WAITING) {
		if (list_is_empty(&notification->waiters))
			return;
		thread = container_of(list_first(&notification->waiters), struct thread, queue);
	}
	thread_cancel(thread);
	give_flags(notification, thread);
	sched_wake(thread);
}

/* One waiter a step. */
bool notification_reap_step(struct notification *notification)
{
	struct thread *thread;

	if (list_is_empty(&notification->waiters))
		return false;
	thread = container_of(list_first(&notification->waiters), struct thread, queue);
	thread_cancel(thread);
	thread_result(thread, E_DEAD, 0);
	sched_wake(thread);
	return true;
}

struct timer *timer_create(struct pool *pool)
{
	struct timer *timer = object_new(pool, KIND_TIMER, sizeof *timer);

	if (timer != NULL)
		timer->alarm.is_timer = true;
	return timer;
}

bool timer_reap_step(struct timer *timer)
{
	if (timer->alarm.node.armed)
		deadline_remove(&deadline_set, &timer->alarm.node);
	cap_unhold(&timer->notification);
	return false;
}

void timer_fired(struct timer *timer)
{
	if (notification_is_held(&timer->notification))
		notification_signal((struct notification *)timer->notification.a, timer->notification.b);
}

/* A line stays masked at the controller from its claim until irq_ack() completes it. */
void irq_interrupt(void)
{
	unsigned line = plic_claim();
	struct slot *held;

	if (line == 0 || line >= PLIC_LINES)
		return;
	trace(TRACE_IRQ, 0, line, 0);
	irq_lines[line].claimed = true;
	held = &irq_lines[line].notification;
	if (notification_is_held(held))
		notification_signal((struct notification *)held->a, held->b);
	else
		irq_line_quiet(&irq_lines[line]);
}

/* Completed first: the controller ignores the completion of a line that is disabled. */
void irq_line_quiet(struct irq_line *line)
{
	if (line->claimed)
		plic_complete(line->number);
	line->claimed = false;
	plic_line_disable(line->number);
}

void irq_line_release(struct irq_line *line)
{
	if (--line->references != 0)
		return;
	cap_unhold(&line->notification);
	line->created = false;
}
