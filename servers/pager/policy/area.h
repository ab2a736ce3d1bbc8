/* SPDX-License-Identifier: MIT */
/* An area: a range of a space with one set of rights and one backing. */
#ifndef POLICY_AREA_H
#define POLICY_AREA_H

#include "policy/external.h"
#include "policy/inode.h"
#include "proto/proto.h"
#include "uapi/error.h"
#include "uapi/types.h"

enum area_flag {
	AREA_PINNED =
		1, /* message page: its frame is the area's own; the owner may not unmap or protect it */
	AREA_NO_FORK = 2, /* grant of a custom pager: not inherited; the owner may not unmap or protect it */
	AREA_SHARED = 4,  /* external: stores go to the object's pages */
};
#define AREA_FLAGS_KEPT (AREA_PINNED | AREA_NO_FORK) /* neither given up nor inherited */

struct vm_area {
	/* the set, see area_set.h */
	struct vm_area *parent, *left, *right;
	struct vm_area *next, *prev; /* in address order */
	uint32_t priority;

	uint8_t backing;	    /* enum area_backing */
	uint8_t prot;		    /* enum proto_prot = RIGHT_* = ACCESS_* */
	uint8_t max_prot;	    /* mprotect can give no more */
	uint8_t flags;		    /* enum area_flag */
	bool is_touched;	    /* there was a fault in it: the kernel may have pages of it mapped */
	vaddr_t start, end;	    /* page aligned */
	const char *name;	    /* a string that never goes away */
	struct inode_object *inode; /* inode private: a reference is held */
	struct external_object *external; /* external: a reference is held */
	uint64_t offset_bytes; /* inode private, external: where in the file or object `start` is; page
				  aligned */
	uint64_t file_bytes; /* inode private: bytes from `start` that come from the file, the rest is zero */
	uint64_t frame;	     /* linear: page number that `start` shows */
};

/* What an area is made from. */
struct area_spec {
	vaddr_t start;
	uint64_t bytes;
	uint32_t backing, prot, max_prot, flags;
	const char *name;
	uint64_t inode, file_bytes;	  /* inode private */
	uint64_t offset_bytes;		  /* inode private, external */
	struct external_object *external; /* external; the space has a client record of its pager */
	uint64_t frame;			  /* linear */
};

static inline uint64_t area_pages(const struct vm_area *area)
{
	return (area->end - area->start) >> PAGE_SHIFT;
}

#endif
