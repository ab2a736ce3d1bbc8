/* SPDX-License-Identifier: MIT */
/*
 * Forwarded faults taken back. While a record is SENT its Reply may be stale, so the kernel is asked: recall
 * succeeds and the thread is ours, to run its instruction again or to be refused; or it was answered.
 */
#include "custom.h"
#include <pagoda/syscall.h>

bool forward_hold(struct forward *forward)
{
	(void)sys_cap_delete(CAP_NULL, forward->reply); /* the stale one of the last forward */
	if (sys_reply_save(forward->reply).error)
		return false;
	forward->state = FORWARD_LATER;
	return true;
}

void forward_run_again(struct forward *forward)
{
	struct message m = {.tag = TAG(E_OK, 0)};

	forward->state = FORWARD_IDLE;
	(void)ipc_reply_send(forward->reply, &m); /* stale: the thread is gone */
}

static bool forward_overlaps(const struct forward *forward, uint64_t first, uint64_t end)
{
	uint64_t page = forward->key >> PAGE_SHIFT;

	return (page >= first && page < end) ||
	       (forward->window_first < end && first < forward->window_first + forward->window_pages);
}

/* What was asked for in the range will be asked for anew: its deadline, too, begins anew. */
void forwards_recall(struct process *process, vaddr_t start, vaddr_t end)
{
	uint64_t first = start >> PAGE_SHIFT, last = (end + PAGE_BYTES - 1) >> PAGE_SHIFT;

	for (struct forward *at = process->forwards; at; at = at->next_of_process) {
		uint64_t page = at->key >> PAGE_SHIFT;

		if (!forward_overlaps(at, first, last))
			continue;
		if (page >= first && page < last)
			at->key = 0;
		if (at->state == FORWARD_LATER ||
		    (at->state == FORWARD_SENT && sys_reply_recall(at->reply).error == E_OK))
			forward_run_again(at);
		at->state = FORWARD_IDLE;
	}
}

void forward_refuse(struct forward *forward, enum deny_rule rule, uint64_t detail)
{
	struct process *process = forward->process;
	struct message m = forward_fault(forward);
	struct verdict verdict = {.area = area_set_find(&process->space->areas, m.w[0])};
	const struct custom *custom = forward->supply->custom;
	cap_t reply = forward->reply;

	forward->reply = CAP_NULL;
	forward_drop(forward);
	verdict_deny(&verdict, rule);
	fault_refuse_held(process, &m, &verdict, custom, detail, reply);
}

void forwards_end(const struct custom *custom)
{
	struct forward *next;

	for (struct forward *at = forwards_first(); at; at = next) {
		next = at->next;
		if (!at->supply || at->supply->custom != custom)
			continue;
		if (at->state == FORWARD_LATER ||
		    (at->state == FORWARD_SENT && sys_reply_recall(at->reply).error == E_OK))
			forward_refuse(at, RULE_PAGER_ENDED, 0);
	}
}

void forwards_forget(const struct supply *supply)
{
	for (struct forward *at = forwards_first(); at; at = at->next) {
		if (at->supply != supply)
			continue;
		if (at->state == FORWARD_LATER)
			forward_run_again(at);
		at->supply = NULL;
		at->object = NULL;
		at->state = FORWARD_IDLE;
		at->key = 0;
	}
}
