/* SPDX-License-Identifier: MIT */
/*
 * Invariants of the trees. Of one alone every count is 1. Of all that may share: first every pointer
 * is counted in `seen` of what it points to (frames: in `link`), then that is compared with the counts.
 */
#include "policy/page_tree.h"

static int chunk_check(const struct chunk *chunk)
{
	for (int i = 0; i < CHUNK_PAGES; i++)
		if ((chunk->entry[i] != 0) != (chunk->present >> i & 1))
			return __LINE__;
	return chunk->present == 0 || chunk->fresh ? __LINE__ : 0;
}

static int node_check(const struct tree_node *node)
{
	for (int i = 0; i < TREE_FAN; i++)
		if ((node->slot[i] != NULL) != (node->present[i / 64] >> i % 64 & 1))
			return __LINE__;
	return node_is_empty(node) ? __LINE__ : 0;
}

static int cache_check(const struct page_tree *tree)
{
	struct tree_path path;

	if (tree->last_key == TREE_NO_KEY)
		return 0;
	path = tree_path_of(tree, tree->last_key * CHUNK_PAGES);
	if (!path.chunk || path.chunk != tree->last)
		return __LINE__;
	if (tree->last_owned &&
	    (path.upper->references != 1 || path.lower->references != 1 || path.chunk->references != 1))
		return __LINE__;
	return 0;
}

static int alone_check(void *thing, uint32_t height, uint64_t *nodes, uint64_t *chunks)
{
	const struct tree_node *node = thing;
	int broken = height ? node_check(thing) : chunk_check(thing);

	++*(height ? nodes : chunks);
	if (!broken && node->references != 1) /* a chunk's count is its first word, too */
		broken = __LINE__;
	for (int i = 0; height && i < TREE_FAN && !broken; i++)
		if (node->slot[i])
			broken = alone_check(node->slot[i], height - 1, nodes, chunks);
	return broken;
}

int page_tree_check_alone(const struct page_tree *tree, uint64_t *nodes, uint64_t *chunks)
{
	int broken = cache_check(tree);

	for (int i = 0; i < TREE_ROOTS && !broken; i++)
		if (tree->root[i])
			broken = alone_check(tree->root[i], 2, nodes, chunks);
	return broken;
}

static void chunk_count(struct chunk *chunk, const struct frames *frames)
{
	if (chunk->seen++)
		return;
	for (uint64_t left = chunk->present; left; left &= left - 1) {
		uint64_t number = chunk->entry[bit_lowest(left)];

		if (frames_has(frames, number) && frame_is_private(frames_at(frames, number)))
			frames_at(frames, number)->link++;
	}
}

static void node_count(struct tree_node *node, uint32_t height, const struct frames *frames)
{
	if (node->seen++)
		return;
	for (int i = 0; i < TREE_FAN; i++) {
		if (!node->slot[i])
			continue;
		if (height == 1)
			chunk_count(node->slot[i], frames);
		else
			node_count(node->slot[i], height - 1, frames);
	}
}

void page_tree_count_seen(const struct page_tree *tree, const struct frames *frames)
{
	for (int i = 0; i < TREE_ROOTS; i++)
		if (tree->root[i])
			node_count(tree->root[i], 2, frames);
}

/* 0 in `seen`: was here already. */
static int seen_check(void *thing, uint32_t height, uint64_t *nodes, uint64_t *chunks)
{
	struct tree_node *node = thing;
	int broken;

	if (node->seen == 0)
		return 0;
	++*(height ? nodes : chunks);
	broken = height ? node_check(thing) : chunk_check(thing);
	if (!broken && node->seen != node->references) /* both come first in a chunk, too */
		broken = __LINE__;
	node->seen = 0;
	for (int i = 0; height && i < TREE_FAN && !broken; i++)
		if (node->slot[i])
			broken = seen_check(node->slot[i], height - 1, nodes, chunks);
	return broken;
}

int page_tree_check_seen(const struct page_tree *tree, uint64_t *nodes, uint64_t *chunks)
{
	int broken = cache_check(tree);

	for (int i = 0; i < TREE_ROOTS && !broken; i++) {
		if ((tree->root[i] != NULL) != (tree->present >> i & 1))
			broken = __LINE__;
		else if (tree->root[i])
			broken = seen_check(tree->root[i], 2, nodes, chunks);
	}
	return broken;
}
