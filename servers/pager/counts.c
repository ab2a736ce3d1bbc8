/* SPDX-License-Identifier: MIT */
/* The accounts as others ask for them. What is mapped is asked of the kernel, not taken from the books. */
#include "pager.h"
#include <pagoda/syscall.h>

void counts_fill(struct pager_counts *counts)
{
	const uint64_t *frames = pager.policy.frames.counts;

	*counts = (struct pager_counts){
		.frames_total = pager.frames_total,
		.frames_free = frames[FRAME_FREE],
		.anon = frames[FRAME_ANON],
		.cache = frames[FRAME_CACHE],
		.tables = process_tables(),
		.pinned = frames[FRAME_PINNED] + frames[FRAME_BOOKS] + pager.frames_elsewhere,
		.spaces = pager.policy.space_count,
	};
	counts->objects = frames[FRAME_POOL] - counts->tables;
}

/* Did a fault, a prefetch or a populate bring this page? */
static bool page_is_explained(struct process *process, vaddr_t address)
{
	const struct chunk *chunk = page_tree_find(&process->space->pages, address >> PAGE_SHIFT);

	return chunk && chunk_mapped(chunk) >> (address >> PAGE_SHIFT) % CHUNK_PAGES & 1;
}

/* Pages mapped in [start, end) as the kernel has it; those that nothing explains are counted in *unexplained
 * too. */
uint64_t counts_present(struct process *process, vaddr_t start, vaddr_t end, uint64_t *unexplained)
{
	uint64_t present = 0;

	for (vaddr_t at = start; at < end;) {
		vaddr_t block = (at & ~(ARENA_BYTES - 1)) + ARENA_BYTES;
		struct result mapped;

		block = block < end ? block : end;
		mapped = sys_space_harvest(process->space_cap, at, (block - at) >> PAGE_SHIFT);
		if (mapped.error || mapped.value == 0) {
			at = block;
			continue;
		}
		for (; at < block; at += PAGE_BYTES) {
			struct result page = sys_space_lookup(process->space_cap, at);

			if (page.error || page.value == 0)
				continue;
			present++;
			*unexplained += !page_is_explained(process, at);
		}
	}
	return present;
}

void counts_faults(struct process *process, struct pager_faults *faults)
{
	const struct vm_area *area;

	*faults = (struct pager_faults){
		.faults = process->space->faults,
		.prefetched = process->space->prefetched,
		.populate = process->space->populated,
	};
	for (area = process->space->areas.first; area; area = area->next)
		faults->present += counts_present(process, area->start, area->end, &faults->other);
}

int counts_check(void)
{
	int broken = policy_check(&pager.policy);
	uint64_t processes = 0, spaces = 0;

	if (!broken)
		broken = nodes_check(&pager.process_nodes);
	if (!broken)
		broken = slots_check();
	if (broken)
		return broken;
	for (int i = 0; i < PROCESS_BUCKETS; i++)
		for (const struct process *process = pager.bucket[i]; process; process = process->next)
			processes++;
	for (int i = 0; i < PAGER_POOLS; i++)
		spaces += pager.pool[i].spaces;
	if (processes != pager.policy.space_count || spaces != processes)
		return __LINE__;
	if (pools_frames() != pager.policy.frames.counts[FRAME_POOL])
		return __LINE__;
	if (process_tables() > pager.policy.frames.counts[FRAME_POOL])
		return __LINE__;
	return 0;
}
