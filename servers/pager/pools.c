/* SPDX-License-Identifier: MIT */
/*
 * Whole arenas that leave the free frames: Pools for Spaces and their page tables. An arena that becomes a
 * Pool leaves the window first; one that comes back is mapped again.
 */
#include "pager.h"
#include <pagoda/log.h>
#include <pagoda/syscall.h>

/*
 * Each space is promised so many tables; its Space takes a page at most. One that needs more is promised
 * more, as long as its Pool has what is promised to nobody: so no space takes another's tables.
 */
#define PROMISE_TABLES 12
#define PROMISE_MORE   16
#define PROMISE_PAGES  (PROMISE_TABLES + 1)
#define MAP_TABLES     4		   /* one map never lacks more: the ends of its run */
#define POOR_PAGES     (8 * PROMISE_PAGES) /* of the first Pool, for accounts that have little */

static err_t pool_make(struct space_pool *pool)
{
	err_t error = source_carve(pool->frame, pool->arenas * ARENA_PAGES, pool->memory);
	struct result result;

	if (error)
		return error;
	error = (err_t)sys_pool_create(pool->memory, pool->pool).error;
	if (error) {
		(void)sys_cap_delete(CAP_NULL, pool->memory);
		return error;
	}
	result = sys_pool_free_bytes(pool->pool);
	pool->pages = result.error ? 0 : result.value / PAGE_BYTES;
	return E_OK;
}

static void pool_drop_frames(struct space_pool *pool)
{
	if (window_map_arenas(pool->frame, pool->arenas))
		server_panic("pools: arena 0x%lx cannot be mapped again", pool->frame);
	frames_give_arenas(&pager.policy.frames, pool->frame, pool->arenas);
	slot_give(pool->memory);
	slot_give(pool->pool);
	*pool = (struct space_pool){0};
}

/*
 * One arena, and one more for each 128 MiB, as far as the kernel allows: page tables for all of RAM four
 * times over, so that sparse use of an address space does not run out of tables before memory.
 */
static uint64_t pool_arenas(void)
{
	uint64_t wanted = 1 + pager.policy.frames.count / (64 * ARENA_PAGES);

	return wanted < POOL_ARENAS_MAX ? wanted : POOL_ARENAS_MAX;
}

static err_t pool_add(struct space_pool *pool)
{
	err_t error;

	*pool = (struct space_pool){.memory = slot_take(), .pool = slot_take(), .arenas = pool_arenas()};
	pool->frame = frames_take_arenas(&pager.policy.frames, pool->arenas, FRAME_POOL);
	if (!pool->frame) {
		pool->arenas = 1;
		pool->frame = reclaim_arena(FRAME_POOL);
	}
	if (!pool->memory || !pool->pool || !pool->frame) {
		if (pool->frame)
			frames_give_arenas(&pager.policy.frames, pool->frame, pool->arenas);
		if (pool->memory)
			slot_give(pool->memory);
		if (pool->pool)
			slot_give(pool->pool);
		*pool = (struct space_pool){0};
		return E_NO_MEMORY;
	}
	error = window_unmap_arenas(pool->frame, pool->arenas);
	if (error)
		server_panic("pools: arena 0x%lx cannot leave the window, error %d", pool->frame, error);
	error = pool_make(pool);
	if (error)
		pool_drop_frames(pool);
	return error ? E_NO_MEMORY : E_OK;
}

void pools_open(void)
{
	if (pool_add(&pager.pool[0]))
		server_panic("pools: no whole arena for Spaces and page tables");
}

/* Pages that can be promised to whoever pays now. */
static uint64_t pool_left(const struct space_pool *pool)
{
	bool is_kept_back = pool == &pager.pool[0] && frames_payer_is_rich(&pager.policy.frames);
	uint64_t taken = pool->promised + (is_kept_back ? POOR_PAGES : 0);

	return taken < pool->pages ? pool->pages - taken : 0;
}

uint64_t pools_first_promise(uint64_t table_limit)
{
	return table_limit < PROMISE_TABLES ? table_limit : PROMISE_TABLES;
}

static err_t pool_try(struct space_pool *pool, uint64_t table_limit, cap_t slot, uint64_t room_pages)
{
	struct result result;

	if (pool_left(pool) < PROMISE_PAGES + room_pages || allocation_refused("Space"))
		return E_NO_MEMORY;
	result = sys_object_create(pool->pool, slot, KIND_SPACE, pools_first_promise(table_limit));
	if (result.error == E_RANGE)
		return E_ARGUMENT;
	if (result.error)
		return E_NO_MEMORY;
	pool->spaces++;
	pool->promised += PROMISE_PAGES;
	return E_OK;
}

/* Try each Pool, the one that served last first; with @roomy only where a quarter is promised to nobody. */
static err_t pools_try(uint64_t table_limit, cap_t slot, bool roomy, struct space_pool **used)
{
	for (uint32_t i = 0; i < PAGER_POOLS; i++) {
		struct space_pool *pool = &pager.pool[(pager.pool_hint + i) % PAGER_POOLS];
		err_t error;

		if (!pool->pool)
			continue;
		error = pool_try(pool, table_limit, slot, roomy ? pool->pages / 4 : 0);
		if (error == E_NO_MEMORY)
			continue;
		pager.pool_hint = (uint32_t)(pool - pager.pool);
		*used = pool;
		return error;
	}
	return E_NO_MEMORY;
}

static bool pools_grow(void)
{
	uint32_t i = 0;

	while (i < PAGER_POOLS && pager.pool[i].pool)
		i++;
	if (i == PAGER_POOLS || allocation_refused("Pool") || pool_add(&pager.pool[i]))
		return false;
	pager.pool_hint = i;
	return true;
}

/* First where there is room, then in a new Pool, then anywhere. */
err_t pools_create_space(uint64_t table_limit, cap_t slot, struct space_pool **used)
{
	err_t error = table_limit > UINT32_MAX ? E_ARGUMENT : pools_try(table_limit, slot, true, used);

	if (error == E_NO_MEMORY && pools_grow())
		error = pools_try(table_limit, slot, true, used);
	return error == E_NO_MEMORY ? pools_try(table_limit, slot, false, used) : error;
}

static void pool_remove(struct space_pool *pool)
{
	(void)sys_cap_delete(CAP_NULL, pool->pool);
	(void)sys_cap_delete(CAP_NULL, pool->memory);
	pool_drop_frames(pool);
}

/*
 * The first Pool stays. Of others that hold nothing one is kept, so that one process more and one less does
 * not make and unmake it each time; the rest become frames again. The next space is made in the first one if
 * there is room: else whoever asks for the accounts could be the one that keeps the empty Pool.
 */
void pools_space_gone(struct space_pool *pool)
{
	pool->promised -= PROMISE_PAGES;
	if (--pool->spaces || pool == &pager.pool[0])
		return;
	pager.pool_hint = 0;
	for (uint32_t i = 1; i < PAGER_POOLS; i++)
		if (pager.pool[i].pool && pager.pool[i].spaces == 0 && &pager.pool[i] != pool)
			pool_remove(&pager.pool[i]);
}

bool pools_give_back(void)
{
	bool given = false;

	for (uint32_t i = 1; i < PAGER_POOLS; i++) {
		if (!pager.pool[i].pool || pager.pool[i].spaces)
			continue;
		pool_remove(&pager.pool[i]);
		given = true;
	}
	return given;
}

bool pools_tables_are_short(const struct process *process)
{
	return process->table_promise < (uint32_t)sys_space_tables(process->space_cap).value + MAP_TABLES;
}

bool pools_promise_more(struct process *process)
{
	uint64_t more = process->table_limit - process->table_promise, left;

	space_pays(process->space);
	left = pool_left(process->pool);
	more = more < PROMISE_MORE ? more : PROMISE_MORE;
	more = more < left ? more : left;
	if (more == 0 || sys_space_set_limit(process->space_cap, process->table_promise + more).error)
		return false;
	process->table_promise += more;
	process->pool->promised += more;
	return true;
}

void pools_promise_ends(struct process *process)
{
	uint64_t first = pools_first_promise(process->table_limit);

	process->pool->promised -= process->table_promise - first;
	process->table_promise = first;
}

static uint64_t promise_of(const struct process *process)
{
	return PROMISE_PAGES + process->table_promise - pools_first_promise(process->table_limit);
}

/* What the Space was promised is what the kernel lets it have, and what its Pool counts. */
static int promise_check(const struct process *process, uint64_t *spaces, uint64_t *promised)
{
	uint64_t index = (uint64_t)(process->pool - pager.pool);

	if (index >= PAGER_POOLS || process->table_promise > process->table_limit)
		return __LINE__;
	if (sys_space_tables(process->space_cap).value >> 32 != process->table_promise)
		return __LINE__;
	spaces[index]++;
	promised[index] += promise_of(process);
	return 0;
}

int pools_check(void)
{
	uint64_t spaces[PAGER_POOLS] = {0}, promised[PAGER_POOLS] = {0};
	int broken = 0;

	for (int i = 0; i < PROCESS_BUCKETS; i++)
		for (const struct process *process = pager.bucket[i]; process && !broken;
		     process = process->next)
			broken = promise_check(process, spaces, promised);
	for (uint32_t i = 0; i < pager.kept_spaces; i++) {
		spaces[pager.kept[i].pool - pager.pool]++;
		promised[pager.kept[i].pool - pager.pool] += PROMISE_PAGES;
	}
	for (int i = 0; i < PAGER_POOLS && !broken; i++) {
		const struct space_pool *pool = &pager.pool[i];

		if (pool->spaces != spaces[i] || pool->promised != promised[i] ||
		    pool->promised > pool->pages)
			broken = __LINE__;
	}
	return broken;
}

uint64_t pools_frames(void)
{
	uint64_t frames = 0;

	for (int i = 0; i < PAGER_POOLS; i++)
		frames += pager.pool[i].arenas * ARENA_PAGES;
	return frames;
}
