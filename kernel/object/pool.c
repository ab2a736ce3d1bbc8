/* SPDX-License-Identifier: MIT */
/* Pools and the objects that live in them; the dying list and its reaper. */
#include <string.h>

#include "base/panic.h"
#include "base/spot.h"
#include "object/endpoint.h"
#include "object/frame.h"
#include "object/notification.h"
#include "object/pool.h"
#include "object/space.h"
#include "pure/copy.h"

/* Not enough entries in all to overflow the count of mappings of one frame. */
#define TABLES_MAX (FRAME_COUNT / SV39_TABLE_ENTRIES - 1)

struct info_page *info;

static struct object *dying_first; /* [K] */
static struct object **dying_last = &dying_first;

err_t pool_create(uint64_t first_pfn, uint64_t pages, struct pool **made)
{
	uint64_t bytes = pages * PAGE_BYTES;
	struct pool *pool = spot_of_pfn(first_pfn);
	err_t error;

	if (pages > POOL_ARENAS_MAX * ARENA_PAGES)
		return E_RANGE;
	error = frame_convert(first_pfn, pages, FRAME_USER, FRAME_KERNEL);
	if (error != E_OK)
		return error;
	zero_bytes(pool, sizeof *pool);
	pool->object.kind = KIND_POOL;
	pool->first_pfn = first_pfn;
	pool->pages = pages;
	carve_init(&pool->carve, pool, bytes, align_up(sizeof *pool, 64) + carve_header_bytes(bytes));
	info->objects[KIND_POOL]++;
	*made = pool;
	return E_OK;
}

void pool_destroy(struct pool *pool)
{
	uint64_t first_pfn = pool->first_pfn, pages = pool->pages;

	KASSERT(carve_is_empty(&pool->carve));
	info->objects[KIND_POOL]--;
	if (frame_convert(first_pfn, pages, FRAME_KERNEL, FRAME_USER) != E_OK)
		panic("pool_destroy: pool at frame 0x%lx is in use", first_pfn);
}

void *pool_take_table(struct pool *pool)
{
	bool is_zero;
	void *table;

	if (info->tables >= TABLES_MAX)
		return NULL;
	table = carve_take_zeroed(&pool->carve, &is_zero);
	if (table == NULL)
		return NULL;
	if (!is_zero)
		zero_bytes(table, PAGE_BYTES);
	info->tables++;
	return table;
}

static void pool_given_back(struct pool *pool)
{
	if (pool->object.references == 0 && carve_is_empty(&pool->carve))
		pool_destroy(pool);
}

void pool_give_table(struct pool *pool, void *table)
{
	*frame_word(spot_pfn(table)) &= ~FRAME_COUNT; /* where its entries were */
	carve_give_zeroed(&pool->carve, table);
	info->tables--;
	pool_given_back(pool);
}

void *object_new(struct pool *pool, enum object_kind kind, uint64_t bytes)
{
	unsigned order = bits_order(bytes);
	struct object *object;

	if (order < CARVE_ORDER_MIN)
		order = CARVE_ORDER_MIN;
	object = carve_take(&pool->carve, order);
	if (object == NULL)
		return NULL;
	zero_bytes(object, bytes);
	object->kind = (uint8_t)kind;
	object->order = (uint8_t)order;
	object->pool = pool;
	info->objects[kind]++;
	return object;
}

void object_free(struct object *object)
{
	struct pool *pool = object->pool;
	unsigned order = object->order;

	info->objects[object->kind]--;
#if PAGODA_CHECKED
	memset(object, 0xd5, 1ul << order); /* whoever still uses it shall notice */
#endif
	carve_give(&pool->carve, object, order);
	pool_given_back(pool);
}

void object_release(struct object *object)
{
	KASSERT(object->references > 0);
	if (--object->references != 0)
		return;
	if (object->kind == KIND_POOL) {
		pool_given_back((struct pool *)object);
		return;
	}
	object->next_dying = NULL;
	*dying_last = object;
	dying_last = &object->next_dying;
}

bool object_reap_pending(void)
{
	return dying_first != NULL;
}

/* A bounded piece of taking @object apart; true: there is more of it. */
static bool reap_one(struct object *object)
{
	switch (object->kind) {
	case KIND_CSPACE:
		return cspace_reap_step((struct cspace *)object);
	case KIND_THREAD:
		return thread_reap_step((struct thread *)object);
	case KIND_SPACE:
		return space_reap_step((struct space *)object);
	case KIND_ENDPOINT:
		return endpoint_reap_step((struct endpoint *)object);
	case KIND_NOTIFICATION:
		return notification_reap_step((struct notification *)object);
	case KIND_TIMER:
		return timer_reap_step((struct timer *)object);
	default:
		panic("reap: object %p has kind %u", (void *)object, object->kind);
	}
}

bool object_reap_step(void)
{
	struct object *object = dying_first;

	if (object == NULL)
		return false;
	if (!reap_one(object)) {
		dying_first = object->next_dying;
		if (dying_first == NULL)
			dying_last = &dying_first;
		object_free(object);
	}
	return dying_first != NULL;
}
