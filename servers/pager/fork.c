/* SPDX-License-Identifier: MIT */
/*
 * What a fork asks of the kernel, in one visit if it can be.
 *
 *   parent   block of pc or sp:  what is private and writable loses WRITE, entry by entry
 *            any other block:    its leaf table is parked, all at once
 *   child    gets what it touches first: the code at pc with its neighbours, a copy of the stack page at sp
 *
 * The two blocks are not parked because both sides would fault there at once. The page at sp stays the
 * parent's alone, so its entry is left as it is.
 */
#include "pager.h"

#define BLOCK_OF(address) ((address) & ~(ARENA_BYTES - 1))

/* A fork that is being brought about. */
struct sharing {
	struct batch batch;
	err_t error;
	const struct process *parent;
	vaddr_t hot[2]; /* blocks that are not parked, in order */
	vaddr_t copied; /* page of which the child has its own copy; 0: none */
};

static void sharing_run(struct sharing *sharing)
{
	err_t error = E_OK;

	if (allocation_refused("tables")) {
		sharing->batch.count = 0;
		error = E_TABLES;
	} else if (sharing->batch.count) {
		error = (err_t)batch_run(&sharing->batch).error;
	}
	if (sharing->error == E_OK)
		sharing->error = error;
}

/* The batch, with room for so many calls more. */
static struct batch *sharing_room_for(struct sharing *sharing, uint64_t calls)
{
	if (sharing->batch.count + calls > BATCH_CALLS)
		sharing_run(sharing);
	return &sharing->batch;
}

static struct batch *sharing_room(struct sharing *sharing)
{
	return sharing_room_for(sharing, 1);
}

/* Pages that only faults may make writable from now on. Without WRITE no entry can show a store to the other
 * side. */
static bool is_shared_by_fork(const struct vm_area *area)
{
	return area->prot & PROT_BIT_WRITE && !(area->flags & AREA_SHARED) && area->backing != BACKING_NONE &&
	       area->backing != BACKING_LINEAR;
}

/* Park [from, to) but the hot blocks. */
static void park_range(struct sharing *sharing, vaddr_t from, vaddr_t to)
{
	for (int i = 0; i < 2; i++) {
		vaddr_t hot = sharing->hot[i];

		if (hot < from || hot >= to)
			continue;
		if (hot > from)
			batch_space_park(sharing_room(sharing), sharing->parent->space_cap, from,
					 (hot - from) / ARENA_BYTES);
		from = hot + ARENA_BYTES;
	}
	if (from < to)
		batch_space_park(sharing_room(sharing), sharing->parent->space_cap, from,
				 (to - from) / ARENA_BYTES);
}

static void park_blocks(struct sharing *sharing)
{
	vaddr_t parked = 0; /* up to here */

	for (const struct vm_area *area = sharing->parent->space->areas.first; area; area = area->next) {
		vaddr_t from = BLOCK_OF(area->start), to = BLOCK_OF(area->end + ARENA_BYTES - 1);

		if (!is_shared_by_fork(area) || to <= parked)
			continue;
		park_range(sharing, from > parked ? from : parked, to);
		parked = to;
	}
}

static void protect_range(struct sharing *sharing, vaddr_t from, vaddr_t to)
{
	if (from < to)
		batch_space_protect(sharing_room(sharing), sharing->parent->space_cap, from,
				    (to - from) >> PAGE_SHIFT, RIGHT_READ | RIGHT_EXECUTE);
}

/* Take WRITE away from [from, to) but the page that was copied. */
static void protect_shared(struct sharing *sharing, vaddr_t from, vaddr_t to)
{
	vaddr_t copied = sharing->copied;

	if (copied >= from && copied < to) {
		protect_range(sharing, from, copied);
		from = copied + PAGE_BYTES;
	}
	protect_range(sharing, from, to);
}

/* Areas without a gap between them are one range. */
static void protect_block(struct sharing *sharing, vaddr_t block)
{
	const struct vm_area *area = area_set_at_or_after(&sharing->parent->space->areas, block);
	vaddr_t from = block, to = block;

	for (; area && area->start < block + ARENA_BYTES; area = area->next) {
		vaddr_t start = area->start > block ? area->start : block;

		if (!is_shared_by_fork(area))
			continue;
		if (start != to) {
			protect_shared(sharing, from, to);
			from = start;
		}
		to = area->end < block + ARENA_BYTES ? area->end : block + ARENA_BYTES;
	}
	protect_shared(sharing, from, to);
}

/* What the child's first fault there would bring, if it needs nobody else. */
static bool child_bring(struct sharing *sharing, const struct process *child, vaddr_t address,
			uint32_t access)
{
	static struct verdict verdict;

	policy_fault(child->space, address, access, ORIGIN_FORK, &verdict);
	if (verdict.kind != VERDICT_RESOLVE)
		return false;
	window_perform(&verdict);
	for (uint32_t i = 0; i < verdict.runs; i++) {
		struct map_item item = window_item(&verdict.run[i]);

		batch_space_map(sharing_room(sharing), child->space_cap, item.at_rights, item.source,
				item.offset);
	}
	return verdict.work == WORK_COPY_PRIVATE;
}

err_t fork_share(const struct process *parent, const struct process *child, const struct fork_place *place)
{
	vaddr_t code = BLOCK_OF(place->pc), stack = BLOCK_OF(place->sp);
	struct sharing sharing = {
		.parent = parent,
		.hot = {code < stack ? code : stack, code < stack ? stack : code},
	};

	if (child_bring(&sharing, child, place->sp, ACCESS_WRITE))
		sharing.copied = place->sp & ~(PAGE_BYTES - 1);
	(void)child_bring(&sharing, child, place->pc, ACCESS_EXECUTE);
	park_blocks(&sharing);
	protect_block(&sharing, sharing.hot[0]);
	if (sharing.hot[1] != sharing.hot[0])
		protect_block(&sharing, sharing.hot[1]);
	process_bind(sharing_room_for(&sharing, 3), child);
	sharing_run(&sharing);
	pager.received = sharing.error != E_OK;
	if (sharing.error == E_KIND || sharing.error == E_RIGHTS || sharing.error == E_STATE)
		return E_ARGUMENT;
	return sharing.error ? E_NO_MEMORY : E_OK;
}
