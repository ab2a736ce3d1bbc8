/* SPDX-License-Identifier: MIT */
/*
 * Sources: Memory attached to a space. A source is a capability slot inside the space, a child of the
 * Memory it was made from; so revoking that Memory finds it, marks it dying (no new maps) and clears the
 * space's mappings of it, one leaf table a step, before the slot is empty.
 */
#include "hw/mmu.h"
#include "object/tables.h"

#define LEAF_TABLES (USER_END >> ARENA_SHIFT)

err_t space_attach(struct space *space, uint64_t index, struct slot *memory, unsigned rights)
{
	if (index >= SPACE_SOURCES || (rights & ~(unsigned)RIGHTS_RWX) != 0)
		return E_RANGE;
	if ((rights & ~slot_map_rights(memory)) != 0)
		return E_RIGHTS;
	if (!slot_is_empty(&space->sources[index]))
		return E_OCCUPIED;
	cap_derive_held(memory, &space->sources[index], PLACE_SOURCE, space);
	space->sources[index].rights = (uint8_t)rights;
	return E_OK;
}

static bool covers(const struct slot *source, pte_t entry)
{
	return pte_pfn(entry) - source->a / PAGE_BYTES < source->b / PAGE_BYTES;
}

/* Clear the source's entries in one leaf table. */
static void clear_leaf_table(struct space *space, const struct slot *source, pte_t *table, vaddr_t at)
{
	unsigned cleared = 0, stop;

	for (unsigned from = 0; (stop = table_part(table, &from, SV39_TABLE_ENTRIES)) > from; from = stop) {
		for (unsigned i = from; i < stop; i++) {
			if (table[i] != 0 && covers(source, table[i])) {
				space_drop_entry(&table[i], 0);
				cleared++;
			}
		}
	}
	if (cleared == 0)
		return;
	table_removed(table, cleared);
	mmu_fence_asid(space->asid);
	space_free_empty_tables(space, at);
}

static void clear_upper_entry(struct space *space, const struct slot *source, pte_t *entry, vaddr_t at)
{
	if (!pte_is_leaf(*entry)) {
		clear_leaf_table(space, source, table_below(*entry), at);
		return;
	}
	if (!covers(source, *entry))
		return;
	space_drop_entry(entry, 1);
	table_removed(table_around(entry), 1);
	mmu_fence_asid(space->asid);
	space_free_empty_tables(space, at);
}

/* source->extra32 is the next level-1 entry to look at; at most one gigabyte of absent ones a step. */
bool source_clear_step(struct slot *source)
{
	struct space *space = (struct space *)source->extra;

	while (source->extra32 < LEAF_TABLES) {
		vaddr_t at = (vaddr_t)source->extra32 << ARENA_SHIFT;
		pte_t upper = space->root[sv39_index(at, 2)], *entry;

		if (!pte_is_table(upper)) {
			source->extra32 = (uint32_t)((sv39_index(at, 2) + 1) << SV39_INDEX_BITS);
			continue;
		}
		source->extra32++;
		entry = table_below(upper) + sv39_index(at, 1);
		if (*entry != 0) {
			clear_upper_entry(space, source, entry, at);
			return true;
		}
	}
	return false;
}
