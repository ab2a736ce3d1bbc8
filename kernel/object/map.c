/* SPDX-License-Identifier: MIT */
/*
 * Mapping: check all items, make the tables they need, then do them.
 *
 * A new entry in place of an invalid one needs no fence: if the machine remembers the invalid one, the
 * access faults once more, and the spurious fault is a fence and a return (entry/trap.c).
 */
#include "base/panic.h"
#include "hw/mmu.h"
#include "object/frame.h"
#include "object/pool.h"
#include "object/tables.h"
#include "object/thread.h"

static err_t check_rights(unsigned rights, const struct slot *source, const struct reply_bounds *bounds)
{
	if ((rights & (RIGHT_READ | RIGHT_EXECUTE)) == 0 || (rights & ~slot_map_rights(source)) != 0)
		return E_RIGHTS;
	if ((rights & RIGHT_WRITE) && !(rights & RIGHT_READ))
		return E_RIGHTS;
	if ((rights & RIGHT_WRITE) && (rights & RIGHT_EXECUTE))
		return E_WX;
	if (bounds != NULL && (rights & ~bounds->rights) != 0)
		return E_RIGHTS;
	return E_OK;
}

static err_t check_window(const struct map_plan *plan, unsigned source, const struct reply_bounds *bounds)
{
	uint64_t first = plan->at / PAGE_BYTES;
	uint64_t pages = plan->is_super ? plan->pages * ARENA_PAGES : plan->pages;

	if (bounds == NULL)
		return E_OK;
	if (!(bounds->sources >> source & 1))
		return E_WINDOW;
	if (first - bounds->first_page > bounds->pages ||
	    pages > bounds->pages - (first - bounds->first_page))
		return E_WINDOW;
	return E_OK;
}

/* Every frame is USER, or the range lies outside RAM and the source says so. */
static err_t check_frames(const struct map_plan *plan, const struct slot *source)
{
	if (source->flags & SLOT_DEVICE)
		return E_OK;
	for (uint64_t i = 0; i < plan->pages; i++) {
		uint64_t pfn = plan->pfn + (plan->is_super ? i * ARENA_PAGES : i);
		uint32_t word = plan->is_super ? *arena_word(pfn) : *frame_word(pfn);

		if (word_kind(word) != FRAME_USER)
			return E_FRAME;
	}
	return E_OK;
}

/* What lies there now: a parked table, or an entry of the other size, is in the way. */
static err_t check_place(const struct space *space, const struct map_plan *plan)
{
	uint64_t step = plan->is_super ? ARENA_BYTES : PAGE_BYTES;

	for (vaddr_t at = plan->at; at < plan->at + plan->pages * step;) {
		unsigned level;
		pte_t *entry = space_walk(space, at, &level);

		if (level == 1 && pte_is_parked(*entry))
			return E_PARKED;
		if (plan->is_super ? level == 0 : level == 1 && pte_is_leaf(*entry))
			return E_MAPPED;
		at = align_down(at, ARENA_BYTES) + ARENA_BYTES;
	}
	return E_OK;
}

static err_t plan_item(const struct space *space, const struct map_item *item, struct map_plan *plan,
		       const struct slot **source)
{
	uint64_t index = item->source & 0xff, unit;

	plan->at = item->at_rights & ~(PAGE_BYTES - 1);
	plan->rights = item->at_rights & RIGHTS_RWX;
	plan->is_super = item->source & MAP_SUPERPAGE;
	plan->pages = item->source >> 16;
	unit = plan->is_super ? ARENA_PAGES : 1;
	if (index >= SPACE_SOURCES || plan->pages == 0 || plan->pages > MAP_PAGES_MAX ||
	    (item->at_rights & (PAGE_BYTES - 1) & ~(uint64_t)RIGHTS_RWX) != 0 ||
	    (item->source & 0xffff & ~(0xff | MAP_SUPERPAGE)) != 0)
		return E_RANGE;
	*source = &space->sources[index];
	if ((*source)->kind != KIND_MEMORY || ((*source)->flags & SLOT_DYING))
		return E_RANGE;
	if (!range_fits(plan->at, plan->pages * unit * PAGE_BYTES, USER_END) ||
	    !range_fits(item->offset, plan->pages * unit, (*source)->b / PAGE_BYTES))
		return E_RANGE;
	plan->pfn = (*source)->a / PAGE_BYTES + item->offset;
	if (plan->is_super && (!is_aligned(plan->at, ARENA_BYTES) || plan->pfn % ARENA_PAGES != 0))
		return E_ALIGN;
	return E_OK;
}

static err_t check_item(const struct space *space, const struct map_item *item,
			const struct reply_bounds *bounds, struct map_plan *plan)
{
	const struct slot *source;
	err_t error = plan_item(space, item, plan, &source);

	if (error == E_OK)
		error = check_rights(plan->rights, source, bounds);
	if (error == E_OK)
		error = check_window(plan, item->source & 0xff, bounds);
	if (error == E_OK)
		error = check_frames(plan, source);
	if (error == E_OK)
		error = check_place(space, plan);
	return error;
}

/* Tables for the first @count plans are not wanted after all. */
static void free_tables(struct space *space, const struct map_plan *plans, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		tables_free_empty(space, plans[i].at, plans[i].pages, plans[i].is_super);
}

static uint64_t count_tables_missing(const struct space *space, const struct map_plan *plans, unsigned count)
{
	uint64_t missing = 0;

	for (unsigned i = 0; i < count; i++)
		missing += tables_missing(space, plans[i].at, plans[i].pages, plans[i].is_super);
	return missing;
}

/* Tables for all; then no item may find that another one made its place one of the other size. */
static err_t make_tables(struct space *space, const struct map_plan *plans, unsigned count, uint64_t *missing)
{
	err_t error = E_OK;

	for (unsigned i = 0; i < count; i++) {
		if (!tables_make(space, plans[i].at, plans[i].pages, plans[i].is_super)) {
			free_tables(space, plans, i);
			*missing = count_tables_missing(space, plans, count);
			return E_TABLES;
		}
	}
	for (unsigned i = 0; i < count && count > 1 && error == E_OK; i++)
		error = check_place(space, &plans[i]);
	if (error != E_OK)
		free_tables(space, plans, count);
	return error;
}

err_t map_check(struct space *space, const struct map_item *items, unsigned count,
		const struct reply_bounds *bounds, struct map_plan *plans, uint64_t *missing)
{
	uint64_t total = 0;

	if (count > MAP_ITEMS_MAX)
		return E_RANGE;
	for (unsigned i = 0; i < count; i++) {
		err_t error = check_item(space, &items[i], bounds, &plans[i]);

		if (error != E_OK)
			return error;
		total += plans[i].pages;
	}
	if (total > MAP_PAGES_MAX)
		return E_RANGE;
	return make_tables(space, plans, count, missing);
}

/* Store one leaf, counting up the new frame and down what was there; true: something was replaced. */
static bool store_leaf(pte_t *table, pte_t *entry, pte_t leaf, unsigned level)
{
	bool replaced = *entry != 0;

	if (frame_is_ram(pte_pfn(leaf)))
		++*(level == 0 ? frame_word(pte_pfn(leaf)) : arena_word(pte_pfn(leaf)));
	if (replaced)
		space_drop_entry(entry, level);
	else
		table_added(table, entry);
	__atomic_store_n(entry, leaf, __ATOMIC_RELAXED);
	return replaced;
}

static void apply_plan(struct space *space, const struct map_plan *plan)
{
	unsigned level = plan->is_super ? 1 : 0;
	uint64_t unit = plan->is_super ? ARENA_PAGES : 1;
	pte_t leaf = pte_make_leaf(plan->pfn, plan->rights, PTE_U);
	vaddr_t at = plan->at;

	space->stored += plan->pages;
	for (uint64_t i = 0; i < plan->pages; i++) {
		unsigned found;
		pte_t *entry = space_walk(space, at, &found);
		pte_t *table = table_around(entry);

		KASSERT(found == level);
		if (store_leaf(table, entry, leaf, level))
			mmu_fence_page(at, space->asid);
		leaf += (pte_t)unit << PTE_PFN_SHIFT;
		at += unit * PAGE_BYTES;
	}
	if (plan->rights & RIGHT_EXECUTE)
		mmu_fence_fetch();
}

void map_apply(struct space *space, const struct map_plan *plans, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		apply_plan(space, &plans[i]);
}
