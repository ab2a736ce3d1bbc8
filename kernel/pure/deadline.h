/* SPDX-License-Identifier: MIT */
/*
 * A set of deadlines with the earliest at hand.
 *
 * The nodes form a tree that is ordered two ways: no node is earlier than the one above it (so the root is
 * the first deadline), and the node at depth d below a root goes left or right by bit 63 - d of its key,
 * a mixture of its address. Different addresses have different keys (an odd multiplier is a bijection of
 * 64-bit words), so no path is longer than 65 nodes, whatever is inserted; for n nodes about log2 n is
 * expected. Nothing is ever rebalanced: insert exchanges nodes on one way down, remove pulls the earlier
 * child up. The shape depends on the set alone, not on its history.
 *
 *               t=10
 *         0 /        \ 1       bit 63
 *         t=20       t=11
 *       0 /  \ 1   0 /         bit 62
 *      t=31  t=20  t=99
 */
#ifndef PURE_DEADLINE_H
#define PURE_DEADLINE_H

#include "pure/check.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct deadline_node {
	uint64_t time;			/* [K] absolute ticks */
	struct deadline_node *child[2]; /* [K] */
	bool armed;			/* [K] it is in a set */
};

struct deadline_set {
	struct deadline_node *root; /* [K] */
};

static inline void deadline_init(struct deadline_set *set)
{
	set->root = NULL;
}

/* The earliest (of equals: the lowest address); NULL: the set is empty. */
static inline struct deadline_node *deadline_first(const struct deadline_set *set)
{
	return set->root;
}

/* @node is not armed; it is after. */
void deadline_insert(struct deadline_set *set, struct deadline_node *node, uint64_t time);

/* @node is armed, in this set; it is not after. */
void deadline_remove(struct deadline_set *set, struct deadline_node *node);

/* 0, or the line of the broken invariant; at most @limit nodes, no recursion. */
int deadline_check(const struct deadline_set *set, uint64_t limit);

#endif
