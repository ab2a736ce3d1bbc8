/* SPDX-License-Identifier: MIT */
/*
 * The radix tree of chunks: fixed depth, so a look-up is three loads; the last chunk is remembered.
 * What is shared is copied on the way to a change, see page_tree.h.
 */
#include "policy/page_tree.h"

void tree_pools_init(struct tree_pools *pools, struct frames *frames)
{
	nodes_init(&pools->nodes, frames, sizeof(struct tree_node));
	nodes_init(&pools->chunks, frames, sizeof(struct chunk));
}

void page_tree_init(struct page_tree *tree)
{
	tree->last = NULL;
	tree->last_key = TREE_NO_KEY;
	tree->last_owned = false;
	tree->present = 0;
}

static bool path_is_owned(const struct tree_path *path)
{
	return path->upper->references == 1 && path->lower->references == 1 && path->chunk->references == 1;
}

struct chunk *page_tree_search(struct page_tree *tree, uint64_t page)
{
	struct tree_path path;

	if (page >= TREE_PAGES)
		return NULL;
	path = tree_path_of(tree, page);
	if (!path.chunk)
		return NULL;
	tree->last = path.chunk;
	tree->last_key = page / CHUNK_PAGES;
	tree->last_owned = path_is_owned(&path);
	return path.chunk;
}

bool page_tree_owns(struct page_tree *tree, uint64_t page)
{
	struct tree_path path;

	if (tree->last_key == page / CHUNK_PAGES && tree->last_owned)
		return true;
	path = tree_path_of(tree, page);
	tree->last = path.chunk;
	tree->last_key = page / CHUNK_PAGES;
	tree->last_owned = path_is_owned(&path);
	return tree->last_owned;
}

/*
 * @old if it can be changed, else a new, empty node of the pool. *shared: something above is shared, so
 * this is too; it is told for what is below.
 */
static void *step_own(struct nodes *pool, void *old, uint32_t references, bool *shared)
{
	if (old && references > 1)
		*shared = true;
	return old && !*shared ? old : nodes_take(pool);
}

static void step_give(struct nodes *pool, void *new, const void *old)
{
	if (new &&new != old)
		nodes_give(pool, new);
}

/* Take what is lacking for the first @depth steps; nothing is linked yet. */
static bool path_take(struct tree_pools *pools, const struct tree_path *old, struct tree_path *new,
		      uint32_t depth)
{
	bool shared = false;

	*new = *old;
	new->upper = step_own(&pools->nodes, old->upper, old->upper ? old->upper->references : 0, &shared);
	if (depth > 1)
		new->lower =
			step_own(&pools->nodes, old->lower, old->lower ? old->lower->references : 0, &shared);
	if (depth > 2)
		new->chunk = step_own(&pools->chunks, old->chunk, old->chunk ? old->chunk->references : 0,
				      &shared);
	if (new->upper && (depth < 2 || new->lower) && (depth < 3 || new->chunk))
		return true;
	step_give(&pools->nodes, new->upper, old->upper);
	step_give(&pools->nodes, new->lower, old->lower);
	step_give(&pools->chunks, new->chunk, old->chunk);
	return false;
}

/* Fill @new from @old, which loses a pointer to it. The first word of what is below is its count. */
static void node_copy(struct tree_node *new, struct tree_node *old)
{
	new->references = 1;
	if (!old)
		return;
	old->references--;
	for (int half = 0; half < TREE_FAN / 64; half++) {
		new->present[half] = old->present[half];
		for (uint64_t left = old->present[half]; left; left &= left - 1) {
			unsigned index = (unsigned)half * 64 + bit_lowest(left);

			new->slot[index] = old->slot[index];
			++*(uint32_t *)new->slot[index];
		}
	}
}

static void chunk_copy(const struct frames *frames, struct chunk *new, struct chunk *old)
{
	new->references = 1;
	if (!old)
		return;
	old->references--;
	new->present = old->present;
	new->is_copied = old->is_copied = true;
	for (uint64_t left = old->present; left; left &= left - 1) {
		unsigned index = bit_lowest(left);

		new->entry[index] = old->entry[index];
		frames_at(frames, new->entry[index])->references++;
	}
}

bool tree_own_path(struct page_tree *tree, struct tree_pools *pools, uint64_t page, uint32_t depth)
{
	struct tree_path old = tree_path_of(tree, page), new;

	if (depth == 0)
		return true;
	if (!path_take(pools, &old, &new, depth))
		return false;
	if (new.upper != old.upper) {
		node_copy(new.upper, old.upper);
		root_set(tree, ROOT_INDEX(page), new.upper);
	}
	if (new.lower != old.lower) {
		node_copy(new.lower, old.lower);
		node_set(new.upper, UPPER_INDEX(page), new.lower);
	}
	if (new.chunk != old.chunk) {
		chunk_copy(pools->nodes.frames, new.chunk, old.chunk);
		node_set(new.lower, LOWER_INDEX(page), new.chunk);
		tree->last_key = TREE_NO_KEY;
	}
	return true;
}

struct chunk *page_tree_own_slow(struct page_tree *tree, struct tree_pools *pools, uint64_t page)
{
	if (page >= TREE_PAGES || !tree_own_path(tree, pools, page, 3))
		return NULL;
	tree->last = tree_path_of(tree, page).chunk;
	tree->last_key = page / CHUNK_PAGES;
	tree->last_owned = true;
	return tree->last;
}

void page_tree_prune(struct page_tree *tree, struct tree_pools *pools, uint64_t page)
{
	struct tree_path path = tree_path_of(tree, page);

	if (!path.chunk || path.chunk->present)
		return;
	tree->last_key = TREE_NO_KEY;
	nodes_give(&pools->chunks, path.chunk);
	node_set(path.lower, LOWER_INDEX(page), NULL);
	if (!node_is_empty(path.lower))
		return;
	nodes_give(&pools->nodes, path.lower);
	node_set(path.upper, UPPER_INDEX(page), NULL);
	if (!node_is_empty(path.upper))
		return;
	nodes_give(&pools->nodes, path.upper);
	root_set(tree, ROOT_INDEX(page), NULL);
}

struct chunk *page_tree_next(const struct page_tree *tree, uint64_t page, uint64_t end, uint64_t *first_page)
{
	if (end > TREE_PAGES)
		end = TREE_PAGES;
	while (page < end) {
		struct tree_path path = tree_path_of(tree, page);

		if (path.chunk) {
			*first_page = page / CHUNK_PAGES * CHUNK_PAGES;
			return path.chunk;
		}
		if (!path.upper)
			page = (page / UPPER_PAGES + 1) * UPPER_PAGES;
		else if (!path.lower)
			page = (page / LOWER_PAGES + 1) * LOWER_PAGES;
		else
			page = (page / CHUNK_PAGES + 1) * CHUNK_PAGES;
	}
	return NULL;
}
