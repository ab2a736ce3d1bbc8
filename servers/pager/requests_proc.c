/* SPDX-License-Identifier: MIT */
/* Requests of the process server: spaces are copied and ended; refused faults are collected. */
#include "pager.h"
#include <pagoda/syscall.h>

bool account_pays(uint64_t number)
{
	if (number >= ACCOUNTS_MAX)
		return false;
	pager.policy.frames.payer = &pager.policy.frames.account[number];
	return true;
}

err_t request_space_destroy(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process = process_find(in->w[0]);
	struct pager_faults faults;

	(void)caller;
	if (!process)
		return E_NO_SPACE;
	process_destroy(process, &faults); /* which may send messages: the answer's words come after it */
	answer_record(out, &faults, sizeof(faults));
	return E_OK;
}

err_t request_space_fork(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *parent = process_find(in->w[0]);
	struct fork_place place = {.pc = in->w[2], .sp = in->w[3]};

	(void)caller;
	(void)out;
	if (!parent)
		return E_NO_SPACE;
	if ((uint32_t)in->w[1] == 0 || (uint32_t)in->w[1] > BADGE_PID_MAX || !(in->tag & TAG_CAP) ||
	    !account_pays(in->w[1] >> 32))
		return E_ARGUMENT;
	return process_fork(parent, (uint32_t)in->w[1], &place);
}

err_t request_space_limit(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process = process_find(in->w[0]);

	(void)caller;
	(void)out;
	return process ? space_set_limit(process->space, in->w[1], in->w[2]) : E_NO_SPACE;
}

err_t request_news(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process = pager.news_first;

	(void)caller;
	(void)in;
	if (!process)
		return E_NO_ENTRY;
	pager.news_first = process->news_next;
	if (!pager.news_first)
		pager.news_last = NULL;
	process->news_queued = false;
	answer_record(out, &process->news, sizeof(process->news));
	return E_OK;
}

err_t request_account(struct process *caller, const struct message *in, struct answer *out)
{
	struct pager_account record;
	struct account *account;

	(void)caller;
	if (in->w[0] >= ACCOUNTS_MAX)
		return E_ARGUMENT;
	account = &pager.policy.frames.account[in->w[0]];
	if (in->w[1])
		account->limit_frames = in->w[1];
	record = (struct pager_account){.frames = account->frames,
					.limit_frames = account->limit_frames,
					.tables = process_tables(account),
					.areas = account->areas,
					.objects = account->objects,
					.spaces = account->spaces};
	answer_record(out, &record, sizeof(record));
	return E_OK;
}

err_t request_usage(struct process *caller, const struct message *in, struct answer *out)
{
	return in->w[0] ? request_faults(caller, in, out) : E_NO_SPACE;
}

err_t request_trace(struct process *caller, const struct message *in, struct answer *out)
{
	(void)caller;
	(void)out;
	pager.trace = in->w[0] != 0;
	return E_OK;
}

err_t request_trace_summary(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process = process_find(in->w[0]);

	(void)caller;
	(void)out;
	if (!process)
		return E_NO_SPACE;
	trace_summary(process);
	return E_OK;
}
