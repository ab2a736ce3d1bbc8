/* SPDX-License-Identifier: MIT */
/* The accounts as others ask for them. What is mapped is asked of the kernel, not taken from the books. */
#include "custom.h"
#include <pagoda/syscall.h>

#define PRESENT_BLOCKS 16   /* of 2 MiB, that one request goes through */
#define PRESENT_AREAS  1024 /* and areas */

void counts_fill(struct pager_counts *counts)
{
	const uint64_t *frames = pager.policy.frames.counts;
	uint64_t given = pager.policy.frames.given; /* frames of grants that books name */

	*counts = (struct pager_counts){
		.frames_total = pager.frames_total,
		.frames_free = frames[FRAME_FREE],
		.anon = frames[FRAME_ANON] + given,
		.cache = frames[FRAME_CACHE],
		.tables = process_tables(NULL),
		.pinned = frames[FRAME_PINNED] + frames[FRAME_BOOKS] + frames[FRAME_GRANT] - given +
			  pager.frames_elsewhere,
		.spaces = pager.policy.space_count,
	};
	counts->objects = frames[FRAME_POOL] - counts->tables;
}

/*
 * The kernel is asked for a block of 2 MiB at a time, whatever areas are in it, and goes through it page by
 * page: about 25,000 instructions each. So blocks and areas of one request are bounded, and the next request
 * goes on where this one stopped.
 */
uint64_t counts_present(const struct process *process, vaddr_t *at, vaddr_t end)
{
	uint32_t areas = PRESENT_AREAS;
	uint64_t present = 0;

	for (uint32_t blocks = 0; blocks < PRESENT_BLOCKS && areas; blocks++) {
		vaddr_t start = space_next_shown(process->space, *at, end, &areas), block;

		*at = start < end ? start : end;
		if (start >= end)
			break;
		block = (start & ~(ARENA_BYTES - 1)) + ARENA_BYTES;
		*at = block < end ? block : end;
		present += sys_space_mapped(process->space_cap, start, (*at - start) >> PAGE_SHIFT).value;
	}
	return present;
}

/*
 * Pages that answers of custom pagers brought are known to the kernel alone: what it stored and we did not
 * bring. Each forwarded fault accounts for one at most, the rest came along.
 */
static void faults_add_supplied(const struct process *process, struct pager_faults *own)
{
	uint64_t brought = own->present - own->faults - own->prefetched - own->fork_mapped - own->populate;
	uint64_t asked = brought < process->forwarded ? brought : process->forwarded;

	own->faults += asked;
	own->prefetched += brought - asked;
}

static void faults_fill(const struct process *process, uint64_t stored, struct pager_faults *faults)
{
	const struct vm_space *space = process->space;
	const struct pager_faults *earlier = &process->earlier;

	*faults = (struct pager_faults){
		.faults = space->faults,
		.prefetched = space->prefetched,
		.fork_mapped = space->fork_mapped,
		.populate = space->populated,
		.present = stored - process->stored_before,
	};
	if (process->forwarded)
		faults_add_supplied(process, faults);
	faults->faults += earlier->faults;
	faults->prefetched += earlier->prefetched;
	faults->fork_mapped += earlier->fork_mapped;
	faults->populate += earlier->populate;
	faults->present += earlier->present;
	faults->other = faults->present - faults->faults - faults->prefetched - faults->fork_mapped -
			faults->populate;
}

void counts_faults(const struct process *process, struct pager_faults *faults)
{
	faults_fill(process, sys_space_stored(process->space_cap).value, faults);
}

void counts_faults_cleared(const struct process *process, struct pager_faults *faults)
{
	faults_fill(process, process->stored, faults);
}

int counts_check(void)
{
	int broken = policy_check(&pager.policy);
	uint64_t processes = 0;

	if (!broken)
		broken = nodes_check(&pager.process_nodes);
	if (!broken)
		broken = slots_check();
	if (!broken)
		broken = customs_check();
	if (!broken)
		broken = pools_check();
	if (!broken)
		broken = lend_check();
	if (broken)
		return broken;
	for (int i = 0; i < PROCESS_BUCKETS; i++)
		for (const struct process *process = pager.bucket[i]; process; process = process->next)
			processes++;
	if (processes != pager.policy.space_count)
		return __LINE__;
	if (pools_frames() != pager.policy.frames.counts[FRAME_POOL])
		return __LINE__;
	if (process_tables(NULL) > pager.policy.frames.counts[FRAME_POOL])
		return __LINE__;
	return 0;
}
