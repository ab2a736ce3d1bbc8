/* SPDX-License-Identifier: MIT */
/* The page cache. */
#include "cache.h"
#include "proto/inject.h"
#include <stddef.h>

err_t cache_grow(struct cache *cache, uint64_t frame, uint8_t *base)
{
	uint32_t place = cache_place(cache), first = place * ARENA_PAGES, free = 0;

	if (place == CACHE_ARENAS)
		return E_TOO_MANY;
	for (uint32_t i = first + ARENA_PAGES; i-- > first;) {
		cache->pages[i] = (struct cache_page){.next = free};
		free = i + 1;
	}
	cache->arenas[place] = (struct cache_arena){.frame = frame, .base = base, .free = free};
	cache->total += ARENA_PAGES;
	cache->freed++;
	return E_OK;
}

uint32_t cache_place(const struct cache *cache)
{
	uint32_t place = 0;

	while (place < CACHE_ARENAS && cache->arenas[place].base)
		place++;
	return place;
}

static struct cache_arena *arena_of(struct cache *cache, const struct cache_page *page)
{
	return &cache->arenas[(page - cache->pages) / ARENA_PAGES];
}

static uint32_t *cache_bucket(struct cache *cache, uint32_t inode, uint64_t index)
{
	return &cache->buckets[cache_bucket_of(inode, index)];
}

struct cache_page *cache_page(struct cache *cache, uint32_t number)
{
	return &cache->pages[number];
}

uint32_t cache_number(const struct cache *cache, const struct cache_page *page)
{
	return page - cache->pages;
}

struct cache_page *cache_find(struct cache *cache, uint32_t inode, uint64_t index)
{
	uint32_t number = *cache_bucket(cache, inode, index);

	while (number != 0) {
		struct cache_page *page = &cache->pages[number - 1];

		if (page->inode == inode && page->index == index)
			return page;
		number = page->next;
	}
	return NULL;
}

struct cache_page *cache_first(struct cache *cache, uint32_t inode)
{
	uint32_t number = cache->files[inode];

	return number != 0 ? &cache->pages[number - 1] : NULL;
}

struct cache_page *cache_next(struct cache *cache, const struct cache_page *page)
{
	return page->file_next != 0 ? &cache->pages[page->file_next - 1] : NULL;
}

static bool page_is_idle(const struct cache_page *page)
{
	return page->state == PAGE_CLEAN && page->leases == 0;
}

static void page_free(struct cache *cache, struct cache_page *page)
{
	struct cache_arena *arena = arena_of(cache, page);

	*page = (struct cache_page){.next = arena->free};
	arena->free = cache_number(cache, page) + 1;
	cache->used--;
	cache->freed++;
}

/* Out of the bucket and of the list of its file. */
static void page_unlink(struct cache *cache, struct cache_page *page)
{
	uint32_t *link = cache_bucket(cache, page->inode, page->index);
	uint32_t number = cache_number(cache, page) + 1;

	while (*link != number)
		link = &cache->pages[*link - 1].next;
	*link = page->next;
	if (page->file_prev != 0)
		cache->pages[page->file_prev - 1].file_next = page->file_next;
	else
		cache->files[page->inode] = page->file_next;
	if (page->file_next != 0)
		cache->pages[page->file_next - 1].file_prev = page->file_prev;
}

void cache_drop(struct cache *cache, struct cache_page *page)
{
	if (page_is_idle(page))
		cache->idle--;
	if (page->state != PAGE_PIPE)
		page_unlink(cache, page);
	if (page->leases == 0)
		page_free(cache, page);
	else
		*page = (struct cache_page){.state = PAGE_GHOST, .leases = page->leases};
}

/* Make one page free. The hand goes round once at most. */
static err_t cache_reclaim(struct cache *cache)
{
	if (cache->idle == 0)
		return E_NO_MEMORY;
	for (;;) {
		struct cache_page *page = &cache->pages[cache->hand];

		cache->hand = cache->hand + 1 < CACHE_PAGES ? cache->hand + 1 : 0;
		if (page_is_idle(page)) {
			cache_drop(cache, page);
			return E_OK;
		}
	}
}

static struct cache_arena *arena_with_free(struct cache *cache)
{
	for (uint32_t i = 0; i < CACHE_ARENAS; i++)
		if (cache->arenas[i].free != 0 && !cache->arenas[i].leaves)
			return &cache->arenas[i];
	return NULL;
}

err_t cache_take(struct cache *cache, struct cache_page **page)
{
	struct cache_arena *arena = arena_with_free(cache);

	if (allocation_refused("page") || cache_room(cache) <= cache->promised ||
	    (!arena && cache_reclaim(cache) != E_OK))
		return E_NO_MEMORY;
	if (!arena)
		arena = arena_with_free(cache);
	*page = &cache->pages[arena->free - 1];
	arena->free = (*page)->next;
	**page = (struct cache_page){.state = PAGE_PIPE};
	cache->used++;
	return E_OK;
}

void cache_put(struct cache *cache, struct cache_page *page, uint32_t inode, uint64_t index,
	       enum cache_state state)
{
	uint32_t *bucket = cache_bucket(cache, inode, index), number = cache_number(cache, page) + 1;

	*page = (struct cache_page){.inode = inode,
				    .index = index,
				    .state = state,
				    .next = *bucket,
				    .file_next = cache->files[inode]};
	*bucket = number;
	if (page->file_next != 0)
		cache->pages[page->file_next - 1].file_prev = number;
	cache->files[inode] = number;
	cache->idle += state == PAGE_CLEAN;
}

void cache_soil(struct cache *cache, struct cache_page *page)
{
	cache->idle--;
	page->state = PAGE_DIRTY;
}

void cache_lease(struct cache *cache, struct cache_page *page)
{
	cache->idle -= page_is_idle(page);
	page->leases++;
}

void cache_unlease(struct cache *cache, struct cache_page *page)
{
	page->leases--;
	if (page->leases == 0 && page->state == PAGE_GHOST)
		page_free(cache, page);
	else
		cache->idle += page_is_idle(page);
	cache->freed++;
}

uint32_t cache_room(const struct cache *cache)
{
	return cache->total - cache->used + cache->idle;
}

bool cache_may_hold(const struct cache *cache)
{
	return cache_room(cache) > cache->reserve + cache->commons + cache->promised;
}

bool cache_may_lease(const struct cache *cache, const struct cache_page *page, bool rich)
{
	return (page && !page_is_idle(page)) ||
	       (rich ? cache_may_hold(cache) : cache_room(cache) > cache->promised);
}

err_t cache_promise(struct cache *cache)
{
	if (cache_room(cache) <= cache->reserve + cache->promised)
		return E_NO_MEMORY;
	cache->promised++;
	return E_OK;
}

void cache_promise_ends(struct cache *cache)
{
	cache->promised--;
	cache->freed++;
}

err_t cache_take_promised(struct cache *cache, struct cache_page **page)
{
	err_t error;

	cache->promised--;
	error = cache_take(cache, page);
	cache->promised += error != E_OK;
	return error;
}

uint8_t *cache_data(const struct cache *cache, const struct cache_page *page)
{
	uint32_t number = page - cache->pages;

	return cache->arenas[number / ARENA_PAGES].base + number % ARENA_PAGES * PAGE_BYTES;
}

uint64_t cache_frame(const struct cache *cache, const struct cache_page *page)
{
	uint32_t number = page - cache->pages;

	return cache->arenas[number / ARENA_PAGES].frame + number % ARENA_PAGES;
}
