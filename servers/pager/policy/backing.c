/* SPDX-License-Identifier: MIT */
/* The table of backings. */
#include "policy/ahead.h"

const struct backing_ops *const backing_table[BACKING_COUNT] = {
	[BACKING_NONE] = &backing_none,
	[BACKING_ANON] = &backing_anon,
	[BACKING_INODE_PRIVATE] = &backing_inode_private,
	[BACKING_STACK] = &backing_stack,
	[BACKING_LINEAR] = &backing_linear,
	[BACKING_EXTERNAL] = &backing_external,
};

err_t backing_check(const struct area_spec *spec)
{
	if (spec->backing >= BACKING_COUNT)
		return E_ARGUMENT;
	if (!backing_table[spec->backing])
		return E_UNSUPPORTED;
	return backing_table[spec->backing]->check(spec);
}

err_t backing_check_offset(const struct area_spec *spec)
{
	uint64_t first = spec->offset_bytes >> PAGE_SHIFT;

	if (spec->offset_bytes % PAGE_BYTES)
		return E_ALIGN;
	if (first >= TREE_PAGES || spec->bytes >> PAGE_SHIFT > TREE_PAGES - first)
		return E_RANGE;
	return E_OK;
}

uint64_t backing_take_page_slow(const struct fault_request *request, struct verdict *verdict)
{
	struct vm_space *space = request->space;
	uint64_t frame = frames_take(&space->policy->frames, FRAME_ANON);
	struct chunk *chunk =
		frame ? page_tree_own(&space->pages, &space->policy->trees, request->page) : NULL;

	if (!chunk) {
		if (frame)
			frames_give(&space->policy->frames, frame);
		verdict->kind = VERDICT_NO_MEMORY;
		return 0;
	}
	space->anon_pages += request->frame == 0;
	chunk_set(chunk, request->page, frame);
	return frame;
}

/*
 *            alone             shared
 *   read     as the area       without WRITE
 *   write    as the area       copy; the others keep the old frame
 */
void backing_fault_private(const struct fault_request *request, struct verdict *verdict)
{
	struct frames *frames = &request->space->policy->frames;
	uint32_t prot = request->area->prot;
	uint64_t frame, wanted;

	if (space_is_alone(request->space, request->page, request->frame)) {
		verdict_resolve(verdict, request->page, request->frame, prot);
		return;
	}
	if (!(request->access & ACCESS_WRITE)) {
		verdict_resolve(verdict, request->page, request->frame, prot & ~(uint32_t)PROT_BIT_WRITE);
		return;
	}
	wanted = ahead_wanted(request);
	if (wanted > 1) {
		ahead_take_copies(request, wanted, verdict);
		return;
	}
	frame = backing_take_page(request, verdict);
	if (!frame)
		return;
	frames_drop(frames, request->frame); /* never the last one: somebody shares it */
	verdict->work = WORK_COPY_PRIVATE;
	verdict->work_frame = frame;
	verdict->work_pages = 1;
	verdict->copy_frames[0] = (uint32_t)request->frame;
	verdict_resolve(verdict, request->page, frame, prot);
}
