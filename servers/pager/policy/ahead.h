/* SPDX-License-Identifier: MIT */
/*
 * Pages that come along with a demanded anonymous one. A program that faults on page after page gets more of
 * them each time: after four in order 2, 4 and so on to 32 (16 if they are copies); a fault anywhere else
 * begins anew. Small programs that touch a few pages get no more than they touch. What comes along lies in
 * the area and in the chunk of the demanded page, is of the same kind (absent, or shared and to be copied),
 * and is left out when memory is short: nobody is refused a page because others came along.
 */
#ifndef POLICY_AHEAD_H
#define POLICY_AHEAD_H

#include "policy/backing.h"

/* Slow half of ahead_wanted: the fault is where it was expected. */
uint64_t ahead_wanted_next(const struct fault_request *request);

static inline bool ahead_is_next(const struct fault_request *request)
{
	return request->page == request->space->ahead.next;
}

static inline void ahead_begin_anew(const struct fault_request *request)
{
	request->space->ahead = (struct ahead){.next = request->page + 1};
}

/* How many pages, the demanded one included, may come; 1: no more. Notes where the next fault is expected. */
static inline uint64_t ahead_wanted(const struct fault_request *request)
{
	if (ahead_is_next(request))
		return ahead_wanted_next(request);
	ahead_begin_anew(request);
	return 1;
}

/* Up to @wanted pages of zeroes. The verdict is RESOLVE or NO_MEMORY. */
void ahead_take_zero(const struct fault_request *request, uint64_t wanted, struct verdict *verdict);
/* Up to @wanted copies of pages whose frames others keep. Needs: the demanded page's is such a one. */
void ahead_take_copies(const struct fault_request *request, uint64_t wanted, struct verdict *verdict);

#endif
