/* SPDX-License-Identifier: MIT */
/*
 * What is to be done about a fault. Order: address in range, area there, access within the area's
 * rights, then the backing.
 */
#ifndef POLICY_FAULT_H
#define POLICY_FAULT_H

#include "policy/space.h"
#include "uapi/fault.h"
#include "uapi/layout.h"

enum verdict_kind {
	VERDICT_RESOLVE = 1, /* do the work, map the runs */
	VERDICT_AWAIT = 2,   /* lease file pages, then ask again */
	VERDICT_DENY = 3,    /* end the thread's fault with a signal */
	VERDICT_NO_MEMORY = 4,
};

enum verdict_work {
	WORK_NONE = 0,
	WORK_ZERO = 1,	       /* zero work_frame */
	WORK_COPY = 2,	       /* copy copy_bytes of page copy_from to work_frame, zero the rest */
	WORK_COPY_PRIVATE = 3, /* copy all of frame copy_from, which others keep, to work_frame */
};

/* Who asks. */
enum page_origin {
	ORIGIN_FAULT = 0,
	ORIGIN_PARKED = 1, /* a fault in a table that was parked: the neighbours are in it already */
	ORIGIN_POPULATE = 2,
};

struct verdict_run {
	uint64_t page; /* user page number */
	uint64_t frame, pages;
	uint32_t rights;
};

struct verdict {
	uint32_t kind; /* enum verdict_kind */
	uint32_t work; /* enum verdict_work */
	uint32_t runs;
	uint32_t prefetched; /* pages in the runs besides the demanded one */
	uint64_t work_frame, copy_from, copy_bytes;
	const struct vm_area *area; /* NULL: none there */
	/* AWAIT */
	struct inode_object *inode;
	uint64_t index, count, wanted; /* pages of the file; index <= wanted < index + count */
	/* DENY */
	uint32_t signal, rule;		       /* POSIX number; enum deny_rule */
	struct verdict_run run[MAP_ITEMS_MAX]; /* run[0] holds the demanded page */
};

/* The books' part of a fault. Bring the verdict about at once. */
void policy_fault(struct vm_space *space, vaddr_t address, uint32_t access, enum page_origin origin,
		  struct verdict *verdict);
/* The kernel took only the first @runs runs of a verdict: the counts are put right. */
void policy_not_mapped(struct vm_space *space, enum page_origin origin, const struct verdict *verdict,
		       uint32_t runs);
/* The verdict of an exception that is no page fault. */
void policy_exception(struct vm_space *space, uint32_t kind, vaddr_t address, struct verdict *verdict);

/* For backings and the shell. */
void verdict_deny(struct verdict *verdict, enum deny_rule rule);
void verdict_resolve(struct verdict *verdict, uint64_t page, uint64_t frame, uint32_t rights);
void verdict_bring(struct verdict *verdict, uint64_t page, uint64_t frame, uint32_t rights);

#endif
