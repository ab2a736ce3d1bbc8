/* SPDX-License-Identifier: MIT */
/* Kinds of area: a file and a table row each. To add one, copy the nearest file and its row in backing.c. */
#ifndef POLICY_BACKING_H
#define POLICY_BACKING_H

#include "policy/fault.h"
#include "policy/space.h"

/* A fault that has passed range, area and rights. */
struct fault_request {
	struct vm_space *space;
	const struct vm_area *area;
	struct chunk *chunk; /* of the page; may be empty */
	uint64_t page;	     /* user page number */
	uint32_t access;     /* enum fault_access */
};

struct backing_ops {
	const char *name;
	/* Is the spec sensible for this kind? */
	err_t (*check)(const struct area_spec *spec);
	/* Fill the verdict. Needs: the chunk unless `refuses`. */
	void (*fault)(const struct fault_request *request, struct verdict *verdict);
	bool refuses; /* never resolves: no chunk is made */
};

extern const struct backing_ops backing_none, backing_anon, backing_stack, backing_inode_private,
	backing_linear;

/* The row of a kind that space_map has accepted. */
const struct backing_ops *backing_of(const struct vm_area *area);
/* Errors: E_ARGUMENT, E_ALIGN, E_RANGE; E_UNSUPPORTED for kinds not in the table. */
MUST_USE err_t backing_check(const struct area_spec *spec);

/* Anonymous fault, shared by several kinds. */
void backing_fault_zero(const struct fault_request *request, struct verdict *verdict);
/* Takes a frame for the page and enters it; 0: verdict is NO_MEMORY. */
uint64_t backing_take_page(const struct fault_request *request, struct verdict *verdict);

#endif
