/* SPDX-License-Identifier: MIT */
/*
 * An arena leaves the cache. What is leased stays where it is, and so does a pipe's page: one of them holds
 * its arena. What was written moves to another one, if it is little.
 */
#include "cache.h"
#include <string.h>

#define MOVED_MAX 64 /* pages, by one call: others wait meanwhile */

static struct cache_page *arena_pages(struct cache *cache, uint32_t place)
{
	return &cache->pages[place * ARENA_PAGES];
}

static bool arena_can_leave(struct cache *cache, uint32_t place)
{
	const struct cache_page *pages = arena_pages(cache, place);
	uint32_t dirty = 0;

	if (!cache->arenas[place].base)
		return false;
	for (uint32_t i = 0; i < ARENA_PAGES; i++) {
		dirty += pages[i].state == PAGE_DIRTY;
		if (pages[i].leases != 0 || pages[i].state == PAGE_PIPE || dirty > MOVED_MAX)
			return false;
	}
	return true;
}

/* A dirty page without a lease gets another place. */
static err_t page_move(struct cache *cache, struct cache_page *page)
{
	uint32_t inode = page->inode;
	uint64_t index = page->index;
	struct cache_page *new;

	if (cache_take(cache, &new) != E_OK)
		return E_NO_MEMORY;
	memcpy(cache_data(cache, new), cache_data(cache, page), PAGE_BYTES);
	cache_drop(cache, page);
	cache_put(cache, new, inode, index, PAGE_DIRTY);
	return E_OK;
}

static err_t arena_empty(struct cache *cache, uint32_t place)
{
	struct cache_page *pages = arena_pages(cache, place);
	err_t error = E_OK;

	for (uint32_t i = 0; i < ARENA_PAGES; i++)
		if (pages[i].state == PAGE_CLEAN)
			cache_drop(cache, &pages[i]);
	for (uint32_t i = 0; i < ARENA_PAGES && error == E_OK; i++)
		if (pages[i].state == PAGE_DIRTY)
			error = page_move(cache, &pages[i]);
	return error;
}

err_t cache_shrink(struct cache *cache, uint32_t room, uint32_t *place, uint64_t *frame)
{
	uint32_t last = CACHE_ARENAS - 1;
	err_t error;

	while (last > 0 && !arena_can_leave(cache, last))
		last--;
	if (last == 0 || cache_room(cache) < ARENA_PAGES + room + cache->promised)
		return E_NO_ENTRY;
	cache->arenas[last].leaves = true;
	error = arena_empty(cache, last);
	cache->arenas[last].leaves = false;
	if (error != E_OK)
		return error;
	*place = last;
	*frame = cache->arenas[last].frame;
	cache->arenas[last] = (struct cache_arena){0};
	cache->total -= ARENA_PAGES;
	return E_OK;
}
