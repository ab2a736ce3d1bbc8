/* SPDX-License-Identifier: MIT */
/*
 * A map from page numbers (26 bits) to entries, in chunks of 64 pages:
 *
 *    25      20 19       13 12        6 5        0
 *   | root slot| upper node| lower node|  entry   |
 *
 * A space has one by user page number (its private frames), an inode one by file page (its leases).
 * Nodes and chunks count references, so that spaces can share them copy-on-write; now each is 1.
 */
#ifndef POLICY_PAGE_TREE_H
#define POLICY_PAGE_TREE_H

#include "policy/nodes.h"

#define CHUNK_PAGES 64
#define TREE_FAN    128
#define TREE_ROOTS  64
#define TREE_PAGES  (1ul << 26)
#define TREE_NO_KEY (~0ul)

/* How a mapped page came to be mapped. */
enum page_origin {
	ORIGIN_FAULT = 0,
	ORIGIN_PREFETCH = 1,
	ORIGIN_POPULATE = 2,
	ORIGIN_COUNT = 3,
};

/* An entry: frame number << 4 | flags; 0 = none. */
#define ENTRY_PINNED	1u
#define ENTRY_FLAGS	15u
#define ENTRY_FRAME_MAX (1ul << 28)

struct chunk {
	uint32_t references;
	uint32_t used;		       /* entries that are not 0 */
	uint64_t origin[ORIGIN_COUNT]; /* a bit per page that was given to the kernel to map; disjoint */
	uint64_t fresh;		       /* pages taken by a populate that is not finished */
	uint32_t entry[CHUNK_PAGES];
};

struct tree_node {
	uint32_t references;
	uint32_t used; /* slots that are not NULL */
	void *slot[TREE_FAN];
};

struct tree_pools {
	struct nodes nodes, chunks;
};

struct page_tree {
	struct chunk *last; /* chunk of last_key */
	uint64_t last_key;  /* page / CHUNK_PAGES, TREE_NO_KEY: none */
	struct tree_node *root[TREE_ROOTS];
};

void tree_pools_init(struct tree_pools *pools, struct frames *frames);
void page_tree_init(struct page_tree *tree);

/* The chunk that holds @page, or NULL. */
struct chunk *page_tree_find(struct page_tree *tree, uint64_t page);
/* The same, made if absent; NULL: out of memory, nothing changed. */
struct chunk *page_tree_take(struct page_tree *tree, struct tree_pools *pools, uint64_t page);
/* Drop the chunk that holds @page, and its path, if nothing is in them. */
void page_tree_prune(struct page_tree *tree, struct tree_pools *pools, uint64_t page);
/* The first chunk at or above @page and below @end; *key is its first page. NULL: none. */
struct chunk *page_tree_next(struct page_tree *tree, uint64_t page, uint64_t end, uint64_t *first_page);

int page_tree_check(const struct page_tree *tree);

static inline uint64_t entry_frame(uint32_t entry)
{
	return entry >> 4;
}

static inline uint32_t entry_make(uint64_t frame, uint32_t flags)
{
	return (uint32_t)frame << 4 | flags;
}

static inline void chunk_set(struct chunk *chunk, uint64_t page, uint32_t entry)
{
	chunk->used += chunk->entry[page % CHUNK_PAGES] == 0;
	chunk->entry[page % CHUNK_PAGES] = entry;
}

static inline void chunk_clear(struct chunk *chunk, uint64_t page)
{
	chunk->used -= chunk->entry[page % CHUNK_PAGES] != 0;
	chunk->entry[page % CHUNK_PAGES] = 0;
}

static inline uint64_t chunk_mapped(const struct chunk *chunk)
{
	return chunk->origin[ORIGIN_FAULT] | chunk->origin[ORIGIN_PREFETCH] | chunk->origin[ORIGIN_POPULATE];
}

/* Bits of the pages of [page, end) that lie in the chunk starting at first_page. */
static inline uint64_t chunk_mask(uint64_t first_page, uint64_t page, uint64_t end)
{
	uint64_t mask = ~0ul;

	if (page > first_page)
		mask &= ~0ul << (page - first_page);
	if (end < first_page + CHUNK_PAGES)
		mask &= ~(~0ul << (end - first_page));
	return mask;
}

#endif
