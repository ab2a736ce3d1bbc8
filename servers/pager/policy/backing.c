/* SPDX-License-Identifier: MIT */
/* The table of backings. */
#include "policy/backing.h"

static const struct backing_ops *const backings[BACKING_COUNT] = {
	[BACKING_NONE] = &backing_none,
	[BACKING_ANON] = &backing_anon,
	[BACKING_INODE_PRIVATE] = &backing_inode_private,
	[BACKING_STACK] = &backing_stack,
	[BACKING_LINEAR] = &backing_linear,
};

const struct backing_ops *backing_of(const struct vm_area *area)
{
	return backings[area->backing];
}

err_t backing_check(const struct area_spec *spec)
{
	if (spec->backing >= BACKING_COUNT)
		return E_ARGUMENT;
	if (!backings[spec->backing])
		return E_UNSUPPORTED;
	return backings[spec->backing]->check(spec);
}

uint64_t backing_take_page(const struct fault_request *request, struct verdict *verdict)
{
	uint64_t frame = space_take_frame(request->space);

	if (frame)
		chunk_set(request->chunk, request->page, entry_make(frame, 0));
	else
		verdict->kind = VERDICT_NO_MEMORY;
	return frame;
}
