/* SPDX-License-Identifier: MIT */
/*
 * Allocations that a test refuses, in checked builds alone. Each allocator of a server asks
 * allocation_refused() before it changes anything; the server counts the questions, and refuses those whose
 * numbers INJECT has set as if nothing were left. In other builds, and on the host, nothing is ever refused
 * and no code is left of it.
 */
#ifndef PROTO_INJECT_H
#define PROTO_INJECT_H

#include "uapi/types.h"

/* An answer to INJECT: what became of the one before. */
#define INJECT_CALLERS 6
struct inject_report {
	uint64_t made, refused;		  /* allocations since then */
	uint64_t line;			  /* of the one that was refused last; 0: none was */
	char what[16], file[32];	  /* cut, with a zero at the end */
	uint64_t callers[INJECT_CALLERS]; /* return addresses in the server, the nearest first; 0: no more */
};

#if PAGODA_CHECKED && !PAGODA_HOST
bool inject_is_set(void);
bool inject_refuses(const char *what, const char *file, int line);
/* Is this allocation to fail? @what: what would be taken, a short word. */
#define allocation_refused(what) __builtin_expect(inject_refuses(what, __FILE_NAME__, __LINE__), 0)
/* Is one of those to come to fail? Then no quick way is taken that does not ask. */
#define allocations_are_watched() inject_is_set()
#else
#define allocation_refused(what)  false
#define allocations_are_watched() false
#endif

#endif
