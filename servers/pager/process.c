/* SPDX-License-Identifier: MIT */
/*
 * Processes as the pager knows them: a pid (the badge of its faults and requests), its books, and the
 * kernel's Space. Life: SPACE_CREATE .. SPACE_DESTROY, both asked by proc.
 */
#include "custom.h"
#include <pagoda/batch.h>
#include <pagoda/program.h>

static struct process **process_bucket(uint32_t pid)
{
	return &pager.bucket[pid % PROCESS_BUCKETS];
}

struct process *process_search(uint32_t pid)
{
	struct process *process = *process_bucket(pid);

	while (process && process->pid != pid)
		process = process->next;
	if (process)
		pager.last = process;
	return process;
}

static err_t process_attach(const struct process *process)
{
	struct batch batch = {0};

	for (uint32_t i = 0; i < pager.sources; i++)
		batch_space_attach(&batch, process->space_cap, i, pager.source[i].memory,
				   pager.source[i].rights);
	return (err_t)batch_run(&batch).error;
}

static err_t process_make_space(struct process *process, uint64_t table_limit)
{
	err_t error;

	if (kept_take(process, table_limit))
		return E_OK;
	process->space_cap = slot_take();
	if (!process->space_cap)
		return E_NO_MEMORY;
	error = pools_create_space(table_limit, process->space_cap, &process->pool);
	if (error) {
		slot_give(process->space_cap);
		return error;
	}
	error = process_attach(process);
	if (error) {
		slot_clear(process->space_cap, true);
		pools_space_gone(process->pool);
	}
	return error;
}

static void process_link(struct process *process)
{
	process->next = *process_bucket(process->pid);
	*process_bucket(process->pid) = process;
}

static void process_unlink(struct process *process)
{
	struct process **link = process_bucket(process->pid);

	while (*link != process)
		link = &(*link)->next;
	*link = process->next;
	if (pager.last == process)
		pager.last = NULL;
}

/* A process for books that exist already. */
static err_t process_add(struct vm_space *space, uint64_t table_limit, struct process **out)
{
	struct process *process = nodes_take(&pager.process_nodes);
	err_t error;

	if (!process)
		return E_NO_MEMORY;
	process->pid = space->pid;
	process->space = space;
	process->table_limit = table_limit;
	error = process_make_space(process, table_limit);
	if (error) {
		nodes_give(&pager.process_nodes, process);
		return error;
	}
	process_link(process);
	*out = process;
	return E_OK;
}

err_t process_create(uint32_t pid, uint64_t table_limit, struct process **out)
{
	struct vm_space *space;
	err_t error;

	if (process_search(pid))
		return E_EXISTS;
	error = space_create(&pager.policy, pid, PAGE_BYTES, USER_END - PAGE_BYTES, &space);
	if (error)
		return error;
	space->map_base = space->map_hint = PROGRAM_MMAP_BASE;
	error = process_add(space, table_limit, out);
	if (error)
		space_destroy(space);
	return error;
}

void process_unpark(struct process *process, vaddr_t address, bool unchanged)
{
	vaddr_t block = address & ~(ARENA_BYTES - 1);
	bool alone = unchanged && page_tree_is_alone(&process->space->pages, &pager.policy.trees,
						     block >> PAGE_SHIFT, ARENA_PAGES);

	/* not parked any more is as good */
	(void)sys_space_unpark(process->space_cap, block, alone ? RIGHTS_RWX : RIGHT_READ | RIGHT_EXECUTE);
}

err_t process_fork(struct process *parent, uint32_t pid, const struct fork_place *place, struct process **out)
{
	struct vm_space *space;
	err_t error;

	if (process_search(pid))
		return E_EXISTS;
	error = space_fork(parent->space, pid, &space);
	if (error)
		return error;
	error = process_add(space, parent->table_limit, out);
	if (error) {
		space_destroy(space);
		return error;
	}
	error = attach_forked(*out);
	if (error) {
		process_destroy(*out);
		return error;
	}
	forwards_recall(parent, 0, USER_END);
	error = fork_share(parent, *out, place);
	if (error)
		process_destroy(*out);
	return error;
}

void process_replace(struct process *old, struct process *new)
{
	counts_faults(old, &new->earlier);
	new->trace_lines = old->trace_lines;
	for (int which = 0; which <= LIMIT_DATA; which++)
		new->space->limit_bytes[which] = old->space->limit_bytes[which];
	external_supplier_exec(new->space, old->space);
	process_unlink(new);
	new->pid = new->space->pid = old->pid;
	process_destroy(old);
	process_link(new);
}

static void process_forget_news(const struct process *process)
{
	struct process *before = NULL;

	for (struct process *at = pager.news_first; at; before = at, at = at->news_next) {
		if (at != process)
			continue;
		if (before)
			before->news_next = at->news_next;
		else
			pager.news_first = at->news_next;
		if (pager.news_last == at)
			pager.news_last = before;
		return;
	}
}

/* Every mapping goes, and whoever holds the Space holds it no more. */
static void process_clear_space(struct process *process)
{
	if (kept_put(process))
		return;
	slot_clear(process->space_cap, true);
	pools_space_gone(process->pool);
	kept_leave(process->pool);
}

void process_destroy(struct process *process)
{
	if (process->custom)
		custom_end(process->custom);
	forwards_drop_process(process);
	fault_end_refused(process);
	process_forget_news(process);
	process_clear_space(process);
	slot_clear(process->message_cap, true);
	space_destroy(process->space);
	process_unlink(process);
	nodes_give(&pager.process_nodes, process);
	lease_return_idle();
	if (pager.policy.externals.first)
		customs_tidy();
}

uint64_t process_tables(const struct account *account)
{
	uint64_t tables = 0;

	for (int i = 0; i < PROCESS_BUCKETS; i++)
		for (const struct process *process = pager.bucket[i]; process; process = process->next)
			if (!account || process->space->account == account)
				tables += (uint32_t)sys_space_tables(process->space_cap).value;
	return tables;
}
