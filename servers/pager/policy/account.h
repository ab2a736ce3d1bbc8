/* SPDX-License-Identifier: MIT */
/*
 * Accounts: who pays for what. Every space belongs to one, every frame is charged to one. A *rich* account
 * has its share or more; what is left when only `frames->commons` are free is not for the rich.
 */
#ifndef POLICY_ACCOUNT_H
#define POLICY_ACCOUNT_H

#include "proto/records.h"
#include <stdbool.h>

#define ACCOUNT_SYSTEM	   ACCOUNTS_MAX /* books, Pools, cache, what is free: nobody's */
#define ACCOUNT_FIRST	   0u		/* of the session's first process; never rich */
#define ACCOUNT_NO_LIMIT   (~0ul)
#define ACCOUNT_FRAME_SIZE 32u /* areas whose nodes fill a frame of books */

struct account {
	uint64_t frames;       /* charged to it */
	uint64_t limit_frames; /* the most that may be; ACCOUNT_NO_LIMIT */
	uint64_t areas;
	uint64_t objects; /* that its custom pagers publish */
	uint32_t spaces;
	uint32_t number;
	uint64_t stamp; /* a struct frame that is charged to it, without the state */
	uint64_t unused[2];
};

_Static_assert(sizeof(struct account) == 64, "found by a shift");

/* What it has, in frames. */
static inline uint64_t account_weight(const struct account *account)
{
	return account->frames + account->areas / ACCOUNT_FRAME_SIZE;
}

#endif
