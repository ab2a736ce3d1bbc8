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
	uint64_t zero_frame;   /* what anonymous pages show until they are written; 0: none */
	uint64_t kept_pinned;  /* frames of space_keep_pinned() that no space has yet */
	uint32_t around_pages; /* fault-around window of file pages: a power of two up to CHUNK_PAGES; 1 = off
				*/
	uint32_t areas_max;    /* areas a space may have */
};

#define POLICY_AROUND_PAGES 16
#define POLICY_AREAS_MAX    65536

/* Needs: policy->frames is initialised. */
void policy_init(struct policy *policy);
/* Anonymous pages show one page of zeroes, a frame of the books, until they are written. Without memory for
 * it they get frames of their own as before. Needs: not called before. */
void policy_show_zero_page(struct policy *policy);

/* Every invariant of every book; 0 or the line of the first that is broken. */
int policy_check(const struct policy *policy);

#endif
