/* SPDX-License-Identifier: MIT */
/*
 * Whom Ctrl-C reaches: a process with all below it, which end; or one process that listens: it alone, and it
 * goes on. What a listener waits for is answered with E_INTERRUPTED, and its count tells it so later.
 *
 * No Ctrl-C is lost between the two: what a listener has not been told of reaches whom it puts into the
 * foreground, and the end of the foreground brings it back there.
 */
#include "proc.h"

#define SIGNAL_INTERRUPT 2
#define LISTENS		 1u

err_t request_foreground(struct process *caller, const struct message *in, struct answer *out)
{
	bool listens = in->w[1] & LISTENS;
	uint64_t pid = listens ? caller->pid : in->w[0];
	struct process *process = pid ? process_find(&proc.table, pid) : NULL;

	if (in->w[1] & ~(uint64_t)LISTENS)
		return E_ARGUMENT;
	if (pid && (!process || process->state != PROCESS_LIVE))
		return E_NO_ENTRY;
	if (process && !process_is_within(process, caller))
		return E_DENIED;
	if (listens)
		proc.listener = caller->pid;
	else if (pid == proc.listener)
		proc.listener = 0;
	proc.foreground = (uint32_t)pid;
	out->w0 = caller->interrupts;
	if (!listens && caller->pid == proc.listener && caller->interrupts != caller->interrupts_told)
		foreground_interrupt();
	caller->interrupts_told = caller->interrupts;
	return E_OK;
}

/* The vfs answers what is parked there; what is parked here is answered here. */
static void listener_interrupt(struct process *process)
{
	process->interrupts++;
	if (process_stop_waiting(&proc.table, process))
		reply_give(process, E_INTERRUPTED, 0, 0);
	else
		call_to_end(PROC_VFS, VFS_CANCEL, process->pid); /* there may be nothing */
	timer_update();
}

void foreground_interrupt(void)
{
	struct process *root = process_find(&proc.table, proc.foreground), *process;

	if (!root || root->state != PROCESS_LIVE)
		return;
	if (root->pid == proc.listener) {
		listener_interrupt(root);
		return;
	}
	process_mark(&proc.table, root);
	while ((process = process_take_marked(&proc.table)))
		if (!signal_is_ignored(process, SIGNAL_INTERRUPT))
			end_process(process, status_of_signal(SIGNAL_INTERRUPT));
}

void foreground_leave(const struct process *process, bool ends)
{
	if (process->pid == proc.listener)
		proc.listener = 0;
	if (process->pid == proc.foreground && ends)
		proc.foreground = proc.listener;
}

/* Nobody is asked, the caller included: only the session's status is left. */
err_t request_poweroff(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process;

	(void)caller;
	(void)out;
	if (in->w[0] > 0xff)
		return E_ARGUMENT;
	proc.session.first_ended = true;
	proc.session.status = status_of_exit(in->w[0]);
	process_mark(&proc.table, &proc.table.self);
	while ((process = process_take_marked(&proc.table)))
		end_process(process, status_of_signal(SIGNAL_KILL));
	return E_LATER;
}
