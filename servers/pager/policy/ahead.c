/* SPDX-License-Identifier: MIT */
/* Anonymous pages ahead of a program that goes through its memory in order. */
#include "policy/ahead.h"

#define AHEAD_LEAVES 16 /* nothing comes along when less than one frame in so many is free */
#define AHEAD_HITS   4	/* faults in order before anything comes along */
#define AHEAD_SHIFT  5	/* 1 << AHEAD_SHIFT is AHEAD_PAGES_MAX */

_Static_assert(1 << AHEAD_SHIFT == AHEAD_PAGES_MAX, "the most that comes");

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t ahead_wanted_next(const struct fault_request *request)
{
	struct ahead *ahead = &request->space->ahead;
	const struct frames *frames = &request->space->policy->frames;
	uint64_t page = request->page, wanted;

	ahead->next = page + 1;
	if (request->origin != ORIGIN_FAULT && request->origin != ORIGIN_PRESENT) {
		ahead->hits = 0;
		return 1;
	}
	ahead->hits++;
	if (ahead->hits < AHEAD_HITS ||
	    frames->counts[FRAME_FREE] <= frames->reserve + frames->count / AHEAD_LEAVES)
		return 1;
	wanted = 1ul << min(ahead->hits - AHEAD_HITS + 1, AHEAD_SHIFT);
	wanted = min(wanted, (request->area->end >> PAGE_SHIFT) - page);
	return min(wanted, CHUNK_PAGES - page % CHUNK_PAGES);
}

/* The verdict brings @pages pages from @frame on. */
static void ahead_resolve(const struct fault_request *request, uint64_t frame, uint64_t pages, uint32_t work,
			  struct verdict *verdict)
{
	request->space->ahead.next = request->page + pages;
	verdict_resolve(verdict, request->page, frame, request->area->prot);
	verdict->run[0].pages = pages;
	verdict->prefetched = (uint32_t)pages - 1;
	verdict->work = work;
	verdict->work_frame = frame;
	verdict->work_pages = pages;
}

/* Neighbouring frames for at most @wanted pages; @chunk is owned after. 0: out of memory. */
static uint64_t ahead_frames(const struct fault_request *request, uint64_t *wanted, struct chunk **chunk,
			     struct verdict *verdict)
{
	struct vm_space *space = request->space;
	struct frames *frames = &space->policy->frames;
	uint64_t frame = frames_take_run(frames, FRAME_ANON, wanted);

	*chunk = frame ? page_tree_own(&space->pages, &space->policy->trees, request->page) : NULL;
	if (*chunk)
		return frame;
	for (uint64_t i = 0; frame && i < *wanted; i++)
		frames_give(frames, frame + i);
	verdict->kind = VERDICT_NO_MEMORY;
	return 0;
}

void ahead_take_zero(const struct fault_request *request, uint64_t wanted, struct verdict *verdict)
{
	const struct chunk *there = page_tree_find(&request->space->pages, request->page);
	uint64_t pages = 1, frame;
	struct chunk *chunk;

	while (pages < wanted && !chunk_entry(there, request->page + pages))
		pages++;
	frame = ahead_frames(request, &pages, &chunk, verdict);
	if (!frame)
		return;
	for (uint64_t i = 0; i < pages; i++)
		chunk_set(chunk, request->page + i, frame + i);
	request->space->anon_pages += pages;
	ahead_resolve(request, frame, pages, WORK_ZERO, verdict);
}

/* Has this page a frame that is not this space's alone? */
static bool is_shared(const struct fault_request *request, const struct chunk *chunk, uint64_t page)
{
	uint64_t frame = chunk_entry(chunk, page);

	return frame && !space_is_alone(request->space, page, frame);
}

void ahead_take_copies(const struct fault_request *request, uint64_t wanted, struct verdict *verdict)
{
	struct frames *frames = &request->space->policy->frames;
	const struct chunk *there = page_tree_find(&request->space->pages, request->page);
	uint64_t pages = 1, frame;
	struct chunk *chunk;

	wanted = min(wanted, AHEAD_COPIES_MAX);
	while (pages < wanted && is_shared(request, there, request->page + pages))
		pages++;
	frame = ahead_frames(request, &pages, &chunk, verdict);
	if (!frame)
		return;
	for (uint64_t i = 0; i < pages; i++) {
		uint64_t old = chunk_entry(chunk, request->page + i);

		verdict->copy_frames[i] = (uint32_t)old;
		chunk_set(chunk, request->page + i, frame + i);
		frames_drop(frames, old); /* never the last one: somebody shares it */
	}
	ahead_resolve(request, frame, pages, WORK_COPY_PRIVATE, verdict);
}
