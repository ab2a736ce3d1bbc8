/* SPDX-License-Identifier: MIT */
/*
 * What the pager knows of a file: the leases it holds on the file's pages. A lease stays as long as some area
 * refers to the inode; then the object waits in the idle list, oldest first, until the shell has given the
 * leases back (or an area refers to it again). Those that keep nothing but the boot archive's own pages wait
 * longer: the next program is often the one before. An object is its maker's, whoever refers to it later. A
 * file that is written while it is mapped is another inode at each mapping, so how many there are is bounded.
 */
#ifndef POLICY_INODE_H
#define POLICY_INODE_H

#include "policy/page_tree.h"

#define INODE_BUCKET_BITS 11
#define INODE_BUCKETS	  (1u << INODE_BUCKET_BITS)
#define INODE_CHAIN	  16u	/* objects of an account in one bucket: chosen handles make no long chain */
#define INODES_MAX	  4096u /* objects; each costs a request to the vfs when it goes */
#define INODE_RESERVE	  512u	/* of them for accounts that made fewer than the share */
#define INODE_SHARE	  64u

struct inode_object {
	struct inode_object *next; /* in its bucket */
	uint64_t number;	   /* the vfs's handle: inode and version */
	uint32_t references;	   /* areas that refer to it; 0: idle */
	uint32_t leases;	   /* pages in the tree */
	bool is_held;		   /* the vfs was told to keep the file until it hears otherwise */
	bool is_costly;		   /* while it waits the vfs keeps memory, or a file, for it */
	uint8_t account;	   /* that made it */
	struct inode_object *idle_next, *idle_prev;
	struct page_tree pages; /* by page of the file */
};

struct inodes {
	struct nodes nodes;
	struct tree_pools *pools;
	struct inode_object *bucket[INODE_BUCKETS];
	struct inode_object *idle_first, *idle_last;
	uint64_t count, idle, idle_costly;
	uint32_t account_objects[ACCOUNTS_MAX];
};

void inodes_init(struct inodes *inodes, struct frames *frames, struct tree_pools *pools);
/* The object of inode @number with one reference more; a new one is the payer's. NULL: out of memory, or the
 * payer has too many. */
struct inode_object *inode_take(struct inodes *inodes, uint64_t number);
void inode_drop(struct inodes *inodes, struct inode_object *inode);
/* What the vfs lends or keeps for it is not free. Needs: a reference. */
void inode_is_costly(struct inode_object *inode);
/* An object without references that is to be given back, if those that cost nothing are kept up to @keep; or
 * NULL. */
struct inode_object *inode_find_idle(const struct inodes *inodes, uint64_t keep);
/* One run of leases of an idle object, which is forgotten here and to be returned to the vfs; count 0: none
 * is left. */
struct lease_run {
	uint64_t index, count;
} inode_forget_run(struct inodes *inodes, struct inode_object *inode);
/* Needs: no reference, no lease. */
void inode_destroy(struct inodes *inodes, struct inode_object *inode);

/* Bit i: page @index + i is under lease. Needs: @count of at most 64 pages. */
uint64_t inode_leased(struct inode_object *inode, uint64_t index, uint64_t count);
/* The page number under lease for page @index of the file; 0: none. */
uint64_t inode_lease(struct inode_object *inode, uint64_t index);
/* Record a lease that the vfs granted. Errors: E_NO_MEMORY, E_RANGE, E_EXISTS (give it back). */
MUST_USE err_t inode_lease_add(struct inodes *inodes, struct inode_object *inode, uint64_t index,
			       uint64_t number);

/* *nodes, *chunks: grow by what its trees hold. */
int inodes_check(const struct inodes *inodes, uint64_t *nodes, uint64_t *chunks);

#endif
