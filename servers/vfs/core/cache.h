/* SPDX-License-Identifier: MIT */
/*
 * The page cache: pages of memory that the pager lent. Pure.
 *
 *   arena (physical base, own address) x ARENA_PAGES -> struct cache_page; arenas come and go, pages keep
 *   their numbers
 *   bucket[hash(inode, index)] -> next -> ...;   files[inode] -> file_next <-> ...   of one file
 *   free pages hang in a list of their arena through `next`; the lowest arena that has some gives them, so
 *   that the upper ones become empty
 *
 *   FREE --> CLEAN   a copy of what the archive has, or zeros; without a lease it may be reused at any time
 *        --> DIRTY   the only place of what was written
 *        --> PIPE    of a pipe's ring; its file and index say nothing
 *   CLEAN, DIRTY --> GHOST    left its file while leased; free with the last lease
 *
 * A page that is leased stays where it is and as it is, in every state.
 */
#ifndef VFS_CACHE_H
#define VFS_CACHE_H

#include "tree.h"
#include "uapi/error.h"
#include "uapi/layout.h"
#include <stdint.h>

#define CACHE_ARENAS  11u
#define CACHE_PAGES   (CACHE_ARENAS * (uint32_t)ARENA_PAGES)
#define CACHE_BUCKETS 4096u /* power of two */

enum cache_state { PAGE_FREE = 0, PAGE_CLEAN, PAGE_DIRTY, PAGE_PIPE, PAGE_GHOST };

struct cache_page {
	uint32_t index; /* page of the file */
	uint32_t leases;
	uint32_t next; /* number + 1 */
	uint32_t file_next, file_prev;
	uint16_t inode;
	uint8_t state; /* enum cache_state */
};

struct cache_arena {
	uint64_t frame; /* physical page number of its first page */
	uint8_t *base;	/* where it is mapped; NULL: there is none here */
	uint32_t free;	/* number + 1 */
	bool leaves;	/* it gives no pages any more */
};

struct cache {
	struct cache_page pages[CACHE_PAGES];
	struct cache_arena arenas[CACHE_ARENAS];
	uint32_t buckets[CACHE_BUCKETS];     /* number + 1 */
	uint32_t files[TREE_INODES_MAX + 1]; /* number + 1 of a page of each */
	uint32_t total;			     /* pages of all arenas */
	uint32_t used;
	uint32_t idle;	   /* CLEAN without a lease */
	uint32_t reserve;  /* pages that only leases may take, of who has few: a program must start though
			      files  fill the cache */
	uint32_t commons;  /* pages that only promises may take */
	uint32_t promised; /* to pipes that have no page; nobody else takes these */
	uint32_t freed;	   /* counts how often there came to be more room */
	uint32_t hand;	   /* where the search for a page to reuse goes on */
};

/* Take one more arena, in the place that cache_place() tells. Errors: E_TOO_MANY */
MUST_USE err_t cache_grow(struct cache *cache, uint64_t frame, uint8_t *base);

/* The lowest place without an arena; CACHE_ARENAS: there is none. */
uint32_t cache_place(const struct cache *cache);

/*
 * Leave the highest arena that can be spared, the lowest one apart: no page of it is leased or of a pipe, few
 * are dirty, and those can move; @room pages are left beside the promises. Clean ones are forgotten.
 *
 * Errors    E_NO_ENTRY: there is none; E_NO_MEMORY. Some pages may have moved
 * After     *place, *frame: where the arena was, which the cache does not name any more
 */
MUST_USE err_t cache_shrink(struct cache *cache, uint32_t room, uint32_t *place, uint64_t *frame);

/* Where the page of a file is looked for. */
static inline uint32_t cache_bucket_of(uint32_t inode, uint64_t index)
{
	uint64_t hash = (inode + index * 0x9e3779b1u) * 0x9e3779b97f4a7c15ull;

	return hash >> 40 & (CACHE_BUCKETS - 1);
}

/* Borrow the cached page of a file, NULL if it is not there. */
struct cache_page *cache_find(struct cache *cache, uint32_t inode, uint64_t index);

/*
 * A page in no file, PAGE_PIPE; its contents are the caller's to fill. A free one, else an idle one.
 * Errors    E_NO_MEMORY: nothing has changed
 */
MUST_USE err_t cache_take(struct cache *cache, struct cache_page **page);

/* Put a page into a file, which has none at @index, as PAGE_CLEAN or PAGE_DIRTY. */
void cache_put(struct cache *cache, struct cache_page *page, uint32_t inode, uint64_t index,
	       enum cache_state state);

/* A page that is idle becomes dirty. Needs PAGE_CLEAN, no lease. */
void cache_soil(struct cache *cache, struct cache_page *page);

/* Take a page out of its file or pipe. */
void cache_drop(struct cache *cache, struct cache_page *page);

void cache_lease(struct cache *cache, struct cache_page *page);
void cache_unlease(struct cache *cache, struct cache_page *page);

/* A page of the file, any one of it; NULL if none is cached. Then the next one. */
struct cache_page *cache_first(struct cache *cache, uint32_t inode);
struct cache_page *cache_next(struct cache *cache, const struct cache_page *page);

/* Pages that cache_take() can still give, and whether one of them may hold what was written. */
uint32_t cache_room(const struct cache *cache);
bool cache_may_hold(const struct cache *cache);

/* May @page be leased (NULL: one that is not cached yet)? The promises must still be kept then; who is @rich
 * also leaves the reserve and the commons. A page that is in use already costs nothing. */
bool cache_may_lease(const struct cache *cache, const struct cache_page *page, bool rich);

/* One page more, or less, is for somebody who has none yet. Errors: E_NO_MEMORY */
MUST_USE err_t cache_promise(struct cache *cache);
void cache_promise_ends(struct cache *cache);
/* As cache_take(), for who was promised it: it cannot be lacking. Afterwards it is no promise any more. */
MUST_USE err_t cache_take_promised(struct cache *cache, struct cache_page **page);

struct cache_page *cache_page(struct cache *cache, uint32_t number);
uint32_t cache_number(const struct cache *cache, const struct cache_page *page);
uint8_t *cache_data(const struct cache *cache, const struct cache_page *page);
uint64_t cache_frame(const struct cache *cache, const struct cache_page *page);

/* 0, or the line of the invariant that is broken; *leases is set to the sum of all. */
int cache_check(const struct cache *cache, uint64_t *leases);

#endif
