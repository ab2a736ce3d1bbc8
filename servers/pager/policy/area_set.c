/* SPDX-License-Identifier: MIT */
/*
 * The set as a treap: a search tree by start address in which every parent's priority is at least
 * its children's. Priorities are pseudo-random, so the shape does not depend on the order of
 * insertion and the expected depth is about 2 ln n; no caller can choose them.
 */
#include "policy/area_set.h"

void area_set_init(struct area_set *set)
{
	*set = (struct area_set){.random = 0x9e3779b9};
}

static uint32_t set_random(struct area_set *set)
{
	set->random ^= set->random << 13;
	set->random ^= set->random >> 17;
	set->random ^= set->random << 5;
	return set->random;
}

struct vm_area *area_set_at_or_after(const struct area_set *set, vaddr_t address)
{
	struct vm_area *best = NULL;

	for (struct vm_area *area = set->root; area;) {
		if (area->end > address) {
			best = area;
			area = area->left;
		} else {
			area = area->right;
		}
	}
	return best;
}

struct vm_area *area_set_search(struct area_set *set, vaddr_t address)
{
	struct vm_area *area = area_set_at_or_after(set, address);

	if (!area || area->start > address)
		return NULL;
	set->last_hit = area;
	return area;
}

/* Put @new where @old hangs. */
static void set_replace(struct area_set *set, const struct vm_area *old, struct vm_area *new)
{
	struct vm_area *parent = old->parent;

	if (!parent)
		set->root = new;
	else if (parent->left == old)
		parent->left = new;
	else
		parent->right = new;
	if (new)
		new->parent = parent;
}

/* Lift @area one level: it changes places with its parent, order kept. */
static void set_lift(struct area_set *set, struct vm_area *area)
{
	struct vm_area *parent = area->parent;

	set_replace(set, parent, area);
	if (parent->left == area) {
		parent->left = area->right;
		if (area->right)
			area->right->parent = parent;
		area->right = parent;
	} else {
		parent->right = area->left;
		if (area->left)
			area->left->parent = parent;
		area->left = parent;
	}
	parent->parent = area;
}

static void list_insert(struct area_set *set, struct vm_area *area, struct vm_area *before)
{
	area->prev = before;
	area->next = before ? before->next : set->first;
	if (area->next)
		area->next->prev = area;
	if (before)
		before->next = area;
	else
		set->first = area;
}

void area_set_insert(struct area_set *set, struct vm_area *area)
{
	struct vm_area *parent = NULL, *before = NULL, **link = &set->root;

	while (*link) {
		parent = *link;
		if (parent->start < area->start) {
			before = parent;
			link = &parent->right;
		} else {
			link = &parent->left;
		}
	}
	area->parent = parent;
	area->left = area->right = NULL;
	area->priority = set_random(set);
	*link = area;
	list_insert(set, area, before);
	set->count++;
	while (area->parent && area->parent->priority < area->priority)
		set_lift(set, area);
}

/* It goes below the lowest on the right edge that has at least its priority; what is below that, goes below
 * it. */
void area_set_append(struct area_set *set, struct vm_area *area, struct vm_area *last)
{
	struct vm_area *above = last, *below = NULL;

	while (above && above->priority < area->priority) {
		below = above;
		above = above->parent;
	}
	area->parent = above;
	area->left = below;
	area->right = NULL;
	if (below)
		below->parent = area;
	if (above)
		above->right = area;
	else
		set->root = area;
	list_insert(set, area, last);
	set->count++;
}

void area_set_remove(struct area_set *set, struct vm_area *area)
{
	while (area->left && area->right)
		set_lift(set, area->left->priority > area->right->priority ? area->left : area->right);
	set_replace(set, area, area->left ? area->left : area->right);
	if (area->prev)
		area->prev->next = area->next;
	else
		set->first = area->next;
	if (area->next)
		area->next->prev = area->prev;
	if (set->last_hit == area)
		set->last_hit = NULL;
	set->count--;
}

static int links_check(const struct vm_area *area)
{
	if (area->start >= area->end || (area->start | area->end) % PAGE_BYTES)
		return __LINE__;
	if (area->next && (area->next->prev != area || area->end > area->next->start))
		return __LINE__;
	if (area->left && (area->left->parent != area || area->left->start >= area->start))
		return __LINE__;
	if (area->right && (area->right->parent != area || area->right->start <= area->start))
		return __LINE__;
	if (area->parent && area->parent->priority < area->priority)
		return __LINE__;
	return 0;
}

int area_set_check(const struct area_set *set)
{
	uint32_t count = 0;
	bool hit = set->last_hit == NULL;

	if ((set->root && set->root->parent) || (set->first && set->first->prev))
		return __LINE__;
	for (const struct vm_area *area = set->first; area; area = area->next) {
		int broken = links_check(area);

		if (broken)
			return broken;
		if (area_set_at_or_after(set, area->start) != area)
			return __LINE__;
		hit |= area == set->last_hit;
		if (++count > set->count)
			return __LINE__;
	}
	return hit && count == set->count ? 0 : __LINE__;
}
