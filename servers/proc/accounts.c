/* SPDX-License-Identifier: MIT */
/* Accounts at work: limits of new ones, how their processes run, what they have. See docs/quotas.md. */
#include "proc.h"
#include <pagoda/syscall.h>
#include <string.h>

/* What the pager was told; an account keeps its limit when its last process ends. */
static uint64_t limit_frames[ACCOUNTS_MAX];

err_t account_open(uint32_t account, uint64_t limit_bytes)
{
	uint64_t frames = limit_bytes >= PROC_LIMIT_NONE ? ~0ul : limit_bytes / PAGE_BYTES;
	err_t error;

	if (frames == 0)
		frames = 1;
	if (proc.table.account_records[account] || limit_frames[account] == frames ||
	    (limit_frames[account] == 0 && frames == ~0ul))
		return E_OK;
	error = call_pager(PAGER_ACCOUNT, account, frames, 0);
	if (error == E_OK)
		limit_frames[account] = frames;
	return error;
}

uint8_t account_priority(const struct process *process)
{
	if (process->account == ACCOUNT_FIRST)
		return PRIORITY_FIRST;
	if (!proc.table.account_is_crowd[process->account])
		return PRIORITY_PROGRAM;
	return process->leads ? PRIORITY_LEADER : PRIORITY_CROWD;
}

static void priority_update(struct process *process)
{
	uint8_t priority = account_priority(process);

	if (process->state == PROCESS_LIVE && process->priority != priority &&
	    sys_thread_priority(thread_slot(process), priority).error == E_OK)
		process->priority = priority;
}

void priorities_update(void)
{
	if (!proc.table.crowds_changed)
		return;
	proc.table.crowds_changed = false;
	for (uint32_t i = 0; i < proc.table.count; i++)
		priority_update(&proc.table.records[i]);
}

int priorities_check(void)
{
	for (uint32_t i = 0; i < proc.table.count; i++) {
		const struct process *process = &proc.table.records[i];

		if (process->state == PROCESS_LIVE && process->priority != account_priority(process))
			return __LINE__;
	}
	return 0;
}

err_t request_account(struct process *caller, const struct message *in, struct answer *out)
{
	struct proc_account record = {.number = in->w[0]};
	err_t error;

	(void)caller;
	while (record.number < ACCOUNTS_MAX && proc.table.account_records[record.number] == 0)
		record.number++;
	if (record.number >= ACCOUNTS_MAX)
		return E_NO_ENTRY;
	record.processes = proc.table.account_records[record.number];
	error = call_pager(PAGER_ACCOUNT, record.number, 0, 0);
	if (error == E_OK)
		memcpy(&record.memory, &message_page()->words[MESSAGE_REGISTERS], sizeof(record.memory));
	if (error == E_OK)
		error = call_vfs_files(record.number, &record.files);
	if (error != E_OK)
		return error;
	record_put(out, &record, sizeof(record));
	return E_OK;
}
