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
	if (area->next && area_can_join(area, area->next))
		return __LINE__;
	return 0;
}

static int entry_check(const struct vm_space *space, uint64_t page, uint32_t entry, bool mapped)
{
	const struct frames *frames = &space->policy->frames;
	const struct vm_area *area = area_set_at_or_after(&space->areas, page << PAGE_SHIFT);
	bool pinned = entry & ENTRY_PINNED;
	const struct frame *frame;

	if (!entry && !mapped)
		return 0;
	if (!area || area->start > page << PAGE_SHIFT || area->backing == BACKING_NONE)
		return __LINE__;
	if (!entry)
		return area->backing == BACKING_INODE_PRIVATE || area->backing == BACKING_LINEAR ? 0
												 : __LINE__;
	if (area->backing == BACKING_LINEAR || (pinned && !(area->flags & AREA_PINNED)))
		return __LINE__;
	if (!frames_has(frames, entry_frame(entry)))
		return __LINE__;
	frame = frames_at(frames, entry_frame(entry));
	if (frame->state != (pinned ? FRAME_PINNED : FRAME_ANON) || frame->link != space->pid ||
	    frame->references != 1)
		return __LINE__;
	return 0;
}

static int pages_check(const struct vm_space *space)
{
	uint64_t anon = 0, pinned = 0, first, page = 0;
	const struct chunk *chunk;

	while ((chunk = page_tree_next((struct page_tree *)&space->pages, page, TREE_PAGES, &first)) !=
	       NULL) {
		uint64_t mapped = chunk_mapped(chunk);

		for (uint64_t i = 0; i < CHUNK_PAGES; i++) {
			int broken = entry_check(space, first + i, chunk->entry[i], mapped >> i & 1);

			if (broken)
				return broken;
			pinned += (chunk->entry[i] & ENTRY_PINNED) != 0;
			anon += chunk->entry[i] && !(chunk->entry[i] & ENTRY_PINNED);
		}
		page = first + CHUNK_PAGES;
	}
	return anon == space->anon_pages && pinned == space->pinned_pages ? 0 : __LINE__;
}

int space_check(const struct vm_space *space)
{
	int broken = area_set_check(&space->areas);

	for (const struct vm_area *area = space->areas.first; area && !broken; area = area->next)
		broken = area_check(space, area);
	if (!broken)
		broken = page_tree_check(&space->pages);
	if (!broken)
		broken = pages_check(space);
	if (broken)
		return broken;
	if (space->heap_break < space->heap_start || space->heap_break > space->heap_end)
		return __LINE__;
	return 0;
}
