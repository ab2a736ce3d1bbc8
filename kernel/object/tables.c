/* SPDX-License-Identifier: MIT */
/* Making the tables a mapping needs, all or none. */
#include "object/tables.h"
#include "object/pool.h"

static bool may_make(const struct space *space)
{
	return space->tables < space->table_limit;
}

/* A table under @entry, which lies in @holder; false: over the limit, or the pool is empty. */
static bool table_make(struct space *space, pte_t *holder, pte_t *entry)
{
	pte_t *table = may_make(space) ? pool_take_table(space->object.pool) : NULL;

	if (table == NULL)
		return false;
	*entry = pte_make_table(spot_pfn(table));
	table_added(holder, entry);
	space->tables++;
	return true;
}

/* Tables that are lacking for an entry of @level at @at. */
static unsigned count_missing(const struct space *space, vaddr_t at, unsigned level)
{
	unsigned found;

	(void)space_walk(space, at, &found);
	return found > level ? found - level : 0;
}

static bool make_for(struct space *space, vaddr_t at, unsigned level)
{
	pte_t *upper = &space->root[sv39_index(at, 2)], *entry;

	if (*upper == 0 && !table_make(space, space->root, upper))
		return false;
	entry = table_below(*upper) + sv39_index(at, 1);
	if (level == 0 && *entry == 0 && !table_make(space, table_below(*upper), entry)) {
		space_free_empty_tables(space, at);
		return false;
	}
	return true;
}

/* Address of the next entry one level above @level, where another table may be needed. */
static vaddr_t next_table(vaddr_t at, unsigned level)
{
	uint64_t bytes = sv39_level_bytes(level + 1);

	return align_down(at, bytes) + bytes;
}

uint64_t tables_missing(const struct space *space, vaddr_t at, uint64_t pages, unsigned level)
{
	vaddr_t end = at + pages * sv39_level_bytes(level);
	uint64_t missing = 0, gigabyte = ~0ul;

	for (; at < end; at = next_table(at, level)) {
		unsigned lacking = count_missing(space, at, level);

		if (lacking == 2 && at >> 30 == gigabyte)
			lacking = 1; /* its upper table is counted already */
		gigabyte = at >> 30;
		missing += lacking;
	}
	return missing;
}

void tables_free_empty(struct space *space, vaddr_t at, uint64_t pages, unsigned level)
{
	vaddr_t end = at + pages * sv39_level_bytes(level);

	for (; at < end; at = next_table(at, level))
		space_free_empty_tables(space, at);
}

bool tables_make(struct space *space, vaddr_t at, uint64_t pages, unsigned level)
{
	vaddr_t end = at + pages * sv39_level_bytes(level);

	for (vaddr_t here = at; here < end; here = next_table(here, level)) {
		if (!make_for(space, here, level)) {
			tables_free_empty(space, at, pages, level);
			return false;
		}
	}
	return true;
}
