/* SPDX-License-Identifier: MIT */
/* System calls on capabilities. */
#include "entry/calls.h"
#include "object/notification.h"
#include "object/sched.h"
#include "object/space.h"

struct two_slots {
	struct slot *from, *to;
};

/* A live capability in one slot, an empty other one. */
static err_t find_two(struct thread *thread, uint64_t to_cs, uint64_t to, uint64_t from_cs, uint64_t from,
		      struct two_slots *slots)
{
	err_t error = cap_find_in(thread, to_cs, to, &slots->to);

	if (error == E_OK)
		error = cap_find_in(thread, from_cs, from, &slots->from);
	if (error != E_OK)
		return error;
	if (slot_is_empty(slots->from) || (slots->from->flags & SLOT_DYING))
		return E_EMPTY;
	return slot_is_empty(slots->to) ? E_OK : E_OCCUPIED;
}

struct result syscall_cap_copy(struct thread *thread, uint64_t to_cs, uint64_t to, uint64_t from_cs,
			       uint64_t from, uint64_t rights)
{
	struct two_slots slots;
	err_t error = find_two(thread, to_cs, to, from_cs, from, &slots);

	if (error == E_OK && slots.from->kind == KIND_REPLY)
		error = E_KIND;
	if (error == E_OK)
		cap_derive(slots.from, slots.to, rights & RIGHTS_ALL);
	return failed(error);
}

struct result syscall_cap_mint(struct thread *thread, uint64_t to_cs, uint64_t to, uint64_t from_cs,
			       uint64_t from, uint64_t rights, uint64_t badge)
{
	struct two_slots slots;
	err_t error = find_two(thread, to_cs, to, from_cs, from, &slots);

	if (error == E_OK && slots.from->kind != KIND_ENDPOINT && slots.from->kind != KIND_NOTIFICATION)
		error = E_KIND;
	if (error == E_OK && !(slots.from->rights & RIGHT_MANAGE))
		error = E_RIGHTS;
	if (error == E_OK && slots.from->b != 0)
		error = E_STATE;
	if (error != E_OK)
		return failed(error);
	cap_derive(slots.from, slots.to, rights & RIGHTS_ALL);
	slots.to->b = badge;
	return failed(E_OK);
}

struct result syscall_cap_move(struct thread *thread, uint64_t to_cs, uint64_t to, uint64_t from_cs,
			       uint64_t from)
{
	struct two_slots slots;
	err_t error = find_two(thread, to_cs, to, from_cs, from, &slots);

	if (error == E_OK)
		slot_move(slots.from, slots.to);
	return failed(error);
}

/* A slot that is in use; it may be dying. */
static err_t find_filled(struct thread *thread, uint64_t cs, uint64_t index, struct slot **slot)
{
	err_t error = cap_find_in(thread, cs, index, slot);

	if (error == E_OK && slot_is_empty(*slot))
		return E_EMPTY;
	return error;
}

static err_t find_live(struct thread *thread, uint64_t cs, uint64_t index, struct slot **slot)
{
	err_t error = find_filled(thread, cs, index, slot);

	if (error == E_OK && ((*slot)->flags & SLOT_DYING))
		return E_EMPTY;
	return error;
}

/* The slot is looked up for each step: a step can delete the way to it, and the CSpace it lies in. */
struct result syscall_cap_delete(struct thread *thread, uint64_t cs, uint64_t slot)
{
	struct slot *filled;

	do {
		err_t error = find_filled(thread, cs, slot, &filled);

		if (error != E_OK)
			return failed(error);
		if (!cap_delete_step(filled))
			return failed(E_OK);
	} while (sched_goes_on(thread));
	return result(RESULT_RESTART, 0);
}

struct result syscall_cap_revoke(struct thread *thread, uint64_t cs, uint64_t slot)
{
	struct slot *filled;

	do {
		err_t error = find_live(thread, cs, slot, &filled);

		if (error != E_OK)
			return failed(error);
		if (!cap_revoke_step(filled))
			return failed(E_OK);
	} while (sched_goes_on(thread));
	return result(RESULT_RESTART, 0);
}

static uint64_t info_a(const struct slot *slot)
{
	switch (slot->kind) {
	case KIND_MEMORY:
		return slot->a;
	case KIND_SPACE:
		return ((struct space *)slot->a)->asid;
	case KIND_THREAD:
		return ((struct thread *)slot->a)->id;
	case KIND_IRQ:
		return slot->a == 0 ? 0 : ((struct irq_line *)slot->a)->number;
	case KIND_ENDPOINT:
	case KIND_NOTIFICATION:
		return slot->b;
	default:
		return 0;
	}
}

struct result syscall_cap_info(struct thread *thread, uint64_t cs, uint64_t slot)
{
	struct slot *filled;
	err_t error = find_live(thread, cs, slot, &filled);

	if (error != E_OK)
		return failed(error);
	thread->regs[REG_A2] = info_a(filled);
	thread->regs[REG_A3] = filled->kind == KIND_MEMORY ? filled->b : 0;
	return result(E_OK,
		      filled->kind | (uint64_t)filled->rights << 8 | (uint64_t)slot_has_child(filled) << 16);
}
