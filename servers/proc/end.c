/* SPDX-License-Identifier: MIT */
/*
 * The end of a process: by its own wish, by a signal, by a refused fault. The Thread goes first, which makes
 * every Reply for it stale; then files, space, and the record tells the parent.
 */
#include "proc.h"
#include <string.h>

void end_take_apart(struct process *process)
{
	thread_destroy(process);
	if (process->has_files)
		call_to_end(PROC_VFS, VFS_PROCESS_DESTROY, process->pid);
	if (process->has_space) {
		if (proc.option_faults)
			call_to_end(PROC_PAGER, PAGER_TRACE_SUMMARY, process->pid);
		process->usage = usage_by(PAGER_SPACE_DESTROY, process);
	}
	process->has_files = process->has_space = false;
}

err_t child_born(struct process *child, err_t error, struct answer *out)
{
	if (error == E_OK) {
		out->w0 = child->pid;
		return E_OK;
	}
	end_take_apart(child);
	process_forget(&proc.table, child);
	return error;
}

void end_process(struct process *process, uint32_t status)
{
	struct process_ended ended;
	struct process *parent;

	end_take_apart(process);
	session_note_end(process, status);
	foreground_leave(process, true);
	parent = process_end(&proc.table, process, status, &ended);
	if (parent)
		reply_give(parent, E_OK, ended.pid, ended.status);
	session_check_over();
}

/* Default actions; handlers come with signals. Linux's numbers. */
static bool signal_is_harmless(uint64_t signal)
{
	return signal == 17 || signal == 18 || signal == 23 || signal == 28;
}

static bool signal_stops(uint64_t signal)
{
	return signal >= 19 && signal <= 22;
}

bool signal_is_fatal(uint64_t signal)
{
	return signal >= 1 && signal <= SIGNAL_MAX && !signal_is_harmless(signal) && !signal_stops(signal);
}

bool signal_is_ignored(const struct process *process, uint64_t signal)
{
	return process->ignored >> signal & 1;
}

err_t end_by_signal(struct process *process, uint64_t signal)
{
	if (signal < 1 || signal > SIGNAL_MAX)
		return E_ARGUMENT;
	if (signal_is_ignored(process, signal))
		return E_OK;
	if (signal_stops(signal))
		return E_UNSUPPORTED;
	if (process->state == PROCESS_LIVE && signal_is_fatal(signal))
		end_process(process, status_of_signal(signal));
	return E_OK;
}

/* Collect every refused fault the pager has; there may be none, news is only a flag. */
void end_refused(void)
{
	for (;;) {
		struct message m = message_make(PAGER_NEWS, 0, 0);
		struct process *process;
		struct pager_news news;

		ipc_call(PROC_PAGER, &m);
		if (message_error(&m) != E_OK)
			return;
		memcpy(&news, &message_page()->words[MESSAGE_REGISTERS], sizeof(news));
		process = process_find(&proc.table, news.pid);
		if (!process || process->state != PROCESS_LIVE || process->pid == PID_SELF)
			continue;
		killed_print(process, &news);
		end_process(process, status_of_signal(news.signal));
	}
}
