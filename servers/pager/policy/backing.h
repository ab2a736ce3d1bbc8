/* SPDX-License-Identifier: MIT */
/* Kinds of area: a file and a table row each. To add one, copy the nearest file and its row in backing.c. */
#ifndef POLICY_BACKING_H
#define POLICY_BACKING_H

#include "policy/fault.h"
#include "policy/space.h"

/* A fault that has passed range, area and rights. */
struct fault_request {
	uint32_t access; /* enum fault_access */
	struct vm_space *space;
	const struct vm_area *area;
	uint64_t page;	/* user page number */
	uint64_t frame; /* its private frame; 0: none */
	enum page_origin origin;
};

struct backing_ops {
	const char *name;
	/* Is the spec sensible for this kind? */
	err_t (*check)(const struct area_spec *spec);
	/* Fill the verdict. */
	void (*fault)(const struct fault_request *request, struct verdict *verdict);
};

extern const struct backing_ops backing_none, backing_anon, backing_stack, backing_inode_private,
	backing_linear, backing_external;

/* By kind; NULL: not built. */
extern const struct backing_ops *const backing_table[BACKING_COUNT];

/* The row of a kind that space_map has accepted. */
static inline const struct backing_ops *backing_of(const struct vm_area *area)
{
	return backing_table[area->backing];
}
/* Errors: E_ARGUMENT, E_ALIGN, E_RANGE; external: E_ACCESS, E_DEAD; E_UNSUPPORTED for kinds not in the table.
 */
MUST_USE err_t backing_check(const struct area_spec *spec);
/* Of kinds that show part of something: is the offset aligned, and all of the area's pages numbered? */
MUST_USE err_t backing_check_offset(const struct area_spec *spec);

/* Anonymous fault, shared by several kinds: the page's private frame, or a zero one. */
void backing_fault_zero(const struct fault_request *request, struct verdict *verdict);
/* A zero frame of the system's for a page that has none. */
void backing_take_zero(const struct fault_request *request, struct verdict *verdict);
/* Fault on a page that has a private frame, perhaps one shared with other spaces. */
__attribute__((noinline)) void backing_fault_private(const struct fault_request *request,
						     struct verdict *verdict);
/* Slow half of backing_take_page. */
uint64_t backing_take_page_slow(const struct fault_request *request, struct verdict *verdict);

/* Is the chunk of the page at hand, and a frame? */
static inline bool backing_take_is_quick(const struct fault_request *request)
{
	return page_tree_last_is_owned(&request->space->pages, request->page) &&
	       frames_take_is_quick(&request->space->policy->frames);
}

/* Needs: backing_take_is_quick() */
static inline uint64_t backing_take_quick(const struct fault_request *request)
{
	struct vm_space *space = request->space;
	uint64_t page = request->page, was_absent = request->frame == 0;
	uint64_t frame = frames_take_quick(&space->policy->frames, FRAME_ANON);

	space->anon_pages += was_absent;
	chunk_set(space->pages.last, page, frame);
	return frame;
}

/* Takes a frame for the page and enters it; 0: verdict is NO_MEMORY. */
static inline uint64_t backing_take_page(const struct fault_request *request, struct verdict *verdict)
{
	if (__builtin_expect(backing_take_is_quick(request), 1))
		return backing_take_quick(request);
	return backing_take_page_slow(request, verdict);
}

#endif
