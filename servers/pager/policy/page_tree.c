/* SPDX-License-Identifier: MIT */
/* The radix tree of chunks: fixed depth, so a look-up is three loads; the last chunk is remembered. */
#include "policy/page_tree.h"

#define ROOT_INDEX(page)  ((page) >> 20 & (TREE_ROOTS - 1))
#define UPPER_INDEX(page) ((page) >> 13 & (TREE_FAN - 1))
#define LOWER_INDEX(page) ((page) >> 6 & (TREE_FAN - 1))

void tree_pools_init(struct tree_pools *pools, struct frames *frames)
{
	nodes_init(&pools->nodes, frames, sizeof(struct tree_node));
	nodes_init(&pools->chunks, frames, sizeof(struct chunk));
}

void page_tree_init(struct page_tree *tree)
{
	*tree = (struct page_tree){.last_key = TREE_NO_KEY};
}

static struct tree_node *lower_node(const struct page_tree *tree, uint64_t page)
{
	const struct tree_node *upper = tree->root[ROOT_INDEX(page)];

	return upper ? upper->slot[UPPER_INDEX(page)] : NULL;
}

struct chunk *page_tree_find(struct page_tree *tree, uint64_t page)
{
	struct tree_node *lower;
	struct chunk *chunk;

	if (tree->last_key == page / CHUNK_PAGES)
		return tree->last;
	lower = page < TREE_PAGES ? lower_node(tree, page) : NULL;
	chunk = lower ? lower->slot[LOWER_INDEX(page)] : NULL;
	if (chunk) {
		tree->last = chunk;
		tree->last_key = page / CHUNK_PAGES;
	}
	return chunk;
}

static struct tree_node *node_create(struct tree_pools *pools)
{
	struct tree_node *node = nodes_take(&pools->nodes);

	if (node)
		node->references = 1;
	return node;
}

static struct chunk *chunk_create(struct tree_pools *pools)
{
	struct chunk *chunk = nodes_take(&pools->chunks);

	if (chunk)
		chunk->references = 1;
	return chunk;
}

struct chunk *page_tree_take(struct page_tree *tree, struct tree_pools *pools, uint64_t page)
{
	struct chunk *chunk = page_tree_find(tree, page);
	struct tree_node *upper, *lower, *old_upper, *old_lower;

	if (chunk || page >= TREE_PAGES)
		return chunk;
	old_upper = tree->root[ROOT_INDEX(page)];
	old_lower = old_upper ? old_upper->slot[UPPER_INDEX(page)] : NULL;
	upper = old_upper ? old_upper : node_create(pools);
	lower = old_lower ? old_lower : node_create(pools);
	chunk = chunk_create(pools);
	if (!upper || !lower || !chunk) {
		if (upper && !old_upper)
			nodes_give(&pools->nodes, upper);
		if (lower && !old_lower)
			nodes_give(&pools->nodes, lower);
		if (chunk)
			nodes_give(&pools->chunks, chunk);
		return NULL;
	}
	tree->root[ROOT_INDEX(page)] = upper;
	upper->used += !old_lower;
	upper->slot[UPPER_INDEX(page)] = lower;
	lower->used++;
	lower->slot[LOWER_INDEX(page)] = chunk;
	tree->last = chunk;
	tree->last_key = page / CHUNK_PAGES;
	return chunk;
}

void page_tree_prune(struct page_tree *tree, struct tree_pools *pools, uint64_t page)
{
	struct chunk *chunk = page_tree_find(tree, page);
	struct tree_node *upper, *lower;

	if (!chunk || chunk->used || chunk_mapped(chunk))
		return;
	upper = tree->root[ROOT_INDEX(page)];
	lower = upper->slot[UPPER_INDEX(page)];
	lower->slot[LOWER_INDEX(page)] = NULL;
	nodes_give(&pools->chunks, chunk);
	tree->last_key = TREE_NO_KEY;
	if (--lower->used)
		return;
	upper->slot[UPPER_INDEX(page)] = NULL;
	nodes_give(&pools->nodes, lower);
	if (--upper->used)
		return;
	tree->root[ROOT_INDEX(page)] = NULL;
	nodes_give(&pools->nodes, upper);
}

struct chunk *page_tree_next(struct page_tree *tree, uint64_t page, uint64_t end, uint64_t *first_page)
{
	if (end > TREE_PAGES)
		end = TREE_PAGES;
	while (page < end) {
		struct tree_node *lower;

		if (!tree->root[ROOT_INDEX(page)]) {
			page = ((page >> 20) + 1) << 20;
			continue;
		}
		lower = lower_node(tree, page);
		if (!lower) {
			page = ((page >> 13) + 1) << 13;
			continue;
		}
		if (lower->slot[LOWER_INDEX(page)]) {
			*first_page = page / CHUNK_PAGES * CHUNK_PAGES;
			return lower->slot[LOWER_INDEX(page)];
		}
		page = ((page >> 6) + 1) << 6;
	}
	return NULL;
}

static int chunk_check(const struct chunk *chunk)
{
	uint32_t used = 0;

	for (int i = 0; i < CHUNK_PAGES; i++)
		used += chunk->entry[i] != 0;
	if (used != chunk->used || chunk->references != 1 || chunk->fresh)
		return __LINE__;
	if (used == 0 && chunk_mapped(chunk) == 0)
		return __LINE__;
	if ((chunk->origin[0] & chunk->origin[1]) | (chunk->origin[0] & chunk->origin[2]) |
	    (chunk->origin[1] & chunk->origin[2]))
		return __LINE__;
	return 0;
}

static int lower_check(const struct tree_node *lower)
{
	uint32_t used = 0;

	for (int i = 0; i < TREE_FAN; i++) {
		int broken = lower->slot[i] ? chunk_check(lower->slot[i]) : 0;

		if (broken)
			return broken;
		used += lower->slot[i] != NULL;
	}
	return used && used == lower->used && lower->references == 1 ? 0 : __LINE__;
}

static int upper_check(const struct tree_node *upper)
{
	uint32_t used = 0;

	for (int i = 0; i < TREE_FAN; i++) {
		int broken = upper->slot[i] ? lower_check(upper->slot[i]) : 0;

		if (broken)
			return broken;
		used += upper->slot[i] != NULL;
	}
	return used && used == upper->used && upper->references == 1 ? 0 : __LINE__;
}

int page_tree_check(const struct page_tree *tree)
{
	for (int i = 0; i < TREE_ROOTS; i++) {
		int broken = tree->root[i] ? upper_check(tree->root[i]) : 0;

		if (broken)
			return broken;
	}
	if (tree->last_key != TREE_NO_KEY) {
		const struct tree_node *lower = lower_node(tree, tree->last_key * CHUNK_PAGES);

		if (!lower || lower->slot[LOWER_INDEX(tree->last_key * CHUNK_PAGES)] != tree->last)
			return __LINE__;
	}
	return 0;
}
