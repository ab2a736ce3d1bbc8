/* SPDX-License-Identifier: MIT */
/*
 * What files contain. Pure. Page @index of a regular file is, in this order:
 *
 *   the page in the cache            if there is one
 *   the archive's data               below inode->archive_bytes, zeros behind it
 *   zeros                            a hole
 *
 * A page of the cache is zero behind the end of the file. What is written goes to a dirty page; if the page
 * is leased, to a new one that takes its place, and the old one stays as it was until its leases are back.
 */
#ifndef VFS_STORE_H
#define VFS_STORE_H

#include "cache.h"
#include "proto/records.h"
#include "tree.h"

#define STORE_BYTES_MAX	  (1ull << 40) /* of a file */
#define LEASE_GROUPS	  4096u
#define LEASE_GROUP_PAGES 16u
#define LEASE_BUCKETS	  2048u /* power of two */
#define LEASE_COUNT_MAX	  UINT16_MAX
#define ACCOUNT_FIRST	  0u   /* of the session's first process: it may take the last one of everything */
#define LEASE_RESERVE	  512u /* groups that are left for accounts with less than the share */
#define LEASE_SHARE	  64u
#define LEASE_CHAIN	  16u /* groups of one account in a bucket: pages can be chosen so that they meet */
#define LEASE_CACHE_SHARE 16u /* leased pages of the cache, as LEASE_SHARE for its last ones */

/* Where a leased page lies, and who pays if it is one of the cache: who took its first lease. */
struct lease_place {
	uint32_t number : 24; /* of the page, in the archive or in the cache */
	uint32_t account : 7;
	uint32_t in_archive : 1;
};
_Static_assert(ACCOUNTS_MAX <= 1u << 7 && CACHE_PAGES <= 1u << 24, "a place holds both");

/* Leases of up to 16 neighbours, taken through one handle. */
struct lease_group {
	uint64_t handle;
	uint32_t index;	 /* of the first page / LEASE_GROUP_PAGES */
	uint32_t next;	 /* in the bucket, or of the free ones; number + 1 */
	uint16_t pages;	 /* with a lease; 0: free */
	uint8_t account; /* that it is charged to: of who made it */
	struct lease_place from[LEASE_GROUP_PAGES];
	uint16_t count[LEASE_GROUP_PAGES]; /* 0: not leased */
};

struct lease_table {
	struct lease_group groups[LEASE_GROUPS];
	uint32_t buckets[LEASE_BUCKETS]; /* number + 1 */
	uint32_t free, top;		 /* number + 1; groups never used are above */
	uint32_t used;			 /* groups */
	uint32_t account_groups[ACCOUNTS_MAX];
	uint32_t account_cached[ACCOUNTS_MAX]; /* leased pages of the cache, once for each group */
	uint64_t in_place;		       /* leases of pages in the archive, all inodes together */
};

struct store {
	struct tree *tree;
	struct cache *cache;
	struct lease_table *leases;
	const uint8_t *archive; /* page aligned */
	uint64_t archive_frame; /* physical page number of its first page */
};

/* Pages a file has. */
uint64_t store_pages(const struct inode *inode);

/*
 * What can be read at @offset in one piece: its bytes (0 at the end of the file), *from = where they lie,
 * NULL: zeros.
 */
uint64_t store_read(const struct store *store, uint32_t inode, uint64_t offset, const uint8_t **from);

/*
 * Make the page at @offset writable: *to is the place, *bytes how far the page goes. What is in it holds.
 * Errors    E_NO_MEMORY, E_ARGUMENT (past STORE_BYTES_MAX); nothing has changed
 */
MUST_USE err_t store_write(struct store *store, uint32_t inode, uint64_t offset, uint8_t **to,
			   uint64_t *bytes);

/* After store_write() and writing @bytes there (0: none). The file ends no earlier than behind them. */
void store_written(struct store *store, uint32_t inode, uint64_t offset, uint64_t bytes);

/* Errors: E_NO_MEMORY, E_ARGUMENT (past STORE_BYTES_MAX); nothing has changed */
MUST_USE err_t store_truncate(struct store *store, uint32_t inode, uint64_t bytes);

/* A page of the cache with what the file has there, idle if it was not cached. Errors: E_NO_MEMORY */
MUST_USE err_t store_cache(struct store *store, uint32_t inode, uint64_t index, struct cache_page **page);

/*
 * How many pages from @index on lie whole in the archive, and nowhere else? At most @count; of a file that
 * was written to, one at a time.
 */
uint64_t store_in_place(const struct store *store, uint32_t inode, uint64_t index, uint64_t count);

/* Free the inode if it has no name and nobody refers to it. */
void store_settle(struct store *store, uint32_t inode);

/* Tree, cache and leases, each and together; 0, or the line of the invariant that is broken. */
int store_check(const struct store *store, uint64_t *leases);

#endif
