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

/* space_walk() without a call, for who does little else. */
static inline pte_t *table_walk(const struct space *space, vaddr_t at, unsigned *level)
{
	pte_t *entry = &space->root[sv39_index(at, 2)];

	*level = 2;
	if (!pte_is_table(*entry))
		return entry;
	entry = table_below(*entry) + sv39_index(at, 1);
	*level = 1;
	if (!pte_is_table(*entry))
		return entry;
	*level = 0;
	return table_below(*entry) + sv39_index(at, 0);
}

#define TABLE_LIVE	   ((1u << 10) - 1)
#define TABLE_GROUPS_SHIFT 12
#define TABLE_GROUP	   32u /* entries */

/* The word of a table with one entry more, in use at @index. */
static inline uint32_t table_word_added(uint32_t word, uint64_t index)
{
	return (word + 1) | 1u << (TABLE_GROUPS_SHIFT + index / TABLE_GROUP);
}

static inline uint32_t table_live(const pte_t *table)
{
	return *frame_word(spot_pfn(table)) & TABLE_LIVE;
}

/* @entry of @table is in use from now on. */
static inline void table_added(const pte_t *table, const pte_t *entry)
{
	uint32_t *word = frame_word(spot_pfn(table));

	*word = table_word_added(*word, (uint64_t)(entry - table));
}

static inline void table_removed(const pte_t *table, unsigned entries)
{
	*frame_word(spot_pfn(table)) -= entries;
}

/*
 * The next part of [@from, @end) with entries that may be in use, so that a walk passes by what never was:
 *	for (from = first; (stop = table_part(table, &from, end)) > from; from = stop)
 */
static inline unsigned table_part(const pte_t *table, unsigned *from, unsigned end)
{
	uint32_t groups = *frame_word(spot_pfn(table)) >> TABLE_GROUPS_SHIFT;
	unsigned next = *from;

	while (next < end && !(groups >> next / TABLE_GROUP & 1))
		next = (next | (TABLE_GROUP - 1)) + 1;
	*from = next;
	next = (next | (TABLE_GROUP - 1)) + 1;
	return next < end ? next : end;
}

/* Clear entries [@first, @end) of a leaf table; how many there were. The caller fences. */
unsigned table_clear(pte_t *table, unsigned first, unsigned end);

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
