/* SPDX-License-Identifier: MIT */
/* Unmap, protect, park, unpark and harvest. */
#include "object/range.h"
#include "base/panic.h"
#include "hw/mmu.h"
#include "object/tables.h"

/* How many pages from @at on lie under the same entry of @level, at most @pages. */
static uint64_t pages_under(vaddr_t at, uint64_t pages, unsigned level)
{
	uint64_t bytes = sv39_level_bytes(level);

	return min_u64(pages, (align_down(at, bytes) + bytes - at) / PAGE_BYTES);
}

static void advance(struct range *range, uint64_t pages)
{
	range->at += pages * PAGE_BYTES;
	range->pages -= pages;
}

/*
 * The level-1 entry for range->at, if there is anything below it. NULL: nothing is, and the range has
 * moved on past it.
 */
static pte_t *step_entry(struct space *space, struct range *range, uint64_t *pages)
{
	pte_t upper = space->root[sv39_index(range->at, 2)], *entry;

	if (!pte_is_table(upper)) {
		advance(range, pages_under(range->at, range->pages, 2));
		return NULL;
	}
	entry = table_below(upper) + sv39_index(range->at, 1);
	*pages = pages_under(range->at, range->pages, 1);
	if (*entry == 0) {
		advance(range, *pages);
		return NULL;
	}
	return entry;
}

/* A superpage can only be treated as a whole. */
static err_t check_whole(const struct range *range, uint64_t pages)
{
	return is_aligned(range->at, ARENA_BYTES) && pages == ARENA_PAGES ? E_OK : E_ALIGN;
}

static void unmap_super(struct space *space, pte_t *entry, vaddr_t at)
{
	space_drop_entry(entry, 1);
	table_removed(table_around(entry), 1);
	mmu_fence_page(at, space->asid);
	space_free_empty_tables(space, at);
}

static unsigned unmap_leaves(struct space *space, pte_t *table, vaddr_t at, uint64_t pages)
{
	unsigned first = sv39_index(at, 0), cleared = table_clear(table, first, first + (unsigned)pages);

	if (cleared == 1 && pages == 1)
		mmu_fence_page(at, space->asid);
	else if (cleared != 0)
		mmu_fence_asid(space->asid);
	space_free_empty_tables(space, at);
	return cleared;
}

err_t range_unmap_step(struct space *space, struct range *range)
{
	uint64_t pages;
	pte_t *entry = step_entry(space, range, &pages);

	if (entry == NULL)
		return E_OK;
	if (pte_is_leaf(*entry)) {
		err_t error = check_whole(range, pages);

		if (error != E_OK)
			return error;
		unmap_super(space, entry, range->at);
		range->done += ARENA_PAGES;
	} else {
		range->done += unmap_leaves(space, table_below(*entry), range->at, pages);
	}
	advance(range, pages);
	return E_OK;
}

/*
 * Take rights away from @count entries of @table; how many changed. A page that can neither be read nor
 * executed any more goes altogether: the machine takes a valid entry without rights for a table.
 */
static unsigned limit_leaves(pte_t *table, unsigned first, uint64_t count, unsigned level, unsigned rights)
{
	unsigned changed = 0, dropped = 0, end = first + (unsigned)count, stop;

	for (; (stop = table_part(table, &first, end)) > first; first = stop) {
		for (pte_t *entry = &table[first]; entry < &table[stop]; entry++) {
			pte_t limited = pte_limit_rights(*entry, rights);

			if (limited == *entry)
				continue;
			changed++;
			if (limited & (PTE_R | PTE_X)) {
				__atomic_and_fetch(entry, ~(*entry ^ limited), __ATOMIC_RELAXED);
				mmu_owe_fence(true);
			} else {
				space_drop_entry(entry, level);
				dropped++;
			}
		}
	}
	table_removed(table, dropped);
	return changed;
}

err_t range_protect_step(struct space *space, struct range *range, unsigned rights)
{
	uint64_t pages, changed;
	pte_t *entry = step_entry(space, range, &pages);

	if (entry == NULL)
		return E_OK;
	if (pte_is_leaf(*entry)) {
		err_t error = check_whole(range, pages);

		if (error != E_OK)
			return error;
		changed = limit_leaves(table_around(entry), sv39_index(range->at, 1), 1, 1, rights) *
			  ARENA_PAGES;
	} else {
		changed = limit_leaves(table_below(*entry), sv39_index(range->at, 0), pages, 0, rights);
	}
	if (changed != 0) {
		mmu_fence_asid(space->asid);
		space_free_empty_tables(space, range->at);
	}
	range->done += changed;
	advance(range, pages);
	return E_OK;
}

void range_park_step(struct space *space, struct range *range)
{
	uint64_t pages;
	pte_t *entry = step_entry(space, range, &pages);

	if (entry == NULL)
		return;
	if (pte_is_table(*entry)) {
		*entry = pte_park(*entry);
		mmu_owe_fence(true);
		range->done++;
		mmu_fence_asid(space->asid);
	}
	advance(range, pages);
}

err_t range_unpark(struct space *space, vaddr_t at, unsigned rights, uint64_t *present)
{
	unsigned level;
	pte_t *entry = space_walk(space, at, &level);

	if (level != 1 || !pte_is_parked(*entry))
		return E_STATE;
	if ((rights & RIGHTS_RWX) != RIGHTS_RWX)
		(void)limit_leaves(table_below(*entry), 0, SV39_TABLE_ENTRIES, 0, rights);
	mmu_owe_fence(false); /* nobody reached them since the park */
	*present = table_live(table_below(*entry));
	*entry = pte_unpark(*entry);
	mmu_fence_fetch(); /* what is executed may have been written anew meanwhile */
	if (*present == 0)
		space_free_empty_tables(space, at);
	return E_OK;
}

/* The entry for @at even below a parked table; NULL: none. */
static pte_t *entry_hidden_or_not(struct space *space, vaddr_t at)
{
	unsigned level;
	pte_t *entry = space_walk(space, at, &level);

	if (level == 1 && pte_is_parked(*entry))
		return table_below(*entry) + sv39_index(at, 0);
	return *entry == 0 ? NULL : entry;
}

uint64_t range_mapped(struct space *space, vaddr_t at, uint64_t pages)
{
	uint64_t mapped = 0;

	for (uint64_t i = 0; i < pages; i++) {
		pte_t *entry = entry_hidden_or_not(space, at + i * PAGE_BYTES);

		mapped += entry != NULL && (*entry & PTE_RWX) != 0;
	}
	return mapped;
}

uint64_t range_harvest(struct space *space, vaddr_t at, uint64_t pages, uint64_t *accessed, uint64_t *dirty)
{
	uint64_t mapped = 0;

	for (unsigned i = 0; i < 8; i++)
		accessed[i] = dirty[i] = 0;
	for (uint64_t i = 0; i < pages; i++, at += PAGE_BYTES) {
		pte_t *entry = entry_hidden_or_not(space, at), old;

		if (entry == NULL || (*entry & PTE_RWX) == 0)
			continue;
		old = __atomic_fetch_and(entry, ~(PTE_A | PTE_D), __ATOMIC_RELAXED);
		mmu_owe_fence(true);
		accessed[i / 64] |= (old & PTE_A ? 1ul : 0) << i % 64;
		dirty[i / 64] |= (old & PTE_D ? 1ul : 0) << i % 64;
		mapped++;
	}
	if (mapped != 0)
		mmu_fence_asid(space->asid);
	return mapped;
}
