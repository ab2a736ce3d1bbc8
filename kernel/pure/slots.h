/* SPDX-License-Identifier: MIT */
/*
 * Capability slots and the derivation tree.
 *
 * A tree is a doubly linked list of brackets: each slot has two of them, OPEN and CLOSE, and what is
 * derived from it stands between.
 *
 *        A                      A(  B(  C( )C  D( )D  )B  E( )E  )A
 *       / \
 *      B   E                    child of A:   put in right behind A(
 *     / \                       delete B:     take out B( and )B; C and D are now A's children
 *    C   D                      move B:       write the new address beside both brackets
 *                               has A a child? what follows A( is not )A
 *
 * So copy, mint, move and delete of any slot, with children or without, take a fixed number of steps,
 * however many relatives there are. The list of a root ends at its own brackets (NULL beyond). When a
 * root is deleted, its children become brackets side by side in a list without a root.
 * A link is the address of a slot with the bracket in bit 0. No slot knows its parent: no call needs it.
 *
 * Life of a slot: empty (all bytes 0) - filled and inserted - moved any number of times - removed (empty).
 */
#ifndef PURE_SLOTS_H
#define PURE_SLOTS_H

#include "pure/check.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum slot_bracket { SLOT_OPEN = 0, SLOT_CLOSE = 1 };

/* Address of a slot | enum slot_bracket; 0: the list ends. */
typedef uintptr_t slot_link_t;

struct slot {
	uint8_t kind;	/* enum object_kind; 0: empty */
	uint8_t rights; /* enum rights */
	uint8_t flags;	/* the kind's own */
	uint8_t spare;
	uint32_t extra32;
	uint64_t a;	     /* object pointer or base address */
	uint64_t b;	     /* badge, bytes or sequence number */
	slot_link_t next[2]; /* by enum slot_bracket */
	slot_link_t prev[2];
	uint64_t extra;
};

_Static_assert(sizeof(struct slot) == 64, "a slot is one cache line");

static inline slot_link_t slot_link(const struct slot *slot, enum slot_bracket bracket)
{
	return (uintptr_t)slot | bracket;
}

static inline struct slot *slot_of_link(slot_link_t link)
{
	return (struct slot *)(link & ~(uintptr_t)1);
}

static inline enum slot_bracket slot_bracket_of_link(slot_link_t link)
{
	return (enum slot_bracket)(link & 1);
}

static inline bool slot_is_empty(const struct slot *slot)
{
	return slot->kind == 0;
}

/* Make empty a slot that is in no list. */
static inline void slot_clear(struct slot *slot)
{
	*slot = (struct slot){0};
}

static inline bool slot_has_child(const struct slot *slot)
{
	return slot->next[SLOT_OPEN] != slot_link(slot, SLOT_CLOSE);
}

/* Let @left and @right, of which either may be 0, be neighbours. */
static inline void slot_join(slot_link_t left, slot_link_t right)
{
	if (left)
		slot_of_link(left)->next[left & 1] = right;
	if (right)
		slot_of_link(right)->prev[right & 1] = left;
}

/* @slot is filled but in no list. It becomes a root. */
static inline void slot_insert_root(struct slot *slot)
{
	CHECK(!slot_is_empty(slot));
	slot->prev[SLOT_OPEN] = slot->next[SLOT_CLOSE] = 0;
	slot_join(slot_link(slot, SLOT_OPEN), slot_link(slot, SLOT_CLOSE));
}

/* @slot is filled but in no list. It becomes the first child of @parent. */
static inline void slot_insert_child(struct slot *parent, struct slot *slot)
{
	slot_link_t next = parent->next[SLOT_OPEN]; /* at least the parent's own CLOSE */

	CHECK(!slot_is_empty(parent) && !slot_is_empty(slot) && parent != slot);
	slot_of_link(next)->prev[next & 1] = slot_link(slot, SLOT_CLOSE);
	slot->next[SLOT_CLOSE] = next;
	slot->prev[SLOT_CLOSE] = slot_link(slot, SLOT_OPEN);
	slot->next[SLOT_OPEN] = slot_link(slot, SLOT_CLOSE);
	slot->prev[SLOT_OPEN] = slot_link(parent, SLOT_OPEN);
	parent->next[SLOT_OPEN] = slot_link(slot, SLOT_OPEN);
}

/* Take @slot out of its tree and make it empty; its children go to its parent. */
static inline void slot_remove(struct slot *slot)
{
	CHECK(!slot_is_empty(slot));
	if (slot_has_child(slot)) {
		slot_join(slot->prev[SLOT_OPEN], slot->next[SLOT_OPEN]);
		slot_join(slot->prev[SLOT_CLOSE], slot->next[SLOT_CLOSE]);
	} else {
		slot_join(slot->prev[SLOT_OPEN], slot->next[SLOT_CLOSE]);
	}
	slot_clear(slot);
}

/* @to is empty and takes @from's contents and place in the tree; @from is empty after. */
static inline void slot_move(struct slot *from, struct slot *to)
{
	bool has_child = slot_has_child(from);

	CHECK(!slot_is_empty(from) && slot_is_empty(to));
	*to = *from;
	slot_join(to->prev[SLOT_OPEN], slot_link(to, SLOT_OPEN));
	slot_join(slot_link(to, SLOT_CLOSE), to->next[SLOT_CLOSE]);
	if (has_child) {
		slot_join(slot_link(to, SLOT_OPEN), to->next[SLOT_OPEN]);
		slot_join(to->prev[SLOT_CLOSE], slot_link(to, SLOT_CLOSE));
	} else {
		slot_join(slot_link(to, SLOT_OPEN), slot_link(to, SLOT_CLOSE));
	}
	slot_clear(from);
}

/**
 * A descendant of @root to delete next; NULL: there is none.
 *
 * It is a leaf, unless more than @limit slots lie on the way down: then the last one reached, which may be
 * removed just as well. Takes at most @limit + 1 steps.
 */
struct slot *slot_leaf_below(struct slot *root, unsigned limit);

/* Is @slot below @root? Walks at most @limit brackets of the subtree; for checks and tests. */
bool slot_is_below(const struct slot *root, const struct slot *slot, uint64_t limit);

/* Verify @slot alone: its neighbours point back at it. 0, or the line of the broken invariant. */
int slot_check(const struct slot *slot);

/* Verify @root and what is below it, at most @limit brackets. 0, or the line of the broken invariant. */
int slots_check(const struct slot *root, uint64_t limit);

#endif
