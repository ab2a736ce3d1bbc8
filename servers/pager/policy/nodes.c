/* SPDX-License-Identifier: MIT */
/*
 * Nodes in frames. The head of each frame says how many of its nodes are taken and links the free
 * ones; pages with room are in a list, full pages in none. The frame of a node is found by rounding
 * its address down, because the window is page aligned.
 */
#include "policy/nodes.h"

struct node_page {
	struct node_page *next, *prev;
	void *free; /* linked through the first word */
	uint32_t used;
	uint32_t fresh; /* nodes from here on were never taken */
	uint64_t frame;
	uint64_t unused;
};
_Static_assert(sizeof(struct node_page) == 48, "nodes stay 16-byte aligned");

static void page_link(struct nodes *nodes, struct node_page *page)
{
	page->prev = NULL;
	page->next = nodes->partial;
	if (nodes->partial)
		nodes->partial->prev = page;
	nodes->partial = page;
}

static void page_unlink(struct nodes *nodes, struct node_page *page)
{
	if (page->prev)
		page->prev->next = page->next;
	else
		nodes->partial = page->next;
	if (page->next)
		page->next->prev = page->prev;
}

void nodes_init(struct nodes *nodes, struct frames *frames, uint32_t size_bytes)
{
	uint32_t size = (size_bytes + 15) & ~15u;

	*nodes = (struct nodes){
		.frames = frames,
		.size_bytes = size,
		.per_page = (uint32_t)(PAGE_BYTES - sizeof(struct node_page)) / size,
	};
}

static struct node_page *page_create(struct nodes *nodes)
{
	uint64_t frame = frames_take(nodes->frames, FRAME_BOOKS);
	struct node_page *page;

	if (!frame)
		return NULL;
	page = frames_address(nodes->frames, frame);
	*page = (struct node_page){.frame = frame};
	nodes->pages++;
	page_link(nodes, page);
	return page;
}

/* Sizes are multiples of 16. */
static void node_zero(uint64_t *word, uint32_t size_bytes)
{
	uint32_t words = size_bytes / 8;

	for (; words >= 16; words -= 16, word += 16) {
		word[0] = word[1] = word[2] = word[3] = 0;
		word[4] = word[5] = word[6] = word[7] = 0;
		word[8] = word[9] = word[10] = word[11] = 0;
		word[12] = word[13] = word[14] = word[15] = 0;
	}
	for (; words; words -= 2, word += 2)
		word[0] = word[1] = 0;
}

void *nodes_take(struct nodes *nodes)
{
	void *node = nodes_take_to_fill(nodes);

	if (node)
		node_zero(node, nodes->size_bytes);
	return node;
}

void *nodes_take_to_fill(struct nodes *nodes)
{
	struct node_page *page;
	void *node;

	if (allocation_refused("node"))
		return NULL;
	page = nodes->partial ? nodes->partial : page_create(nodes);
	if (!page)
		return NULL;
	if (page->free) {
		node = page->free;
		page->free = *(void **)node;
	} else {
		node = (uint8_t *)(page + 1) + page->fresh++ * nodes->size_bytes;
	}
	if (++page->used == nodes->per_page)
		page_unlink(nodes, page);
	nodes->used++;
	return node;
}

void nodes_give(struct nodes *nodes, void *node)
{
	struct node_page *page = (struct node_page *)((uintptr_t)node & ~(PAGE_BYTES - 1));

	nodes->used--;
	if (page->used-- == nodes->per_page)
		page_link(nodes, page);
	if (page->used == 0) {
		page_unlink(nodes, page);
		nodes->pages--;
		frames_give(nodes->frames, page->frame);
		return;
	}
	*(void **)node = page->free;
	page->free = node;
}

int nodes_check(const struct nodes *nodes)
{
	uint64_t partial_pages = 0, partial_used = 0;

	for (const struct node_page *page = nodes->partial; page; page = page->next) {
		uint32_t free = 0;

		if (page->next && page->next->prev != page)
			return __LINE__;
		if (page->used == 0 || page->used >= nodes->per_page || page->fresh > nodes->per_page)
			return __LINE__;
		if (frames_at(nodes->frames, page->frame)->state != FRAME_BOOKS)
			return __LINE__;
		for (void *const *node = page->free; node && free <= nodes->per_page; node = *node)
			free++;
		if (free + page->used != page->fresh)
			return __LINE__;
		if (++partial_pages > nodes->pages)
			return __LINE__;
		partial_used += page->used;
	}
	return (nodes->pages - partial_pages) * nodes->per_page + partial_used == nodes->used ? 0 : __LINE__;
}
