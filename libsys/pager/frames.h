/* SPDX-License-Identifier: MIT */
/*
 * The frames of the grant: which are free, which of those were never written, which were given away.
 *
 *   fresh --take--> held --put--> free --take--> held        (held: by a page of an object, or a request)
 *                   held --give--> given --found not in use--> free
 */
#ifndef PAGER_FRAMES_H
#define PAGER_FRAMES_H

#include "uapi/error.h"
#include "uapi/types.h"

#define FRAME_NONE 0u /* also the report's, which is never taken */

struct frames {
	uint32_t count;	      /* with the report */
	uint32_t free_count;  /* bits in free */
	uint32_t given_count; /* bits in given */
	uint32_t hint;	      /* no word of free below it has a bit */
	uint32_t words;	      /* of each map below */
	uint64_t *free, *fresh,
		*given; /* a bit each frame; fresh: zero since the start, means something if free */
};

/* Room for the maps of a grant of @count frames; nothing is written to it yet. Errors: E_NO_MEMORY. */
MUST_USE err_t frames_open(struct frames *frames, uint32_t count);
/* The grant is there, all zero. */
void frames_start(struct frames *frames);
void frames_close(struct frames *frames);

/* A free frame, or FRAME_NONE. *zero: nobody has written to it. */
uint32_t frames_take(struct frames *frames, bool *zero);

/* This one, if it is free. */
bool frames_take_this(struct frames *frames, uint32_t frame, bool *zero);

/* A frame that was taken is free again, or given away. */
void frames_put(struct frames *frames, uint32_t frame);
void frames_give(struct frames *frames, uint32_t frame);

/* The next multiple of 64 from @from on in whose 64 frames some are given, or frames->count. */
uint32_t frames_next_given(const struct frames *frames, uint32_t from);

/* Of the frames @first to @first + 63 those that were given and whose bit in @in_use is 0 are free. */
void frames_found(struct frames *frames, uint32_t first, uint64_t in_use);

/* 0, or the line of the first invariant that does not hold. */
int frames_check(const struct frames *frames);

#endif
