/* SPDX-License-Identifier: MIT */
/*
 * Kernel Spaces of processes that have ended, for those that come: empty, with all sources attached. Their
 * Pool counts them among its spaces, but they alone hold no Pool, the first one apart, which stays anyway.
 * Who asks for the accounts finds none of them (kept_give_back).
 */
#include "pager.h"
#include <pagoda/batch.h>

#define KEPT_BLOCKS_MAX 64 /* of 2 MiB that are gone through to empty one; larger ones are taken apart */

bool kept_take(struct process *process, uint64_t table_limit)
{
	struct kept_space *kept;

	if (pager.kept_spaces == 0)
		return false;
	kept = &pager.kept[pager.kept_spaces - 1];
	if (kept->table_limit != table_limit) {
		if (sys_space_set_limit(kept->cap, table_limit).error)
			return false;
		kept->table_limit = table_limit;
	}
	pager.kept_spaces--;
	process->space_cap = kept->cap;
	process->stored_before = kept->stored;
	process->pool = kept->pool;
	return true;
}

static uint64_t kept_in(const struct space_pool *pool)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < pager.kept_spaces; i++)
		count += pager.kept[i].pool == pool;
	return count;
}

/* Add the calls that clear every area. false: too many. */
static bool areas_clear(struct batch *batch, const struct process *process)
{
	vaddr_t from = 0, to = 0; /* what is to be cleared next */
	uint64_t blocks = 0;

	for (const struct vm_area *area = process->space->areas.first; area; area = area->next) {
		vaddr_t start = area->start & ~(ARENA_BYTES - 1);

		if (start > to) {
			if (to > from)
				batch_space_unmap(batch, process->space_cap, from, (to - from) >> PAGE_SHIFT);
			from = start;
		}
		to = (area->end + ARENA_BYTES - 1) & ~(ARENA_BYTES - 1);
		blocks += (area->end - start) / ARENA_BYTES + 1;
		if (batch->count + 5 > BATCH_CALLS || blocks > KEPT_BLOCKS_MAX)
			return false;
	}
	if (to > from)
		batch_space_unmap(batch, process->space_cap, from, (to - from) >> PAGE_SHIFT);
	return true;
}

/*
 * Nothing is mapped if only the root table is left. What a custom pager's client has attached beside the
 * sources of all is not to be passed on.
 */
bool kept_put(struct process *process)
{
	struct kept_space *kept = &pager.kept[pager.kept_spaces];
	struct batch batch = {0};
	uint64_t calls;

	if (pager.kept_spaces == PAGER_KEPT || process->space->clients)
		return false;
	if (process->pool != &pager.pool[0] && process->pool->spaces == kept_in(process->pool) + 1)
		return false;
	batch_cap_revoke(&batch, CAP_NULL, process->space_cap);
	if (!areas_clear(&batch, process))
		return false;
	if (process->message_cap) {
		batch_cap_revoke(&batch, CAP_NULL, process->message_cap);
		batch_cap_delete(&batch, CAP_NULL, process->message_cap);
	}
	batch_space_stored(&batch, process->space_cap);
	batch_space_tables(&batch, process->space_cap);
	calls = batch.count;
	if (batch_run(&batch).error || (uint32_t)batch_value(calls - 1) != 1)
		return false;
	if (process->message_cap)
		slot_give(process->message_cap);
	process->message_cap = CAP_NULL;
	*kept = (struct kept_space){
		.cap = process->space_cap,
		.stored = batch_value(calls - 2),
		.table_limit = batch_value(calls - 1) >> 32,
		.pool = process->pool,
	};
	pager.kept_spaces++;
	return true;
}

static void kept_drop(uint32_t index)
{
	struct kept_space kept = pager.kept[index];

	pager.kept[index] = pager.kept[--pager.kept_spaces];
	slot_clear(kept.cap, true);
	pools_space_gone(kept.pool);
}

void kept_leave(const struct space_pool *pool)
{
	if (pool == &pager.pool[0] || pool->spaces != kept_in(pool))
		return;
	for (uint32_t i = pager.kept_spaces; i-- > 0;)
		if (pager.kept[i].pool == pool)
			kept_drop(i);
}

void kept_give_back(void)
{
	while (pager.kept_spaces)
		kept_drop(pager.kept_spaces - 1);
}
