/* SPDX-License-Identifier: MIT */
/*
 * Deadlines of forwarded faults. The timer is armed for the first deadline, rounded up to a step of the
 * clock, while there are records of forwards, and is not armed otherwise. What is looked at when it fires:
 *
 *   SENT    still at its pager: it is late, the fault is refused. Answered long ago: idle.
 *   LATER   the thread runs its instruction again, so the page is asked for again
 *   IDLE    the record is dropped: its thread has not faulted for as long as the deadline
 */
#include "custom.h"
#include <pagoda/log.h>
#include <pagoda/program.h>
#include <pagoda/syscall.h>
#include <uapi/boot.h>

#define STEPS_A_SECOND 50 /* 20 ms */

uint64_t clock_next = DEADLINE_NEVER, clock_early = DEADLINE_NEVER;

static uint64_t clock_hz(void)
{
	return ((const struct info_page *)PROGRAM_INFO_PAGE)->timebase_hz;
}

uint64_t clock_ticks(uint64_t ms)
{
	return clock_hz() * ms / 1000;
}

uint64_t clock_ms(uint64_t ticks)
{
	return ticks * 1000 / clock_hz();
}

void clock_open(void)
{
	cap_t news = slot_take();

	if (!news ||
	    sys_cap_mint(CAP_NULL, news, CAP_NULL, SERVER_NOTIFICATION, RIGHT_WRITE, NEWS_CLOCK).error ||
	    sys_timer_bind(PAGER_TIMER, news).error)
		server_panic("clock: the timer cannot be bound");
}

void clock_set(uint64_t due)
{
	uint64_t step = clock_hz() / STEPS_A_SECOND;

	clock_early = due == DEADLINE_NEVER ? due : due / step * step;
	clock_next = due == DEADLINE_NEVER ? due : clock_early + step;
	if (sys_timer_set(PAGER_TIMER, clock_next).error)
		server_log("the timer cannot be set");
}

/* The record may be gone afterwards. */
static void clock_look(struct forward *forward, uint64_t now)
{
	struct supply *supply = forward->supply;

	switch (forward->state) {
	case FORWARD_SENT:
		if (sys_reply_recall(forward->reply).error == E_OK) {
			supply->late++;
			forward_refuse(forward, RULE_PAGER_LATE, supply->deadline_ms);
			return;
		}
		break;
	case FORWARD_LATER:
		forward_run_again(forward);
		break;
	default:
		forward_drop(forward);
		return;
	}
	forward->state = FORWARD_IDLE;
	forward->due = now + supply->deadline_ticks;
}

void clock_tick(void)
{
	uint64_t now = counter_ticks(), due = DEADLINE_NEVER;
	struct forward *next;

	if (now < clock_next)
		return;
	for (struct forward *at = forwards_first(); at; at = next) {
		next = at->next;
		if (at->due <= now)
			clock_look(at, now);
	}
	for (const struct forward *at = forwards_first(); at; at = at->next)
		due = at->due < due ? at->due : due;
	clock_set(due);
}
