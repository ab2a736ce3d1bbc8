/* SPDX-License-Identifier: MIT */
/* The set of deadlines. Its shape and its bounds are explained in deadline.h. */
#include "pure/deadline.h"

#define DEADLINE_DEPTH_MAX 65 /* nodes on the longest path */

/* 2^64 divided by the golden ratio, odd: spreads neighbouring addresses over all high bits. */
static uint64_t deadline_key(const struct deadline_node *node)
{
	return (uint64_t)(uintptr_t)node * 0x9e3779b97f4a7c15;
}

static bool deadline_is_before(const struct deadline_node *a, const struct deadline_node *b)
{
	return a->time < b->time || (a->time == b->time && (uintptr_t)a < (uintptr_t)b);
}

/* Put @node at @link; what stood there is left over, its children now @node's. */
static struct deadline_node *deadline_replace(struct deadline_node **link, struct deadline_node *node)
{
	struct deadline_node *old = *link;

	node->child[0] = old->child[0];
	node->child[1] = old->child[1];
	*link = node;
	return old;
}

void deadline_insert(struct deadline_set *set, struct deadline_node *node, uint64_t time)
{
	struct deadline_node **link = &set->root;
	uint64_t key = deadline_key(node);

	CHECK(!node->armed);
	node->time = time;
	node->armed = true;
	for (unsigned depth = 0; *link; depth++) {
		struct deadline_node *here = *link;

		CHECK(here != node && depth < DEADLINE_DEPTH_MAX - 1);
		if (deadline_is_before(node, here)) {
			here = node;
			node = deadline_replace(link, node);
			key = deadline_key(node) << depth;
		}
		link = &here->child[key >> 63];
		key <<= 1;
	}
	node->child[0] = node->child[1] = NULL;
	*link = node;
}

/* The side of the earlier child. */
static unsigned deadline_earlier_side(struct deadline_node *const child[2])
{
	if (!child[0] || !child[1])
		return !child[0];
	return deadline_is_before(child[1], child[0]);
}

void deadline_remove(struct deadline_set *set, struct deadline_node *node)
{
	struct deadline_node **link = &set->root;
	struct deadline_node *orphans[2] = {node->child[0], node->child[1]};

	CHECK(node->armed);
	for (uint64_t key = deadline_key(node); *link != node; key <<= 1) {
		CHECK(*link);
		link = &(*link)->child[key >> 63];
	}
	/* The hole at *link moves down: the earlier orphan fills it and leaves a hole where it stood. */
	while (orphans[0] || orphans[1]) {
		unsigned side = deadline_earlier_side(orphans);
		struct deadline_node *up = orphans[side];
		struct deadline_node *below[2] = {up->child[0], up->child[1]};

		*link = up;
		up->child[!side] = orphans[!side];
		link = &up->child[side];
		orphans[0] = below[0];
		orphans[1] = below[1];
	}
	*link = NULL;
	node->armed = false;
}

/* Does @child, on @side of a parent at @depth, lie where its key and time want it? */
static bool deadline_child_is_good(const struct deadline_node *parent, const struct deadline_node *child,
				   unsigned side, unsigned depth)
{
	uint64_t key = deadline_key(child);

	if (depth >= 64 || !child->armed || deadline_is_before(child, parent))
		return false;
	if (depth > 0 && (key ^ deadline_key(parent)) >> (64 - depth) != 0)
		return false;
	return (key >> (63 - depth) & 1) == side;
}

int deadline_check(const struct deadline_set *set, uint64_t limit)
{
	/* Branches not walked yet: one a level at most. */
	const struct deadline_node *waiting[DEADLINE_DEPTH_MAX];
	uint8_t waiting_depth[DEADLINE_DEPTH_MAX];
	unsigned count = 0, depth = 0;
	const struct deadline_node *node = set->root;

	if (node && !node->armed)
		return __LINE__;
	while (node && limit--) {
		for (unsigned side = 0; side < 2; side++) {
			if (node->child[side] &&
			    !deadline_child_is_good(node, node->child[side], side, depth))
				return __LINE__;
		}
		if (node->child[0] && node->child[1]) {
			waiting[count] = node->child[1];
			waiting_depth[count++] = (uint8_t)(depth + 1);
		}
		depth++;
		node = node->child[0] ? node->child[0] : node->child[1];
		if (!node && count) {
			node = waiting[--count];
			depth = waiting_depth[count];
		}
	}
	return node ? __LINE__ : 0;
}
