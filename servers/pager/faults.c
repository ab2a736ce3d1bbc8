/* SPDX-License-Identifier: MIT */
/*
 * Faults: from the message to the answer. The answer carries the map items; a refused fault goes to refuse.c,
 * one whose page a custom pager supplies to forwards.c.
 */
#include "custom.h"
#include <pagoda/log.h>
#include <pagoda/syscall.h>

/* How the fault is being answered, for the case that the answer is not accepted. */
static struct {
	struct verdict verdict;
	enum page_origin origin;
	uint32_t is_second; /* answer to it */
} served;

/* What the kernel has mapped there: page number, *rights; 0: nothing. */
static uint64_t fault_lookup(const struct process *process, vaddr_t address, uint32_t *rights)
{
	struct result result = sys_space_lookup(process->space_cap, address & ~(PAGE_BYTES - 1));

	*rights = result.value & RIGHTS_RWX;
	return result.error ? 0 : result.value >> PAGE_SHIFT;
}

/*
 * A page that a custom pager may have supplied: only the kernel knows. Not there: ask for it. There, and its
 * table was parked: nothing is to be done (the verdict stays). Else it is a store to a private page: a copy.
 */
static void decide_present(struct process *process, vaddr_t address, uint32_t access, struct verdict *verdict)
{
	uint32_t rights;
	uint64_t frame = fault_lookup(process, address, &rights);

	if (frame && !(access & ~rights))
		return;
	if (!frame || policy_copy_from(process->space, address, access, frame, verdict))
		policy_fault(process->space, address, access, ORIGIN_FAULT, verdict);
}

/* The verdict asks for more before it can be brought about. */
static __attribute__((noinline)) void decide_more(struct process *process, vaddr_t address, uint32_t access,
						  enum page_origin origin, struct verdict *verdict)
{
	while (verdict->kind == VERDICT_AWAIT && lease_serve(verdict) == E_OK)
		policy_fault(process->space, address, access, origin, verdict);
	if (verdict->kind == VERDICT_COPY_PRESENT && origin < ORIGIN_POPULATE)
		decide_present(process, address, access, verdict);
	if (verdict->kind == VERDICT_NO_MEMORY)
		verdict_deny(verdict, RULE_NO_MEMORY);
}

static inline bool is_decided(const struct verdict *verdict)
{
	return __builtin_expect(verdict->kind == VERDICT_RESOLVE || verdict->kind == VERDICT_FORWARD, 1);
}

/* The fault of the message. What decide_more() needs is read again: so nothing is kept over the usual call.
 */
static inline void decide(struct process *process, const struct message *m)
{
	policy_fault(process->space, m->w[0], FAULT_INFO_ACCESS(m->w[2]), served.origin, &served.verdict);
	if (!is_decided(&served.verdict))
		decide_more(process, m->w[0], FAULT_INFO_ACCESS(m->w[2]), served.origin, &served.verdict);
}

void fault_decide(struct process *process, vaddr_t address, uint32_t access, enum page_origin origin,
		  struct verdict *verdict)
{
	policy_fault(process->space, address, access, origin, verdict);
	if (!is_decided(verdict))
		decide_more(process, address, access, origin, verdict);
}

static enum next fault_answer(const struct verdict *verdict)
{
	struct map_item item = window_item(&verdict->run[0]);
	uint64_t *word = &message_page()->words[MESSAGE_REGISTERS], runs = verdict->runs;

	pager.map_answer.tag = TAG_MAP | runs << 16;
	pager.map_answer.w[0] = item.at_rights;
	pager.map_answer.w[1] = item.source;
	pager.map_answer.w[2] = item.offset;
	for (uint64_t i = 1; i < runs; i++, word += 3) {
		item = window_item(&verdict->run[i]);
		word[0] = item.at_rights;
		word[1] = item.source;
		word[2] = item.offset;
	}
	return NEXT_MAP;
}

/* A new page of the process's own: what is on its way to a custom pager must not map over it. */
static void fault_page_is_new(struct process *process, const struct message *m)
{
	forward_answered(process, FAULT_INFO_THREAD(m->w[2]));
	forwards_recall(process, m->w[0] & ~(PAGE_BYTES - 1), (m->w[0] | (PAGE_BYTES - 1)) + 1);
}

/* Nothing to bring about. @by: the custom pager that answered, if one did. */
static enum next fault_elsewhere(struct process *process, struct message *m, const struct custom *by)
{
	if (served.verdict.kind == VERDICT_FORWARD)
		return forward_serve(process, m, &served.verdict);
	if (served.verdict.kind == VERDICT_DENY && served.verdict.rule == RULE_NO_MEMORY)
		return short_serve(process, m, &served.verdict, by);
	if (served.verdict.kind != VERDICT_COPY_PRESENT)
		return fault_refuse(process, m, &served.verdict, by, 0);
	m->tag = TAG(E_OK, 0); /* it is there */
	return NEXT_ANSWER;
}

/* Bring about what served.verdict says, and answer. */
static inline enum next fault_perform(struct process *process, struct message *m, const struct custom *by)
{
	const struct verdict *verdict = &served.verdict;

	if (__builtin_expect(verdict->kind != VERDICT_RESOLVE, 0))
		return fault_elsewhere(process, m, by);
	window_perform(verdict);
	if (pager.trace)
		trace_fault(process, m, verdict, by);
	if (__builtin_expect(process->forwards != NULL, 0) && verdict->work != WORK_NONE)
		fault_page_is_new(process, m);
	return fault_answer(verdict);
}

enum next fault_finish(struct process *process, struct message *m, const struct verdict *verdict,
		       enum page_origin origin, const struct custom *by)
{
	served.verdict = *verdict;
	served.origin = origin;
	served.is_second = false;
	return fault_perform(process, m, by);
}

/*
 * The table is back as it was, and the page is in the books: most likely it is in the table too, and the
 * instruction runs through. If it does not, the next fault is of a table that is not parked. No page is
 * handed to the kernel, so none is counted.
 */
static bool is_back(struct process *process, const struct message *m)
{
	uint64_t page = m->w[0] >> PAGE_SHIFT;

	return TAG_LABEL(m->tag) == FAULT_PAGE && !pager.trace &&
	       chunk_entry(page_tree_find(&process->space->pages, page), page);
}

/* A message with flags. true: serve it with served.origin; false: it is served. */
static bool fault_flags(struct process *process, struct message *m, enum next *next)
{
	uint64_t flags = FAULT_INFO_FLAGS(m->w[2]);

	if (flags & FAULT_BOUNCED) {
		*next = bounced_serve(process, m);
		return false;
	}
	served.origin = flags & FAULT_PARKED ? ORIGIN_PARKED : ORIGIN_PRESENT;
	if (!(flags & FAULT_PARKED) || !process_unpark(process, m->w[0], true) || !is_back(process, m))
		return true;
	m->tag = TAG(E_OK, 0);
	*next = NEXT_ANSWER;
	return false;
}

enum next fault_serve(struct message *m)
{
	struct process *process = process_find(m->badge);
	enum next next;

	if (!process) {
		m->tag = TAG(E_NO_SPACE, 0);
		return NEXT_ANSWER;
	}
	served.origin = ORIGIN_FAULT;
	served.is_second = false;
	if (__builtin_expect(FAULT_INFO_FLAGS(m->w[2]), 0) && !fault_flags(process, m, &next))
		return next;
	if (TAG_LABEL(m->tag) == FAULT_PAGE)
		decide(process, m);
	else
		policy_exception(process->space, TAG_LABEL(m->tag), m->w[0], &served.verdict);
	return fault_perform(process, m, NULL);
}

/*
 * Page tables are what a map can lack. A table may have been parked after the fault was sent: another thread
 * forked. Anything else is a mistake of ours, and is logged as one.
 */
enum next fault_map_failed(struct message *m)
{
	struct process *process = process_find(m->badge);
	struct verdict *verdict = &served.verdict;
	uint64_t error = m->error;

	if (!process)
		return NEXT_WAIT;
	if (error == E_PARKED && !served.is_second) {
		(void)process_unpark(process, m->w[0], false);
		served.is_second = true;
		return fault_answer(verdict);
	}
	if (error == E_TABLES && pools_tables_are_short(process) && pools_promise_more(process))
		return fault_answer(verdict);
	if (error != E_TABLES)
		server_log("pid %u: page 0x%lx could not be mapped, error %lu", process->pid, m->w[0], error);
	policy_not_mapped(process->space, served.origin, verdict, 0);
	verdict_deny(verdict, error == E_TABLES ? RULE_NO_TABLES : RULE_NO_MEMORY);
	return fault_refuse(process, m, verdict, NULL, (uint32_t)sys_space_tables(process->space_cap).value);
}

static err_t fault_map_run(struct process *process, const struct verdict_run *run)
{
	struct map_item item = window_item(run);
	struct result result;

	if (allocation_refused("tables"))
		return E_NO_MEMORY;
	result = sys_space_map(process->space_cap, item.at_rights, item.source, item.offset);
	if (result.error == E_PARKED) {
		(void)process_unpark(process, run->page << PAGE_SHIFT, false);
		result = sys_space_map(process->space_cap, item.at_rights, item.source, item.offset);
	}
	while (result.error == E_TABLES && pools_tables_are_short(process) && pools_promise_more(process))
		result = sys_space_map(process->space_cap, item.at_rights, item.source, item.offset);
	return result.error ? E_NO_MEMORY : E_OK;
}

static err_t fault_map_runs(struct process *process, const struct verdict *verdict, enum page_origin origin)
{
	for (uint32_t i = 0; i < verdict->runs; i++) {
		if (fault_map_run(process, &verdict->run[i]) == E_OK)
			continue;
		policy_not_mapped(process->space, origin, verdict, i);
		return E_NO_MEMORY;
	}
	return E_OK;
}

err_t fault_populate(struct process *process, vaddr_t address, uint32_t access, enum page_origin origin,
		     uint64_t *frame)
{
	struct verdict verdict;

	fault_decide(process, address, access, origin, &verdict);
	if (verdict.kind == VERDICT_FORWARD || verdict.kind == VERDICT_COPY_PRESENT)
		return E_LATER;
	if (verdict.kind != VERDICT_RESOLVE)
		return verdict.rule != RULE_NO_MEMORY				    ? E_FAULT
		       : origin == ORIGIN_POPULATE && short_is_for_another(process) ? E_LATER
										    : E_NO_MEMORY;
	window_perform(&verdict);
	*frame = verdict.run[0].frame;
	if (process->forwards && verdict.work != WORK_NONE)
		forwards_recall(process, address & ~(PAGE_BYTES - 1), (address | (PAGE_BYTES - 1)) + 1);
	return fault_map_runs(process, &verdict, origin);
}
