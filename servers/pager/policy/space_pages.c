/* SPDX-License-Identifier: MIT */
/* Pages of a space without a fault: populate a range, pinned pages, translate, and access byte ranges. */
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
		for (; chunk->fresh; chunk->fresh &= chunk->fresh - 1) {
			uint64_t index = bit_lowest(chunk->fresh);

			frames_give(&space->policy->frames, chunk->entry[index]);
			space->anon_pages--;
			chunk_clear(chunk, index);
		}
		page_tree_prune(&space->pages, &space->policy->trees, first);
		page = first + CHUNK_PAGES;
	}
}

static err_t populate_page(struct vm_space *space, uint64_t page)
{
	struct frames *frames = &space->policy->frames;
	struct chunk *chunk;
	uint64_t frame;

	space_show(space, page);
	if (chunk_entry(page_tree_find(&space->pages, page), page))
		return E_OK;
	frame = frames_take(frames, FRAME_ANON);
	if (!frame)
		return E_NO_MEMORY;
	chunk = page_tree_own(&space->pages, &space->policy->trees, page);
	if (!chunk) {
		frames_give(frames, frame);
		return E_NO_MEMORY;
	}
	chunk_set(chunk, page, frame);
	space->anon_pages++;
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
				visit(context, (first + i) << PAGE_SHIFT, chunk->entry[i]);
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
	space_pays(space);
	for (uint64_t page = first; page < end && !error; page++)
		error = populate_page(space, page);
	if (error)
		populate_undo(space, first, end);
	else
		populate_finish(space, first, end, visit, context);
	for (struct vm_area *area = area_set_at_or_after(&space->areas, start);
	     area && area->start < start + (pages << PAGE_SHIFT); area = area->next)
		area->is_touched |= !error;
	return error;
}

static err_t pinned_map(struct vm_space *space, vaddr_t start, const char *name, uint64_t frame)
{
	struct area_spec spec = {
		.start = start,
		.bytes = PAGE_BYTES,
		.backing = BACKING_LINEAR,
		.prot = PROT_BIT_READ | PROT_BIT_WRITE,
		.max_prot = PROT_BIT_READ | PROT_BIT_WRITE,
		.flags = AREA_PINNED,
		.name = name,
		.frame = frame,
	};
	err_t error = space_map(space, &spec);

	if (error)
		return error;
	space->pinned_pages++;
	space->populated++;
	return E_OK;
}

err_t space_add_pinned(struct vm_space *space, vaddr_t start, const char *name, uint64_t *frame)
{
	uint64_t taken;
	err_t error;

	space_pays(space);
	taken = frames_take(&space->policy->frames, FRAME_PINNED);
	if (!taken)
		return E_NO_MEMORY;
	error = pinned_map(space, start, name, taken);
	if (error)
		frames_give(&space->policy->frames, taken);
	else
		*frame = taken;
	return error;
}

void space_remove_pinned(struct vm_space *space, vaddr_t start)
{
	area_drop(space, area_set_find(&space->areas, start));
	space->populated--;
}

uint64_t space_keep_pinned(struct vm_space *space, vaddr_t start)
{
	struct vm_area *area = area_set_find(&space->areas, start);
	uint64_t frame = area->frame;

	area->flags &= (uint8_t)~AREA_PINNED;
	area_drop(space, area);
	space->pinned_pages--;
	space->policy->kept_pinned++;
	frames_charge_again(&space->policy->frames, frame, &space->policy->frames.account[ACCOUNT_SYSTEM]);
	return frame;
}

err_t space_add_kept(struct vm_space *space, vaddr_t start, const char *name, uint64_t frame)
{
	err_t error;

	space_pays(space);
	if (frames_are_over_limit(&space->policy->frames, 1))
		return E_NO_MEMORY;
	error = pinned_map(space, start, name, frame);
	if (error)
		return error;
	space->policy->kept_pinned--;
	frames_charge_again(&space->policy->frames, frame, space->account);
	return E_OK;
}

void policy_give_kept(struct policy *policy, uint64_t frame)
{
	frames_give(&policy->frames, frame);
	policy->kept_pinned--;
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
	uint64_t page = address >> PAGE_SHIFT, frame;

	*rights = 0;
	if (!area || area->backing == BACKING_NONE)
		return 0;
	*rights = area->prot;
	if (area->backing == BACKING_LINEAR)
		return area->frame + ((address - area->start) >> PAGE_SHIFT);
	space_show(space, page);
	frame = chunk_entry(page_tree_find(&space->pages, page), page);
	if (frame) {
		if (!space_is_alone(space, page, frame))
			*rights &= ~(uint32_t)PROT_BIT_WRITE;
		return frame;
	}
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
