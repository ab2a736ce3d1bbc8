/* SPDX-License-Identifier: MIT */
/* System calls on Memory, Pool, Timer, Irq, and those that watch. */
#include "entry/calls.h"
#include "object/check.h"
#include "object/endpoint.h"
#include "object/notification.h"
#include "object/pool.h"
#include "object/sched.h"
#include "object/space.h"
#include "object/trace.h"

struct result syscall_memory_carve(struct thread *thread, uint64_t memory, uint64_t to, uint64_t offset_pages,
				   uint64_t pages)
{
	struct slot *parent, *slot;
	err_t error = cap_find(thread, memory, KIND_MEMORY, 0, &parent);

	if (error == E_OK)
		error = cap_find_empty(thread, to, &slot);
	if (error == E_OK && (pages == 0 || !range_fits(offset_pages, pages, parent->b / PAGE_BYTES)))
		error = E_RANGE;
	if (error != E_OK)
		return failed(error);
	cap_derive(parent, slot, parent->rights);
	slot->a += offset_pages * PAGE_BYTES;
	slot->b = pages * PAGE_BYTES;
	return failed(E_OK);
}

struct result syscall_pool_create(struct thread *thread, uint64_t memory, uint64_t to)
{
	struct slot *parent, *slot;
	struct pool *pool;
	err_t error = cap_find(thread, memory, KIND_MEMORY, RIGHT_MANAGE | RIGHT_READ | RIGHT_WRITE, &parent);

	if (error == E_OK)
		error = cap_find_empty(thread, to, &slot);
	if (error == E_OK)
		error = pool_create(parent->a / PAGE_BYTES, parent->b / PAGE_BYTES, &pool);
	if (error == E_OK)
		cap_make(parent, slot, KIND_POOL, (uint64_t)pool, 0);
	return failed(error);
}

struct result syscall_pool_free_bytes(struct thread *thread, uint64_t pool)
{
	struct slot *slot;
	err_t error = cap_find(thread, pool, KIND_POOL, 0, &slot);

	if (error != E_OK)
		return failed(error);
	return result(E_OK, carve_free_bytes(&((struct pool *)slot->a)->carve));
}

/* A new object of @kind; *made is its address. */
static err_t make_object(struct pool *pool, uint64_t kind, uint64_t argument, void **made)
{
	struct cspace *cspace = NULL;
	struct space *space = NULL;
	err_t error = E_OK;

	switch (kind) {
	case KIND_CSPACE:
		error = cspace_create(pool, argument, &cspace);
		*made = cspace;
		break;
	case KIND_SPACE:
		error = space_create(pool, argument, &space);
		*made = space;
		break;
	case KIND_THREAD:
		*made = thread_create(pool);
		break;
	case KIND_ENDPOINT:
		*made = endpoint_create(pool);
		break;
	case KIND_NOTIFICATION:
		*made = notification_create(pool);
		break;
	case KIND_TIMER:
		*made = timer_create(pool);
		break;
	default:
		return E_RANGE;
	}
	return error == E_OK && *made == NULL ? E_MEMORY : error;
}

struct result syscall_object_create(struct thread *thread, uint64_t pool, uint64_t to, uint64_t kind,
				    uint64_t argument)
{
	struct slot *parent, *slot;
	void *made = NULL;
	err_t error = cap_find(thread, pool, KIND_POOL, RIGHT_MANAGE, &parent);

	if (error == E_OK)
		error = cap_find_empty(thread, to, &slot);
	if (error == E_OK)
		error = make_object((struct pool *)parent->a, kind, argument, &made);
	if (error == E_OK)
		cap_make(parent, slot, (enum object_kind)kind, (uint64_t)made, 0);
	return failed(error);
}

struct result syscall_irq_create(struct thread *thread, uint64_t all, uint64_t to, uint64_t line)
{
	struct slot *parent, *slot;
	err_t error = cap_find(thread, all, KIND_IRQ, RIGHT_MANAGE, &parent);

	if (error == E_OK)
		error = cap_find_empty(thread, to, &slot);
	if (error == E_OK && parent->a != 0)
		error = E_KIND;
	if (error == E_OK && (line == 0 || line >= PLIC_LINES))
		error = E_RANGE;
	if (error == E_OK && irq_lines[line].created)
		error = E_BUSY;
	if (error != E_OK)
		return failed(error);
	irq_lines[line].created = true;
	irq_lines[line].number = (uint16_t)line;
	cap_make(parent, slot, KIND_IRQ, (uint64_t)&irq_lines[line], 0);
	return failed(E_OK);
}

/* The notification capability that a Timer or an Irq is to signal; CAP_NULL gives NULL. */
static err_t find_notification(struct thread *thread, uint64_t index, struct slot **slot)
{
	*slot = NULL;
	return index == CAP_NULL ? E_OK : cap_find(thread, index, KIND_NOTIFICATION, RIGHT_WRITE, slot);
}

struct result syscall_timer_bind(struct thread *thread, uint64_t timer, uint64_t notification)
{
	struct slot *slot, *signalled;
	struct timer *object;
	err_t error = cap_find(thread, timer, KIND_TIMER, RIGHT_MANAGE, &slot);

	if (error == E_OK)
		error = find_notification(thread, notification, &signalled);
	if (error != E_OK)
		return failed(error);
	object = (struct timer *)slot->a;
	cap_unhold(&object->notification);
	if (signalled != NULL)
		cap_derive_held(signalled, &object->notification, PLACE_TIMER, object);
	return failed(E_OK);
}

struct result syscall_timer_set(struct thread *thread, uint64_t timer, uint64_t deadline)
{
	struct slot *slot;
	struct timer *object;
	err_t error = cap_find(thread, timer, KIND_TIMER, RIGHT_MANAGE, &slot);

	if (error != E_OK)
		return failed(error);
	object = (struct timer *)slot->a;
	if (deadline != DEADLINE_NEVER && !notification_is_held(&object->notification))
		return failed(E_STATE);
	if (object->alarm.node.armed)
		deadline_remove(&deadline_set, &object->alarm.node);
	if (deadline != DEADLINE_NEVER)
		sched_arm(&object->alarm, deadline);
	return failed(E_OK);
}

/* One line, not the capability of all of them. */
static err_t find_line(struct thread *thread, uint64_t irq, struct irq_line **line)
{
	struct slot *slot;
	err_t error = cap_find(thread, irq, KIND_IRQ, RIGHT_MANAGE, &slot);

	if (error == E_OK && slot->a == 0)
		return E_KIND;
	if (error == E_OK)
		*line = (struct irq_line *)slot->a;
	return error;
}

struct result syscall_irq_bind(struct thread *thread, uint64_t irq, uint64_t notification)
{
	struct slot *signalled;
	struct irq_line *line;
	err_t error = find_line(thread, irq, &line);

	if (error == E_OK)
		error = find_notification(thread, notification, &signalled);
	if (error != E_OK)
		return failed(error);
	cap_unhold(&line->notification);
	if (signalled != NULL) {
		cap_derive_held(signalled, &line->notification, PLACE_IRQ, line);
		plic_line_enable(line->number);
	}
	return failed(E_OK);
}

struct result syscall_irq_ack(struct thread *thread, uint64_t irq)
{
	struct irq_line *line;
	err_t error = find_line(thread, irq, &line);

	if (error == E_OK && !line->claimed)
		error = E_STATE;
	if (error != E_OK)
		return failed(error);
	line->claimed = false;
	plic_complete(line->number);
	return failed(E_OK);
}

#define TRACE_FLAGS_CHECKED (TRACE_FLAG_GENERAL_ONLY | TRACE_FLAG_IRQ_ANEW)

struct result syscall_trace_control(struct thread *thread, uint64_t irq_all, uint64_t flags)
{
	struct slot *slot;
	err_t error = cap_find(thread, irq_all, KIND_IRQ, RIGHT_MANAGE, &slot);

	if (error == E_OK && slot->a != 0)
		error = E_KIND;
	if (error == E_OK && (flags & ~(uint64_t)(TRACE_FLAG_ON | TRACE_FLAGS_CHECKED)) != 0)
		error = E_RANGE;
	if (error == E_OK && (flags & TRACE_FLAGS_CHECKED) && !PAGODA_CHECKED)
		error = E_UNSUPPORTED;
	if (error != E_OK)
		return failed(error);
	if (flags & TRACE_FLAG_IRQ_ANEW)
		info->irq_off_max = info->irq_off_call = 0;
	else
		trace_flags = flags;
	return failed(E_OK);
}

struct result syscall_system_check(struct thread *thread)
{
	err_t error = check_system();

	/* A walk of everything, for tests: it is not part of what a visit may cost. */
	thread->cpu->entered_instret = csr_read(instret);
	return failed(error);
}
