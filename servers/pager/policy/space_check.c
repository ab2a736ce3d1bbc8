/* SPDX-License-Identifier: MIT */
/* Every invariant of a space: areas, private pages, and that each page lies in an area that may have it. */
#include "policy/space.h"

static int area_check(const struct vm_space *space, const struct vm_area *area)
{
	if (area->start < space->start || area->end > space->end || area->start == 0)
		return __LINE__;
	if (area->prot & ~area->max_prot || area->backing >= BACKING_COUNT || !area->name)
		return __LINE__;
	if ((area->prot & PROT_BIT_WRITE) && (area->prot & PROT_BIT_EXEC))
		return __LINE__;
	if ((area->inode != NULL) != (area->backing == BACKING_INODE_PRIVATE))
		return __LINE__;
	if (area->inode && area->inode->references == 0)
		return __LINE__;
	if ((area->external != NULL) != (area->backing == BACKING_EXTERNAL))
		return __LINE__;
	if (area->flags & AREA_SHARED && !area->external)
		return __LINE__;
	if (area->next && area_can_join(area, area->next))
		return __LINE__;
	return 0;
}

static int pinned_check(const struct vm_space *space, const struct vm_area *area)
{
	const struct frames *frames = &space->policy->frames;

	if (area->backing != BACKING_LINEAR || area_pages(area) != 1 || !frames_has(frames, area->frame))
		return __LINE__;
	if (frames_at(frames, area->frame)->state != FRAME_PINNED ||
	    frames_at(frames, area->frame)->references != 1)
		return __LINE__;
	return 0;
}

static int entry_check(const struct vm_space *space, uint64_t page, uint64_t frame)
{
	const struct frames *frames = &space->policy->frames;
	const struct vm_area *area = area_set_at_or_after(&space->areas, page << PAGE_SHIFT);

	if (!frame)
		return 0;
	if (!area || area->start > page << PAGE_SHIFT)
		return __LINE__;
	if (area->backing == BACKING_NONE || area->backing == BACKING_LINEAR || area->flags & AREA_SHARED)
		return __LINE__;
	if (!frames_has(frames, frame) || !frame_is_private(frames_at(frames, frame)))
		return __LINE__;
	return 0;
}

static int pages_check(const struct vm_space *space)
{
	uint64_t anon = 0, first, page = 0;
	const struct chunk *chunk;

	while ((chunk = page_tree_next(&space->pages, page, TREE_PAGES, &first)) != NULL) {
		for (uint64_t i = 0; i < CHUNK_PAGES; i++) {
			int broken = entry_check(space, first + i, chunk->entry[i]);

			if (broken)
				return broken;
			anon += chunk->entry[i] != 0;
		}
		page = first + CHUNK_PAGES;
	}
	return anon == space->anon_pages ? 0 : __LINE__;
}

int space_check(const struct vm_space *space)
{
	int broken = area_set_check(&space->areas);
	uint64_t pinned = 0;

	for (const struct vm_area *area = space->areas.first; area && !broken; area = area->next) {
		broken = area_check(space, area);
		if (!broken && area->flags & AREA_PINNED)
			broken = pinned_check(space, area);
		pinned += (area->flags & AREA_PINNED) != 0;
	}
	if (!broken)
		broken = pages_check(space);
	if (broken)
		return broken;
	if (pinned != space->pinned_pages)
		return __LINE__;
	if (space->heap_break < space->heap_start || space->heap_break > space->heap_end)
		return __LINE__;
	return 0;
}
