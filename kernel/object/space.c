/* SPDX-License-Identifier: MIT */
/* Spaces: creation, the walk, tables, and the end. Mapping is in map.c, sources in source.c. */
#include <string.h>

#include "base/panic.h"
#include "base/spot.h"
#include "hw/cpu.h"
#include "hw/csr.h"
#include "hw/mmu.h"
#include "object/frame.h"
#include "object/pool.h"
#include "object/space.h"
#include "object/tables.h"

#define ASID_COUNT 65536 /* 16 bits; 0 is the kernel's own */

static uint64_t asid_used[ASID_COUNT / 64]; /* [K] */
static uint32_t asid_next = 1;		    /* [K] where the search begins */

/* A number nobody uses, 0: none. At most 1025 steps. */
static uint32_t asid_take(void)
{
	uint32_t word = asid_next / 64;

	asid_used[0] |= 1;
	for (uint32_t i = 0; i <= ASID_COUNT / 64; i++, word = (word + 1) % (ASID_COUNT / 64)) {
		uint32_t asid;

		if (~asid_used[word] == 0)
			continue;
		asid = word * 64 + bits_lowest(~asid_used[word]);
		asid_used[word] |= 1ul << asid % 64;
		asid_next = asid;
		return asid;
	}
	return 0;
}

/* No translation of it is left: the fence comes before the number can be taken again. */
static void asid_give(uint32_t asid)
{
	mmu_owe_fence(true);
	mmu_fence_asid(asid);
	asid_used[asid / 64] &= ~(1ul << asid % 64);
}

err_t space_create(struct pool *pool, uint64_t table_limit, struct space **made)
{
	struct space *space;

	if (table_limit == 0 || table_limit > UINT32_MAX)
		return E_RANGE;
	space = object_new(pool, KIND_SPACE, sizeof *space);
	if (space == NULL)
		return E_MEMORY;
	space->root = pool_take_table(pool);
	space->asid = space->root == NULL ? 0 : asid_take();
	if (space->asid == 0) {
		if (space->root != NULL)
			pool_give_table(pool, space->root);
		object_free(&space->object);
		return E_MEMORY;
	}
	mmu_fill_kernel_half(space->root);
	space->satp = satp_make(space->asid, spot_pfn(space->root));
	space->tables = 1;
	space->table_limit = (uint32_t)table_limit;
	*made = space;
	return E_OK;
}

pte_t *space_walk(const struct space *space, vaddr_t at, unsigned *level)
{
	return table_walk(space, at, level);
}

err_t space_check_range(vaddr_t at, uint64_t pages)
{
	if (!is_aligned(at, PAGE_BYTES))
		return E_ALIGN;
	if (pages == 0 || pages > USER_END / PAGE_BYTES || !range_fits(at, pages * PAGE_BYTES, USER_END))
		return E_RANGE;
	return E_OK;
}

void space_drop_entry(pte_t *entry, unsigned level)
{
	pte_t old = *entry;
	uint64_t pfn = pte_pfn(old);
	uint32_t *word;

	*entry = 0;
	mmu_owe_fence(true);
	if (!frame_is_ram(pfn))
		return;
	word = level == 0 ? frame_word(pfn) : arena_word(pfn);
	KASSERT((*word & FRAME_COUNT) != 0);
	*word = (*word - 1) | (old & PTE_A ? FRAME_ACCESSED : 0) | (old & PTE_D ? FRAME_DIRTY : 0);
}

void table_release(struct space *space, pte_t *entry)
{
	pte_t *table = table_below(*entry);

	KASSERT(table_live(table) == 0);
	*entry = 0;
	mmu_owe_fence(true);
	mmu_fence_asid(space->asid); /* of one page would leave what is remembered of the table itself */
	pool_give_table(space->object.pool, table);
	space->tables--;
}

void space_free_empty_tables(struct space *space, vaddr_t at)
{
	pte_t *upper = &space->root[sv39_index(at, 2)], *entry;

	if (!pte_is_table(*upper))
		return;
	entry = table_below(*upper) + sv39_index(at, 1);
	if ((pte_is_table(*entry) || pte_is_parked(*entry)) && table_live(table_below(*entry)) == 0) {
		table_release(space, entry);
		table_removed(table_below(*upper), 1);
	}
	if (table_live(table_below(*upper)) == 0) {
		table_release(space, upper);
		table_removed(space->root, 1);
	}
}

unsigned table_clear(pte_t *table, unsigned first, unsigned end)
{
	unsigned cleared = 0, left = table_live(table), stop;

	for (; left != cleared && (stop = table_part(table, &first, end)) > first; first = stop) {
		for (pte_t *entry = &table[first]; entry < &table[stop]; entry++) {
			if (*entry != 0) {
				space_drop_entry(entry, 0);
				cleared++;
			}
		}
	}
	table_removed(table, cleared);
	return cleared;
}

/* The first of @end entries that is in use; NULL: none is. */
static pte_t *first_in_use(pte_t *table, unsigned end)
{
	unsigned stop;

	for (unsigned from = 0; (stop = table_part(table, &from, end)) > from; from = stop) {
		for (pte_t *entry = &table[from]; entry < &table[stop]; entry++) {
			if (*entry != 0)
				return entry;
		}
	}
	return NULL;
}

/* Take apart one level-1 entry of the table under @upper; the table too when that was the last. */
static void reap_upper(struct space *space, pte_t *upper)
{
	pte_t *table = table_below(*upper), *entry = first_in_use(table, SV39_TABLE_ENTRIES);

	if (entry != NULL) {
		if (pte_is_leaf(*entry)) {
			space_drop_entry(entry, 1);
		} else {
			table_clear(table_below(*entry), 0, SV39_TABLE_ENTRIES);
			table_release(space, entry);
		}
		table_removed(table, 1);
	}
	if (table_live(table) == 0) {
		table_release(space, upper);
		table_removed(space->root, 1);
	}
}

bool space_reap_step(struct space *space)
{
	pte_t *upper;

	if (csr_read(satp) == space->satp) {
		csr_write(satp, mmu_kernel_satp);
		cpu_this()->satp = mmu_kernel_satp;
	}
	upper = first_in_use(space->root, SV39_TABLE_ENTRIES / 2);
	if (upper != NULL) {
		reap_upper(space, upper);
		mmu_fence_asid(space->asid);
		return true;
	}
	for (unsigned i = 0; i < SPACE_SOURCES; i++)
		cap_unhold(&space->sources[i]);
	mmu_clear_kernel_half(space->root);
	KASSERT(table_live(space->root) == 0 && space->tables == 1);
	pool_give_table(space->object.pool, space->root);
	asid_give(space->asid);
	return false;
}
