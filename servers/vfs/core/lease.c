/* SPDX-License-Identifier: MIT */
/* Leases of file pages. */
#include "lease.h"
#include "proto/inject.h"
#include <stddef.h>

/* Where a leased page lies: a page of the archive, or of the cache. */
#define FROM_ARCHIVE	  0x80000000u
#define FROM_NUMBER(from) ((from) & ~FROM_ARCHIVE)

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

/* The group of a page; a new one has no leases yet. NULL: there are too many. */
static struct lease_group *group_take(struct lease_table *table, uint64_t handle, uint64_t page)
{
	struct lease_group *group = group_find(table, handle, page);
	uint32_t number, *bucket;

	if (group)
		return group;
	number = table->free;
	if ((number == 0 && table->top == LEASE_GROUPS) || allocation_refused("lease group"))
		return NULL;
	if (number != 0)
		table->free = table->groups[number - 1].next;
	else
		number = ++table->top;
	bucket = group_bucket(table, handle, page / LEASE_GROUP_PAGES);
	group = &table->groups[number - 1];
	*group = (struct lease_group){.handle = handle, .index = page / LEASE_GROUP_PAGES, .next = *bucket};
	*bucket = number;
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
}

/* Choose the page that is lent; the lease is counted with the page. */
static err_t page_choose(struct store *store, uint32_t number, uint64_t index, uint32_t *from)
{
	const struct inode *inode = &store->tree->inodes[number];
	struct cache_page *page;
	err_t error;

	if (store_is_in_place(store, number, index)) {
		*from = FROM_ARCHIVE | ((inode->data - store->archive) / PAGE_BYTES + index);
		return E_OK;
	}
	error = store_cache(store, number, index, &page);
	if (error == E_OK && !cache_may_lease(store->cache, page))
		error = E_NO_MEMORY;
	if (error == E_OK)
		*from = cache_number(store->cache, page);
	return error;
}

static uint64_t page_lend(struct store *store, uint32_t from)
{
	struct cache_page *page;

	if (from & FROM_ARCHIVE) {
		store->leases->in_place++;
		return store->archive_frame + FROM_NUMBER(from);
	}
	page = cache_page(store->cache, from);
	cache_lease(store->cache, page);
	return cache_frame(store->cache, page);
}

static void page_return(struct store *store, uint32_t from)
{
	if (from & FROM_ARCHIVE)
		store->leases->in_place--;
	else
		cache_unlease(store->cache, cache_page(store->cache, from));
}

/* @group is the page's. On an error nothing has changed. */
static err_t lease_one(struct store *store, struct lease_group *group, uint32_t number, uint64_t index,
		       uint64_t *frame)
{
	uint32_t at = index % LEASE_GROUP_PAGES;
	err_t error = E_OK;

	if (group->count[at] == 0)
		error = page_choose(store, number, index, &group->from[at]);
	else if (group->count[at] == LEASE_COUNT_MAX)
		error = E_TOO_MANY;
	if (error != E_OK)
		return error;
	*frame = page_lend(store, group->from[at]);
	group->pages += group->count[at]++ == 0;
	return E_OK;
}

/* As many of the run as can be had, *taken before; group by group. */
static err_t lease_pages(struct store *store, const struct lease_run *run, uint32_t number, uint64_t *frames,
			 uint64_t *taken)
{
	uint64_t index = run->index, end = run->index + run->count;
	err_t error = E_OK;

	while (index < end && error == E_OK) {
		struct lease_group *group = group_take(store->leases, run->handle, index);
		uint64_t edge = (index / LEASE_GROUP_PAGES + 1) * LEASE_GROUP_PAGES;

		if (!group)
			error = E_TOO_MANY;
		for (; index < end && index < edge && error == E_OK; index += error == E_OK)
			error = lease_one(store, group, number, index, &frames[index - run->index]);
		if (group)
			group_settle(store->leases, group);
	}
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
	if (run->index >= STORE_BYTES_MAX / PAGE_BYTES ||
	    run->count > STORE_BYTES_MAX / PAGE_BYTES - run->index)
		return false;
	for (uint64_t i = run->index; i < run->index + run->count; i++) {
		const struct lease_group *group = group_find(store->leases, run->handle, i);

		if (!group || group->count[i % LEASE_GROUP_PAGES] == 0)
			return false;
	}
	return true;
}

err_t lease_return(struct store *store, const struct lease_run *run)
{
	uint32_t number = tree_by_handle(store->tree, run->handle);

	if (number == 0)
		return E_NO_ENTRY;
	if (!leases_are_out(store, run))
		return E_ARGUMENT;
	for (uint64_t i = run->index; i < run->index + run->count; i++) {
		struct lease_group *group = group_find(store->leases, run->handle, i);
		uint32_t at = i % LEASE_GROUP_PAGES;

		page_return(store, group->from[at]);
		store->tree->inodes[number].leases--;
		group->pages -= --group->count[at] == 0;
		group_settle(store->leases, group);
	}
	store_settle(store, number);
	return E_OK;
}

/* One group: its inode lives, its pages are counted. Adds its leases to *sum. */
static int group_check(const struct store *store, const struct lease_group *group, uint64_t *sum)
{
	uint32_t pages = 0;

	if (tree_by_handle(store->tree, group->handle) == 0)
		return __LINE__;
	for (uint32_t i = 0; i < LEASE_GROUP_PAGES; i++) {
		pages += group->count[i] != 0;
		*sum += group->count[i];
		if (group->count[i] == 0 || group->from[i] & FROM_ARCHIVE)
			continue;
		if (group->from[i] >= CACHE_PAGES ||
		    cache_page(store->cache, group->from[i])->leases < group->count[i])
			return __LINE__;
	}
	return pages == group->pages && pages > 0 ? 0 : __LINE__;
}

int lease_check(const struct store *store, uint64_t *leases)
{
	struct lease_table *table = store->leases;
	uint64_t of_inodes = 0;
	uint32_t used = 0, free = 0;

	*leases = 0;
	for (uint32_t bucket = 0; bucket < LEASE_BUCKETS; bucket++) {
		for (uint32_t next = table->buckets[bucket]; next != 0; next = table->groups[next - 1].next) {
			const struct lease_group *group = &table->groups[next - 1];
			int broken;

			if (next > table->top || ++used > table->top ||
			    group_bucket(table, group->handle, group->index) != &table->buckets[bucket])
				return __LINE__;
			broken = group_check(store, group, leases);
			if (broken)
				return broken;
		}
	}
	for (uint32_t next = table->free; next != 0; next = table->groups[next - 1].next) {
		if (next > table->top || ++free > table->top)
			return __LINE__;
	}
	for (uint32_t number = 1; number <= store->tree->top; number++)
		of_inodes += tree_inode(store->tree, number) ? store->tree->inodes[number].leases : 0;
	return used + free == table->top && of_inodes == *leases ? 0 : __LINE__;
}
