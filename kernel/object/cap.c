/* SPDX-License-Identifier: MIT */
/* Finding, deriving and deleting capabilities. */
#include "base/panic.h"
#include "base/spot.h"
#include "object/frame.h"
#include "object/notification.h"
#include "object/pool.h"
#include "object/reply.h"
#include "object/space.h"

#define REVOKE_DESCENT 64 /* slots walked to find the next one to delete */

/* Capabilities of these kinds name an object that counts them. */
static bool kind_has_object(unsigned kind)
{
	return kind != KIND_NONE && kind != KIND_MEMORY && kind != KIND_REPLY && kind != KIND_IRQ;
}

static err_t slot_in(const struct cspace *cspace, uint64_t index, struct slot **found)
{
	if (cspace == NULL)
		return E_EMPTY;
	*found = cspace_slot(cspace, index);
	return *found == NULL ? E_SLOT : E_OK;
}

err_t cap_find(const struct thread *thread, uint64_t index, enum object_kind kind, unsigned rights,
	       struct slot **found)
{
	struct slot *slot;
	err_t error = slot_in(thread->cspace, index, &slot);

	if (error != E_OK)
		return error;
	if (slot_is_empty(slot) || (slot->flags & SLOT_DYING))
		return E_EMPTY;
	if (kind != KIND_NONE && slot->kind != kind)
		return E_KIND;
	if ((rights & ~slot->rights) != 0)
		return E_RIGHTS;
	*found = slot;
	return E_OK;
}

err_t cap_find_in(const struct thread *thread, uint64_t cs, uint64_t index, struct slot **found)
{
	struct slot *cspace;
	err_t error;

	if (cs == CAP_NULL)
		return slot_in(thread->cspace, index, found);
	error = cap_find(thread, cs, KIND_CSPACE, RIGHT_MANAGE, &cspace);
	if (error != E_OK)
		return error;
	return slot_in((struct cspace *)cspace->a, index, found);
}

err_t cap_find_empty(const struct thread *thread, uint64_t index, struct slot **found)
{
	err_t error = slot_in(thread->cspace, index, found);

	if (error != E_OK)
		return error;
	return slot_is_empty(*found) ? E_OK : E_OCCUPIED;
}

/* Counts that user space sees of a slot that is in use; @by is 1 or -1. */
static void count_slot(const struct slot *slot, uint64_t by)
{
	info->slots_used += by;
	if (!kind_has_object(slot->kind))
		info->objects[slot->kind] += by;
}

/* @slot is filled: whatever it names has one capability more. */
static void count_capability(const struct slot *slot)
{
	count_slot(slot, 1);
	if (kind_has_object(slot->kind))
		((struct object *)slot->a)->references++;
	if (slot->kind == KIND_IRQ && slot->a != 0)
		((struct irq_line *)slot->a)->references++;
}

void cap_derive(struct slot *from, struct slot *to, unsigned rights)
{
	KASSERT(slot_is_empty(to) && from->kind != KIND_REPLY);
	to->kind = from->kind;
	to->rights = from->rights & (uint8_t)rights;
	to->flags = from->flags & SLOT_DEVICE;
	to->a = from->a;
	to->b = from->b;
	slot_insert_child(from, to);
	count_capability(to);
}

void cap_derive_held(struct slot *from, struct slot *to, enum slot_place place, void *holder)
{
	cap_derive(from, to, from->rights);
	to->flags |= (uint8_t)place;
	to->extra = (uint64_t)holder;
}

void cap_make(struct slot *parent, struct slot *to, enum object_kind kind, uint64_t a, uint64_t b)
{
	KASSERT(slot_is_empty(to));
	to->kind = (uint8_t)kind;
	to->rights = RIGHTS_ALL;
	to->a = a;
	to->b = b;
	if (parent != NULL)
		slot_insert_child(parent, to);
	else
		slot_insert_root(to);
	count_capability(to);
}

/* Empty @slot, whose holder and object know already. */
static void slot_vanish(struct slot *slot)
{
	if (slot->flags & SLOT_PINNED)
		(*frame_word(slot->a >> PAGE_SHIFT))--;
	count_slot(slot, -1ul);
	slot_remove(slot);
}

/* Tell whoever uses the capability in @slot that it goes. */
static void tell_holder(struct slot *slot)
{
	if (slot->kind == KIND_REPLY)
		reply_slot_deleted(slot);
	if ((slot->flags & PLACE_MASK) == PLACE_BIND)
		thread_unbound((struct thread *)slot->extra, slot);
	if (slot->kind == KIND_IRQ && slot->a != 0)
		irq_line_release((struct irq_line *)slot->a);
	if ((slot->flags & PLACE_MASK) == PLACE_IRQ)
		irq_line_quiet((struct irq_line *)slot->extra);
}

/* Delete at once what needs no steps of its own; what dies by it waits for the reaper. */
static void cap_drop(struct slot *slot)
{
	struct object *object = kind_has_object(slot->kind) ? (struct object *)slot->a : NULL;

	if (slot->flags & SLOT_DYING)
		object = NULL;
	else
		tell_holder(slot);
	slot_vanish(slot);
	if (object != NULL)
		object_release(object);
}

void cap_unhold(struct slot *slot)
{
	if (!slot_is_empty(slot))
		cap_drop(slot);
}

bool cap_delete_step(struct slot *slot)
{
	bool is_source = (slot->flags & PLACE_MASK) == PLACE_SOURCE;

	if (is_source && !(slot->flags & SLOT_DYING)) {
		slot->flags |= SLOT_DYING;
		slot->extra32 = 0;
	}
	if (is_source && source_clear_step(slot))
		return true;
	if (!(slot->flags & SLOT_DYING)) {
		struct object *object = kind_has_object(slot->kind) ? (struct object *)slot->a : NULL;

		tell_holder(slot);
		slot->flags |= SLOT_DYING;
		if (object != NULL)
			object_release(object);
	}
	/* What is reaped may hold this very slot: it is looked up again. */
	if (object_reap_pending()) {
		(void)object_reap_step();
		return true;
	}
	slot_vanish(slot);
	return false;
}

SELDOM bool cap_revoke_step(struct slot *slot)
{
	struct slot *below = slot_leaf_below(slot, REVOKE_DESCENT);

	if (below != NULL)
		(void)cap_delete_step(below);
	return below != NULL;
}
