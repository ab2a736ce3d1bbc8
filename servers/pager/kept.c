/* SPDX-License-Identifier: MIT */
/*
 * Kernel Spaces of processes that have ended, for those that come: with all sources attached, and the message
 * page, its capability and the tables to it, but nothing else. Their Pool counts them among its spaces, but
 * they alone hold no Pool, the first one apart, which stays anyway. Who asks for the accounts finds none of
 * them (kept_give_back).
 */
#include "pager.h"

#define KEPT_BLOCKS_MAX 64 /* of 2 MiB that are gone through to empty one; larger ones are taken apart */
#define KEPT_TABLES	3  /* the root and two below it */

/* The message page counts as one that this process had mapped. */
bool kept_take(struct process *process)
{
	struct kept_space *kept;

	if (pager.kept_spaces == 0)
		return false;
	kept = &pager.kept[pager.kept_spaces - 1];
	if (kept->message_at != process->message_at)
		return false;
	if (kept->table_limit != process->table_promise) {
		if (sys_space_set_limit(kept->cap, process->table_promise).error)
			return false;
		kept->table_limit = process->table_promise;
	}
	if (space_add_kept(process->space, kept->message_at, "message", kept->message_frame))
		return false;
	window_zero(kept->message_frame);
	pager.kept_spaces--;
	process->space_cap = kept->cap;
	process->message_cap = kept->message_cap;
	process->stored_before = kept->stored - 1;
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

static void range_clear(struct batch *batch, const struct process *process, vaddr_t from, vaddr_t to)
{
	if (to > from)
		batch_space_unmap(batch, process->space_cap, from, (to - from) >> PAGE_SHIFT);
}

/* All but the message page. */
static void range_clear_around(struct batch *batch, const struct process *process, vaddr_t from, vaddr_t to)
{
	vaddr_t kept = process->message_at;

	if (kept < from || kept >= to) {
		range_clear(batch, process, from, to);
		return;
	}
	range_clear(batch, process, from, kept);
	range_clear(batch, process, kept + PAGE_BYTES, to);
}

/* Add the calls that clear every area, whole blocks, but for the message page. false: too many. */
static bool areas_clear(struct batch *batch, const struct process *process)
{
	vaddr_t from = 0, to = 0; /* what is to be cleared next */
	uint64_t blocks = 0;

	for (const struct vm_area *area = process->space->areas.first; area; area = area->next) {
		vaddr_t start = area->start & ~(ARENA_BYTES - 1);

		if (start > to) {
			range_clear_around(batch, process, from, to);
			from = start;
		}
		to = (area->end + ARENA_BYTES - 1) & ~(ARENA_BYTES - 1);
		blocks += (area->end - start) / ARENA_BYTES + 1;
		if (batch->count + 6 > BATCH_CALLS || blocks > KEPT_BLOCKS_MAX)
			return false;
	}
	range_clear_around(batch, process, from, to);
	return true;
}

/*
 * Nothing but the message page is mapped if only the tables to it are left, its block being cleared. What a
 * custom pager's client has attached beside the sources of all is not to be passed on.
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
	batch_cap_revoke(&batch, CAP_NULL, process->message_cap);
	if (!areas_clear(&batch, process))
		return false;
	batch_space_stored(&batch, process->space_cap);
	batch_space_tables(&batch, process->space_cap);
	calls = batch.count;
	if (batch_run(&batch).error || (uint32_t)batch_value(calls - 1) != KEPT_TABLES)
		return false;
	process->stored = batch_value(calls - 2);
	*kept = (struct kept_space){
		.cap = process->space_cap,
		.message_cap = process->message_cap,
		.message_at = process->message_at,
		.message_frame = space_keep_pinned(process->space, process->message_at),
		.stored = process->stored,
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
	slot_clear(kept.message_cap, true);
	policy_give_kept(&pager.policy, kept.message_frame);
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
