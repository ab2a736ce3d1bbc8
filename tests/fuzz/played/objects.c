/* SPDX-License-Identifier: MIT */
/* Objects that the server makes: how many of each there are, and when they go. Threads do nothing by
 * themselves. */
#include "played.h"

struct played_object played_objects[PLAYED_OBJECTS];
static uint32_t top; /* objects from here on were never used */

void played_objects_clear(void)
{
	for (uint32_t i = 1; i < top; i++)
		played_space_clear(&played_objects[i]);
	memset(played_objects, 0, top * sizeof(played_objects[0]));
	top = 1;
}

uint32_t played_object_new(uint32_t kind)
{
	uint32_t object = 1;

	while (object < top && played_objects[object].kind != KIND_NONE)
		object++;
	if (object == PLAYED_OBJECTS)
		return 0;
	if (object == top)
		top++;
	memset(&played_objects[object], 0, sizeof(played_objects[object]));
	played_objects[object].kind = (uint8_t)kind;
	return object;
}

uint32_t played_objects_of_kind(uint32_t kind)
{
	uint32_t count = 0;

	for (uint32_t i = 1; i < top; i++)
		count += played_objects[i].kind == kind;
	return count;
}

void played_object_take(uint32_t object)
{
	played_objects[object].references++;
}

/* Whoever sent a message from this thread waits no more. */
static void thread_callers_end(uint32_t thread)
{
	for (int i = 0; i < PLAYED_CALLERS; i++)
		if (played_callers[i].thread == thread && played_callers[i].at != CALLER_FREE &&
		    !played_callers[i].is_fault)
			played_caller_gone(&played_callers[i]);
}

static void thread_unbind(struct played_object *thread)
{
	for (int i = 0; i < BIND_COUNT; i++) {
		if (thread->binding[i])
			played_object_drop(thread->binding[i]);
		thread->binding[i] = 0;
	}
}

void played_object_drop(uint32_t object)
{
	struct played_object *gone = &played_objects[object];
	uint32_t pool = gone->pool;

	FUZZ_TRUE(gone->references > 0);
	if (--gone->references > 0)
		return;
	switch (gone->kind) {
	case KIND_SPACE:
		FUZZ_TRUE(!gone->given); /* whoever holds it has lost it before */
		played_space_clear(gone);
		break;
	case KIND_THREAD:
		thread_callers_end(object);
		thread_unbind(gone);
		break;
	case KIND_ENDPOINT:
		played_endpoint_gone(object);
		break;
	case KIND_POOL:
		FUZZ_TRUE(gone->used == 0);
		break;
	}
	if (pool)
		played_objects[pool].used--;
	*gone = (struct played_object){0};
}

static struct result answer(err_t error)
{
	return (struct result){error, 0};
}

static struct result carve(const uint64_t *w)
{
	struct played_cap *memory, *to;
	err_t error = played_cap_find(w[0], KIND_MEMORY, 0, &memory);
	uint64_t pages;

	if (error == E_OK)
		error = played_cap_find_empty(w[1], &to);
	if (error != E_OK)
		return answer(error);
	pages = memory->b / PAGE_BYTES;
	if (w[3] == 0 || w[2] > pages || w[3] > pages - w[2])
		return answer(E_RANGE);
	played_cap_derive((cap_t)w[0], (cap_t)w[1], RIGHTS_ALL);
	to->a += w[2] * PAGE_BYTES;
	to->b = w[3] * PAGE_BYTES;
	return answer(E_OK);
}

static struct result pool_create(const uint64_t *w)
{
	struct played_cap *memory, *to;
	err_t error = played_cap_find(w[0], KIND_MEMORY, RIGHT_MANAGE | RIGHT_READ | RIGHT_WRITE, &memory);
	uint32_t object;

	if (error == E_OK)
		error = played_cap_find_empty(w[1], &to);
	if (error != E_OK)
		return answer(error);
	if (memory->a % ARENA_BYTES || memory->b % ARENA_BYTES)
		return answer(E_ALIGN);
	if (memory->b == 0 || memory->b > POOL_ARENAS_MAX * ARENA_BYTES)
		return answer(E_RANGE);
	object = played_object_new(KIND_POOL);
	FUZZ_TRUE(object);
	played_objects[object].first = memory->a / PAGE_BYTES;
	played_objects[object].pages = memory->b / PAGE_BYTES;
	played_cap_put((cap_t)w[1], (struct played_cap){KIND_POOL, RIGHTS_ALL, (cap_t)w[0], object, 0, 0});
	return answer(E_OK);
}

static struct result object_create(const uint64_t *w)
{
	struct played_cap *pool, *to;
	err_t error = played_cap_find(w[0], KIND_POOL, RIGHT_MANAGE, &pool);
	uint32_t object;

	if (error == E_OK)
		error = played_cap_find_empty(w[1], &to);
	if (error == E_OK && w[2] != KIND_CSPACE && w[2] != KIND_SPACE && w[2] != KIND_THREAD &&
	    w[2] != KIND_ENDPOINT)
		error = E_RANGE;
	if (error == E_OK && w[2] == KIND_SPACE && (w[3] == 0 || w[3] > UINT32_MAX))
		error = E_RANGE;
	if (error == E_OK && w[2] == KIND_CSPACE && w[3] != PROGRAM_CSPACE_SLOTS)
		error = E_RANGE;
	object = error == E_OK && !played_trouble() ? played_object_new((uint32_t)w[2]) : 0;
	if (error != E_OK || !object ||
	    played_objects[pool->object].used >= played_objects[pool->object].pages)
		return answer(error != E_OK ? error : E_MEMORY);
	played_objects[object].pool = pool->object;
	played_objects[object].limit = w[3];
	played_objects[pool->object].used++;
	played_cap_put((cap_t)w[1],
		       (struct played_cap){(uint8_t)w[2], RIGHTS_ALL, (cap_t)w[0], object, 0, 0});
	return answer(E_OK);
}

static struct result thread_bind(struct played_object *thread, const uint64_t *w)
{
	static const uint8_t kinds[BIND_COUNT] = {KIND_CSPACE, KIND_SPACE, KIND_ENDPOINT, KIND_NOTIFICATION,
						  KIND_MEMORY};
	struct played_cap *cap;
	err_t error = w[1] >= BIND_COUNT ? E_RANGE : played_cap_find(w[2], KIND_NONE, 0, &cap);

	if (error == E_OK && (w[1] == BIND_SPACE || w[1] == BIND_CSPACE) && thread->state != THREAD_STOPPED)
		error = E_STATE;
	if (error == E_OK && cap->kind != kinds[w[1]])
		error = E_KIND;
	if (error == E_OK && w[1] == BIND_MESSAGE && cap->b != PAGE_BYTES)
		error = E_RANGE;
	if (error != E_OK)
		return answer(error);
	if (cap->object)
		played_object_take(cap->object);
	if (thread->binding[w[1]])
		played_object_drop(thread->binding[w[1]]);
	thread->binding[w[1]] = cap->object;
	if (w[1] == BIND_SPACE) /* its owner has the Thread, too, and lets it run */
		played_objects[cap->object].given = true;
	if (w[1] == BIND_PAGER)
		thread->pager_badge = cap->b;
	return answer(E_OK);
}

/* Stopped, it waits for no answer. */
static struct result thread_stop(struct played_object *thread, uint32_t object)
{
	thread_callers_end(object);
	thread->state = THREAD_STOPPED;
	return answer(E_OK);
}

static struct result thread_run(struct played_object *thread)
{
	if (thread->state != THREAD_STOPPED || !thread->binding[BIND_SPACE])
		return answer(E_STATE);
	thread->state = THREAD_READY;
	return answer(E_OK);
}

static struct result thread_read(const struct played_object *thread)
{
	for (uint64_t i = 0; i <= 32; i++)
		host_message_page.words[MESSAGE_REGISTERS + i] =
			i == 2 ? PROGRAM_STACK_TOP - 64 : i * PAGE_BYTES;
	return (struct result){E_OK, thread->state};
}

static struct result thread_write(const struct played_object *thread)
{
	uint64_t pc = host_message_page.words[MESSAGE_REGISTERS];

	if (thread->state != THREAD_STOPPED)
		return answer(E_STATE);
	return answer(pc >= USER_END || pc % 2 ? E_RANGE : E_OK);
}

static struct result thread_call(uint64_t number, const uint64_t *w)
{
	struct played_cap *cap;
	err_t error = played_cap_find(w[0], KIND_THREAD, RIGHT_MANAGE, &cap);
	struct played_object *thread;

	if (error != E_OK)
		return answer(error);
	thread = &played_objects[cap->object];
	switch (number) {
	case SYS_thread_bind:
		return thread_bind(thread, w);
	case SYS_thread_priority:
		return answer(w[1] >= PRIORITIES ? E_RANGE : E_OK);
	case SYS_thread_suspend:
		return thread_stop(thread, cap->object);
	case SYS_thread_read:
		return thread_read(thread);
	case SYS_thread_write:
		return thread_write(thread);
	case SYS_thread_start:
		if (w[1] >= USER_END || w[2] > USER_END || w[1] % 2)
			return answer(E_RANGE);
		return thread_run(thread);
	default:
		return thread_run(thread);
	}
}

struct result played_call_object(uint64_t number, const uint64_t *w)
{
	struct played_cap *cap;
	err_t error;

	switch (number) {
	case SYS_memory_carve:
		return carve(w);
	case SYS_pool_create:
		return pool_create(w);
	case SYS_object_create:
		return object_create(w);
	case SYS_pool_free_bytes:
		error = played_cap_find(w[0], KIND_POOL, 0, &cap);
		if (error != E_OK)
			return answer(error);
		return (struct result){
			E_OK,
			(played_objects[cap->object].pages - played_objects[cap->object].used) * PAGE_BYTES};
	default:
		return thread_call(number, w);
	}
}

void played_object_revoke(uint32_t object)
{
	for (cap_t slot = 1; slot < PLAYED_SLOTS; slot++)
		if (played_caps[slot].kind != KIND_REPLY && played_caps[slot].object == object) {
			err_t error = played_cap_delete(slot);

			FUZZ_TRUE(error == E_OK);
		}
	for (uint32_t i = 1; i < top; i++)
		for (int what = 0; played_objects[i].kind == KIND_THREAD && what < BIND_COUNT; what++) {
			if (played_objects[i].binding[what] != object)
				continue;
			played_objects[i].binding[what] = 0;
			if (what == BIND_SPACE)
				(void)thread_stop(&played_objects[i], i);
			played_object_drop(object);
		}
}

uint32_t played_thread_take(uint32_t number)
{
	uint32_t found = 0;

	for (uint32_t i = 1; i < top; i++) {
		bool is_busy =
			played_objects[i].kind != KIND_THREAD || played_objects[i].state != THREAD_READY;

		for (int caller = 0; caller < PLAYED_CALLERS && !is_busy; caller++)
			is_busy = played_callers[caller].at != CALLER_FREE &&
				  played_callers[caller].thread == i;
		if (is_busy)
			continue;
		found = i;
		if (number-- == 0)
			break;
	}
	return found;
}
