/* SPDX-License-Identifier: MIT */
/* Accounts at work: limits of new ones, what they have. See docs/quotas.md. */
#include "proc.h"
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
