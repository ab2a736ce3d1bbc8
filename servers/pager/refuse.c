/* SPDX-License-Identifier: MIT */
/*
 * Refused faults. The reply is kept, the record becomes news, proc is told and ends the process. One reply is
 * kept a process; a second thread of it, or one whose reply cannot be kept, is stopped at once.
 */
#include <string.h>

#include "custom.h"
#include <pagoda/log.h>
#include <pagoda/syscall.h>

static void news_queue(struct process *process)
{
	struct result result;

	process->news_queued = true;
	process->news_next = NULL;
	if (pager.news_last)
		pager.news_last->news_next = process;
	else
		pager.news_first = process;
	pager.news_last = process;
	result = sys_notify(PAGER_PROC_NEWS);
	if (result.error)
		server_log("proc cannot be told about pid %u, error %lu", process->pid, result.error);
}

/* Whose page it is, where policy knew by itself that its pager has ended. */
static const struct custom *custom_behind(const struct process *process, const struct vm_area *area)
{
	const struct external_pager *external =
		area && area->external ? area->external->pager : process->space->supplier;

	return external ? custom_of(external) : NULL;
}

static void news_fill(struct process *process, const struct message *fault, const struct verdict *verdict,
		      const struct custom *custom, uint64_t detail)
{
	struct pager_news *news = &process->news;

	*news = (struct pager_news){
		.pid = process->pid,
		.signal = verdict->signal,
		.address = fault->w[0],
		.pc = fault->w[1],
		.access = FAULT_INFO_ACCESS(fault->w[2]),
		.rule = verdict->rule,
		.fault_kind = TAG_LABEL(fault->tag),
		.detail = detail,
	};
	if (verdict->area) {
		news->area_start = verdict->area->start;
		news->area_end = verdict->area->end;
		news->area_prot_backing = verdict->area->prot | (uint64_t)verdict->area->backing << 8;
	}
	if (verdict->rule < RULE_PAGER_ENDED)
		return;
	if (!custom)
		custom = custom_behind(process, verdict->area);
	if (custom)
		memcpy(news->pager, custom->name, sizeof(news->pager));
}

/* Proc hears of the first refused fault of a process; it needs no other one to end it. */
static void refuse_tell(struct process *process, const struct message *m, const struct verdict *verdict,
			const struct custom *custom, uint64_t detail)
{
	if (pager.trace)
		trace_fault(process, m, verdict, custom);
	if (verdict->rule >= RULE_PAGER_ENDED) {
		process->unresolved.rule = verdict->rule;
		process->unresolved.detail = detail;
		process->unresolved.address = m->w[0];
	}
	if (process->news_queued)
		return;
	news_fill(process, m, verdict, custom, detail);
	news_queue(process);
}

void refuse_largest(struct process *process, uint64_t frames)
{
	struct verdict verdict = {.kind = VERDICT_DENY};

	if (process->news_queued)
		return;
	verdict_deny(&verdict, RULE_LARGEST);
	process->news = (struct pager_news){
		.pid = process->pid, .signal = verdict.signal, .rule = RULE_LARGEST, .detail = frames};
	news_queue(process);
}

enum next fault_refuse(struct process *process, struct message *m, const struct verdict *verdict,
		       const struct custom *custom, uint64_t detail)
{
	cap_t slot = process->refused_reply ? CAP_NULL : slot_take();

	refuse_tell(process, m, verdict, custom, detail);
	if (slot && sys_reply_save(slot).error == E_OK) {
		process->refused_reply = slot;
		return NEXT_WAIT;
	}
	if (slot)
		slot_give(slot);
	m->tag = TAG(E_FAULT, 0);
	return NEXT_ANSWER;
}

/* Tell the thread of a saved reply for good, and be done with the slot. */
static void reply_end(cap_t reply, err_t error)
{
	struct message m = {.tag = TAG(error, 0)};

	if (ipc_reply_send(reply, &m) == E_OK)
		slot_give(reply);
	else
		slot_clear(reply, false);
}

void fault_refuse_held(struct process *process, const struct message *m, const struct verdict *verdict,
		       const struct custom *custom, uint64_t detail, cap_t reply)
{
	refuse_tell(process, m, verdict, custom, detail);
	if (process->refused_reply)
		reply_end(reply, E_FAULT);
	else
		process->refused_reply = reply;
}

void fault_end_refused(struct process *process)
{
	if (process->refused_reply)
		reply_end(process->refused_reply, E_NO_SPACE);
	process->refused_reply = CAP_NULL;
}
