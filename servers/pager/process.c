/* SPDX-License-Identifier: MIT */
/*
 * Processes as the pager knows them: a pid (the badge of its faults and requests), its books, and the
 * kernel's Space. Life: SPACE_BUILD or SPACE_FORK .. SPACE_DESTROY, all asked by proc.
 */
#include "custom.h"

/* That are there before: what a fork leaves over is for the copies that both make after it. */
#define FORK_FRAMES  32
#define MESSAGE_AREA "message"

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

static err_t process_make_space(struct process *process)
{
	err_t error;

	process->space_cap = slot_take();
	if (!process->space_cap)
		return E_NO_MEMORY;
	space_pays(process->space);
	error = pools_create_space(process->table_limit, process->space_cap, &process->pool);
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

/* The page is in the books; make the kernel agree, and a capability for it. */
static err_t message_page_map(struct process *process, uint64_t frame)
{
	struct verdict_run run = {process->message_at >> PAGE_SHIFT, frame, 1, RIGHT_READ | RIGHT_WRITE};
	struct map_item item = window_item(&run);
	cap_t slot = slot_take();
	struct batch batch = {0};

	if (!slot)
		return E_NO_MEMORY;
	batch_memory_carve(&batch, pager.source[source_find(frame, 1)].memory, slot, item.offset, 1);
	batch_space_map(&batch, process->space_cap, item.at_rights, item.source, item.offset);
	if (allocation_refused("tables") || batch_run(&batch).error) {
		slot_clear(slot, true);
		return E_NO_MEMORY;
	}
	process->message_cap = slot;
	return E_OK;
}

static err_t message_page_make(struct process *process)
{
	uint64_t frame;
	err_t error = space_add_pinned(process->space, process->message_at, MESSAGE_AREA, &frame);

	if (error)
		return error;
	window_zero(frame);
	error = message_page_map(process, frame);
	if (error)
		space_remove_pinned(process->space, process->message_at);
	return error;
}

/* A new Space with its message page. */
static err_t process_furnish(struct process *process)
{
	err_t error = process_make_space(process);

	if (error)
		return error;
	error = message_page_make(process);
	if (error) {
		slot_clear(process->space_cap, true);
		pools_space_gone(process->pool);
	}
	return error;
}

void process_enter(struct process *process)
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

err_t process_create(struct vm_space *space, const struct process_spec *spec, struct process **out)
{
	struct process *process = nodes_take(&pager.process_nodes);
	err_t error = E_OK;

	if (!process)
		return E_NO_MEMORY;
	process->pid = space->pid;
	process->space = space;
	process->table_limit = spec->table_limit;
	process->table_promise = pools_first_promise(spec->table_limit);
	process->message_at = spec->message_at;
	if (!kept_take(process))
		error = process_furnish(process);
	if (error)
		nodes_give(&pager.process_nodes, process);
	*out = process;
	return error;
}

void process_bind(struct batch *batch, const struct process *process)
{
	batch_thread_bind(batch, SERVER_RECEIVE, BIND_SPACE, process->space_cap);
	batch_thread_bind(batch, SERVER_RECEIVE, BIND_MESSAGE, process->message_cap);
	batch_cap_delete(batch, CAP_NULL, SERVER_RECEIVE);
}

bool process_unpark(struct process *process, vaddr_t address, bool unchanged)
{
	vaddr_t block = address & ~(ARENA_BYTES - 1);
	bool alone = unchanged && page_tree_is_alone(&process->space->pages, &pager.policy.trees,
						     block >> PAGE_SHIFT, ARENA_PAGES);

	/* not parked any more is as good */
	(void)sys_space_unpark(process->space_cap, block, alone ? RIGHTS_RWX : RIGHT_READ | RIGHT_EXECUTE);
	return alone;
}

/* The child's kernel half, for books that are forked already. */
static err_t fork_create(struct process *parent, struct vm_space *space, const struct fork_place *place)
{
	const struct process_spec spec = {parent->table_limit, parent->message_at};
	struct process *child;
	err_t error = process_create(space, &spec, &child);

	if (error) {
		space_destroy(space);
		return error;
	}
	error = attach_forked(child);
	if (!error) {
		forwards_recall(parent, 0, USER_END);
		error = fork_share(parent, child, place);
	}
	if (error)
		process_discard(child);
	else
		process_enter(child);
	return error;
}

err_t process_fork(struct process *parent, uint32_t pid, const struct fork_place *place)
{
	struct vm_space *space;
	err_t error;

	if (process_search(pid))
		return E_EXISTS;
	error = frames_are_left(&pager.policy.frames, FORK_FRAMES) ? space_fork(parent->space, pid, &space)
								   : E_NO_MEMORY;
	return error ? error : fork_create(parent, space, place);
}

void process_inherit(struct process *new, const struct process *from)
{
	for (int which = 0; which <= LIMIT_DATA; which++)
		new->space->limit_bytes[which] = from->space->limit_bytes[which];
	external_supplier_exec(new->space, from->space);
}

void process_replace(struct process *old, struct process *new)
{
	new->trace_lines = old->trace_lines;
	process_inherit(new, old);
	process_destroy(old, &new->earlier);
	process_enter(new);
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
	pools_promise_ends(process);
	if (kept_put(process))
		return;
	process->stored = sys_space_stored(process->space_cap).value;
	slot_clear(process->space_cap, true);
	slot_clear(process->message_cap, true);
	pools_space_gone(process->pool);
	kept_leave(process->pool);
}

static void process_end(struct process *process, struct pager_faults *faults)
{
	if (process->custom)
		custom_end(process->custom);
	forwards_drop_process(process);
	fault_end_refused(process);
	process_forget_news(process);
	process_clear_space(process);
	counts_faults_cleared(process, faults);
	space_destroy(process->space);
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

void process_discard(struct process *process)
{
	struct pager_faults faults;

	process_end(process, &faults);
}

void process_destroy(struct process *process, struct pager_faults *faults)
{
	process_unlink(process);
	process_end(process, faults);
}
