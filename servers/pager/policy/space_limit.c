/* SPDX-License-Identifier: MIT */
/*
 * Limits of a space: AS all areas, DATA private writable memory but the stack, STACK how far the stack
 * grows (asked by its faults). The sums are taken only where a limit is set.
 */
#include "policy/space.h"

err_t space_set_limit(struct vm_space *space, uint64_t which, uint64_t bytes)
{
	if (which > LIMIT_DATA)
		return E_ARGUMENT;
	space->limit_bytes[which] = bytes;
	return E_OK;
}

static bool is_data(uint32_t backing, uint32_t prot, uint32_t flags)
{
	if (!(prot & PROT_BIT_WRITE) || flags & AREA_SHARED)
		return false;
	return backing == BACKING_ANON || backing == BACKING_INODE_PRIVATE || backing == BACKING_EXTERNAL;
}

/* Bytes of the areas outside [start, end). */
static uint64_t bytes_beside(const struct vm_space *space, vaddr_t start, vaddr_t end, bool data_only)
{
	uint64_t bytes = 0;

	for (const struct vm_area *area = space->areas.first; area; area = area->next) {
		vaddr_t from = area->start > start ? area->start : start;
		vaddr_t to = area->end < end ? area->end : end;

		if (data_only && !is_data(area->backing, area->prot, area->flags))
			continue;
		bytes += area->end - area->start - (from < to ? to - from : 0);
	}
	return bytes;
}

static bool limit_fits(uint64_t limit, uint64_t used, uint64_t more)
{
	return used <= limit && more <= limit - used;
}

bool space_limit_allows(const struct vm_space *space, const struct area_spec *spec)
{
	uint64_t all = space->limit_bytes[LIMIT_AS], data = space->limit_bytes[LIMIT_DATA];
	vaddr_t end = spec->start + spec->bytes;

	if (all != LIMIT_NONE && !limit_fits(all, bytes_beside(space, spec->start, end, false), spec->bytes))
		return false;
	return data == LIMIT_NONE || !is_data(spec->backing, spec->prot, spec->flags) ||
	       limit_fits(data, bytes_beside(space, spec->start, end, true), spec->bytes);
}
