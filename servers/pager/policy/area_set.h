/* SPDX-License-Identifier: MIT */
/*
 * The areas of a space: disjoint, found by address in logarithmic expected time, and linked in
 * address order. The set owns no memory: areas are linked in and out.
 */
#ifndef POLICY_AREA_SET_H
#define POLICY_AREA_SET_H

#include "policy/area.h"

struct area_set {
	struct vm_area *root;
	struct vm_area *first;
	struct vm_area *last_hit; /* what the last look-up found */
	uint32_t count;
	uint32_t random; /* state of the priorities */
};

void area_set_init(struct area_set *set);
/* Slow half of area_set_find. */
struct vm_area *area_set_search(struct area_set *set, vaddr_t address);
/* The first area whose end lies above @address. */
struct vm_area *area_set_at_or_after(const struct area_set *set, vaddr_t address);
/* Needs: overlaps no area of the set. */
void area_set_insert(struct area_set *set, struct vm_area *area);
/* The same for one behind @last, which ends the set (NULL: it is empty); it has a priority already. */
void area_set_append(struct area_set *set, struct vm_area *area, struct vm_area *last);
void area_set_remove(struct area_set *set, struct vm_area *area);
int area_set_check(const struct area_set *set);

/* The area that contains @address, or NULL. */
static inline struct vm_area *area_set_find(struct area_set *set, vaddr_t address)
{
	struct vm_area *hit = set->last_hit;

	if (hit && address - hit->start < hit->end - hit->start)
		return hit;
	return area_set_search(set, address);
}

#endif
