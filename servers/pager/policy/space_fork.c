/* SPDX-License-Identifier: MIT */
/*
 * A space like another one: the areas are copied, the trees of private pages are shared. What it costs
 * follows the areas, not the pages.
 */
#include "policy/space.h"

static err_t areas_fork(struct vm_space *child, const struct vm_space *parent)
{
	struct vm_area *last = NULL;

	child->areas.random = parent->areas.random;
	for (const struct vm_area *area = parent->areas.first; area; area = area->next) {
		struct vm_area *copy;

		if (area->flags & AREA_FLAGS_KEPT)
			continue;
		copy = nodes_take_to_fill(&child->policy->areas);
		if (!copy)
			return E_NO_MEMORY;
		*copy = *area;
		copy->is_touched = false; /* the child has nothing mapped yet */
		if (copy->inode)
			copy->inode->references++;
		if (copy->external)
			external_area_take(child, copy->external);
		space_append_area(child, copy, last);
		last = copy;
	}
	return E_OK;
}

err_t space_fork(struct vm_space *parent, uint32_t pid, struct vm_space **out)
{
	struct vm_space *child;
	err_t error = space_create(parent->policy, pid, parent->start, parent->end - parent->start, &child);

	if (error)
		return error;
	error = external_space_fork(child, parent) ? areas_fork(child, parent) : E_NO_MEMORY;
	if (error) {
		space_destroy(child);
		return error;
	}
	page_tree_fork(&child->pages, &parent->pages);
	child->anon_pages = parent->anon_pages;
	child->heap_start = parent->heap_start;
	child->heap_break = parent->heap_break;
	child->heap_end = parent->heap_end;
	child->map_base = parent->map_base;
	child->map_hint = parent->map_hint;
	for (int which = 0; which <= LIMIT_DATA; which++)
		child->limit_bytes[which] = parent->limit_bytes[which];
	*out = child;
	return E_OK;
}
