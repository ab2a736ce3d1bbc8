/* SPDX-License-Identifier: MIT */
/* The derivation tree: what is walked rather than done at once. The drawing is in slots.h. */
#include "pure/slots.h"

struct slot *slot_leaf_below(struct slot *root, unsigned limit)
{
	struct slot *leaf = root;

	for (unsigned steps = 0; steps <= limit && slot_has_child(leaf); steps++)
		leaf = slot_of_link(leaf->next[SLOT_OPEN]);
	return leaf == root ? NULL : leaf;
}

static slot_link_t slot_link_next(slot_link_t link)
{
	return slot_of_link(link)->next[link & 1];
}

bool slot_is_below(const struct slot *root, const struct slot *slot, uint64_t limit)
{
	slot_link_t end = slot_link(root, SLOT_CLOSE);
	slot_link_t link = root->next[SLOT_OPEN];

	for (; link && link != end && limit; link = slot_link_next(link), limit--) {
		if (slot_of_link(link) == slot)
			return true;
	}
	return false;
}

/* Do the neighbours of both brackets point back? */
static bool slot_is_joined(const struct slot *slot)
{
	for (unsigned bracket = SLOT_OPEN; bracket <= SLOT_CLOSE; bracket++) {
		slot_link_t next = slot->next[bracket], prev = slot->prev[bracket];
		slot_link_t self = slot_link(slot, bracket);

		if (next && slot_of_link(next)->prev[next & 1] != self)
			return false;
		if (prev && slot_of_link(prev)->next[prev & 1] != self)
			return false;
	}
	return true;
}

int slot_check(const struct slot *slot)
{
	static const struct slot empty;

	if (slot_is_empty(slot))
		return __builtin_memcmp(slot, &empty, sizeof(empty)) ? __LINE__ : 0;
	return slot_is_joined(slot) ? 0 : __LINE__;
}

int slots_check(const struct slot *root, uint64_t limit)
{
	slot_link_t end = slot_link(root, SLOT_CLOSE);
	slot_link_t link = slot_link(root, SLOT_OPEN);
	uint64_t open = 0;

	if (slot_is_empty(root))
		return slot_check(root);
	for (; link && limit; link = slot_link_next(link), limit--) {
		const struct slot *slot = slot_of_link(link);

		if (slot_is_empty(slot) || !slot_is_joined(slot))
			return __LINE__;
		if (slot_bracket_of_link(link) == SLOT_CLOSE && open-- == 0)
			return __LINE__;
		if (slot_bracket_of_link(link) == SLOT_OPEN)
			open++;
		if (link == end)
			return open == 0 ? 0 : __LINE__;
		if (open == 0)
			return __LINE__;
	}
	/* Out of steps is no fault; out of list before the own CLOSE is. */
	return link ? 0 : __LINE__;
}
