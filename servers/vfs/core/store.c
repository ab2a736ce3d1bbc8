/* SPDX-License-Identifier: MIT */
/* What files contain: reading, writing, cutting. */
#include "store.h"
#include "lease.h"
#include <string.h>

static uint64_t at_most(uint64_t value, uint64_t most)
{
	return value < most ? value : most;
}

uint64_t store_pages(const struct inode *inode)
{
	return inode->size_bytes / PAGE_BYTES + (inode->size_bytes % PAGE_BYTES != 0);
}

uint64_t store_in_place(const struct store *store, uint32_t number, uint64_t index, uint64_t count)
{
	const struct inode *inode = &store->tree->inodes[number];
	uint64_t pages = inode->archive_bytes / PAGE_BYTES;
	const struct cache_page *page;

	if (index >= pages || (uint64_t)(inode->data - store->archive) % PAGE_BYTES != 0)
		return 0;
	if (inode->dirty == 0)
		return at_most(count, pages - index);
	page = cache_find(store->cache, number, index);
	return !page || page->state != PAGE_DIRTY;
}

/* What is in the archive for this page, zeros behind it. */
static void page_fill(uint8_t *to, const struct inode *inode, uint64_t index)
{
	uint64_t at = index * PAGE_BYTES, bytes = at < inode->archive_bytes ? inode->archive_bytes - at : 0;

	if (bytes > PAGE_BYTES)
		bytes = PAGE_BYTES;
	if (bytes > 0)
		memcpy(to, inode->data + at, bytes);
	memset(to + bytes, 0, PAGE_BYTES - bytes);
}

uint64_t store_read(const struct store *store, uint32_t number, uint64_t offset, const uint8_t **from)
{
	const struct inode *inode = &store->tree->inodes[number];
	const struct cache_page *page = NULL;
	uint64_t left, in_page = PAGE_BYTES - offset % PAGE_BYTES;

	*from = NULL;
	if (offset >= inode->size_bytes)
		return 0;
	left = inode->size_bytes - offset;
	if (inode->dirty > 0)
		page = cache_find(store->cache, number, offset / PAGE_BYTES);
	if (page) {
		*from = cache_data(store->cache, page) + offset % PAGE_BYTES;
		return at_most(left, in_page);
	}
	if (offset >= inode->archive_bytes) /* behind it: a hole, up to the next page */
		return at_most(left, in_page);
	*from = inode->data + offset;
	left = at_most(left, inode->archive_bytes - offset);
	return inode->dirty > 0 ? at_most(left, in_page) : left;
}

err_t store_cache(struct store *store, uint32_t number, uint64_t index, struct cache_page **page)
{
	*page = cache_find(store->cache, number, index);
	if (*page)
		return E_OK;
	if (cache_take(store->cache, page) != E_OK)
		return E_NO_MEMORY;
	page_fill(cache_data(store->cache, *page), &store->tree->inodes[number], index);
	cache_put(store->cache, *page, number, index, PAGE_CLEAN);
	return E_OK;
}

/* A dirty page for the one that is leased. */
static err_t page_replace(struct store *store, struct cache_page **page)
{
	struct cache_page *old = *page, *new;
	uint32_t inode = old->inode, index = old->index;
	bool was_dirty = old->state == PAGE_DIRTY;

	if (cache_take(store->cache, &new) != E_OK)
		return E_NO_MEMORY;
	memcpy(cache_data(store->cache, new), cache_data(store->cache, old), PAGE_BYTES);
	cache_drop(store->cache, old);
	cache_put(store->cache, new, inode, index, PAGE_DIRTY);
	store->tree->inodes[inode].dirty += !was_dirty;
	*page = new;
	return E_OK;
}

/* The page of the file, dirty and without a lease. */
static err_t page_writable(struct store *store, uint32_t number, uint64_t index, struct cache_page **page)
{
	err_t error;

	*page = cache_find(store->cache, number, index);
	if (*page && (*page)->state == PAGE_DIRTY && (*page)->leases == 0)
		return E_OK;
	if (!cache_may_hold(store->cache))
		return E_NO_MEMORY;
	error = store_cache(store, number, index, page);
	if (error != E_OK)
		return error;
	if ((*page)->leases > 0)
		return page_replace(store, page);
	cache_soil(store->cache, *page);
	store->tree->inodes[number].dirty++;
	return E_OK;
}

err_t store_write(struct store *store, uint32_t number, uint64_t offset, uint8_t **to, uint64_t *bytes)
{
	struct cache_page *page;
	err_t error;

	if (offset >= STORE_BYTES_MAX)
		return E_ARGUMENT;
	error = page_writable(store, number, offset / PAGE_BYTES, &page);
	if (error != E_OK)
		return error;
	tree_touch(store->tree, number);
	*to = cache_data(store->cache, page) + offset % PAGE_BYTES;
	*bytes = PAGE_BYTES - offset % PAGE_BYTES;
	return E_OK;
}

static void page_drop(struct store *store, struct cache_page *page)
{
	if (page->state == PAGE_DIRTY)
		store->tree->inodes[page->inode].dirty--;
	cache_drop(store->cache, page);
}

void store_written(struct store *store, uint32_t number, uint64_t offset, uint64_t bytes)
{
	struct inode *inode = &store->tree->inodes[number];

	if (bytes > 0 && offset + bytes > inode->size_bytes)
		inode->size_bytes = offset + bytes;
	if (offset / PAGE_BYTES >= store_pages(inode))
		page_drop(store, cache_find(store->cache, number, offset / PAGE_BYTES));
}

/* Drop the cached pages from @index on. */
static void pages_drop(struct store *store, uint32_t number, uint64_t index)
{
	struct cache_page *page = cache_first(store->cache, number);

	while (page) {
		struct cache_page *next = cache_next(store->cache, page);

		if (page->index >= index)
			page_drop(store, page);
		page = next;
	}
}

/* Make the rest of the page that the file will end in zeros. */
static err_t tail_clear(struct store *store, uint32_t number, uint64_t bytes)
{
	uint64_t index = bytes / PAGE_BYTES, used = bytes % PAGE_BYTES;
	struct cache_page *page = used != 0 ? cache_find(store->cache, number, index) : NULL;
	err_t error;

	if (!page)
		return E_OK;
	if (page->state == PAGE_CLEAN) { /* made again from the archive, of which less holds now */
		cache_drop(store->cache, page);
		return E_OK;
	}
	error = page_writable(store, number, index, &page);
	if (error == E_OK)
		memset(cache_data(store->cache, page) + used, 0, PAGE_BYTES - used);
	return error;
}

err_t store_truncate(struct store *store, uint32_t number, uint64_t bytes)
{
	struct inode *inode = &store->tree->inodes[number];

	if (bytes > STORE_BYTES_MAX)
		return E_ARGUMENT;
	if (bytes < inode->size_bytes) {
		err_t error = tail_clear(store, number, bytes);

		if (error != E_OK)
			return error;
		pages_drop(store, number, (bytes + PAGE_BYTES - 1) / PAGE_BYTES);
		if (inode->archive_bytes > bytes)
			inode->archive_bytes = bytes;
	}
	tree_touch(store->tree, number);
	inode->size_bytes = bytes;
	return E_OK;
}

void store_settle(struct store *store, uint32_t number)
{
	const struct inode *inode = &store->tree->inodes[number];

	if (inode->parent != 0 || inode->opens != 0 || inode->holds != 0 || inode->leases != 0)
		return;
	pages_drop(store, number, 0);
	tree_forget(store->tree, number);
}

/* The pages of one file, against what its inode says. */
static int file_check(const struct store *store, uint32_t number)
{
	const struct inode *inode = tree_inode(store->tree, number);
	const struct cache_page *page = cache_first(store->cache, number);
	uint32_t dirty = 0;

	if (!inode || !inode_is_regular(inode))
		return page ? __LINE__ : 0;
	for (; page; page = cache_next(store->cache, page)) {
		dirty += page->state == PAGE_DIRTY;
		if (page->index >= store_pages(inode))
			return __LINE__;
	}
	if (inode->size_bytes > STORE_BYTES_MAX || inode->archive_bytes > inode->size_bytes)
		return __LINE__;
	if (inode->parent == 0 && inode->opens == 0 && inode->holds == 0 && inode->leases == 0)
		return __LINE__; /* should be gone */
	return dirty == inode->dirty ? 0 : __LINE__;
}

int store_check(const struct store *store, uint64_t *leases)
{
	uint64_t cached = 0, recorded = 0;
	int broken = tree_check(store->tree);

	*leases = 0;
	if (!broken)
		broken = cache_check(store->cache, &cached);
	for (uint32_t number = 1; number <= store->tree->top && !broken; number++)
		broken = file_check(store, number);
	if (!broken)
		broken = lease_check(store, &recorded);
	if (broken)
		return broken;
	*leases = recorded;
	return recorded == cached + store->leases->in_place ? 0 : __LINE__;
}
