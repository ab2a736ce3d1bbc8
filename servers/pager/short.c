/* SPDX-License-Identifier: MIT */
/*
 * No frame for a fault. What is kept for the next time goes first. Who is at its own limit is refused. Else
 * the account that has most pays: the faulter, if it is of that account, else its largest process, which proc
 * ends. Proc runs before any program, so the faulter needs no queue: it runs its instruction again, and finds
 * the frames.
 */
#include "pager.h"

/* Is it frames that were lacking? A map can lack tables, a lease cache. */
static bool short_of_frames(const struct process *process)
{
	space_pays(process->space);
	return !frames_are_left(&pager.policy.frames, 1);
}

static bool short_by_limit(const struct process *process)
{
	space_pays(process->space);
	return frames_are_over_limit(&pager.policy.frames, 1);
}

static struct process *short_victim(const struct process *process)
{
	const struct vm_space *victim = short_of_frames(process) ? account_victim(process->space) : NULL;

	return victim ? process_find(victim->pid) : NULL;
}

bool short_is_for_another(const struct process *process)
{
	return !short_by_limit(process) && short_victim(process) != NULL;
}

enum next short_serve(struct process *process, struct message *m, struct verdict *verdict,
		      const struct custom *custom)
{
	struct process *victim;

	if (short_of_frames(process) && reclaim_frame()) {
		m->tag = TAG(E_OK, 0); /* run it again */
		return NEXT_ANSWER;
	}
	if (short_by_limit(process)) {
		verdict_deny(verdict, RULE_LIMIT);
		return fault_refuse(process, m, verdict, custom, process->space->account->limit_frames);
	}
	victim = short_victim(process);
	if (!victim || victim == process)
		return fault_refuse(process, m, verdict, custom, 0);
	refuse_largest(victim, victim->space->account->frames);
	m->tag = TAG(E_OK, 0); /* run it again */
	return NEXT_ANSWER;
}
