/* SPDX-License-Identifier: MIT */
/* Pages of a space without a fault: populate a range, pin a page, translate, and access byte ranges. */
#include "policy/space.h"

static bool area_is_anonymous(const struct vm_area *area)
{
	return area->backing == BACKING_ANON || area->backing == BACKING_STACK;
}

static err_t populate_check(const struct vm_space *space, vaddr_t start, vaddr_t end)
{
	const struct vm_area *area = area_set_at_or_after(&space->areas, start);

	for (vaddr_t at = start; at < end; area = area->next) {
		if (!area || area->start > at)
			return E_NO_AREA;
		if (!area_is_anonymous(area))
			return E_UNSUPPORTED;
		if (area->backing == BACKING_STACK && at < area->start + PAGE_BYTES)
			return E_NO_AREA; /* its guard */
		at = area->end;
	}
	return E_OK;
}

/* Undo: give back what this populate took in [page, end). */
static void populate_undo(struct vm_space *space, uint64_t page, uint64_t end)
{
	struct chunk *chunk;
	uint64_t first;

	while ((chunk = page_tree_next(&space->pages, page, end, &first)) != NULL) {
		for (uint64_t i = 0; i < CHUNK_PAGES; i++) {
			if (!(chunk->fresh >> i & 1))
				continue;
			frames_give(&space->policy->frames, entry_frame(chunk->entry[i]));
			space->anon_pages--;
			chunk_clear(chunk, i);
		}
		chunk->fresh = 0;
		page_tree_prune(&space->pages, &space->policy->trees, first);
		page = first + CHUNK_PAGES;
	}
}

static err_t populate_page(struct vm_space *space, uint64_t page)
{
	struct chunk *chunk = page_tree_take(&space->pages, &space->policy->trees, page);
	uint64_t frame;

	if (!chunk)
		return E_NO_MEMORY;
	if (chunk->entry[page % CHUNK_PAGES])
		return E_OK;
	frame = space_take_frame(space);
	if (!frame) {
		page_tree_prune(&space->pages, &space->policy->trees, page);
		return E_NO_MEMORY;
	}
	chunk_set(chunk, page, entry_make(frame, 0));
	chunk->fresh |= 1ul << page % CHUNK_PAGES;
	return E_OK;
}

static void populate_finish(struct vm_space *space, uint64_t page, uint64_t end, page_visit *visit,
			    void *context)
{
	struct chunk *chunk;
	uint64_t first;

	while ((chunk = page_tree_next(&space->pages, page, end, &first)) != NULL) {
		for (uint64_t i = 0; i < CHUNK_PAGES; i++)
			if (chunk->fresh >> i & 1)
				visit(context, (first + i) << PAGE_SHIFT, entry_frame(chunk->entry[i]));
		chunk->origin[ORIGIN_POPULATE] |= chunk->fresh & ~chunk_mapped(chunk);
		space->populated += (uint64_t)__builtin_popcountl(chunk->fresh);
		chunk->fresh = 0;
		page = first + CHUNK_PAGES;
	}
}

err_t space_populate(struct vm_space *space, vaddr_t start, uint64_t pages, page_visit *visit, void *context)
{
	uint64_t first = start >> PAGE_SHIFT, end = first + pages;
	err_t error = pages >= TREE_PAGES ? E_RANGE : space_check_range(space, start, pages << PAGE_SHIFT);

	if (!error)
		error = populate_check(space, start, start + (pages << PAGE_SHIFT));
	if (error)
		return error;
	for (uint64_t page = first; page < end && !error; page++)
		error = populate_page(space, page);
	if (error)
		populate_undo(space, first, end);
	else
		populate_finish(space, first, end, visit, context);
	return error;
}

err_t space_pin(struct vm_space *space, vaddr_t address)
{
	const struct vm_area *area = area_set_find(&space->areas, address);
	struct chunk *chunk = page_tree_find(&space->pages, address >> PAGE_SHIFT);
	uint32_t *entry;

	if (!area || !(area->flags & AREA_PINNED))
		return E_STATE;
	entry = chunk ? &chunk->entry[(address >> PAGE_SHIFT) % CHUNK_PAGES] : NULL;
	if (!entry || *entry == 0)
		return E_ABSENT;
	if (*entry & ENTRY_PINNED)
		return E_STATE;
	*entry |= ENTRY_PINNED;
	space->anon_pages--;
	space->pinned_pages++;
	frames_set_state(&space->policy->frames, entry_frame(*entry), FRAME_PINNED);
	return E_OK;
}

static uint64_t translate_file(const struct vm_area *area, vaddr_t address, uint32_t *rights)
{
	uint64_t at = (address - area->start) & ~(PAGE_BYTES - 1);

	*rights = area->prot & ~(uint32_t)PROT_BIT_WRITE;
	if (at >= area->file_bytes || area->file_bytes - at < PAGE_BYTES)
		return 0;
	return inode_lease(area->inode, (area->offset_bytes + at) >> PAGE_SHIFT);
}

uint64_t space_translate(struct vm_space *space, vaddr_t address, uint32_t *rights)
{
	const struct vm_area *area = area_set_find(&space->areas, address);
	struct chunk *chunk;
	uint32_t entry;

	*rights = 0;
	if (!area || area->backing == BACKING_NONE)
		return 0;
	*rights = area->prot;
	if (area->backing == BACKING_LINEAR)
		return area->frame + ((address - area->start) >> PAGE_SHIFT);
	chunk = page_tree_find(&space->pages, address >> PAGE_SHIFT);
	entry = chunk ? chunk->entry[(address >> PAGE_SHIFT) % CHUNK_PAGES] : 0;
	if (entry)
		return entry_frame(entry);
	return area->backing == BACKING_INODE_PRIVATE ? translate_file(area, address, rights) : 0;
}

static err_t access_check(struct vm_space *space, vaddr_t address, uint64_t bytes, uint32_t access)
{
	vaddr_t page = address & ~(PAGE_BYTES - 1);
	uint32_t rights;

	for (; page < address + bytes; page += PAGE_BYTES) {
		const struct vm_area *area = area_set_find(&space->areas, page);

		if (!area)
			return E_NO_AREA;
		if (access & ~(uint32_t)area->prot)
			return E_ACCESS;
		if (!space_translate(space, page, &rights) || access & ~rights)
			return E_ABSENT;
	}
	return E_OK;
}

err_t space_access(struct vm_space *space, vaddr_t address, uint64_t bytes, uint32_t access,
		   page_access *visit, void *context)
{
	err_t error = space_contains_range(space, address, bytes) ? E_OK : E_RANGE;
	uint32_t rights;

	if (!error)
		error = access_check(space, address, bytes, access);
	while (!error && bytes) {
		uint64_t offset = address % PAGE_BYTES;
		uint64_t part = PAGE_BYTES - offset < bytes ? PAGE_BYTES - offset : bytes;

		visit(context, space_translate(space, address, &rights), offset, part);
		address += part;
		bytes -= part;
	}
	return error;
}
