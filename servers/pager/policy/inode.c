/* SPDX-License-Identifier: MIT */
/* Inode objects, in a hash table by number; the leases of each in a page tree. */
#include "policy/inode.h"

void inodes_init(struct inodes *inodes, struct frames *frames, struct tree_pools *pools)
{
	*inodes = (struct inodes){.pools = pools};
	nodes_init(&inodes->nodes, frames, sizeof(struct inode_object));
}

static struct inode_object **inode_bucket(struct inodes *inodes, uint64_t number)
{
	return &inodes->bucket[(number ^ number >> 6) % INODE_BUCKETS];
}

static void idle_append(struct inodes *inodes, struct inode_object *inode)
{
	inode->idle_next = NULL;
	inode->idle_prev = inodes->idle_last;
	if (inodes->idle_last)
		inodes->idle_last->idle_next = inode;
	else
		inodes->idle_first = inode;
	inodes->idle_last = inode;
	inodes->idle++;
	inodes->idle_costly += inode->is_costly;
}

static void idle_remove(struct inodes *inodes, struct inode_object *inode)
{
	if (inode->idle_prev)
		inode->idle_prev->idle_next = inode->idle_next;
	else
		inodes->idle_first = inode->idle_next;
	if (inode->idle_next)
		inode->idle_next->idle_prev = inode->idle_prev;
	else
		inodes->idle_last = inode->idle_prev;
	inodes->idle--;
	inodes->idle_costly -= inode->is_costly;
}

struct inode_object *inode_take(struct inodes *inodes, uint64_t number)
{
	struct inode_object **bucket = inode_bucket(inodes, number);
	struct inode_object *inode = *bucket;

	while (inode && inode->number != number)
		inode = inode->next;
	if (inode) {
		if (inode->references++ == 0)
			idle_remove(inodes, inode);
		return inode;
	}
	inode = nodes_take(&inodes->nodes);
	if (!inode)
		return NULL;
	inode->number = number;
	inode->references = 1;
	page_tree_init(&inode->pages);
	inode->next = *bucket;
	*bucket = inode;
	inodes->count++;
	return inode;
}

void inode_drop(struct inodes *inodes, struct inode_object *inode)
{
	if (--inode->references == 0)
		idle_append(inodes, inode);
}

void inode_is_costly(struct inode_object *inode)
{
	inode->is_costly = true;
}

struct inode_object *inode_find_idle(const struct inodes *inodes, uint64_t keep)
{
	struct inode_object *inode = inodes->idle_first;

	if (inodes->idle > keep)
		return inode;
	if (inodes->idle_costly == 0)
		return NULL;
	while (!inode->is_costly)
		inode = inode->idle_next;
	return inode;
}

struct lease_run inode_forget_run(struct inodes *inodes, struct inode_object *inode)
{
	uint64_t first = 0, at, end;
	struct chunk *chunk = page_tree_next(&inode->pages, 0, TREE_PAGES, &first);

	if (!chunk)
		return (struct lease_run){0, 0};
	at = bit_lowest(chunk->present);
	for (end = at; end < CHUNK_PAGES && chunk->entry[end]; end++)
		chunk_clear(chunk, end);
	inode->leases -= (uint32_t)(end - at);
	page_tree_prune(&inode->pages, inodes->pools, first);
	return (struct lease_run){first + at, end - at};
}

void inode_destroy(struct inodes *inodes, struct inode_object *inode)
{
	struct inode_object **link = inode_bucket(inodes, inode->number);

	while (*link != inode)
		link = &(*link)->next;
	*link = inode->next;
	inodes->count--;
	idle_remove(inodes, inode);
	nodes_give(&inodes->nodes, inode);
}

uint64_t inode_lease(struct inode_object *inode, uint64_t index)
{
	return chunk_entry(page_tree_find(&inode->pages, index), index);
}

static uint64_t chunk_present(struct inode_object *inode, uint64_t index)
{
	const struct chunk *chunk = page_tree_find(&inode->pages, index);

	return chunk ? chunk->present : 0;
}

uint64_t inode_leased(struct inode_object *inode, uint64_t index, uint64_t count)
{
	uint64_t at = index % CHUNK_PAGES, bits = chunk_present(inode, index) >> at;

	if (at + count > CHUNK_PAGES)
		bits |= chunk_present(inode, index + count - 1) << (CHUNK_PAGES - at);
	return count < 64 ? bits & ~(~0ul << count) : bits;
}

err_t inode_lease_add(struct inodes *inodes, struct inode_object *inode, uint64_t index, uint64_t number)
{
	struct chunk *chunk;

	if (index >= TREE_PAGES || number == 0 || number >= ENTRY_FRAME_MAX)
		return E_RANGE;
	if (inode_lease(inode, index))
		return E_EXISTS;
	chunk = page_tree_own(&inode->pages, inodes->pools, index);
	if (!chunk)
		return E_NO_MEMORY;
	chunk_set(chunk, index, number);
	inode->leases++;
	return E_OK;
}

static int inode_check(const struct inode_object *inode, uint64_t *nodes, uint64_t *chunks)
{
	uint64_t first = 0, leases = 0;
	int broken = page_tree_check_alone(&inode->pages, nodes, chunks);
	const struct chunk *chunk;

	for (uint64_t at = 0; !broken; at = first + CHUNK_PAGES) {
		chunk = page_tree_next(&inode->pages, at, TREE_PAGES, &first);
		if (!chunk)
			break;
		leases += (uint64_t)__builtin_popcountl(chunk->present);
	}
	if (broken)
		return broken;
	return leases == inode->leases ? 0 : __LINE__;
}

static int idle_check(const struct inodes *inodes)
{
	uint64_t idle = 0, costly = 0;

	for (const struct inode_object *inode = inodes->idle_first; inode; inode = inode->idle_next) {
		if (inode->references)
			return __LINE__;
		if ((inode->idle_next ? inode->idle_next->idle_prev : inodes->idle_last) != inode)
			return __LINE__;
		costly += inode->is_costly;
		if (++idle > inodes->idle)
			return __LINE__;
	}
	return idle == inodes->idle && costly == inodes->idle_costly ? 0 : __LINE__;
}

int inodes_check(const struct inodes *inodes, uint64_t *nodes, uint64_t *chunks)
{
	uint64_t count = 0, idle = 0;

	for (int i = 0; i < INODE_BUCKETS; i++) {
		for (const struct inode_object *inode = inodes->bucket[i]; inode; inode = inode->next) {
			int broken = inode_check(inode, nodes, chunks);

			if (broken)
				return broken;
			idle += inode->references == 0;
			if (++count > inodes->count)
				return __LINE__;
		}
	}
	return count == inodes->count && idle == inodes->idle ? idle_check(inodes) : __LINE__;
}
