/* SPDX-License-Identifier: MIT */
/* Requests about what a process uses: those answered with a record, and its limits. */
#include "proc.h"
#include <pagoda/inject.h>
#include <pagoda/syscall.h>
#include <string.h>

void record_put(struct answer *out, const void *record, uint64_t bytes)
{
	memcpy(&message_page()->words[MESSAGE_REGISTERS], record, bytes);
	out->record_words = (uint32_t)(bytes / 8);
}

/* @request: a request about @process that the pager answers with its counts. */
struct proc_usage usage_by(uint32_t request, const struct process *process)
{
	struct proc_usage usage = {.user_ticks = counter_ticks() - process->start_ticks};

	if (call_pager(request, process->pid, 0, 0) == E_OK)
		memcpy(&usage.detail, &message_page()->words[MESSAGE_REGISTERS], sizeof(usage.detail));
	usage.faults_minor = usage.detail.faults;
	return usage;
}

err_t request_usage(struct process *caller, const struct message *in, struct answer *out)
{
	struct proc_usage usage;

	if (in->w[0] > 1)
		return E_ARGUMENT;
	usage = in->w[0] == 0 ? usage_by(PAGER_USAGE, caller) : caller->children_usage;
	record_put(out, &usage, sizeof(usage));
	return E_OK;
}

err_t request_list(struct process *caller, const struct message *in, struct answer *out)
{
	const struct process *process = process_find_above(&proc.table, in->w[0]);
	struct proc_entry entry = {.state = PROC_STATE_ZOMBIE};

	(void)caller;
	if (!process)
		return E_NO_ENTRY;
	entry.pid = process->pid;
	entry.ppid = process->parent->pid;
	entry.account = process->account;
	entry.priority = process->priority;
	memcpy(entry.name, process->name, sizeof(entry.name));
	if (process->state == PROCESS_LIVE)
		entry.state = sys_thread_read(thread_slot(process)).value;
	record_put(out, &entry, sizeof(entry));
	return E_OK;
}

#if PAGODA_CHECKED
err_t request_inject(struct process *caller, const struct message *in, struct answer *out)
{
	struct inject_report report;
	err_t error = inject_set(in->w, &report);

	(void)caller;
	if (error == E_OK)
		record_put(out, &report, sizeof(report));
	return error;
}
#endif
