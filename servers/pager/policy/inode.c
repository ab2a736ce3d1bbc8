/* SPDX-License-Identifier: MIT */
/* Inode objects, in a hash table by handle; the leases of each in a page tree. */
#include "policy/inode.h"

void inodes_init(struct inodes *inodes, struct frames *frames, struct tree_pools *pools)
{
	*inodes = (struct inodes){.pools = pools};
	nodes_init(&inodes->nodes, frames, sizeof(struct inode_object));
}

static uint64_t bucket_index(uint64_t number)
{
	return (number * 0x9e3779b97f4a7c15ull) >> (64 - INODE_BUCKET_BITS);
}

static struct inode_object **inode_bucket(struct inodes *inodes, uint64_t number)
{
	return &inodes->bucket[bucket_index(number)];
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

static struct inode_object *inode_find(struct inodes *inodes, uint64_t number)
{
	struct inode_object *inode = *inode_bucket(inodes, number);

	while (inode && inode->number != number)
		inode = inode->next;
	return inode;
}

/* May @account have one object more, in this chain? The last ones are for who has few. */
static bool inode_is_left(const struct inodes *inodes, uint32_t account, const struct inode_object *chain)
{
	bool rich = account != ACCOUNT_FIRST && inodes->account_objects[account] >= INODE_SHARE;
	uint32_t own = 0;

	for (; chain; chain = chain->next)
		own += chain->account == account;
	return own < INODE_CHAIN && INODES_MAX - inodes->count > (rich ? INODE_RESERVE : 0);
}

/* The payer's. */
static struct inode_object *inode_make(struct inodes *inodes, uint64_t number)
{
	struct inode_object **bucket = inode_bucket(inodes, number), *inode;
	uint32_t account = inodes->nodes.frames->payer->number;

	inode = inode_is_left(inodes, account, *bucket) ? nodes_take(&inodes->nodes) : NULL;
	if (!inode)
		return NULL;
	inode->number = number;
	inode->references = 1;
	inode->account = (uint8_t)account;
	page_tree_init(&inode->pages);
	inode->next = *bucket;
	*bucket = inode;
	inodes->count++;
	inodes->account_objects[account]++;
	return inode;
}

struct inode_object *inode_take(struct inodes *inodes, uint64_t number)
{
	struct inode_object *inode = inode_find(inodes, number);

	if (!inode)
		return inode_make(inodes, number);
	if (inode->references++ == 0)
		idle_remove(inodes, inode);
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
	inodes->account_objects[inode->account]--;
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

/* What was found, to be compared with what is counted. */
struct inode_census {
	uint64_t count, idle;
	uint64_t *nodes, *chunks;
	uint32_t account_objects[ACCOUNTS_MAX];
};

/* Objects from @inode on in its chain that are its account's. */
static uint32_t chain_own(const struct inode_object *inode)
{
	uint32_t account = inode->account, own = 0;

	for (; inode; inode = inode->next)
		own += inode->account == account;
	return own;
}

/* The objects of one bucket. */
static int bucket_check(const struct inodes *inodes, uint64_t bucket, struct inode_census *found)
{
	for (const struct inode_object *inode = inodes->bucket[bucket]; inode; inode = inode->next) {
		int broken = inode_check(inode, found->nodes, found->chunks);

		if (broken)
			return broken;
		if (bucket_index(inode->number) != bucket || inode->account >= ACCOUNTS_MAX)
			return __LINE__;
		if (++found->count > inodes->count || chain_own(inode) > INODE_CHAIN)
			return __LINE__;
		found->idle += inode->references == 0;
		found->account_objects[inode->account]++;
	}
	return 0;
}

int inodes_check(const struct inodes *inodes, uint64_t *nodes, uint64_t *chunks)
{
	struct inode_census found = {.nodes = nodes, .chunks = chunks};
	int broken = 0;

	for (uint64_t i = 0; i < INODE_BUCKETS && !broken; i++)
		broken = bucket_check(inodes, i, &found);
	if (broken)
		return broken;
	for (uint32_t i = 0; i < ACCOUNTS_MAX; i++)
		if (found.account_objects[i] != inodes->account_objects[i])
			return __LINE__;
	if (found.count > INODES_MAX || found.count != inodes->count || found.idle != inodes->idle)
		return __LINE__;
	return idle_check(inodes);
}
