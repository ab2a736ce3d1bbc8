/* SPDX-License-Identifier: MIT */
/* Lists of siblings, and the ordered list of sleepers. */
#include "core/lists.h"

void list_append(struct process_list *list, struct process *process)
{
	process->next = NULL;
	process->previous = list->last;
	if (list->last)
		list->last->next = process;
	else
		list->first = process;
	list->last = process;
}

void list_remove(struct process_list *list, struct process *process)
{
	if (process->previous)
		process->previous->next = process->next;
	else
		list->first = process->next;
	if (process->next)
		process->next->previous = process->previous;
	else
		list->last = process->previous;
	process->next = process->previous = NULL;
}

void list_append_all(struct process_list *list, struct process_list *from)
{
	if (!from->first)
		return;
	from->first->previous = list->last;
	if (list->last)
		list->last->next = from->first;
	else
		list->first = from->first;
	list->last = from->last;
	*from = (struct process_list){0};
}

void process_sleep(struct process_table *table, struct process *process, uint64_t deadline)
{
	struct process *before = NULL, *after = table->sleep_first;

	while (after && after->deadline <= deadline) {
		before = after;
		after = after->sleep_next;
	}
	process->waits = WAITS_TIME;
	process->deadline = deadline;
	process->sleep_previous = before;
	process->sleep_next = after;
	if (after)
		after->sleep_previous = process;
	if (before)
		before->sleep_next = process;
	else
		table->sleep_first = process;
}

void sleep_remove(struct process_table *table, struct process *process)
{
	if (process->waits != WAITS_TIME)
		return;
	if (process->sleep_previous)
		process->sleep_previous->sleep_next = process->sleep_next;
	else
		table->sleep_first = process->sleep_next;
	if (process->sleep_next)
		process->sleep_next->sleep_previous = process->sleep_previous;
	process->sleep_next = process->sleep_previous = NULL;
	process->waits = WAITS_NOT;
}

struct process *process_wake(struct process_table *table, uint64_t now)
{
	struct process *first = table->sleep_first;

	if (!first || first->deadline > now)
		return NULL;
	sleep_remove(table, first);
	return first;
}

bool process_stop_waiting(struct process_table *table, struct process *process)
{
	bool waited = process->waits != WAITS_NOT;

	sleep_remove(table, process);
	process->waits = WAITS_NOT;
	return waited;
}

uint64_t process_next_deadline(const struct process_table *table)
{
	return table->sleep_first ? table->sleep_first->deadline : DEADLINE_NONE;
}
