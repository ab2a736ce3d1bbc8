/* SPDX-License-Identifier: MIT */
/*
 * Forwarded faults that came back: their custom pager answered with a label instead of a page
 * (docs/pager-protocol.md lists them), or died. A label counts only while its record says that
 * this very question is out; else the area may have changed meanwhile, and the instruction is run again.
 */
#include "custom.h"
#include <pagoda/syscall.h>

#define SIGNAL_BUS  7u
#define SIGNAL_KILL 9u
#define SIGNAL_SEGV 11u

static enum next run_again(struct message *m)
{
	m->tag = TAG(E_OK, 0);
	return NEXT_ANSWER;
}

static enum next refuse(struct process *process, struct message *m, struct verdict *verdict,
			const struct forward *forward, uint64_t detail)
{
	return fault_refuse(process, m, verdict, forward->supply->custom, detail);
}

static enum next refuse_rule(struct forward *forward, struct message *m, enum deny_rule rule, uint64_t detail)
{
	struct process *process = forward->process;
	struct verdict verdict = {.area = area_set_find(&process->space->areas, m->w[0])};

	verdict_deny(&verdict, rule);
	return refuse(process, m, &verdict, forward, detail);
}

static enum next refuse_lie(struct forward *forward, struct message *m, uint32_t label)
{
	forward->supply->lied++;
	return refuse_rule(forward, m, RULE_PAGER_LIED, label);
}

static enum next serve_fail(struct forward *forward, struct message *m, uint32_t label)
{
	uint32_t signal = CUSTOM_LABEL_SIGNAL(label);
	struct process *process = forward->process;
	struct verdict verdict = {.area = area_set_find(&process->space->areas, m->w[0])};

	if (signal != SIGNAL_BUS && signal != SIGNAL_KILL && signal != SIGNAL_SEGV)
		return refuse_lie(forward, m, label);
	forward->supply->failed++;
	verdict_deny(&verdict, RULE_PAGER_FAILED);
	verdict.signal = signal;
	return refuse(process, m, &verdict, forward, CUSTOM_LABEL_CODE(label));
}

/* The reply is held until the clock's next step. */
static enum next serve_later(struct forward *forward, struct message *m)
{
	if (counter_ticks() >= forward->since + forward->supply->deadline_ticks) {
		forward->supply->late++;
		return refuse_rule(forward, m, RULE_PAGER_LATE, forward->supply->deadline_ms);
	}
	if (!forward_hold(forward))
		return NEXT_WAIT; /* its thread is gone */
	forward->due = counter_ticks();
	clock_arm(forward->due);
	return NEXT_WAIT;
}

static enum next serve_zero(struct forward *forward, struct message *m, uint32_t label)
{
	struct verdict verdict;

	fault_decide(forward->process, m->w[0], FAULT_INFO_ACCESS(m->w[2]), ORIGIN_ZERO, &verdict);
	if (verdict.kind == VERDICT_FORWARD)
		return refuse_lie(forward, m, label);
	return fault_finish(forward->process, m, &verdict, ORIGIN_ZERO, forward->supply->custom);
}

static enum next serve_give(struct forward *forward, struct message *m, uint32_t label)
{
	struct policy_gift gift = {forward->supply->custom->external, CUSTOM_LABEL_FRAME(label),
				   CUSTOM_LABEL_COUNT(label)};
	struct process *process = forward->process;
	struct verdict verdict;
	err_t error;

	if (forward->object || !forward->supply->custom->process)
		return forward->object ? refuse_lie(forward, m, label)
				       : refuse_rule(forward, m, RULE_PAGER_ENDED, 0);
	error = policy_give(process->space, m->w[0], FAULT_INFO_ACCESS(m->w[2]), &gift, &verdict);
	if (error == E_STATE) /* somebody else supplies it now */
		return run_again(m);
	if (error)
		return refuse_lie(forward, m, label);
	if (verdict.kind == VERDICT_NO_MEMORY)
		verdict_deny(&verdict, RULE_NO_MEMORY);
	return fault_finish(process, m, &verdict, ORIGIN_FAULT, forward->supply->custom);
}

/* Its page tables were not there: parked, which the next fault mends, or beyond what its space was promised.
 */
static enum next serve_retry(struct forward *forward, struct message *m)
{
	struct process *process = forward->process;

	if (!forward->supply->custom->process)
		return refuse_rule(forward, m, RULE_PAGER_ENDED, 0);
	if (pools_tables_are_short(process) && !pools_promise_more(process))
		return refuse_rule(forward, m, RULE_NO_TABLES,
				   (uint32_t)sys_space_tables(process->space_cap).value);
	return run_again(m);
}

/* Label 0: its thread or its endpoint is gone. If its space is still there it will end next. */
static enum next serve_label(struct forward *forward, struct message *m, uint32_t label)
{
	if (CUSTOM_LABEL_KIND(label) == CUSTOM_FAIL)
		return serve_fail(forward, m, label);
	if (CUSTOM_LABEL_KIND(label) == CUSTOM_GIVE)
		return serve_give(forward, m, label);
	switch (label) {
	case 0:
	case CUSTOM_RETRY:
		return serve_retry(forward, m);
	case CUSTOM_ZERO:
		return serve_zero(forward, m, label);
	case CUSTOM_NOT_NOW:
		return serve_later(forward, m);
	case CUSTOM_NO_MEMORY:
		forward->supply->failed++;
		return refuse_rule(forward, m, RULE_PAGER_NO_FRAME, 0);
	default:
		return refuse_lie(forward, m, label);
	}
}

enum next bounced_serve(struct process *process, struct message *m)
{
	struct forward *forward = forward_find(process, FAULT_INFO_THREAD(m->w[2]));
	uint32_t label = (uint32_t)m->w[3];

	m->w[3] = 0; /* no rdinstret */
	if (!forward || forward->state != FORWARD_SENT)
		return run_again(m);
	forward->state = FORWARD_IDLE;
	return serve_label(forward, m, label);
}
