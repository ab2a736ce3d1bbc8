/* SPDX-License-Identifier: MIT */
/* Which frame holds which page of an object: a table in two levels, its leaves made when needed. */
#ifndef PAGER_PAGES_H
#define PAGER_PAGES_H

#include "uapi/error.h"
#include "uapi/types.h"

#define PAGES_LEAF_SHIFT 10
#define PAGES_LEAF	 (1u << PAGES_LEAF_SHIFT)

struct pages {
	uint64_t count;	   /* of the object */
	uint32_t **leaves; /* NULL: none of its pages is there */
};

/* The pages of an object of @count pages, none there. Errors: E_NO_MEMORY. */
MUST_USE err_t pages_open(struct pages *pages, uint64_t count);
void pages_close(struct pages *pages);

/* The frame of @page, or FRAME_NONE, also outside the object. */
static inline uint32_t pages_find(const struct pages *pages, uint64_t page)
{
	if (page >= pages->count)
		return 0;
	const uint32_t *leaf = pages->leaves[page >> PAGES_LEAF_SHIFT];
	return leaf != NULL ? leaf[page & (PAGES_LEAF - 1)] : 0;
}

/* Make sure that pages_set() has a place for @page, which lies in the object. Errors: E_NO_MEMORY. */
MUST_USE err_t pages_make(struct pages *pages, uint64_t page);

/* After pages_make(). */
static inline void pages_set(struct pages *pages, uint64_t page, uint32_t frame)
{
	pages->leaves[page >> PAGES_LEAF_SHIFT][page & (PAGES_LEAF - 1)] = frame;
}

#endif
