/* SPDX-License-Identifier: MIT */
/* The short requests of a process. */
#include "proc.h"
#include <pagoda/syscall.h>

#define PID_ANY	     (~0ul)
#define WAIT_NO_HANG 1u

err_t request_exit(struct process *caller, const struct message *in, struct answer *out)
{
	(void)out;
	end_process(caller, status_of_exit(in->w[0]));
	return E_LATER;
}

err_t request_getpid(struct process *caller, const struct message *in, struct answer *out)
{
	(void)in;
	out->w0 = caller->pid;
	return E_OK;
}

err_t request_getppid(struct process *caller, const struct message *in, struct answer *out)
{
	(void)in;
	out->w0 = caller->parent->pid;
	return E_OK;
}

/* Those that a user or a shell sends end a program without a line. */
static bool signal_is_silent(uint64_t signal)
{
	return signal == 1 || signal == 2 || signal == 9 || signal == 13 || signal == 15;
}

/* What a signal to the caller itself is answered with: nobody is left if it ended. */
static err_t signal_self(struct process *caller, uint64_t signal)
{
	uint32_t pid = caller->pid;
	err_t error = end_by_signal(caller, signal);
	const struct process *still = process_find(&proc.table, pid);

	return error == E_OK && !(still && still->state == PROCESS_LIVE) ? E_LATER : error;
}

/* Its line is written before the end, which the parent hears of. */
err_t request_signal_self(struct process *caller, const struct message *in, struct answer *out)
{
	uint64_t signal = in->w[0];

	(void)out;
	if (signal_is_fatal(signal) && !signal_is_silent(signal) && !signal_is_ignored(caller, signal))
		console_print(CHANNEL_STDERR, "%s[%u]: %s sent by itself\n", caller->name,
			      (unsigned)caller->pid, signal_name(signal));
	return signal_self(caller, signal);
}

err_t request_ignore(struct process *caller, const struct message *in, struct answer *out)
{
	uint64_t signal = in->w[0], wish = in->w[1];

	if (signal < 1 || signal > SIGNAL_MAX || signal == SIGNAL_KILL || signal == SIGNAL_STOP)
		return E_ARGUMENT;
	if (wish > 1 && wish != UINT64_MAX)
		return E_ARGUMENT;
	out->w0 = signal_is_ignored(caller, signal);
	if (wish == 0)
		caller->ignored &= ~(1u << signal);
	else if (wish == 1)
		caller->ignored |= 1u << signal;
	return E_OK;
}

err_t request_kill(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process = process_find(&proc.table, in->w[0]);

	(void)out;
	if (!process)
		return E_NO_ENTRY;
	if (in->w[1] > SIGNAL_MAX)
		return E_ARGUMENT;
	if (process->pid == PID_SELF)
		return E_DENIED;
	if (in->w[1] == 0)
		return E_OK;
	return process == caller ? signal_self(caller, in->w[1]) : end_by_signal(process, in->w[1]);
}

err_t request_wait(struct process *caller, const struct message *in, struct answer *out)
{
	uint64_t pid = in->w[0] == PID_ANY ? 0 : in->w[0];
	bool no_wait = in->w[1] & WAIT_NO_HANG;
	struct process_ended ended = {0};
	err_t error;

	if (in->w[1] & ~(uint64_t)WAIT_NO_HANG)
		return E_ARGUMENT;
	if (pid > PID_LAST)
		return E_NO_CHILD;
	error = process_wait(&proc.table, caller, (uint32_t)pid, no_wait, &ended);
	out->w0 = ended.pid;
	out->w1 = ended.status;
	if (error != E_LATER)
		return error;
	if (no_wait)
		return E_OK;
	error = reply_keep(caller);
	if (error != E_LATER)
		caller->waits = WAITS_NOT;
	return error;
}

uint64_t next_deadline(void)
{
	uint64_t next = process_next_deadline(&proc.table);

	return next < proc.crowds_at ? next : proc.crowds_at;
}

void timer_update(void)
{
	uint64_t next = next_deadline();

	if (next == proc.timer_at)
		return;
	proc.timer_at = next;
	(void)sys_timer_set(PROC_TIMER, next == DEADLINE_NONE ? DEADLINE_NEVER : next);
}

void sleepers_wake(void)
{
	struct process *process;

	proc.timer_at = DEADLINE_NONE; /* it has fired, or a set one is set again */
	while ((process = process_wake(&proc.table, counter_ticks())))
		reply_give(process, E_OK, 0, 0);
	timer_update();
}

err_t request_sleep(struct process *caller, const struct message *in, struct answer *out)
{
	err_t error;

	(void)out;
	if (in->w[0] <= counter_ticks())
		return E_OK;
	error = reply_keep(caller);
	if (error != E_LATER)
		return error;
	process_sleep(&proc.table, caller, in->w[0]);
	timer_update();
	return E_LATER;
}

err_t request_check(struct process *caller, const struct message *in, struct answer *out)
{
	(void)caller;
	(void)in;
	out->w0 = (uint64_t)proc_check();
	return E_OK;
}
