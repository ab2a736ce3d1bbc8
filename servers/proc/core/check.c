/* SPDX-License-Identifier: MIT */
/* What holds between any two requests. */
#include "core/account.h"
#include <string.h>

/* Links of one list, and that all in it belong there; *seen grows by its length. */
static int check_list(const struct process_list *list, const struct process *parent, uint8_t state,
		      uint32_t *seen)
{
	const struct process *previous = NULL;

	for (const struct process *at = list->first; at; previous = at, at = at->next) {
		if (at->previous != previous || at->parent != parent || at->state != state)
			return __LINE__;
		if (++*seen == 0)
			return __LINE__;
	}
	return list->last == previous ? 0 : __LINE__;
}

static int check_family(const struct process *process, uint32_t *live, uint32_t *zombies)
{
	int broken = check_list(&process->children, process, PROCESS_LIVE, live);

	return broken ? broken : check_list(&process->zombies, process, PROCESS_ZOMBIE, zombies);
}

static int check_record(const struct process_table *table, const struct process *process)
{
	if (process_find(table, process->pid) != process)
		return __LINE__;
	if (process->pid < PID_FIRST || process->pid > PID_LAST)
		return __LINE__;
	if (!process_is_within(process, &table->self))
		return __LINE__;
	if (process->state == PROCESS_LIVE && process->waits != WAITS_CHILD)
		return 0;
	if (process->state == PROCESS_LIVE) { /* whom it waits for has not ended */
		const struct process *child = process_find(table, process->wait_pid);

		if (process->wait_pid ? !child || child->parent != process || child->state != PROCESS_LIVE
				      : process->zombies.first || !process->children.first)
			return __LINE__;
		return 0;
	}
	if (process->state != PROCESS_ZOMBIE || process->waits != WAITS_NOT || process->marked)
		return __LINE__;
	if (process->children.first || process->zombies.first || process->parent == &table->self)
		return __LINE__;
	return process->has_space || process->has_files ? __LINE__ : 0;
}

static int check_sleepers(const struct process_table *table, uint32_t expected)
{
	const struct process *previous = NULL;

	for (const struct process *at = table->sleep_first; at; previous = at, at = at->sleep_next) {
		if (at->state != PROCESS_LIVE || at->waits != WAITS_TIME || at->sleep_previous != previous)
			return __LINE__;
		if (previous && previous->deadline > at->deadline)
			return __LINE__;
		if (expected-- == 0)
			return __LINE__;
	}
	return expected == 0 ? 0 : __LINE__;
}

static int check_free(const struct process_table *table, uint32_t expected)
{
	for (const struct process *at = table->free; at; at = at->hash_next) {
		if (at->state != PROCESS_FREE || at->pid != 0 || expected-- == 0)
			return __LINE__;
	}
	return expected == 0 ? 0 : __LINE__;
}

/* Between few and many it is what it was. */
static int check_crowds(const struct process_table *table)
{
	for (uint32_t i = 0; i < ACCOUNTS_MAX; i++) {
		uint32_t records = table->account_records[i];

		if (table->account_is_crowd[i] ? i == ACCOUNT_FIRST || records <= RECORDS_FEW
					       : i != ACCOUNT_FIRST && records > RECORDS_CROWD)
			return __LINE__;
	}
	return 0;
}

int process_check(const struct process_table *table)
{
	uint32_t live = 0, zombies = 0, used = 0, sleepers = 0, records[ACCOUNTS_MAX] = {0};
	int broken = check_family(&table->self, &live, &zombies);

	if (table->self.zombies.first || process_find(table, PID_SELF) != &table->self)
		return __LINE__;
	for (uint32_t i = 0; i < table->count && !broken; i++) {
		const struct process *process = &table->records[i];

		if (process->state == PROCESS_FREE)
			continue;
		used++;
		if (process->account >= ACCOUNTS_MAX)
			return __LINE__;
		records[process->account]++;
		sleepers += process->waits == WAITS_TIME;
		broken = check_record(table, process);
		if (!broken)
			broken = check_family(process, &live, &zombies);
	}
	if (broken)
		return broken;
	if (live != table->live || zombies != table->zombies || live + zombies != used)
		return __LINE__;
	if (memcmp(records, table->account_records, sizeof(records)) != 0)
		return __LINE__;
	broken = check_crowds(table);
	if (!broken)
		broken = check_sleepers(table, sleepers);
	return broken ? broken : check_free(table, table->count - used);
}
