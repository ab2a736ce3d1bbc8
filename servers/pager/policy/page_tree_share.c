/* SPDX-License-Identifier: MIT */
/*
 * Trees as wholes: fork shares everything, a cut removes a range, clear removes all. What a range holds
 * completely is dropped by its top pointer; only at the two edges nodes are changed, and so owned first.
 */
#include "policy/page_tree.h"

/* Height of a thing: 0 chunk, 1 lower node, 2 upper node. Pages below one of them. */
static const uint64_t height_pages[] = {CHUNK_PAGES, LOWER_PAGES, UPPER_PAGES};

void page_tree_fork(struct page_tree *to, struct page_tree *from)
{
	to->present = from->present;
	for (uint64_t left = from->present; left; left &= left - 1) {
		unsigned i = bit_lowest(left);

		to->root[i] = from->root[i];
		to->root[i]->references++;
	}
	from->last_owned = false;
}

static void chunk_drop(struct tree_pools *pools, struct chunk *chunk)
{
	if (--chunk->references)
		return;
	for (uint64_t left = chunk->present; left; left &= left - 1)
		frames_drop(pools->nodes.frames, chunk->entry[bit_lowest(left)]);
	nodes_give(&pools->chunks, chunk);
}

/* One pointer to @thing is gone. */
static void thing_drop(struct tree_pools *pools, void *thing, uint32_t height)
{
	struct tree_node *node = thing;

	if (height == 0) {
		chunk_drop(pools, thing);
		return;
	}
	if (--node->references)
		return;
	for (int half = 0; half < TREE_FAN / 64; half++)
		for (uint64_t left = node->present[half]; left; left &= left - 1)
			thing_drop(pools, node->slot[(unsigned)half * 64 + bit_lowest(left)], height - 1);
	nodes_give(&pools->nodes, node);
}

static uint64_t thing_pages(const void *thing, uint32_t height)
{
	const struct tree_node *node = thing;
	uint64_t pages = 0;

	if (height == 0)
		return (uint64_t)__builtin_popcountl(((const struct chunk *)thing)->present);
	for (int half = 0; half < TREE_FAN / 64; half++)
		for (uint64_t left = node->present[half]; left; left &= left - 1)
			pages += thing_pages(node->slot[(unsigned)half * 64 + bit_lowest(left)], height - 1);
	return pages;
}

void page_tree_clear(struct page_tree *tree, struct tree_pools *pools)
{
	for (uint64_t left = tree->present; left; left &= left - 1)
		thing_drop(pools, tree->root[bit_lowest(left)], 2);
	for (uint64_t left = tree->present; left; left &= left - 1)
		tree->root[bit_lowest(left)] = NULL;
	page_tree_init(tree);
}

/* A range of pages that goes, and how many frames went. */
struct cut {
	struct tree_pools *pools;
	uint64_t first, end, pages;
};

static bool range_holds(uint64_t first, uint64_t end, uint64_t at, uint32_t height)
{
	return first <= at && end >= at + height_pages[height];
}

/* How far down the things on the way to @page are there and stick out of the range: so many change. */
static uint32_t edge_depth(const struct page_tree *tree, uint64_t page, uint64_t first, uint64_t end)
{
	struct tree_path path = tree_path_of(tree, page);

	if (!path.upper || range_holds(first, end, page & ~(UPPER_PAGES - 1), 2))
		return 0;
	if (!path.lower || range_holds(first, end, page & ~(LOWER_PAGES - 1), 1))
		return 1;
	return !path.chunk || range_holds(first, end, page & ~(CHUNK_PAGES - 1ul), 0) ? 2 : 3;
}

bool page_tree_prepare_cut(struct page_tree *tree, struct tree_pools *pools, uint64_t first, uint64_t end)
{
	uint64_t found;

	if (!page_tree_next(tree, first, end, &found))
		return true;
	return tree_own_path(tree, pools, first, edge_depth(tree, first, first, end)) &&
	       tree_own_path(tree, pools, end - 1, edge_depth(tree, end - 1, first, end));
}

/* true: nothing is left, it was given back. */
static bool chunk_cut(struct cut *cut, struct chunk *chunk, uint64_t at)
{
	uint64_t gone = chunk->present & chunk_mask(at, cut->first, cut->end);

	for (uint64_t left = gone; left; left &= left - 1) {
		unsigned index = bit_lowest(left);

		frames_drop(cut->pools->nodes.frames, chunk->entry[index]);
		chunk->entry[index] = 0;
		cut->pages++;
	}
	chunk->present &= ~gone;
	if (chunk->present)
		return false;
	nodes_give(&cut->pools->chunks, chunk);
	return true;
}

/* Cut @thing, which begins at page @at. true: the pointer to it is to be cleared. */
static bool thing_cut(struct cut *cut, void *thing, uint32_t height, uint64_t at)
{
	struct tree_node *node = thing;

	if (range_holds(cut->first, cut->end, at, height)) {
		cut->pages += thing_pages(thing, height);
		thing_drop(cut->pools, thing, height);
		return true;
	}
	if (height == 0)
		return chunk_cut(cut, thing, at);
	for (uint64_t i = 0; i < TREE_FAN; i++) {
		uint64_t below = at + i * height_pages[height - 1];

		if (node->slot[i] && below < cut->end && below + height_pages[height - 1] > cut->first &&
		    thing_cut(cut, node->slot[i], height - 1, below))
			node_set(node, i, NULL);
	}
	if (!node_is_empty(node))
		return false;
	nodes_give(&cut->pools->nodes, node);
	return true;
}

uint64_t page_tree_cut(struct page_tree *tree, struct tree_pools *pools, uint64_t first, uint64_t end)
{
	struct cut cut = {pools, first, end < TREE_PAGES ? end : TREE_PAGES, 0};
	uint64_t found;

	if (!page_tree_next(tree, first, end, &found))
		return 0;
	for (uint64_t at = first & ~(UPPER_PAGES - 1); at < cut.end; at += UPPER_PAGES) {
		struct tree_node *upper = tree->root[ROOT_INDEX(at)];

		if (upper && thing_cut(&cut, upper, 2, at))
			root_set(tree, ROOT_INDEX(at), NULL);
	}
	tree->last_key = TREE_NO_KEY;
	return cut.pages;
}

/* Frames that nobody else names; if there is none any more, it is remembered. */
static bool chunk_is_alone(const struct tree_pools *pools, struct chunk *chunk)
{
	if (!chunk->is_copied)
		return true;
	for (uint64_t left = chunk->present; left; left &= left - 1)
		if (frames_at(pools->nodes.frames, chunk->entry[bit_lowest(left)])->references > 1)
			return false;
	chunk->is_copied = false;
	return true;
}

bool page_tree_is_alone(const struct page_tree *tree, const struct tree_pools *pools, uint64_t first,
			uint64_t pages)
{
	struct tree_path path = tree_path_of(tree, first);

	if (!path.lower)
		return true;
	if (path.upper->references > 1 || path.lower->references > 1)
		return false;
	for (uint64_t i = LOWER_INDEX(first); i < LOWER_INDEX(first) + pages / CHUNK_PAGES; i++) {
		struct chunk *chunk = path.lower->slot[i];

		if (chunk && (chunk->references > 1 || !chunk_is_alone(pools, chunk)))
			return false;
	}
	return true;
}
