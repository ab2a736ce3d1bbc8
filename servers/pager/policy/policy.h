/* SPDX-License-Identifier: MIT */
/* All books of one pager, and the switches of its policy. */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "policy/external.h"
#include "policy/inode.h"

struct vm_space;

struct policy {
	struct frames frames;
	struct tree_pools trees;
	struct nodes areas, spaces;
	struct inodes inodes;
	struct externals externals;
	struct vm_space *first_space;
	uint64_t space_count;
	uint32_t around_pages; /* fault-around window of file pages: a power of two up to CHUNK_PAGES; 1 = off
				*/
	uint32_t areas_max;    /* areas a space may have */
};

#define POLICY_AROUND_PAGES 16
#define POLICY_AREAS_MAX    65536

/* Needs: policy->frames is initialised. */
void policy_init(struct policy *policy);

/* Every invariant of every book; 0 or the line of the first that is broken. */
int policy_check(const struct policy *policy);

#endif
