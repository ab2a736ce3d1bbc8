/* SPDX-License-Identifier: MIT */
/*
 * Page tables as memory: the table below an entry, and what its frame's word says of it.
 *
 *    27 26 25               10 9          0
 *   |  0  |       groups      |   live    |
 *    live    entries in use, 0 to 512
 *    groups  bit i: one of entries 32 * i to 32 * i + 31 has been in use since the table was empty
 *
 * Tables are sparse: whoever walks one looks only where the groups say that something may be.
 */
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

#define TABLE_LIVE	   1023u
#define TABLE_GROUPS_SHIFT 10
#define TABLE_GROUPS	   (0xffffu << TABLE_GROUPS_SHIFT)
#define TABLE_GROUP	   32u /* entries */

static inline uint32_t table_live(const pte_t *table)
{
	return *frame_word(spot_pfn(table)) & TABLE_LIVE;
}

/* @entry of @table was empty and is in use now. */
static inline void table_note(const pte_t *table, const pte_t *entry)
{
	uint32_t *word = frame_word(spot_pfn(table));
	uint64_t group = (uint64_t)entry / (TABLE_GROUP * sizeof *entry) % (SV39_TABLE_ENTRIES / TABLE_GROUP);

	*word = (*word + 1) | 1u << (TABLE_GROUPS_SHIFT + group);
}

/* @count entries of @table are not in use any more. */
static inline void table_drop(const pte_t *table, unsigned count)
{
	uint32_t *word = frame_word(spot_pfn(table));

	*word -= count;
	if ((*word & TABLE_LIVE) == 0)
		*word &= ~TABLE_GROUPS;
}

/* As table_next(), by the groups. */
unsigned table_seek(const pte_t *table, unsigned from, unsigned end);

/* The first entry in use from @from to before @end; @end: none. */
static inline unsigned table_next(const pte_t *table, unsigned from, unsigned end)
{
	return from < end && table[from] != 0 ? from : table_seek(table, from, end);
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
