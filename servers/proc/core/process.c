/* SPDX-License-Identifier: MIT */
/* Records of processes: pids, the tree, the end and who hears of it. */
#include "core/process.h"
#include "core/account.h"
#include "core/lists.h"
#include "proto/inject.h"
#include <string.h>

static struct process **bucket_of(struct process_table *table, uint32_t pid)
{
	return &table->bucket[pid % PROCESS_BUCKETS];
}

void process_table_init(struct process_table *table, struct process *records, uint32_t count)
{
	memset(table, 0, sizeof(*table));
	memset(records, 0, count * sizeof(*records));
	table->records = records;
	table->count = count;
	table->next_pid = PID_FIRST;
	for (uint32_t i = count; i-- > 0;) {
		records[i].hash_next = table->free;
		table->free = &records[i];
	}
	table->self = (struct process){.pid = PID_SELF, .state = PROCESS_LIVE};
	for (uint32_t i = 0; i < LIMIT_COUNT; i++)
		table->self.limits[i] = table->self.limits_most[i] = ~0ul;
	*bucket_of(table, PID_SELF) = &table->self;
}

struct process *process_find(const struct process_table *table, uint64_t pid)
{
	struct process *process = table->bucket[pid % PROCESS_BUCKETS];

	while (process && process->pid != pid)
		process = process->hash_next;
	return process;
}

const struct process *process_find_above(const struct process_table *table, uint64_t cursor)
{
	const struct process *found = NULL;

	for (uint32_t i = 0; i < table->count; i++) {
		const struct process *process = &table->records[i];

		if (process->state != PROCESS_FREE && process->pid > cursor &&
		    (!found || process->pid < found->pid))
			found = process;
	}
	return found;
}

bool process_is_within(const struct process *process, const struct process *root)
{
	while (process && process != root)
		process = process->parent;
	return process;
}

/* The next one in a walk of the living below @root: child, else sibling, else an ancestor's sibling. */
static struct process *walk_next(struct process *at, const struct process *root)
{
	if (at->children.first)
		return at->children.first;
	while (at != root && !at->next)
		at = at->parent;
	return at == root ? NULL : at->next;
}

/* Increasing; never one in use. There are far more pids than records. */
static uint32_t pid_take(struct process_table *table)
{
	uint32_t pid;

	do {
		pid = table->next_pid;
		table->next_pid = pid == PID_LAST ? PID_FIRST : pid + 1;
	} while (process_find(table, pid));
	return pid;
}

/*
 * The account is counted, which no child leaves by the end of its parent. Refused: those below the caller,
 * whom an orphan is not below any more.
 */
static bool is_at_limit(const struct process_table *table, const struct process *parent, uint32_t account)
{
	return table->account_records[account] >= parent->limits[LIMIT_NPROC];
}

err_t process_create(struct process_table *table, struct process *parent, uint32_t account,
		     struct process **made)
{
	struct process *process = table->free, **bucket;

	if (!process || !account_has_room(table, account) || is_at_limit(table, parent, account) ||
	    allocation_refused("record"))
		return E_TOO_MANY;
	table->free = process->hash_next;
	memset(process, 0, sizeof(*process));
	process->pid = pid_take(table);
	process->state = PROCESS_LIVE;
	process->parent = parent;
	process->account = account;
	process->leads = account != parent->account;
	account_add_record(table, account);
	process->inode = parent->inode;
	process->file_bytes = parent->file_bytes;
	memcpy(process->name, parent->name, sizeof(process->name));
	memcpy(process->limits, parent->limits, sizeof(process->limits));
	memcpy(process->limits_most, parent->limits_most, sizeof(process->limits_most));
	list_append(&parent->children, process);
	bucket = bucket_of(table, process->pid);
	process->hash_next = *bucket;
	*bucket = process;
	table->live++;
	*made = process;
	return E_OK;
}

/* The record leaves the tree and is free. */
static void record_release(struct process_table *table, struct process *process)
{
	struct process **link = bucket_of(table, process->pid);

	if (process->state == PROCESS_ZOMBIE) {
		list_remove(&process->parent->zombies, process);
		table->zombies--;
	} else {
		list_remove(&process->parent->children, process);
		table->live--;
	}
	while (*link != process)
		link = &(*link)->hash_next;
	*link = process->hash_next;
	account_remove_record(table, process->account);
	memset(process, 0, sizeof(*process));
	process->hash_next = table->free;
	table->free = process;
}

void process_forget(struct process_table *table, struct process *process)
{
	sleep_remove(table, process);
	record_release(table, process);
}

static void orphans_adopt(struct process_table *table, struct process *process)
{
	struct process *child;

	while (process->zombies.first)
		record_release(table, process->zombies.first);
	for (child = process->children.first; child; child = child->next)
		child->parent = &table->self;
	list_append_all(&table->self.children, &process->children);
}

static void usage_add(struct proc_usage *sum, const struct proc_usage *more)
{
	sum->user_ticks += more->user_ticks;
	sum->faults_minor += more->faults_minor;
	sum->faults_major += more->faults_major;
	sum->detail.faults += more->detail.faults;
	sum->detail.prefetched += more->detail.prefetched;
	sum->detail.fork_mapped += more->detail.fork_mapped;
	sum->detail.populate += more->detail.populate;
	sum->detail.present += more->detail.present;
	sum->detail.other += more->detail.other;
}

/* The zombie's parent has heard of it. */
static void zombie_reap(struct process_table *table, struct process *zombie, struct process_ended *ended)
{
	*ended = (struct process_ended){zombie->pid, zombie->status};
	usage_add(&zombie->parent->children_usage, &zombie->usage);
	usage_add(&zombie->parent->children_usage, &zombie->children_usage);
	record_release(table, zombie);
}

static bool waits_for(const struct process *parent, const struct process *child)
{
	return parent->waits == WAITS_CHILD && (parent->wait_pid == 0 || parent->wait_pid == child->pid);
}

struct process *process_end(struct process_table *table, struct process *process, uint32_t status,
			    struct process_ended *ended)
{
	struct process *parent = process->parent;

	sleep_remove(table, process);
	process->waits = WAITS_NOT;
	process->marked = false;
	orphans_adopt(table, process);
	if (parent == &table->self) {
		record_release(table, process);
		return NULL;
	}
	list_remove(&parent->children, process);
	list_append(&parent->zombies, process);
	process->state = PROCESS_ZOMBIE;
	process->status = status;
	table->live--;
	table->zombies++;
	if (!waits_for(parent, process))
		return NULL;
	parent->waits = WAITS_NOT;
	zombie_reap(table, process, ended);
	return parent;
}

err_t process_wait(struct process_table *table, struct process *parent, uint32_t pid, bool no_wait,
		   struct process_ended *ended)
{
	struct process *child = pid ? process_find(table, pid) : parent->zombies.first;

	if (pid ? !child || child->parent != parent : !child && !parent->children.first)
		return E_NO_CHILD;
	if (child && child->state == PROCESS_ZOMBIE) {
		zombie_reap(table, child, ended);
		return E_OK;
	}
	if (!no_wait) {
		parent->waits = WAITS_CHILD;
		parent->wait_pid = pid;
	}
	return E_LATER;
}

void process_mark(struct process_table *table, struct process *root)
{
	root->marked = root != &table->self;
	for (struct process *at = walk_next(root, root); at; at = walk_next(at, root))
		at->marked = true;
}

struct process *process_take_marked(struct process_table *table)
{
	for (uint32_t i = 0; i < table->count; i++) {
		struct process *process = &table->records[i];

		if (process->marked) {
			process->marked = false;
			return process;
		}
	}
	return NULL;
}
