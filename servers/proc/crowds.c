/* SPDX-License-Identifier: MIT */
/*
 * How processes run. Those of a crowd (core/account.h) wait while other jobs have something to do, but not
 * for ever: again and again they have a short turn among the others.
 */
#include "proc.h"
#include "uapi/boot.h"
#include <pagoda/counter.h>
#include <pagoda/program.h>
#include <pagoda/syscall.h>

#define CROWDS_WAIT_MS 180
#define CROWDS_TURN_MS 20

uint8_t account_priority(const struct process *process)
{
	if (process->account == ACCOUNT_FIRST)
		return PRIORITY_FIRST;
	if (!proc.table.account_is_crowd[process->account] || proc.crowds_have_turn)
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

static bool crowd_is_there(void)
{
	for (uint32_t i = 0; i < ACCOUNTS_MAX; i++)
		if (proc.table.account_is_crowd[i])
			return true;
	return false;
}

static uint64_t after_ms(uint64_t ms)
{
	const struct info_page *info = (const struct info_page *)PROGRAM_INFO_PAGE;

	return counter_ticks() + info->timebase_hz * ms / 1000;
}

/* The clock runs as long as there is a crowd. */
static void clock_update(void)
{
	if (!crowd_is_there()) {
		proc.crowds_have_turn = false;
		proc.crowds_at = DEADLINE_NONE;
	} else if (proc.crowds_at == DEADLINE_NONE) {
		proc.crowds_at = after_ms(CROWDS_WAIT_MS);
	}
	timer_update();
}

void crowds_take_turns(void)
{
	if (counter_ticks() < proc.crowds_at)
		return;
	proc.crowds_have_turn = !proc.crowds_have_turn;
	proc.crowds_at = after_ms(proc.crowds_have_turn ? CROWDS_TURN_MS : CROWDS_WAIT_MS);
	proc.table.crowds_changed = true;
}

void priorities_update(void)
{
	if (!proc.table.crowds_changed)
		return;
	proc.table.crowds_changed = false;
	clock_update();
	for (uint32_t i = 0; i < proc.table.count; i++)
		priority_update(&proc.table.records[i]);
}

int priorities_check(void)
{
	if ((proc.crowds_at != DEADLINE_NONE) != crowd_is_there() ||
	    (proc.crowds_have_turn && proc.crowds_at == DEADLINE_NONE))
		return __LINE__;
	for (uint32_t i = 0; i < proc.table.count; i++) {
		const struct process *process = &proc.table.records[i];

		if (process->state == PROCESS_LIVE && process->priority != account_priority(process))
			return __LINE__;
	}
	return 0;
}
