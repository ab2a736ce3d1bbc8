/* SPDX-License-Identifier: MIT */
/* Leases of file pages. */
#include "lease.h"
#include <string.h>

uint64_t lease_pages(const struct inode *inode)
{
	return inode->size_bytes / PAGE_BYTES + (inode->size_bytes % PAGE_BYTES != 0);
}

/* Needs a page of the file. */
static bool page_is_in_place(const struct lease_store *store, const struct inode *inode, uint64_t index)
{
	return (uint64_t)(inode->data - store->archive) % PAGE_BYTES == 0 &&
	       inode->size_bytes - index * PAGE_BYTES >= PAGE_BYTES;
}

static void page_fill(uint8_t *to, const struct inode *inode, uint64_t index)
{
	uint64_t at = index * PAGE_BYTES, bytes = inode->size_bytes - at;

	if (bytes > PAGE_BYTES)
		bytes = PAGE_BYTES;
	memcpy(to, inode->data + at, bytes);
	memset(to + bytes, 0, PAGE_BYTES - bytes);
}

static err_t page_lend(struct lease_store *store, uint32_t number, uint64_t index, uint64_t *frame)
{
	struct inode *inode = &store->tree->inodes[number];
	struct cache_page *page;
	err_t error;

	if (page_is_in_place(store, inode, index)) {
		*frame = store->archive_frame + (inode->data - store->archive) / PAGE_BYTES + index;
		inode->leases++;
		store->in_place++;
		return E_OK;
	}
	page = cache_find(store->cache, number, index);
	if (!page) {
		error = cache_take(store->cache, number, index, &page);
		if (error != E_OK)
			return error;
		page_fill(cache_data(store->cache, page), inode, index);
	}
	if (page->leases == UINT32_MAX)
		return E_TOO_MANY;
	page->leases++;
	*frame = cache_frame(store->cache, page);
	return E_OK;
}

err_t lease_take(struct lease_store *store, uint64_t number, uint64_t index, uint64_t count, uint64_t *frames,
		 uint64_t *taken)
{
	const struct inode *inode = tree_inode(store->tree, number);
	err_t error = E_OK;

	if (!inode)
		return E_NO_ENTRY;
	if (inode_is_directory(inode))
		return E_IS_DIRECTORY;
	if (!inode_is_regular(inode) || count == 0 || index >= lease_pages(inode))
		return E_ARGUMENT;
	if (count > lease_pages(inode) - index)
		count = lease_pages(inode) - index;
	for (*taken = 0; *taken < count && error == E_OK; *taken += error == E_OK)
		error = page_lend(store, number, index + *taken, &frames[*taken]);
	return *taken > 0 ? E_OK : error;
}

/* All of them lent? */
static bool leases_are_out(const struct lease_store *store, uint32_t number, uint64_t index, uint64_t count)
{
	const struct inode *inode = &store->tree->inodes[number];
	uint64_t in_place = 0;

	for (uint64_t i = index; i < index + count; i++) {
		const struct cache_page *page;

		if (page_is_in_place(store, inode, i)) {
			in_place++;
			continue;
		}
		page = cache_find(store->cache, number, i);
		if (!page || page->leases == 0)
			return false;
	}
	return in_place <= inode->leases;
}

err_t lease_return(struct lease_store *store, uint64_t number, uint64_t index, uint64_t count)
{
	struct inode *inode = tree_inode(store->tree, number);
	uint64_t pages;

	if (!inode)
		return E_NO_ENTRY;
	pages = lease_pages(inode);
	if (!inode_is_regular(inode) || index >= pages || count > pages - index ||
	    !leases_are_out(store, number, index, count))
		return E_ARGUMENT;
	for (uint64_t i = index; i < index + count; i++) {
		if (page_is_in_place(store, inode, i)) {
			inode->leases--;
			store->in_place--;
		} else {
			cache_find(store->cache, number, i)->leases--;
		}
	}
	return E_OK;
}

int lease_check(const struct lease_store *store, uint64_t *leases)
{
	uint64_t in_place = 0, cached = 0;
	int broken = tree_check(store->tree);

	if (!broken)
		broken = cache_check(store->cache, &cached);
	if (broken)
		return broken;
	for (uint32_t number = 1; number <= store->tree->count; number++)
		in_place += store->tree->inodes[number].leases;
	*leases = in_place + cached;
	return in_place == store->in_place ? 0 : __LINE__;
}
