/* SPDX-License-Identifier: MIT */
/*
 * Capabilities: look-up, derivation, deletion, revocation.
 *
 * A slot lies in a CSpace or inside an object that needs to hold on to another (a thread's bindings, a
 * space's sources, the notification of a Timer or an Irq). slot.flags says where, slot.extra then points
 * to the holder; so a capability that is revoked finds whom to tell.
 */
#ifndef OBJECT_CAP_H
#define OBJECT_CAP_H

#include "object/object.h"

enum slot_place {
	PLACE_CSPACE = 0,
	PLACE_BIND = 1,	  /* extra: struct thread */
	PLACE_SOURCE = 2, /* extra: struct space, extra32: next leaf table to clear while dying */
	PLACE_TIMER = 3,  /* extra: struct timer */
	PLACE_IRQ = 4,	  /* extra: struct irq_line */
	PLACE_MASK = 7,
	SLOT_DYING = 8,	  /* being deleted in steps: no call finds it */
	SLOT_DEVICE = 16, /* Memory outside RAM: its frames have no words, so it never has RIGHT_MANAGE */
	SLOT_PINNED = 32, /* bound message page: holds one count of its frame */
};

struct cspace {
	struct object object;
	uint32_t slots;	      /* [K] grows while it is made, and shrinks while it dies */
	struct slot *pages[]; /* [I] 64 slots each, the last as many as are needed, from the pool */
};
#define CSPACE_PAGE_SLOTS 64

struct thread;

err_t cspace_create(struct pool *pool, uint64_t slots, struct cspace **made) MUST_USE;
bool cspace_reap_step(struct cspace *cspace);

/* The slot @index of @cspace, or NULL. */
static inline struct slot *cspace_slot(const struct cspace *cspace, uint64_t index)
{
	if (index - 1 >= (uint64_t)cspace->slots - 1)
		return NULL;
	return &cspace->pages[index / CSPACE_PAGE_SLOTS][index % CSPACE_PAGE_SLOTS];
}

/**
 * A live capability of the calling thread.
 *
 * @kind     what it must be; KIND_NONE: any
 * @rights   what it must carry
 * Errors    E_SLOT, E_EMPTY, E_KIND, E_RIGHTS
 */
err_t cap_find(const struct thread *thread, uint64_t index, enum object_kind kind, unsigned rights,
	       struct slot **found) MUST_USE;

/* An empty slot of the calling thread for something new. Errors E_SLOT, E_OCCUPIED. */
err_t cap_find_empty(const struct thread *thread, uint64_t index, struct slot **found) MUST_USE;

/* As both above, in the CSpace that slot @cs names (CAP_NULL: the thread's own). */
err_t cap_find_in(const struct thread *thread, uint64_t cs, uint64_t index, struct slot **found) MUST_USE;

/* Fill the empty slot @to with a copy of @from that has no more than @rights, as its child. */
void cap_derive(struct slot *from, struct slot *to, unsigned rights);

/* The same into a slot inside an object. */
void cap_derive_held(struct slot *from, struct slot *to, enum slot_place place, void *holder);

/* The first capability for a new object or range, as a child of @parent (NULL: a root). */
void cap_make(struct slot *parent, struct slot *to, enum object_kind kind, uint64_t a, uint64_t b);

/**
 * Delete the capability in @slot, or a bounded piece of that work.
 *
 * A Pool that still holds objects stays, without a name, until the last of them has gone.
 * After     true: look the slot up and call again, it is dying or went with what was reaped; false: it is
 * empty
 */
bool cap_delete_step(struct slot *slot);

/* Delete what is below @slot, or a bounded piece of that work. true: call again. */
bool cap_revoke_step(struct slot *slot);

/* Delete the capability in a slot inside an object that lets go of it; an empty one is fine. */
void cap_unhold(struct slot *slot);

/* Rights that a Memory or source grants to map. */
static inline unsigned slot_map_rights(const struct slot *slot)
{
	return slot->rights & RIGHTS_RWX;
}

#endif
