/* SPDX-License-Identifier: MIT */
/* Page tables as memory: the table below an entry, and its count of live entries. */
#ifndef OBJECT_TABLES_H
#define OBJECT_TABLES_H

#include "base/spot.h"
#include "object/frame.h"
#include "object/space.h"

/* @entry is a table, parked or not: nothing stands above its frame number, so no mask is needed. */
static inline pte_t *table_below(pte_t entry)
{
	return spot_of_pfn(entry >> PTE_PFN_SHIFT);
}

/* The table that holds @entry. */
static inline pte_t *table_around(const pte_t *entry)
{
	return (pte_t *)align_down((uint64_t)entry, PAGE_BYTES);
}

static inline uint32_t table_live(const pte_t *table)
{
	return *frame_word(spot_pfn(table)) & FRAME_COUNT;
}

static inline void table_count(const pte_t *table, int by)
{
	*frame_word(spot_pfn(table)) += (uint32_t)by;
}

/* Clear every entry of a leaf table; how many there were. The caller fences. */
unsigned table_clear(pte_t *table);

/* Free the empty table below @entry and clear the entry; the table that holds it is not told. */
void table_release(struct space *space, pte_t *entry);

/**
 * Make the tables for [at, at + pages) of 4 KiB (@level 0) or 2 MiB (@level 1) entries.
 *
 * After     false: over the space's limit, or its pool is empty; nothing has changed
 */
bool tables_make(struct space *space, vaddr_t at, uint64_t pages, unsigned level) MUST_USE;

/* How many tables tables_make() would have to make. */
uint64_t tables_missing(const struct space *space, vaddr_t at, uint64_t pages, unsigned level);

/* Undo tables_make() for tables that stayed empty. */
void tables_free_empty(struct space *space, vaddr_t at, uint64_t pages, unsigned level);

#endif
