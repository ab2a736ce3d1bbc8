/* SPDX-License-Identifier: MIT */
/*
 * Where the kernel may have something mapped. Which pages it has is in no book: it shows pages that are in no
 * tree, too (the zero page, leases, what custom pagers supply). But a page comes with a fault in its area, in
 * its stretch of 128 MiB; so areas without a fault are passed over, and so are stretches. Nothing is passed
 * over in linear areas, which are mapped as they are made; nor in objects of custom pagers once there was a
 * fault, which is answered with pages all over the area.
 */
#include "policy/space.h"

static bool area_is_shown_anywhere(const struct vm_area *area)
{
	return area->backing == BACKING_LINEAR || (area->backing == BACKING_EXTERNAL && area->is_touched);
}

/* The first page in [page, end) that lies in a stretch with a fault; @end: none. */
static uint64_t stretch_next(const struct vm_space *space, uint64_t page, uint64_t end)
{
	uint64_t stretch = page / STRETCH_PAGES, first;
	uint64_t word = space->shown[stretch / 64] & ~0ul << stretch % 64;

	while (!word) {
		stretch = (stretch / 64 + 1) * 64;
		if (stretch * STRETCH_PAGES >= end)
			return end;
		word = space->shown[stretch / 64];
	}
	first = (stretch / 64 * 64 + bit_lowest(word)) * STRETCH_PAGES;
	first = first > page ? first : page;
	return first < end ? first : end;
}

static vaddr_t area_next_shown(const struct vm_space *space, const struct vm_area *area, vaddr_t at)
{
	if (area_is_shown_anywhere(area))
		return at;
	if (!area->is_touched)
		return area->end;
	return stretch_next(space, at >> PAGE_SHIFT, area->end >> PAGE_SHIFT) << PAGE_SHIFT;
}

vaddr_t space_next_shown(const struct vm_space *space, vaddr_t at, vaddr_t end, uint32_t *steps)
{
	const struct vm_area *area = area_set_at_or_after(&space->areas, at);

	for (; area && area->start < end; area = area->next) {
		at = area->start > at ? area->start : at;
		if (*steps == 0)
			return at;
		--*steps;
		at = area_next_shown(space, area, at);
		if (at < area->end)
			return at;
	}
	return area ? area->start : end;
}
