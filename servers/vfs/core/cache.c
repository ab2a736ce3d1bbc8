/* SPDX-License-Identifier: MIT */
/* The page cache. */
#include "cache.h"
#include "proto/inject.h"
#include <stddef.h>

err_t cache_grow(struct cache *cache, uint64_t frame, uint8_t *base)
{
	uint32_t first = cache->arena_count * ARENA_PAGES;

	if (cache->arena_count == CACHE_ARENAS)
		return E_TOO_MANY;
	cache->arenas[cache->arena_count++] = (struct cache_arena){.frame = frame, .base = base};
	for (uint32_t i = first + ARENA_PAGES; i-- > first;) {
		cache->pages[i] = (struct cache_page){.next = cache->free};
		cache->free = i + 1;
	}
	return E_OK;
}

static uint32_t *cache_bucket(struct cache *cache, uint32_t inode, uint64_t index)
{
	uint64_t hash = (inode + index * 0x9e3779b1u) * 0x9e3779b97f4a7c15ull;

	return &cache->buckets[hash >> 40 & (CACHE_BUCKETS - 1)];
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
	*page = (struct cache_page){.next = cache->free};
	cache->free = cache_number(cache, page) + 1;
	cache->used--;
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
	uint32_t total = cache->arena_count * ARENA_PAGES;

	if (cache->idle == 0)
		return E_NO_MEMORY;
	for (;;) {
		struct cache_page *page = &cache->pages[cache->hand];

		cache->hand = cache->hand + 1 < total ? cache->hand + 1 : 0;
		if (page_is_idle(page)) {
			cache_drop(cache, page);
			return E_OK;
		}
	}
}

err_t cache_take(struct cache *cache, struct cache_page **page)
{
	if (allocation_refused("page") || cache_room(cache) <= cache->promised ||
	    (cache->free == 0 && cache_reclaim(cache) != E_OK))
		return E_NO_MEMORY;
	*page = &cache->pages[cache->free - 1];
	cache->free = (*page)->next;
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
}

uint32_t cache_room(const struct cache *cache)
{
	return cache->arena_count * ARENA_PAGES - cache->used + cache->idle;
}

bool cache_may_hold(const struct cache *cache)
{
	return cache_room(cache) > cache->reserve + cache->commons + cache->promised;
}

bool cache_may_lease(const struct cache *cache, const struct cache_page *page)
{
	return !page_is_idle(page) || cache_room(cache) > cache->promised;
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

/* Pages in buckets: each in its own, once. */
static int bucket_check(const struct cache *cache, uint32_t bucket, uint32_t *filed)
{
	for (uint32_t next = cache->buckets[bucket]; next != 0; next = cache->pages[next - 1].next) {
		const struct cache_page *page = &cache->pages[next - 1];

		if (next > cache->arena_count * ARENA_PAGES ||
		    (page->state != PAGE_CLEAN && page->state != PAGE_DIRTY))
			return __LINE__;
		if (cache_bucket((struct cache *)cache, page->inode, page->index) != &cache->buckets[bucket])
			return __LINE__;
		if (cache_find((struct cache *)cache, page->inode, page->index) != page)
			return __LINE__; /* the same page twice */
		if (++*filed > cache->used)
			return __LINE__;
	}
	return 0;
}

/* Lists of files hold the same pages. */
static int lists_check(const struct cache *cache, uint32_t filed)
{
	uint32_t seen = 0;

	for (uint32_t inode = 0; inode <= TREE_INODES_MAX; inode++) {
		uint32_t before = 0;

		for (uint32_t next = cache->files[inode]; next != 0;
		     before = next, next = cache->pages[next - 1].file_next) {
			const struct cache_page *page = &cache->pages[next - 1];

			if (page->inode != inode || page->file_prev != before || ++seen > filed)
				return __LINE__;
		}
	}
	return seen == filed ? 0 : __LINE__;
}

/* Every page by its state. */
static int states_check(const struct cache *cache, uint32_t filed, uint64_t *leases)
{
	uint32_t idle = 0, used = 0, in_files = 0;

	*leases = 0;
	for (uint32_t i = 0; i < cache->arena_count * ARENA_PAGES; i++) {
		const struct cache_page *page = &cache->pages[i];

		idle += page_is_idle(page);
		used += page->state != PAGE_FREE;
		in_files += page->state == PAGE_CLEAN || page->state == PAGE_DIRTY;
		*leases += page->leases;
		if ((page->state == PAGE_FREE || page->state == PAGE_PIPE) && page->leases != 0)
			return __LINE__;
		if (page->state == PAGE_GHOST && page->leases == 0)
			return __LINE__;
	}
	return idle == cache->idle && used == cache->used && in_files == filed ? 0 : __LINE__;
}

int cache_check(const struct cache *cache, uint64_t *leases)
{
	uint32_t filed = 0, free = 0, total = cache->arena_count * ARENA_PAGES;
	int broken = 0;

	*leases = 0;
	if (cache->arena_count > CACHE_ARENAS)
		return __LINE__;
	for (uint32_t bucket = 0; bucket < CACHE_BUCKETS && !broken; bucket++)
		broken = bucket_check(cache, bucket, &filed);
	if (!broken)
		broken = lists_check(cache, filed);
	if (!broken)
		broken = states_check(cache, filed, leases);
	if (broken)
		return broken;
	for (uint32_t next = cache->free; next != 0; next = cache->pages[next - 1].next) {
		if (next > total || cache->pages[next - 1].state != PAGE_FREE || ++free > total)
			return __LINE__;
	}
	return cache->used + free == total && cache_room(cache) >= cache->promised ? 0 : __LINE__;
}
