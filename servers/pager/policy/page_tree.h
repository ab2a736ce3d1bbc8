/* SPDX-License-Identifier: MIT */
/*
 * A map from page numbers (26 bits) to page numbers, in chunks of 64 entries:
 *
 *    25      20 19       13 12        6 5        0
 *   | root slot| upper node| lower node|  entry   |
 *
 * A space has one by user page number (its private frames), an inode one by file page (its leases).
 *
 * Trees share what is equal. A node and a chunk count the pointers to them; a frame counts the chunks
 * that name it. A tree *owns* a chunk if every count on the way to it is 1; only an owned chunk is ever
 * changed. To own one that is shared, the shared part of the way is copied:
 *
 *      parent   child                    parent     child
 *          \    /                           |         |
 *          upper  2       child owns      upper 1   upper 1
 *            |            chunk b           | \     / |
 *          lower  1       ----------->    lower 1 X lower 1     (lower nodes share chunk a)
 *          /   \                          /   \   /   \
 *         a 1   b 1                    b 1     a 2     b' 1     frames of b and b': 2 each
 */
#ifndef POLICY_PAGE_TREE_H
#define POLICY_PAGE_TREE_H

#include "policy/nodes.h"

#define CHUNK_PAGES	64
#define TREE_FAN	128
#define TREE_ROOTS	64
#define TREE_PAGES	(1ul << 26)
#define TREE_NO_KEY	(~0ul)

#define ENTRY_FRAME_MAX (1ul << 32)

struct chunk {
	uint32_t references;
	uint32_t seen;		     /* scratch of policy_check; else 0 */
	uint64_t present;	     /* entries that are not 0 */
	uint64_t fresh;		     /* pages taken by a populate that is not finished */
	uint64_t is_copied;	     /* a copy of it was made: a frame in it may have other owners */
	uint32_t entry[CHUNK_PAGES]; /* page number; 0: none */
};

struct tree_node {
	uint32_t references;
	uint32_t seen;			 /* scratch of policy_check; else 0 */
	uint64_t present[TREE_FAN / 64]; /* slots that are not NULL */
	void *slot[TREE_FAN];
};

struct tree_pools {
	struct nodes nodes, chunks;
};

struct page_tree {
	struct chunk *last; /* chunk of last_key */
	uint64_t last_key;  /* page / CHUNK_PAGES, TREE_NO_KEY: none */
	bool last_owned;    /* `last` is owned (false: it may be) */
	uint64_t present;   /* roots that are not NULL */
	struct tree_node *root[TREE_ROOTS];
};

/* The lowest bit set; Needs: one is. rv64imac has no instruction for it, and the library's loop takes thirty.
 */
static inline unsigned bit_lowest(uint64_t bits)
{
	static const uint8_t place[64] = {
		/* by the top six bits of a de Bruijn sequence times a power of two */
		0,  1,	2,  53, 3,  7,	54, 27, 4,  38, 41, 8,	34, 55, 48, 28, 62, 5,	39, 46, 44, 42,
		22, 9,	24, 35, 59, 56, 49, 18, 29, 11, 63, 52, 6,  26, 37, 40, 33, 47, 61, 45, 43, 21,
		23, 58, 17, 10, 51, 25, 36, 32, 60, 20, 57, 16, 50, 31, 19, 15, 30, 14, 13, 12};

	return place[(bits & -bits) * 0x022fdd63cc95386dul >> 58];
}

void tree_pools_init(struct tree_pools *pools, struct frames *frames);
/* Needs: no root points anywhere; its memory was zeroed, or it was cleared. */
void page_tree_init(struct page_tree *tree);

/* Slow half of page_tree_find. */
struct chunk *page_tree_search(struct page_tree *tree, uint64_t page);
/* Slow half of page_tree_own. */
struct chunk *page_tree_own_slow(struct page_tree *tree, struct tree_pools *pools, uint64_t page);
/* Does the tree own the chunk of @page? Needs: there is one. */
bool page_tree_owns(struct page_tree *tree, uint64_t page);
/* Drop the (owned) chunk that holds @page, and its path, if nothing is in them. */
void page_tree_prune(struct page_tree *tree, struct tree_pools *pools, uint64_t page);
/* The first chunk at or above @page and below @end; *first_page is its first page. NULL: none. */
struct chunk *page_tree_next(const struct page_tree *tree, uint64_t page, uint64_t end, uint64_t *first_page);

/* page_tree_share.c */
/* Make the empty @to equal to @from: all is shared. */
void page_tree_fork(struct page_tree *to, struct page_tree *from);
/* Own what a cut of [first, end) will change. false: out of memory, no entry has changed. */
MUST_USE bool page_tree_prepare_cut(struct page_tree *tree, struct tree_pools *pools, uint64_t first,
				    uint64_t end);
/* Remove the entries of [first, end), drop their frames; how many there were. Needs: prepared. */
uint64_t page_tree_cut(struct page_tree *tree, struct tree_pools *pools, uint64_t first, uint64_t end);
/* Remove everything. */
void page_tree_clear(struct page_tree *tree, struct tree_pools *pools);
/* Is every frame of [first, first + pages) this tree's alone? Needs: the range lies under one lower node. */
bool page_tree_is_alone(const struct page_tree *tree, const struct tree_pools *pools, uint64_t first,
			uint64_t pages);

/* page_tree_check.c: of a tree that shares nothing; *nodes and *chunks grow by what is in it. */
int page_tree_check_alone(const struct page_tree *tree, uint64_t *nodes, uint64_t *chunks);
/* Count, in `seen`, who points at what; then compare with the counts and put `seen` back. */
void page_tree_count_seen(const struct page_tree *tree, const struct frames *frames);
int page_tree_check_seen(const struct page_tree *tree, uint64_t *nodes, uint64_t *chunks);

/* The chunk that holds @page, to look at, or NULL. */
static inline struct chunk *page_tree_find(struct page_tree *tree, uint64_t page)
{
	return tree->last_key == page / CHUNK_PAGES ? tree->last : page_tree_search(tree, page);
}

/* Is `last` the chunk of @page, and owned? */
static inline bool page_tree_last_is_owned(const struct page_tree *tree, uint64_t page)
{
	return tree->last_key == page / CHUNK_PAGES && tree->last_owned;
}

/* The chunk of @page, owned; made if absent. NULL: out of memory, no entry has changed. */
static inline struct chunk *page_tree_own(struct page_tree *tree, struct tree_pools *pools, uint64_t page)
{
	if (__builtin_expect(page_tree_last_is_owned(tree, page), 1))
		return tree->last;
	return page_tree_own_slow(tree, pools, page);
}

static inline void root_set(struct page_tree *tree, uint64_t index, struct tree_node *upper)
{
	tree->present &= ~(1ul << index);
	tree->present |= (uint64_t)(upper != NULL) << index;
	tree->root[index] = upper;
}

static inline void chunk_set(struct chunk *chunk, uint64_t page, uint64_t number)
{
	chunk->present |= 1ul << page % CHUNK_PAGES;
	chunk->entry[page % CHUNK_PAGES] = (uint32_t)number;
}

static inline void chunk_clear(struct chunk *chunk, uint64_t page)
{
	chunk->present &= ~(1ul << page % CHUNK_PAGES);
	chunk->entry[page % CHUNK_PAGES] = 0;
}

static inline uint64_t chunk_entry(const struct chunk *chunk, uint64_t page)
{
	return chunk ? chunk->entry[page % CHUNK_PAGES] : 0;
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

/* For the tree's own files. */
#define ROOT_INDEX(page)  ((page) >> 20 & (TREE_ROOTS - 1))
#define UPPER_INDEX(page) ((page) >> 13 & (TREE_FAN - 1))
#define LOWER_INDEX(page) ((page) >> 6 & (TREE_FAN - 1))
#define UPPER_PAGES	  (1ul << 20)
#define LOWER_PAGES	  (1ul << 13)

/* What lies on the way to a page; NULL from the first that is absent on. */
struct tree_path {
	struct tree_node *upper, *lower;
	struct chunk *chunk;
};

static inline struct tree_path tree_path_of(const struct page_tree *tree, uint64_t page)
{
	struct tree_path path = {.upper = tree->root[ROOT_INDEX(page)]};

	path.lower = path.upper ? path.upper->slot[UPPER_INDEX(page)] : NULL;
	path.chunk = path.lower ? path.lower->slot[LOWER_INDEX(page)] : NULL;
	return path;
}

static inline void node_set(struct tree_node *node, uint64_t index, void *below)
{
	node->slot[index] = below;
	if (below)
		node->present[index / 64] |= 1ul << index % 64;
	else
		node->present[index / 64] &= ~(1ul << index % 64);
}

static inline bool node_is_empty(const struct tree_node *node)
{
	return (node->present[0] | node->present[1]) == 0;
}

/* Own the first @depth steps of the path to @page (1 upper, 2 lower, 3 chunk), making what is absent. */
MUST_USE bool tree_own_path(struct page_tree *tree, struct tree_pools *pools, uint64_t page, uint32_t depth);

#endif
