/* SPDX-License-Identifier: MIT */
/*
 * Memory for book nodes of one size, cut from frames of the accounts. A frame that holds no node any
 * more goes back at once, so the accounts of an idle pager are always the same.
 */
#ifndef POLICY_NODES_H
#define POLICY_NODES_H

#include "policy/frames.h"

struct node_page;

struct nodes {
	struct frames *frames;
	uint32_t size_bytes;
	uint32_t per_page;
	struct node_page *partial; /* pages with room */
	uint64_t pages, used;
};

/* @size_bytes: 16 to 2032; rounded up to a multiple of 16. */
void nodes_init(struct nodes *nodes, struct frames *frames, uint32_t size_bytes);
/* A zeroed node, or NULL: no frame left. */
void *nodes_take(struct nodes *nodes);
/* The same for who fills all of it: what is in it is arbitrary. */
void *nodes_take_to_fill(struct nodes *nodes);
void nodes_give(struct nodes *nodes, void *node);
int nodes_check(const struct nodes *nodes);

#endif
