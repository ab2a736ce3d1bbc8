/* SPDX-License-Identifier: MIT */
/* Lists of siblings, and the ordered list of sleepers. */
#ifndef PROC_CORE_LISTS_H
#define PROC_CORE_LISTS_H

#include "core/process.h"

void list_append(struct process_list *list, struct process *process);
void list_remove(struct process_list *list, struct process *process);
/* All of @from behind @list's last one; @from is empty then. */
void list_append_all(struct process_list *list, struct process_list *from);

/* @process leaves the sleepers, if it is one, and waits no more for the time. */
void sleep_remove(struct process_table *table, struct process *process);

#endif
