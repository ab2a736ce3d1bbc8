/* SPDX-License-Identifier: MIT */
/* System calls on spaces. */
#include "entry/calls.h"
#include "object/frame.h"
#include "object/range.h"
#include "object/sched.h"
#include "object/tables.h"
#include "object/trace.h"

static err_t find_space(struct thread *thread, uint64_t index, struct space **space)
{
	struct slot *slot;
	err_t error = cap_find(thread, index, KIND_SPACE, RIGHT_MANAGE, &slot);

	if (error == E_OK)
		*space = (struct space *)slot->a;
	return error;
}

struct result syscall_space_attach(struct thread *thread, uint64_t space, uint64_t index, uint64_t memory,
				   uint64_t rights)
{
	struct space *found = NULL;
	struct slot *slot;
	err_t error = find_space(thread, space, &found);

	if (error == E_OK)
		error = cap_find(thread, memory, KIND_MEMORY, 0, &slot);
	if (error == E_OK && (rights & ~(uint64_t)RIGHTS_RWX) != 0)
		error = E_RANGE;
	if (error == E_OK)
		error = space_attach(found, index, slot, (unsigned)rights);
	return failed(error);
}

struct result syscall_space_detach(struct thread *thread, uint64_t space, uint64_t index)
{
	struct space *found = NULL;
	err_t error = find_space(thread, space, &found);

	if (error == E_OK && index >= SPACE_SOURCES)
		error = E_RANGE;
	if (error == E_OK && slot_is_empty(&found->sources[index]))
		error = E_EMPTY;
	if (error != E_OK)
		return failed(error);
	/* A step can stop this thread, but not take the space from it: only its own call could. */
	while (cap_delete_step(&found->sources[index])) {
		if (!sched_goes_on(thread))
			return result(RESULT_RESTART, 0);
	}
	return failed(E_OK);
}

static struct result map_items(struct space *space, const struct map_item *items, unsigned count)
{
	struct map_plan plans[MAP_ITEMS_MAX];
	uint64_t missing = 0;
	err_t error = map_check(space, items, count, NULL, plans, &missing);

	if (error == E_OK)
		map_apply(space, plans, count);
	return result(error, missing);
}

struct result syscall_space_map(struct thread *thread, uint64_t space, uint64_t at_rights, uint64_t source,
				uint64_t offset)
{
	struct map_item item = {at_rights, source, offset};
	struct space *found = NULL;
	err_t error = find_space(thread, space, &found);

	return error == E_OK ? map_items(found, &item, 1) : failed(error);
}

struct result syscall_space_map_items(struct thread *thread, uint64_t space, uint64_t count)
{
	struct map_item items[MAP_ITEMS_MAX];
	const uint64_t *words;
	struct space *found = NULL;
	err_t error = find_space(thread, space, &found);

	if (error == E_OK && thread->page == NULL)
		error = E_MESSAGE;
	if (error == E_OK && (count == 0 || count > MAP_ITEMS_MAX))
		error = E_RANGE;
	if (error != E_OK)
		return failed(error);
	words = &thread->page->words[MESSAGE_REGISTERS];
	for (unsigned i = 0; i < count; i++, words += 3)
		items[i] = (struct map_item){words[0], words[1], words[2]};
	return map_items(found, items, (unsigned)count);
}

/*
 * Interrupted in the middle, a range call is executed again: the thread remembers what was done and where
 * to go on. It forgets when it is made to run elsewhere.
 */
static struct range begin_or_go_on(struct thread *thread, vaddr_t at, uint64_t pages)
{
	struct range range = {at, pages, thread->progress};

	if (thread->progress_at > at && thread->progress_at < at + pages * PAGE_BYTES) {
		range.pages = pages - (thread->progress_at - at) / PAGE_BYTES;
		range.at = thread->progress_at;
	}
	return range;
}

static struct result stop_or_finish(struct thread *thread, err_t error, const struct range *range)
{
	bool stopped = error == E_OK && range->pages != 0;

	thread->progress = stopped ? range->done : 0;
	thread->progress_at = stopped ? range->at : 0;
	if (stopped)
		return result(RESULT_RESTART, 0);
	return error == E_OK ? result(E_OK, range->done) : failed(error);
}

static err_t find_range(struct thread *thread, uint64_t space, vaddr_t at, uint64_t pages,
			struct space **found)
{
	err_t error = find_space(thread, space, found);

	return error == E_OK ? space_check_range(at, pages) : error;
}

/* A range may not begin or end inside a superpage. */
static err_t check_edges(struct space *space, vaddr_t at, uint64_t pages)
{
	vaddr_t edges[2] = {at, at + pages * PAGE_BYTES};

	for (unsigned i = 0; i < 2; i++) {
		unsigned level;

		if (is_aligned(edges[i], ARENA_BYTES))
			continue;
		if (pte_is_leaf(*space_walk(space, edges[i], &level)) && level == 1)
			return E_ALIGN;
	}
	return E_OK;
}

struct result syscall_space_unmap(struct thread *thread, uint64_t space, vaddr_t at, uint64_t pages)
{
	struct range range = begin_or_go_on(thread, at, pages);
	struct space *found = NULL;
	err_t error = find_range(thread, space, at, pages, &found);

	if (error == E_OK)
		error = check_edges(found, at, pages);
	while (error == E_OK && range.pages != 0) {
		error = range_unmap_step(found, &range);
		if (sched_should_stop())
			break;
	}
	return stop_or_finish(thread, error, &range);
}

/* Rights that a page can be left with: some, and writing only with reading. */
static bool rights_can_stay(uint64_t rights)
{
	if ((rights & ~(uint64_t)RIGHTS_RWX) != 0 || (rights & (RIGHT_READ | RIGHT_EXECUTE)) == 0)
		return false;
	return (rights & RIGHT_READ) || !(rights & RIGHT_WRITE);
}

struct result syscall_space_protect(struct thread *thread, uint64_t space, vaddr_t at, uint64_t pages,
				    uint64_t rights)
{
	struct range range = begin_or_go_on(thread, at, pages);
	struct space *found = NULL;
	err_t error = find_range(thread, space, at, pages, &found);

	if (error == E_OK && !rights_can_stay(rights))
		error = E_RIGHTS;
	if (error == E_OK)
		error = check_edges(found, at, pages);
	while (error == E_OK && range.pages != 0) {
		error = range_protect_step(found, &range, (unsigned)rights);
		if (sched_should_stop())
			break;
	}
	return stop_or_finish(thread, error, &range);
}

struct result syscall_space_park(struct thread *thread, uint64_t space, vaddr_t at, uint64_t arenas)
{
	struct range range = begin_or_go_on(thread, at, arenas * ARENA_PAGES);
	struct space *found = NULL;
	err_t error = find_space(thread, space, &found);

	if (error == E_OK && !is_aligned(at, ARENA_BYTES))
		error = E_ALIGN;
	if (error == E_OK && (arenas == 0 || arenas > USER_END / ARENA_BYTES))
		error = E_RANGE;
	if (error == E_OK)
		error = space_check_range(at, arenas * ARENA_PAGES);
	while (error == E_OK && range.pages != 0) {
		range_park_step(found, &range);
		if (sched_should_stop())
			break;
	}
	if (error == E_OK)
		trace(TRACE_PARK, thread->id, at, range.done);
	return stop_or_finish(thread, error, &range);
}

struct result syscall_space_unpark(struct thread *thread, uint64_t space, vaddr_t at, uint64_t rights)
{
	uint64_t present = 0;
	struct space *found = NULL;
	err_t error = find_space(thread, space, &found);

	if (error == E_OK && !is_aligned(at, ARENA_BYTES))
		error = E_ALIGN;
	if (error == E_OK && at >= USER_END)
		error = E_RANGE;
	if (error == E_OK && !rights_can_stay(rights))
		error = E_RIGHTS;
	if (error == E_OK)
		error = range_unpark(found, at, (unsigned)rights, &present);
	return result(error, present);
}

struct result syscall_space_harvest(struct thread *thread, uint64_t space, vaddr_t at, uint64_t pages)
{
	struct space *found = NULL;
	uint64_t *words, mapped;
	err_t error = find_range(thread, space, at, pages, &found);

	if (error == E_OK && pages > 512)
		error = E_RANGE;
	if (error == E_OK && thread->page == NULL)
		error = E_MESSAGE;
	if (error != E_OK)
		return failed(error);
	words = &thread->page->words[MESSAGE_REGISTERS];
	mapped = range_harvest(found, at, pages, words, words + 8);
	return result(E_OK, mapped);
}

struct result syscall_space_mapped(struct thread *thread, uint64_t space, vaddr_t at, uint64_t pages)
{
	struct space *found = NULL;
	err_t error = find_range(thread, space, at, pages, &found);

	if (error == E_OK && pages > 512)
		error = E_RANGE;
	return error == E_OK ? result(E_OK, range_mapped(found, at, pages)) : failed(error);
}

struct result syscall_space_stored(struct thread *thread, uint64_t space)
{
	struct space *found = NULL;
	err_t error = find_space(thread, space, &found);

	return error == E_OK ? result(E_OK, found->stored) : failed(error);
}

struct result syscall_space_lookup(struct thread *thread, uint64_t space, vaddr_t at)
{
	struct space *found = NULL;
	unsigned level;
	pte_t *entry;
	err_t error = find_space(thread, space, &found);

	if (error == E_OK && at >= USER_END)
		error = E_RANGE;
	if (error != E_OK)
		return failed(error);
	entry = space_walk(found, at, &level);
	if (level == 1 && pte_is_parked(*entry))
		return failed(E_PARKED);
	if (!pte_is_leaf(*entry))
		return result(E_OK, 0);
	return result(E_OK, (pte_pfn(*entry) << PAGE_SHIFT) +
				    align_down(at & (sv39_level_bytes(level) - 1), PAGE_BYTES) +
				    pte_rights(*entry));
}

struct result syscall_space_tables(struct thread *thread, uint64_t space)
{
	struct space *found = NULL;
	err_t error = find_space(thread, space, &found);

	if (error != E_OK)
		return failed(error);
	return result(E_OK, found->tables | (uint64_t)found->table_limit << 32);
}

struct result syscall_space_set_limit(struct thread *thread, uint64_t space, uint64_t tables)
{
	struct space *found = NULL;
	err_t error = find_space(thread, space, &found);

	if (error == E_OK && (tables == 0 || tables > UINT32_MAX))
		error = E_RANGE;
	if (error == E_OK)
		found->table_limit = (uint32_t)tables;
	return failed(error);
}

struct result syscall_memory_harvest(struct thread *thread, uint64_t memory, uint64_t offset_pages,
				     uint64_t pages)
{
	struct slot *slot;
	uint64_t *words, mapped = 0;
	err_t error = cap_find(thread, memory, KIND_MEMORY, RIGHT_MANAGE, &slot);

	if (error == E_OK &&
	    (pages == 0 || pages > 512 || !range_fits(offset_pages, pages, slot->b / PAGE_BYTES)))
		error = E_RANGE;
	if (error == E_OK && thread->page == NULL)
		error = E_MESSAGE;
	if (error != E_OK)
		return failed(error);
	words = &thread->page->words[MESSAGE_REGISTERS];
	for (unsigned i = 0; i < 16; i++)
		words[i] = 0;
	for (uint64_t i = 0; i < pages; i++) {
		uint32_t *word = frame_word(slot->a / PAGE_BYTES + offset_pages + i);

		if (word_kind(*word) != FRAME_USER)
			continue;
		words[i / 64] |= (*word & FRAME_ACCESSED ? 1ul : 0) << i % 64;
		words[8 + i / 64] |= (*word & FRAME_DIRTY ? 1ul : 0) << i % 64;
		mapped += (*word & FRAME_COUNT) != 0;
		*word &= ~(FRAME_ACCESSED | FRAME_DIRTY);
	}
	return result(E_OK, mapped);
}
