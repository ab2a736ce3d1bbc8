/* SPDX-License-Identifier: MIT */
/*
 * Faults: from the message to the answer. The answer carries the map items; a refused fault keeps its
 * reply here and becomes news for proc.
 */
#include "pager.h"
#include <pagoda/log.h>
#include <pagoda/syscall.h>

/* The fault being answered, for the case that the answer is not accepted. */
static struct {
	struct message fault;
	struct verdict verdict;
	enum page_origin origin;
	bool is_second; /* answer to it */
} served;

/* Ask policy until it need not wait. */
static void fault_decide(struct vm_space *space, vaddr_t address, uint32_t access, enum page_origin origin,
			 struct verdict *verdict)
{
	do
		policy_fault(space, address, access, origin, verdict);
	while (__builtin_expect(verdict->kind == VERDICT_AWAIT, 0) && lease_serve(verdict) == E_OK);
	if (__builtin_expect(verdict->kind == VERDICT_NO_MEMORY, 0))
		verdict_deny(verdict, RULE_NO_MEMORY);
}

static void fault_answer(struct message *m, const struct verdict *verdict)
{
	struct map_item item = window_item(&verdict->run[0]);
	uint64_t *word = &message_page()->words[MESSAGE_REGISTERS];

	m->tag = TAG_MAP | (uint64_t)verdict->runs << 16;
	m->w[0] = item.at_rights;
	m->w[1] = item.source;
	m->w[2] = item.offset;
	for (uint32_t i = 1; i < verdict->runs; i++, word += 3) {
		item = window_item(&verdict->run[i]);
		word[0] = item.at_rights;
		word[1] = item.source;
		word[2] = item.offset;
	}
}

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

static void news_fill(struct pager_news *news, const struct process *process, const struct message *fault,
		      const struct verdict *verdict)
{
	*news = (struct pager_news){
		.pid = process->pid,
		.signal = verdict->signal,
		.address = fault->w[0],
		.pc = fault->w[1],
		.access = FAULT_INFO_ACCESS(fault->w[2]),
		.rule = verdict->rule,
		.fault_kind = TAG_LABEL(fault->tag),
	};
	if (!verdict->area)
		return;
	news->area_start = verdict->area->start;
	news->area_end = verdict->area->end;
	news->area_prot_backing = verdict->area->prot | (uint64_t)verdict->area->backing << 8;
}

/* Keep the reply and tell proc. A second thread of the same space, or one we cannot keep, is stopped at once.
 */
static bool fault_refuse(struct process *process, struct message *m, const struct verdict *verdict)
{
	cap_t slot = process->refused_reply ? CAP_NULL : slot_take();

	if (!process->news_queued) {
		news_fill(&process->news, process, m, verdict);
		news_queue(process);
	}
	if (slot && sys_reply_save(slot).error == E_OK) {
		process->refused_reply = slot;
		return false;
	}
	if (slot)
		slot_give(slot);
	m->tag = TAG(E_FAULT, 0);
	return true;
}

bool fault_serve(struct message *m)
{
	struct process *process = process_find(m->badge);
	struct verdict *verdict = &served.verdict;

	if (!process) {
		m->tag = TAG(E_NO_SPACE, 0);
		return true;
	}
	served.fault = *m;
	served.origin = ORIGIN_FAULT;
	served.is_second = false;
	if (__builtin_expect(FAULT_INFO_FLAGS(m->w[2]) & FAULT_PARKED, 0)) {
		process_unpark(process, m->w[0], true);
		served.origin = ORIGIN_PARKED;
	}
	if (TAG_LABEL(m->tag) == FAULT_PAGE)
		fault_decide(process->space, m->w[0], FAULT_INFO_ACCESS(m->w[2]), served.origin, verdict);
	else
		policy_exception(process->space, TAG_LABEL(m->tag), m->w[0], verdict);
	if (verdict->kind == VERDICT_RESOLVE)
		window_perform(verdict);
	if (pager.trace)
		trace_fault(process, m, verdict);
	if (verdict->kind != VERDICT_RESOLVE)
		return fault_refuse(process, m, verdict);
	fault_answer(m, verdict);
	return true;
}

/*
 * Page tables are what a map can lack. A table may have been parked after the fault was sent: another thread
 * forked. Anything else is a mistake of ours, and is logged as one.
 */
bool fault_map_failed(struct message *m, bool *is_map)
{
	struct process *process = process_find(served.fault.badge);
	struct verdict *verdict = &served.verdict;
	uint64_t error = m->error;

	if (!process)
		return false;
	*m = served.fault;
	if (error == E_PARKED && !served.is_second) {
		process_unpark(process, m->w[0], false);
		served.is_second = *is_map = true;
		fault_answer(m, verdict);
		return true;
	}
	if (error != E_TABLES)
		server_log("pid %u: page 0x%lx could not be mapped, error %lu", process->pid, m->w[0], error);
	policy_not_mapped(process->space, served.origin, verdict, 0);
	verdict_deny(verdict, RULE_NO_MEMORY);
	return fault_refuse(process, m, verdict);
}

static err_t fault_map_run(struct process *process, const struct verdict_run *run)
{
	struct map_item item = window_item(run);
	struct result result = sys_space_map(process->space_cap, item.at_rights, item.source, item.offset);

	if (result.error == E_PARKED) {
		process_unpark(process, run->page << PAGE_SHIFT, false);
		result = sys_space_map(process->space_cap, item.at_rights, item.source, item.offset);
	}
	return result.error ? E_NO_MEMORY : E_OK;
}

static err_t fault_map_runs(struct process *process, const struct verdict *verdict)
{
	for (uint32_t i = 0; i < verdict->runs; i++) {
		if (fault_map_run(process, &verdict->run[i]) == E_OK)
			continue;
		policy_not_mapped(process->space, ORIGIN_POPULATE, verdict, i);
		return E_NO_MEMORY;
	}
	return E_OK;
}

err_t fault_populate(struct process *process, vaddr_t address, uint32_t access, uint64_t *frame)
{
	struct verdict verdict;

	fault_decide(process->space, address, access, ORIGIN_POPULATE, &verdict);
	if (verdict.kind != VERDICT_RESOLVE)
		return verdict.rule == RULE_NO_MEMORY ? E_NO_MEMORY : E_FAULT;
	window_perform(&verdict);
	*frame = verdict.run[0].frame;
	return fault_map_runs(process, &verdict);
}
