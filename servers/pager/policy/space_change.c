/* SPDX-License-Identifier: MIT */
/*
 * Unmap, map over, protect: ranges that may cut areas in two. The nodes for the cuts are taken, and what
 * of the pages is shared is copied, before anything changes, so that none can fail half-way.
 *
 *      area      |----------------------|
 *      range            |-------|
 *      after     |-----|         |------|     a node more for the inside (protect) and for the right part
 */
#include "policy/space.h"

/* Nodes for two cuts. */
struct cuts {
	struct vm_area *spare[2];
	int count;
};

static bool cuts_inside(const struct vm_area *area, vaddr_t at)
{
	return area && area->start < at && at < area->end;
}

static void cuts_give(struct vm_space *space, struct cuts *cuts)
{
	while (cuts->count)
		nodes_give(&space->policy->areas, cuts->spare[--cuts->count]);
}

/* What lies in a range: its first area, and the one that sticks out of its end. NULL: none. */
struct range_areas {
	struct vm_area *first, *across_end;
};

static struct range_areas range_areas(const struct vm_space *space, vaddr_t start, vaddr_t end)
{
	struct range_areas found = {area_set_at_or_after(&space->areas, start), NULL};
	struct vm_area *last = found.first;

	while (last && last->end < end)
		last = last->next;
	found.across_end = cuts_inside(last, end) ? last : NULL;
	return found;
}

/* @more: areas that will be added besides. */
static err_t cuts_take(struct vm_space *space, const struct range_areas *found, vaddr_t start, uint32_t more,
		       struct cuts *cuts)
{
	int needed = cuts_inside(found->first, start) + (found->across_end != NULL);

	cuts->count = 0;
	if (space->areas.count + (uint32_t)needed + more > space->policy->areas_max ||
	    (needed + more > 0 && allocation_refused("area number")))
		return E_TOO_MANY;
	while (cuts->count < needed) {
		struct vm_area *area = nodes_take_to_fill(&space->policy->areas);

		if (!area) {
			cuts_give(space, cuts);
			return E_NO_MEMORY;
		}
		cuts->spare[cuts->count++] = area;
	}
	return E_OK;
}

/* Cut @left, which lies across @at: the part from there on. */
static struct vm_area *area_cut(struct vm_space *space, struct vm_area *left, vaddr_t at, struct cuts *cuts)
{
	struct vm_area *right = cuts->spare[--cuts->count];
	uint64_t bytes = at - left->start;

	*right = *left;
	right->start = at;
	left->end = at;
	if (left->external)
		external_area_take(space, left->external);
	if (left->external || left->inode)
		right->offset_bytes += bytes;
	if (left->inode) {
		left->inode->references++;
		right->file_bytes = left->file_bytes > bytes ? left->file_bytes - bytes : 0;
		left->file_bytes = left->file_bytes < bytes ? left->file_bytes : bytes;
	}
	if (left->backing == BACKING_LINEAR)
		right->frame += bytes >> PAGE_SHIFT;
	if (left->backing == BACKING_STACK)
		right->backing = BACKING_ANON; /* the guard stays with the lower part */
	space_link_area(space, right);
	return right;
}

/* Cut what sticks out of the range, for which @cuts were taken; the first area that is left in it. */
static struct vm_area *range_cut(struct vm_space *space, const struct range_areas *found, vaddr_t start,
				 vaddr_t end, struct cuts *cuts)
{
	struct vm_area *first = found->first;

	if (found->across_end)
		(void)area_cut(space, found->across_end, end, cuts);
	return cuts_inside(first, start) ? area_cut(space, first, start, cuts) : first;
}

static err_t unmap_check(const struct vm_area *area, vaddr_t end)
{
	for (; area && area->start < end; area = area->next)
		if (area->flags & AREA_FLAGS_KEPT)
			return E_DENIED;
	return E_OK;
}

/* All that removing [start, end) can fail at. */
static err_t unmap_prepare(struct vm_space *space, const struct range_areas *found, vaddr_t start,
			   vaddr_t end, uint32_t more, struct cuts *cuts)
{
	err_t error = unmap_check(found->first, end);

	space_pays(space);
	if (!error)
		error = cuts_take(space, found, start, more, cuts);
	if (error)
		return error;
	if (page_tree_prepare_cut(&space->pages, &space->policy->trees, start >> PAGE_SHIFT,
				  end >> PAGE_SHIFT))
		return E_OK;
	cuts_give(space, cuts);
	return E_NO_MEMORY;
}

/* The first area behind the range is what is left over. */
static struct vm_area *unmap_perform(struct vm_space *space, const struct range_areas *found, vaddr_t start,
				     vaddr_t end, struct cuts *cuts)
{
	struct vm_area *area = range_cut(space, found, start, end, cuts), *next;

	for (; area && area->start < end; area = next) {
		next = area->next;
		area_drop(space, area);
	}
	space->anon_pages -=
		page_tree_cut(&space->pages, &space->policy->trees, start >> PAGE_SHIFT, end >> PAGE_SHIFT);
	return area;
}

uint32_t space_may_lose(const struct vm_space *space, vaddr_t start, uint64_t bytes, uint32_t prot)
{
	const struct vm_area *area = area_set_at_or_after(&space->areas, start);
	uint32_t lost = 0;

	for (; area && area->start < start + bytes; area = area->next)
		if (area->is_touched)
			lost |= area->prot & ~prot;
	return lost;
}

err_t space_unmap(struct vm_space *space, vaddr_t start, uint64_t bytes)
{
	err_t error = space_check_range(space, start, bytes);
	vaddr_t end = start + bytes;
	struct range_areas found;
	struct vm_area *after;
	struct cuts cuts;

	if (error)
		return error;
	found = range_areas(space, start, end);
	error = unmap_prepare(space, &found, start, end, 0, &cuts);
	if (error)
		return error;
	after = unmap_perform(space, &found, start, end, &cuts);
	if (after) /* the rest of a cut stack is plain memory now, as its neighbour may be */
		space_join(space, after);
	return E_OK;
}

err_t space_map_over(struct vm_space *space, const struct area_spec *spec)
{
	err_t error = space_check_spec(space, spec);
	vaddr_t end = spec->start + spec->bytes;
	struct range_areas found;
	struct vm_area *area;
	struct cuts cuts;

	if (error)
		return error;
	found = range_areas(space, spec->start, end);
	error = unmap_prepare(space, &found, spec->start, end, 1, &cuts);
	if (error)
		return error;
	area = area_create(space, spec);
	if (!area) {
		cuts_give(space, &cuts);
		return E_NO_MEMORY;
	}
	(void)unmap_perform(space, &found, spec->start, end, &cuts);
	space_link_area(space, area);
	if (area->next)
		space_join(space, area->next);
	space_join(space, area);
	return E_OK;
}

static err_t protect_check(const struct vm_area *area, vaddr_t start, vaddr_t end, uint32_t prot)
{
	vaddr_t at = start;

	if (prot & ~7u)
		return E_ARGUMENT;
	if ((prot & PROT_BIT_WRITE) && (prot & PROT_BIT_EXEC))
		return E_WX;
	for (; at < end; area = area->next) {
		if (!area || area->start > at)
			return E_NO_AREA;
		if (area->flags & AREA_FLAGS_KEPT)
			return E_DENIED;
		if (prot & ~area->max_prot)
			return E_ACCESS;
		at = area->end;
	}
	return E_OK;
}

err_t space_protect(struct vm_space *space, vaddr_t start, uint64_t bytes, uint32_t prot)
{
	err_t error = space_check_range(space, start, bytes);
	vaddr_t end = start + bytes;
	struct vm_area *area, *first;
	struct range_areas found;
	struct cuts cuts;

	if (error)
		return error;
	found = range_areas(space, start, end);
	error = protect_check(found.first, start, end, prot);
	space_pays(space);
	if (!error)
		error = cuts_take(space, &found, start, 0, &cuts);
	if (error)
		return error;
	if (cuts.count && frames_are_scarce(&space->policy->frames)) {
		cuts_give(space, &cuts);
		return E_NO_MEMORY;
	}
	first = range_cut(space, &found, start, end, &cuts);
	for (area = first; area && area->start < end; area = area->next)
		area->prot = (uint8_t)(prot & PROT_BIT_WRITE ? prot | PROT_BIT_READ : prot);
	for (area = first->prev ? first->prev : first; area && area->start <= end;) {
		struct vm_area *next = area->next;

		if (next && area_can_join(area, next))
			space_join(space, area); /* keeps `area`: it has no mergeable neighbour before it */
		else
			area = next;
	}
	return E_OK;
}
