/* SPDX-License-Identifier: MIT */
/* The heap: one anonymous area that grows and shrinks at its end as the break moves. */
#include "policy/space.h"

static vaddr_t page_up(vaddr_t address)
{
	return (address + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

err_t space_heap_init(struct vm_space *space, vaddr_t start, uint64_t limit_bytes)
{
	if (space->heap_end)
		return E_STATE;
	if (start >= USER_END || limit_bytes > USER_END - start ||
	    !space_contains_range(space, start, limit_bytes))
		return E_RANGE;
	space->heap_start = space->heap_break = start;
	space->heap_end = start + limit_bytes;
	return E_OK;
}

err_t space_heap_set(struct vm_space *space, vaddr_t wanted, vaddr_t *cut_start, uint64_t *cut_pages)
{
	vaddr_t old_end = page_up(space->heap_break), new_end = page_up(wanted);
	err_t error = E_OK;

	*cut_start = new_end;
	*cut_pages = 0;
	if (wanted < space->heap_start || wanted > space->heap_end)
		return E_NO_MEMORY;
	if (new_end > old_end) {
		struct area_spec spec = {
			.start = old_end,
			.bytes = new_end - old_end,
			.backing = BACKING_ANON,
			.prot = PROT_BIT_READ | PROT_BIT_WRITE,
			.max_prot = 7,
			.name = "heap",
		};

		error = space_map(space, &spec); /* joins the heap that is there */
		if (error == E_CONFLICT || error == E_RANGE)
			error = E_NO_MEMORY;
	} else if (new_end < old_end) {
		error = space_unmap(space, new_end, old_end - new_end);
		*cut_pages = error ? 0 : (old_end - new_end) >> PAGE_SHIFT;
	}
	if (!error)
		space->heap_break = wanted;
	return error == E_TOO_MANY ? E_NO_MEMORY : error; /* areas are memory to whoever moves a break */
}
