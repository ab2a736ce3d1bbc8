/* SPDX-License-Identifier: MIT */
/*
 * The page cache: pages of memory that the pager lent, each holding a page of a file or free. Pure.
 *
 *   arena (physical base, own address) x CACHE_ARENA_PAGES -> struct cache_page
 *   bucket[hash(inode, index)] -> next -> ...;  free pages hang in a list through the same link
 *
 * A page that is leased stays where it is and as it is. One without a lease may be reused at any time.
 */
#ifndef VFS_CACHE_H
#define VFS_CACHE_H

#include "uapi/error.h"
#include "uapi/layout.h"
#include <stdint.h>

#define CACHE_ARENAS  12u
#define CACHE_PAGES   (CACHE_ARENAS * (uint32_t)ARENA_PAGES)
#define CACHE_BUCKETS 1024u /* power of two */

struct cache_page {
	uint64_t index; /* page of the file */
	uint32_t inode; /* 0: free */
	uint32_t leases;
	uint32_t next; /* number + 1 */
};

struct cache_arena {
	uint64_t frame; /* physical page number of its first page */
	uint8_t *base;	/* where it is mapped */
};

struct cache {
	struct cache_page pages[CACHE_PAGES];
	struct cache_arena arenas[CACHE_ARENAS];
	uint32_t buckets[CACHE_BUCKETS]; /* number + 1 */
	uint32_t arena_count;
	uint32_t free; /* number + 1 */
	uint32_t used;
	uint32_t hand; /* where the search for a page to reuse goes on */
};

/* Take one more arena. Errors: E_TOO_MANY */
MUST_USE err_t cache_grow(struct cache *cache, uint64_t frame, uint8_t *base);

/* Borrow the cached page of a file, NULL if it is not there. */
struct cache_page *cache_find(struct cache *cache, uint32_t inode, uint64_t index);

/*
 * A page for (inode, index), which is not cached yet; its contents are the caller's to fill. A free one, else
 * one without a lease. Errors: E_NO_MEMORY: every page is leased, nothing has changed
 */
MUST_USE err_t cache_take(struct cache *cache, uint32_t inode, uint64_t index, struct cache_page **page);

uint8_t *cache_data(const struct cache *cache, const struct cache_page *page);
uint64_t cache_frame(const struct cache *cache, const struct cache_page *page);

/* 0, or the line of the invariant that is broken; *leases is set to the sum of all. */
int cache_check(const struct cache *cache, uint64_t *leases);

#endif
