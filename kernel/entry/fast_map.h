/* SPDX-License-Identifier: MIT */
/* The one map item of an answer, on the fast path. */
#ifndef ENTRY_FAST_MAP_H
#define ENTRY_FAST_MAP_H

#include "entry/fast.h"
#include "hw/mmu.h"
#include "object/tables.h"

/* Bit r: READ, WRITE, EXECUTE together as in r may be mapped. */
#define MAPPABLE                                                                     \
	(1u << RIGHT_READ | 1u << (RIGHT_READ | RIGHT_WRITE) | 1u << RIGHT_EXECUTE | \
	 1u << (RIGHT_READ | RIGHT_EXECUTE))

/* Can the frames be mapped with these rights? */
HOT bool fast_source_allows(const struct slot *source, uint64_t rights, uint64_t offset, uint64_t pages)
{
	const uint32_t mask = 0xffu | (uint32_t)(SLOT_DYING | SLOT_DEVICE) << 16;
	uint32_t word = *(const uint32_t *)(const void *)source;
	uint64_t all = source->b >> PAGE_SHIFT;

	return LIKELY((word & mask) == KIND_MEMORY) && LIKELY((rights & ~(word >> 8)) == 0) &&
	       LIKELY(MAPPABLE >> rights & 1) && LIKELY(offset < all && pages <= all - offset);
}

/* Is what is mapped within the bounds of a forwarded fault? */
HOT bool fast_bounds_allow(const struct reply_bounds *bounds, uint64_t first, uint64_t pages, uint64_t rights,
			   uint64_t source)
{
	uint64_t skipped = first - bounds->first_page;

	return LIKELY(skipped < bounds->pages && pages <= bounds->pages - skipped) &&
	       LIKELY(bounds->sources >> source & 1) && LIKELY((rights & ~bounds->rights) == 0);
}

/* Where an item goes, and what is stored there. */
struct fast_plan {
	pte_t *entry;
	uint32_t *words; /* of the frames */
	uint32_t *table_word;
	pte_t leaf;
};

#define MAP_ITEM_PAGES(source) ((source) >> 16)

/*
 * The item in @server's registers: @pages from one source, into one leaf table, all checked by the caller.
 * false: not the usual case. The kinds of the frames are still to be looked at.
 */
HOT bool fast_plan_item(const struct thread *server, const struct thread *faulter, uint64_t pages,
			struct fast_plan *plan)
{
	const struct space *space = faulter->space;
	uint64_t at = server->regs[REG_A2], offset = server->regs[REG_A4], rights = at & RIGHTS_RWX, pfn;
	uint64_t index =
		server->regs[REG_A3] & 15; /* the caller has checked that it is below SPACE_SOURCES */
	const struct slot *source = &space->sources[index];
	pte_t upper;

	if (UNLIKELY((at & 0xff8) || at >= USER_END || !fast_source_allows(source, rights, offset, pages)))
		return false;
	if (faulter->forwarded &&
	    UNLIKELY(!fast_bounds_allow(&faulter->bounds, at >> PAGE_SHIFT, pages, rights, index)))
		return false;
	upper = space->root[at >> 30];
	if (UNLIKELY(!pte_is_table(upper)))
		return false;
	upper = table_below(upper)[at >> 21 & 511];
	if (UNLIKELY(!pte_is_table(upper)))
		return false;
	pfn = (source->a >> PAGE_SHIFT) + offset;
	plan->entry = table_below(upper) + (at >> PAGE_SHIFT & 511);
	plan->table_word = frame_word(upper >> PTE_PFN_SHIFT);
	plan->words = frame_word(pfn);
	plan->leaf = pte_make_leaf(pfn, (unsigned)rights, PTE_U);
	return true;
}

/* After the last entry. */
HOT void fast_mapped(const struct thread *server, struct space *space, uint64_t pages)
{
	space->stored += pages;
	if (server->regs[REG_A2] & RIGHT_EXECUTE)
		mmu_fence_fetch();
}

/* One page where nothing was. */
HOT void fast_count(const struct fast_plan *plan)
{
	uint64_t index = (uint64_t)plan->entry / sizeof(pte_t) % SV39_TABLE_ENTRIES;

	++*plan->words;
	*plan->table_word = table_word_added(*plan->table_word, index);
}

/* Is the one frame mapped there already? Then only its rights change. */
HOT bool fast_is_same(const struct fast_plan *plan)
{
	return (*plan->entry ^ plan->leaf) >> PTE_PFN_SHIFT == 0;
}

/* One page in its own place: counted as one dropped and mapped anew. */
HOT void fast_replace_rights(const struct fast_plan *plan, uint64_t at, uint64_t asid)
{
	pte_t old = *plan->entry;

	*plan->words |= (old & PTE_A ? FRAME_ACCESSED : 0) | (old & PTE_D ? FRAME_DIRTY : 0);
	*plan->entry = 0;
	mmu_owe_fence(true);
	mmu_fence_page(at & ~(PAGE_BYTES - 1), asid);
}

/* Several pages, or one that takes the place of another. false: nothing has changed. */
HOT bool fast_map_many(const struct thread *server, const struct thread *faulter)
{
	uint64_t at = server->regs[REG_A2], item = server->regs[REG_A3], pages = MAP_ITEM_PAGES(item);
	struct space *space = faulter->space;
	struct fast_plan plan;
	uint64_t first = at >> PAGE_SHIFT & (SV39_TABLE_ENTRIES - 1);
	uint32_t word;

	if (UNLIKELY((item & 0xffff) >= SPACE_SOURCES || pages - 1 >= MAP_PAGES_MAX ||
		     first + pages > SV39_TABLE_ENTRIES || !fast_plan_item(server, faulter, pages, &plan)))
		return false;
	for (uint64_t i = 0; i < pages; i++) {
		if (UNLIKELY(word_kind(plan.words[i]) != FRAME_USER))
			return false;
	}
	word = *plan.table_word;
	for (uint64_t i = 0; i < pages; i++, plan.leaf += 1ul << PTE_PFN_SHIFT) {
		plan.words[i]++;
		if (UNLIKELY(plan.entry[i] != 0)) {
			space_drop_entry(&plan.entry[i], 0);
			mmu_fence_page(align_down(at, PAGE_BYTES) + i * PAGE_BYTES, space->asid);
		} else {
			word = table_word_added(word, first + i);
		}
		__atomic_store_n(&plan.entry[i], plan.leaf, __ATOMIC_RELAXED);
	}
	*plan.table_word = word;
	fast_mapped(server, space, pages);
	return true;
}

#endif
