/* SPDX-License-Identifier: MIT */
/* The page cache. */
#include "cache.h"
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

/* Take a used page without a lease out of its bucket. */
static void cache_forget(struct cache *cache, uint32_t number)
{
	struct cache_page *page = &cache->pages[number];
	uint32_t *link = cache_bucket(cache, page->inode, page->index);

	while (*link != number + 1)
		link = &cache->pages[*link - 1].next;
	*link = page->next;
	page->inode = 0;
	page->next = cache->free;
	cache->free = number + 1;
	cache->used--;
}

/* Make one page free. The hand goes round once at most. */
static err_t cache_reclaim(struct cache *cache)
{
	uint32_t total = cache->arena_count * ARENA_PAGES;

	for (uint32_t tries = 0; tries < total; tries++) {
		uint32_t number = cache->hand;

		cache->hand = number + 1 < total ? number + 1 : 0;
		if (cache->pages[number].inode != 0 && cache->pages[number].leases == 0) {
			cache_forget(cache, number);
			return E_OK;
		}
	}
	return E_NO_MEMORY;
}

err_t cache_take(struct cache *cache, uint32_t inode, uint64_t index, struct cache_page **page)
{
	uint32_t *bucket = cache_bucket(cache, inode, index), number;

	if (cache->free == 0 && cache_reclaim(cache) != E_OK)
		return E_NO_MEMORY;
	number = cache->free;
	*page = &cache->pages[number - 1];
	cache->free = (*page)->next;
	**page = (struct cache_page){.inode = inode, .index = index, .next = *bucket};
	*bucket = number;
	cache->used++;
	return E_OK;
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

static int bucket_check(const struct cache *cache, uint32_t bucket, uint32_t *used, uint64_t *leases)
{
	for (uint32_t next = cache->buckets[bucket]; next != 0; next = cache->pages[next - 1].next) {
		const struct cache_page *page = &cache->pages[next - 1];

		if (next > cache->arena_count * ARENA_PAGES || page->inode == 0)
			return __LINE__;
		if (cache_bucket((struct cache *)cache, page->inode, page->index) != &cache->buckets[bucket])
			return __LINE__;
		if (cache_find((struct cache *)cache, page->inode, page->index) != page)
			return __LINE__; /* the same page twice */
		if (++*used > cache->used)
			return __LINE__;
		*leases += page->leases;
	}
	return 0;
}

int cache_check(const struct cache *cache, uint64_t *leases)
{
	uint32_t used = 0, free = 0, total = cache->arena_count * ARENA_PAGES;

	*leases = 0;
	if (cache->arena_count > CACHE_ARENAS)
		return __LINE__;
	for (uint32_t bucket = 0; bucket < CACHE_BUCKETS; bucket++) {
		int broken = bucket_check(cache, bucket, &used, leases);

		if (broken)
			return broken;
	}
	for (uint32_t next = cache->free; next != 0; next = cache->pages[next - 1].next) {
		if (next > total || cache->pages[next - 1].inode != 0 || ++free > total)
			return __LINE__;
	}
	if (used != cache->used || used + free != total)
		return __LINE__;
	return 0;
}
