/* SPDX-License-Identifier: MIT */
/*
 * Intrusive doubly linked list, circular through its head, so that push, pop and remove have no cases.
 *
 *      .-> head <-> first <-> ... <-> last <-.
 *      '-------------------------------------'
 *
 * A node that is in no list has next == NULL (list_node_init, list_remove and list_pop_front see to it).
 */
#ifndef PURE_LIST_H
#define PURE_LIST_H

#include "pure/bits.h"

struct list_node {
	struct list_node *next, *prev;
};

struct list {
	struct list_node head;
};

static inline void list_init(struct list *list)
{
	list->head.next = list->head.prev = &list->head;
}

static inline void list_node_init(struct list_node *node)
{
	node->next = node->prev = NULL;
}

static inline bool list_is_linked(const struct list_node *node)
{
	return node->next != NULL;
}

static inline bool list_is_empty(const struct list *list)
{
	return list->head.next == &list->head;
}

/* Put @node between @before and the one after it. */
static inline void list_insert_after(struct list_node *before, struct list_node *node)
{
	node->next = before->next;
	node->prev = before;
	before->next->prev = node;
	before->next = node;
}

static inline void list_push_back(struct list *list, struct list_node *node)
{
	list_insert_after(list->head.prev, node);
}

static inline void list_push_front(struct list *list, struct list_node *node)
{
	list_insert_after(&list->head, node);
}

/* @node is in a list. */
static inline void list_remove(struct list_node *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	node->next = node->prev = NULL;
}

/* NULL: the list is empty. */
static inline struct list_node *list_first(const struct list *list)
{
	return list_is_empty(list) ? NULL : list->head.next;
}

/* The node after @node; NULL at the end. */
static inline struct list_node *list_next(const struct list *list, const struct list_node *node)
{
	return node->next == &list->head ? NULL : node->next;
}

static inline struct list_node *list_pop_front(struct list *list)
{
	struct list_node *node = list_first(list);

	if (node)
		list_remove(node);
	return node;
}

/* Verify the links, at most @limit nodes of them. 0, or the line of the broken invariant. */
static inline int list_check(const struct list *list, uint64_t limit)
{
	const struct list_node *node = &list->head;

	do {
		if (!node->next || !node->prev)
			return __LINE__;
		if (node->next->prev != node || node->prev->next != node)
			return __LINE__;
		node = node->next;
	} while (node != &list->head && limit--);
	return node == &list->head ? 0 : __LINE__;
}

#endif
