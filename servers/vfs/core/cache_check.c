/* SPDX-License-Identifier: MIT */
/* Every invariant of the page cache. */
#include "cache.h"

static bool number_is_present(const struct cache *cache, uint32_t number)
{
	return number < CACHE_PAGES && cache->arenas[number / ARENA_PAGES].base;
}

/* Pages in buckets: each in its own, once. */
static int bucket_check(const struct cache *cache, uint32_t bucket, uint32_t *filed)
{
	for (uint32_t next = cache->buckets[bucket]; next != 0; next = cache->pages[next - 1].next) {
		const struct cache_page *page = &cache->pages[next - 1];

		if (!number_is_present(cache, next - 1) ||
		    (page->state != PAGE_CLEAN && page->state != PAGE_DIRTY))
			return __LINE__;
		if (cache_bucket_of(page->inode, page->index) != bucket)
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

/* Every page by its state; where no arena is there is no page in use. */
static int states_check(const struct cache *cache, uint32_t filed, uint64_t *leases)
{
	uint32_t idle = 0, used = 0, in_files = 0;

	*leases = 0;
	for (uint32_t i = 0; i < CACHE_PAGES; i++) {
		const struct cache_page *page = &cache->pages[i];

		idle += page->state == PAGE_CLEAN && page->leases == 0;
		used += page->state != PAGE_FREE;
		in_files += page->state == PAGE_CLEAN || page->state == PAGE_DIRTY;
		*leases += page->leases;
		if ((page->state == PAGE_FREE || page->state == PAGE_PIPE) && page->leases != 0)
			return __LINE__;
		if (page->state == PAGE_GHOST && page->leases == 0)
			return __LINE__;
		if (page->state != PAGE_FREE && !number_is_present(cache, i))
			return __LINE__;
	}
	return idle == cache->idle && used == cache->used && in_files == filed ? 0 : __LINE__;
}

/* The free pages of each arena hang in its list. */
static int free_check(const struct cache *cache)
{
	uint32_t free = 0, total = 0;

	for (uint32_t place = 0; place < CACHE_ARENAS; place++) {
		const struct cache_arena *arena = &cache->arenas[place];

		total += arena->base ? ARENA_PAGES : 0;
		if (arena->leaves || (!arena->base && arena->free != 0))
			return __LINE__;
		for (uint32_t next = arena->free; next != 0; next = cache->pages[next - 1].next)
			if ((next - 1) / ARENA_PAGES != place || cache->pages[next - 1].state != PAGE_FREE ||
			    ++free > total)
				return __LINE__;
	}
	return total == cache->total && cache->used + free == total ? 0 : __LINE__;
}

int cache_check(const struct cache *cache, uint64_t *leases)
{
	uint32_t filed = 0;
	int broken = 0;

	*leases = 0;
	for (uint32_t bucket = 0; bucket < CACHE_BUCKETS && !broken; bucket++)
		broken = bucket_check(cache, bucket, &filed);
	if (!broken)
		broken = lists_check(cache, filed);
	if (!broken)
		broken = states_check(cache, filed, leases);
	if (!broken)
		broken = free_check(cache);
	if (broken)
		return broken;
	return cache_room(cache) >= cache->promised ? 0 : __LINE__;
}
