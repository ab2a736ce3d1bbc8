/* SPDX-License-Identifier: MIT */
/* Leases of file pages. */
#include "lease.h"
#include "proto/inject.h"
#include <stddef.h>
#include <string.h>

static uint32_t *group_bucket(struct lease_table *table, uint64_t handle, uint64_t index)
{
	uint64_t hash = (handle * 31 + index) * 0x9e3779b97f4a7c15ull;

	return &table->buckets[hash >> 40 & (LEASE_BUCKETS - 1)];
}

static struct lease_group *group_find(struct lease_table *table, uint64_t handle, uint64_t page)
{
	uint64_t index = page / LEASE_GROUP_PAGES;
	uint32_t number = *group_bucket(table, handle, index);

	while (number != 0) {
		struct lease_group *group = &table->groups[number - 1];

		if (group->handle == handle && group->index == index)
			return group;
		number = group->next;
	}
	return NULL;
}

/* May @account have one group more? The last ones are for who has few. */
static bool group_is_left(const struct lease_table *table, uint32_t account)
{
	bool rich = account != ACCOUNT_FIRST && table->account_groups[account] >= LEASE_SHARE;

	return LEASE_GROUPS - table->used > (rich ? LEASE_RESERVE : 0);
}

/* May @account have one more in the bucket? Nobody makes it long for all. */
static bool chain_is_short(const struct lease_table *table, uint32_t number, uint32_t account)
{
	uint32_t own = 0;

	for (; number != 0; number = table->groups[number - 1].next)
		own += table->groups[number - 1].account == account;
	return own < LEASE_CHAIN;
}

/* The group of a page; a new one has no leases yet. NULL: there are too many. */
static struct lease_group *group_take(struct lease_table *table, const struct lease_run *run, uint64_t page)
{
	struct lease_group *group = group_find(table, run->handle, page);
	uint32_t number, *bucket;

	if (group)
		return group;
	bucket = group_bucket(table, run->handle, page / LEASE_GROUP_PAGES);
	if (!group_is_left(table, run->account) || !chain_is_short(table, *bucket, run->account) ||
	    allocation_refused("lease group"))
		return NULL;
	number = table->free;
	if (number != 0)
		table->free = table->groups[number - 1].next;
	else
		number = ++table->top;
	group = &table->groups[number - 1];
	*group = (struct lease_group){.handle = run->handle,
				      .index = page / LEASE_GROUP_PAGES,
				      .next = *bucket,
				      .account = (uint8_t)run->account};
	*bucket = number;
	table->used++;
	table->account_groups[run->account]++;
	return group;
}

/* Free a group that has no leases. */
static void group_settle(struct lease_table *table, struct lease_group *group)
{
	uint32_t *link, number = group - table->groups + 1;

	if (group->pages != 0)
		return;
	link = group_bucket(table, group->handle, group->index);
	while (*link != number)
		link = &table->groups[*link - 1].next;
	*link = group->next;
	group->next = table->free;
	table->free = number;
	table->used--;
	table->account_groups[group->account]--;
}

/* Choose the page of the cache that is lent. */
static err_t page_choose(struct store *store, uint32_t number, uint64_t index, struct lease_place *from)
{
	bool rich = from->account != ACCOUNT_FIRST &&
		    store->leases->account_cached[from->account] >= LEASE_CACHE_SHARE;
	struct cache_page *page = cache_find(store->cache, number, index);
	err_t error = E_OK;

	if (!cache_may_lease(store->cache, page, rich))
		return E_NO_MEMORY;
	if (!page)
		error = store_cache(store, number, index, &page);
	if (error == E_OK)
		from->number = cache_number(store->cache, page);
	return error;
}

static uint64_t page_lend(struct store *store, struct lease_place from)
{
	struct cache_page *page;

	if (from.in_archive) {
		store->leases->in_place++;
		return store->archive_frame + from.number;
	}
	page = cache_page(store->cache, from.number);
	cache_lease(store->cache, page);
	return cache_frame(store->cache, page);
}

static void page_return(struct store *store, struct lease_place from)
{
	if (from.in_archive)
		store->leases->in_place--;
	else
		cache_unlease(store->cache, cache_page(store->cache, from.number));
}

/*
 * Lend the pages before @edge that have no lease and lie in the archive; they cost their account nothing but
 * the group. How many: it ends at the first that is not so, if not before.
 */
static uint64_t lease_in_place(struct store *store, struct lease_group *group, uint32_t number,
			       uint64_t index, uint64_t edge, uint64_t *frames)
{
	uint32_t at = index % LEASE_GROUP_PAGES;
	uint64_t place, lent = 0, count = store_in_place(store, number, index, edge - index);

	if (count == 0)
		return 0;
	place = (store->tree->inodes[number].data - store->archive) / PAGE_BYTES + index;
	for (; lent < count && group->count[at + lent] == 0; lent++) {
		group->from[at + lent] = (struct lease_place){.number = place + lent, .in_archive = 1};
		group->count[at + lent] = 1;
		frames[lent] = store->archive_frame + place + lent;
	}
	group->pages += lent;
	store->leases->in_place += lent;
	return lent;
}

/*
 * One page that has leases already, or is one of the cache: @account pays. @group is the page's. On an error
 * nothing has changed.
 */
static err_t lease_one(struct store *store, struct lease_group *group, uint32_t number, uint64_t index,
		       uint32_t account, uint64_t *frame)
{
	uint32_t at = index % LEASE_GROUP_PAGES;
	struct lease_place from = group->from[at];
	err_t error = E_OK;

	if (group->count[at] == 0) {
		from = (struct lease_place){.account = account & (ACCOUNTS_MAX - 1)};
		error = page_choose(store, number, index, &from);
	} else if (group->count[at] == LEASE_COUNT_MAX) {
		error = E_TOO_MANY;
	}
	if (error != E_OK)
		return error;
	*frame = page_lend(store, from);
	if (group->count[at]++ == 0) {
		group->from[at] = from;
		group->pages++;
		store->leases->account_cached[from.account]++;
	}
	return E_OK;
}

/* Where the group of page @index ends, or the run. */
static uint64_t group_edge(const struct lease_run *run, uint64_t index)
{
	uint64_t edge = (index / LEASE_GROUP_PAGES + 1) * LEASE_GROUP_PAGES, end = run->index + run->count;

	return edge < end ? edge : end;
}

/* As many pages of one group as can be had, *index on; then it is behind them. */
static err_t lease_group_pages(struct store *store, const struct lease_run *run, uint32_t number,
			       uint64_t *frames, uint64_t *index)
{
	struct lease_group *group = group_take(store->leases, run, *index);
	uint64_t edge = group_edge(run, *index);
	err_t error = group ? E_OK : E_TOO_MANY;

	while (*index < edge && error == E_OK) {
		uint64_t *to = &frames[*index - run->index];
		uint64_t lent = lease_in_place(store, group, number, *index, edge, to);

		if (lent == 0) {
			error = lease_one(store, group, number, *index, run->account, to);
			lent = error == E_OK;
		}
		*index += lent;
	}
	if (group)
		group_settle(store->leases, group);
	return error;
}

/* As many of the run as can be had, *taken before. */
static err_t lease_pages(struct store *store, const struct lease_run *run, uint32_t number, uint64_t *frames,
			 uint64_t *taken)
{
	uint64_t index = run->index;
	err_t error = E_OK;

	while (index < run->index + run->count && error == E_OK)
		error = lease_group_pages(store, run, number, frames, &index);
	*taken = index - run->index;
	store->tree->inodes[number].leases += *taken;
	return error;
}

err_t lease_take(struct store *store, const struct lease_run *run, uint64_t *frames, uint64_t *taken)
{
	uint32_t number = tree_by_handle(store->tree, run->handle);
	const struct inode *inode = &store->tree->inodes[number];
	struct lease_run clipped = *run;
	err_t error;

	*taken = 0;
	if (number == 0)
		return E_NO_ENTRY;
	if (inode_is_directory(inode))
		return E_IS_DIRECTORY;
	if (!inode_is_regular(inode) || run->count == 0 || run->index >= store_pages(inode))
		return E_ARGUMENT;
	if (clipped.count > store_pages(inode) - run->index)
		clipped.count = store_pages(inode) - run->index;
	tree_show(store->tree, number);
	error = lease_pages(store, &clipped, number, frames, taken);
	return *taken > 0 ? E_OK : error;
}

/* All of them lent? */
static bool leases_are_out(const struct store *store, const struct lease_run *run)
{
	uint64_t index = run->index, edge;

	if (index >= STORE_BYTES_MAX / PAGE_BYTES || run->count > STORE_BYTES_MAX / PAGE_BYTES - index)
		return false;
	while (index < run->index + run->count) {
		const struct lease_group *group = group_find(store->leases, run->handle, index);

		for (edge = group_edge(run, index); group && index < edge; index++)
			if (group->count[index % LEASE_GROUP_PAGES] == 0)
				return false;
		if (!group)
			return false;
	}
	return true;
}

static void lease_end(struct store *store, struct lease_group *group, uint32_t at)
{
	page_return(store, group->from[at]);
	if (--group->count[at] > 0)
		return;
	group->pages--;
	store->leases->account_cached[group->from[at].account] -= !group->from[at].in_archive;
}

err_t lease_return(struct store *store, const struct lease_run *run)
{
	uint32_t number = tree_by_handle(store->tree, run->handle);
	uint64_t index = run->index, edge;

	if (number == 0)
		return E_NO_ENTRY;
	if (!leases_are_out(store, run))
		return E_ARGUMENT;
	while (index < run->index + run->count) {
		struct lease_group *group = group_find(store->leases, run->handle, index);

		for (edge = group_edge(run, index); index < edge; index++)
			lease_end(store, group, index % LEASE_GROUP_PAGES);
		group_settle(store->leases, group);
	}
	store->tree->inodes[number].leases -= run->count;
	store_settle(store, number);
	return E_OK;
}

/* What was found, to be compared with what is counted. */
struct lease_census {
	uint64_t leases;
	uint32_t groups[ACCOUNTS_MAX], cached[ACCOUNTS_MAX];
};

/* One group: its inode lives, its pages are counted. */
static int group_check(const struct store *store, const struct lease_group *group, struct lease_census *found)
{
	uint32_t pages = 0;

	if (tree_by_handle(store->tree, group->handle) == 0 || group->account >= ACCOUNTS_MAX)
		return __LINE__;
	found->groups[group->account]++;
	for (uint32_t i = 0; i < LEASE_GROUP_PAGES; i++) {
		pages += group->count[i] != 0;
		found->leases += group->count[i];
		if (group->count[i] == 0 || group->from[i].in_archive)
			continue;
		found->cached[group->from[i].account]++;
		if (group->from[i].number >= CACHE_PAGES ||
		    cache_page(store->cache, group->from[i].number)->leases < group->count[i])
			return __LINE__;
	}
	return pages == group->pages && pages > 0 ? 0 : __LINE__;
}

/* The groups in buckets, each in its own. */
static int groups_check(const struct store *store, struct lease_census *found)
{
	struct lease_table *table = store->leases;
	uint32_t used = 0;

	for (uint32_t bucket = 0; bucket < LEASE_BUCKETS; bucket++) {
		for (uint32_t next = table->buckets[bucket]; next != 0; next = table->groups[next - 1].next) {
			const struct lease_group *group = &table->groups[next - 1];
			int broken;

			if (next > table->top || ++used > table->used ||
			    group_bucket(table, group->handle, group->index) != &table->buckets[bucket])
				return __LINE__;
			broken = group_check(store, group, found);
			if (broken)
				return broken;
		}
	}
	return used == table->used ? 0 : __LINE__;
}

int lease_check(const struct store *store, uint64_t *leases)
{
	const struct lease_table *table = store->leases;
	struct lease_census found = {0};
	uint64_t of_inodes = 0;
	uint32_t free = 0;
	int broken = groups_check(store, &found);

	*leases = found.leases;
	if (broken)
		return broken;
	if (memcmp(found.groups, table->account_groups, sizeof(found.groups)) != 0 ||
	    memcmp(found.cached, table->account_cached, sizeof(found.cached)) != 0)
		return __LINE__;
	for (uint32_t next = table->free; next != 0; next = table->groups[next - 1].next) {
		if (next > table->top || ++free > table->top)
			return __LINE__;
	}
	for (uint32_t number = 1; number <= store->tree->top; number++)
		of_inodes += tree_inode(store->tree, number) ? store->tree->inodes[number].leases : 0;
	return table->used + free == table->top && of_inodes == found.leases ? 0 : __LINE__;
}
