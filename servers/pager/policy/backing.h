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
	uint64_t page;	 /* user page number */
	uint64_t frame;	 /* its private frame; 0: none */
	uint32_t access; /* enum fault_access */
	bool around;	 /* neighbours may come along */
};

struct backing_ops {
	const char *name;
	/* Is the spec sensible for this kind? */
	err_t (*check)(const struct area_spec *spec);
	/* Fill the verdict. */
	void (*fault)(const struct fault_request *request, struct verdict *verdict);
};

extern const struct backing_ops backing_none, backing_anon, backing_stack, backing_inode_private,
	backing_linear;

/* The row of a kind that space_map has accepted. */
const struct backing_ops *backing_of(const struct vm_area *area);
/* Errors: E_ARGUMENT, E_ALIGN, E_RANGE; E_UNSUPPORTED for kinds not in the table. */
MUST_USE err_t backing_check(const struct area_spec *spec);

/* Anonymous fault, shared by several kinds: the page's private frame, or a zero one. */
void backing_fault_zero(const struct fault_request *request, struct verdict *verdict);
/* Fault on a page that has a private frame, perhaps one shared with other spaces. */
void backing_fault_private(const struct fault_request *request, struct verdict *verdict);
/* Takes a frame for the page and enters it; 0: verdict is NO_MEMORY. */
uint64_t backing_take_page(const struct fault_request *request, struct verdict *verdict);

#endif
