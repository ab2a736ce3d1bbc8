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
	VERDICT_FORWARD = 5, /* a custom pager has to answer: verdict->forward */
	/* Look the page up. Mapped so that it allows the access (its table was parked): run the instruction
	 * again; mapped otherwise: policy_copy_from(); not mapped: ask again with ORIGIN_FAULT. */
	VERDICT_COPY_PRESENT = 6,
};

enum verdict_work {
	WORK_NONE = 0,
	WORK_ZERO = 1, /* zero work_pages frames from work_frame on */
	WORK_COPY = 2, /* copy copy_bytes of page copy_from to work_frame, zero the rest */
	WORK_COPY_PRIVATE =
		3, /* copy frames copy_frames[], which others keep, to work_pages frames from work_frame on */
};

/* Anonymous pages of one answer, zeroes or copies: others wait while they are made. */
#define AHEAD_PAGES_MAX	 32
#define AHEAD_COPIES_MAX 16

/* Who asks. */
enum page_origin {
	ORIGIN_FAULT = 0,
	ORIGIN_PARKED = 1,  /* a fault in a table that was parked: the neighbours are in it already */
	ORIGIN_PRESENT = 2, /* a fault on an entry that is valid and refuses the access */
	ORIGIN_ZERO = 3, /* a forwarded fault was answered ZERO; a verdict FORWARD means that it may not be */
	/* no fault: */
	ORIGIN_POPULATE =
		4,	   /* what FORWARD and COPY_PRESENT ask for cannot be had so: the caller touches it */
	ORIGIN_SYSTEM = 5, /* populate by the system itself: anonymous pages are the system's */
	ORIGIN_FORK = 6,   /* what a new space will touch first; as POPULATE, counted by itself */
};

struct verdict_run {
	uint64_t page; /* user page number */
	uint64_t frame, pages;
	uint32_t rights;
};

/* What is asked of a custom pager. */
struct verdict_forward {
	struct external_object *object;	     /* NULL: anonymous memory */
	struct external_pager *pager;	     /* the object's, or the space's supplier */
	uint64_t page;			     /* of the object; anonymous: user page number */
	uint64_t window_first, window_pages; /* user pages that the answer may map; anonymous: none */
	uint32_t rights;		     /* that the entries may have; anonymous: the area's */
	bool as_load; /* a store that becomes a copy: the page is asked for as by a load first */
};

struct verdict {
	uint32_t kind; /* enum verdict_kind */
	uint32_t work; /* enum verdict_work */
	uint32_t runs;
	uint32_t prefetched; /* pages in the runs besides the demanded one */
	uint64_t work_frame, work_pages;
	uint64_t copy_from, copy_bytes;
	uint32_t copy_frames[AHEAD_COPIES_MAX];
	const struct vm_area *area; /* NULL: none there */
	/* AWAIT */
	struct inode_object *inode;
	uint64_t index, count, wanted; /* pages of the file; index <= wanted < index + count */
	/* FORWARD */
	struct verdict_forward forward;
	/* DENY */
	uint32_t signal, rule;		       /* POSIX number; enum deny_rule */
	struct verdict_run run[MAP_ITEMS_MAX]; /* run[0] holds the demanded page */
};

/* The books' part of a fault. Bring the verdict about at once. */
void policy_fault(struct vm_space *space, vaddr_t address, uint32_t access, enum page_origin origin,
		  struct verdict *verdict);
/**
 * The rest of a fault on a page that the kernel maps at @frame. A store to a private external page: it is
 * copied. Else as policy_fault().
 *
 * Errors    E_RANGE: the frame is not of the object's pager; then nothing has changed, the verdict is none
 */
MUST_USE err_t policy_copy_from(struct vm_space *space, vaddr_t address, uint32_t access, uint64_t frame,
				struct verdict *verdict);

/* Frames of a pager's grant, by their index there. */
struct policy_gift {
	struct external_pager *pager; /* who answered */
	uint64_t frame, count;
};

/**
 * Enter frames of the supplier's grant for the anonymous pages from @address on: as many as are absent there
 * one after the other, and lie in the same area and the same 2 MiB; the rest of the gift is not touched. A
 * demanded page that is there is resolved as it is. What became of the fault meanwhile is met as by
 * policy_fault().
 *
 * Errors    E_STATE: the pager is not the space's supplier (any more); E_RANGE: no frames, or more than
 *           CUSTOM_GIVE_MAX, or outside the grant, or the report; E_EXISTS: a frame is given already; E_KIND:
 *           the page is of an object; then nothing has changed, the verdict is none
 */
MUST_USE err_t policy_give(struct vm_space *space, vaddr_t address, uint32_t access,
			   const struct policy_gift *gift, struct verdict *verdict);
/* The kernel took only the first @runs runs of a verdict, not one of ORIGIN_FORK: the counts are put right.
 */
void policy_not_mapped(struct vm_space *space, enum page_origin origin, const struct verdict *verdict,
		       uint32_t runs);
/* The verdict of an exception that is no page fault. */
void policy_exception(struct vm_space *space, uint32_t kind, vaddr_t address, struct verdict *verdict);

/* For backings and the shell. */
void verdict_deny(struct verdict *verdict, enum deny_rule rule);
static inline void verdict_resolve(struct verdict *verdict, uint64_t page, uint64_t frame, uint32_t rights)
{
	verdict->kind = VERDICT_RESOLVE;
	verdict->run[0] = (struct verdict_run){page, frame, 1, rights};
	verdict->runs = 1;
}
/* The verdict is to be brought about: its pages are counted. */
void verdict_count(struct vm_space *space, enum page_origin origin, const struct verdict *verdict);
void verdict_bring(struct verdict *verdict, uint64_t page, uint64_t frame, uint32_t rights);

#endif
