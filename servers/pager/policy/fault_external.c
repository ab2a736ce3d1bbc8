/* SPDX-License-Identifier: MIT */
/*
 * Faults that a custom pager has a part in, second half: its page is copied, or its frames become anonymous
 * memory. The fault is decided anew first: much may have changed since it was sent.
 */
#include "policy/backing.h"
#include "policy/fault.h"
#include "proto/custom.h"

err_t policy_copy_from(struct vm_space *space, vaddr_t address, uint32_t access, uint64_t frame,
		       struct verdict *verdict)
{
	struct fault_request request = {.space = space, .page = address >> PAGE_SHIFT, .access = access};
	const struct external_pager *pager;
	uint64_t copy;

	policy_fault(space, address, access, ORIGIN_PRESENT, verdict);
	if (verdict->kind != VERDICT_COPY_PRESENT)
		return E_OK;
	pager = verdict->area->external->pager;
	if (frame - pager->grant_first >= pager->grant_frames)
		return E_RANGE;
	copy = backing_take_page(&request, verdict);
	if (!copy)
		return E_OK;
	verdict->work = WORK_COPY_PRIVATE;
	verdict->work_frame = copy;
	verdict->work_pages = 1;
	verdict->copy_frames[0] = (uint32_t)frame;
	verdict_resolve(verdict, request.page, copy, verdict->area->prot);
	verdict_count(space, ORIGIN_PRESENT, verdict);
	return E_OK;
}

static err_t gift_check(const struct vm_space *space, const struct policy_gift *gift)
{
	const struct external_pager *pager = gift->pager;

	if (space->supplier != pager || pager->is_ended)
		return E_STATE;
	if (gift->count == 0 || gift->count > CUSTOM_GIVE_MAX || gift->frame == 0 ||
	    gift->frame >= pager->grant_frames || gift->count > pager->grant_frames - gift->frame)
		return E_RANGE;
	for (uint64_t i = 0; i < gift->count; i++)
		if (frames_at(&space->policy->frames, pager->grant_first + gift->frame + i)->references)
			return E_EXISTS;
	return E_OK;
}

/* How many of the pages from @page on, which is absent itself, are absent, of the area and of the same leaf
 * table: another one may be parked or missing. */
static uint64_t pages_absent(struct vm_space *space, const struct vm_area *area, uint64_t page, uint64_t most)
{
	uint64_t end = (page | (ARENA_PAGES - 1)) + 1, at = page + 1;

	if (end > area->end >> PAGE_SHIFT)
		end = area->end >> PAGE_SHIFT;
	if (end > page + most)
		end = page + most;
	while (at < end && !chunk_entry(page_tree_find(&space->pages, at), at))
		at++;
	return at - page;
}

/* As many as there is memory for the books of; 0: none. */
static uint64_t gift_enter(struct vm_space *space, uint64_t page, uint64_t frame, uint64_t count)
{
	uint64_t i;

	if (frames_are_scarce(&space->policy->frames))
		return 0;
	for (i = 0; i < count; i++) {
		struct chunk *chunk = page_tree_own(&space->pages, &space->policy->trees, page + i);

		if (!chunk)
			break;
		chunk_set(chunk, page + i, frame + i);
		frames_use_granted(&space->policy->frames, frame + i);
	}
	space->anon_pages += i;
	return i;
}

err_t policy_give(struct vm_space *space, vaddr_t address, uint32_t access, const struct policy_gift *gift,
		  struct verdict *verdict)
{
	uint64_t page = address >> PAGE_SHIFT, count;
	err_t error = gift_check(space, gift);

	if (error)
		return error;
	policy_fault(space, address, access, ORIGIN_FAULT, verdict);
	if (verdict->kind != VERDICT_FORWARD)
		return E_OK;
	if (verdict->forward.object)
		return E_KIND;
	count = gift_enter(space, page, gift->pager->grant_first + gift->frame,
			   pages_absent(space, verdict->area, page, gift->count));
	if (count == 0) {
		verdict->kind = VERDICT_NO_MEMORY;
		return E_OK;
	}
	verdict_resolve(verdict, page, gift->pager->grant_first + gift->frame, verdict->area->prot);
	verdict->run[0].pages = count;
	verdict->prefetched = (uint32_t)count - 1;
	verdict_count(space, ORIGIN_FAULT, verdict);
	return E_OK;
}
