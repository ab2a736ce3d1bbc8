/* SPDX-License-Identifier: MIT */
/*
 * The process server, as far as one program needs it: requests of proc.def by the badge (the pid), news of
 * the pager about refused faults, and the end. It waits at its own endpoint only.
 */
#include "proc.h"
#include <pagoda/syscall.h>
#include <string.h>

#define INIT_PID   1
#define SIGNAL_MAX 31

/* What happened to the program. */
struct fate {
	bool ended;
	struct outcome outcome;
};

static void fate_signal(struct fate *fate, uint64_t signal)
{
	fate->ended = true;
	fate->outcome = (struct outcome){"signal", 128 + (signal & SIGNAL_MAX)};
}

/* Those that a user or a shell sends end a program without a line. */
static bool signal_is_silent(uint64_t signal)
{
	return signal == 1 || signal == 2 || signal == 9 || signal == 13 || signal == 15;
}

static err_t serve_signal_self(struct fate *fate, uint64_t signal)
{
	if (signal < 1 || signal > SIGNAL_MAX)
		return E_ARGUMENT;
	if (!signal_is_silent(signal))
		console_print(CHANNEL_STDERR, "%s[%u]: %s sent by itself\n", program.name,
			      (unsigned)program.pid, signal_name(signal));
	fate_signal(fate, signal);
	return E_OK;
}

/* True: *m is the answer. EXIT and a signal have none: the thread goes. */
static bool serve(struct fate *fate, struct message *m)
{
	uint64_t word = 0;
	err_t error = E_OK;

	if (m->badge != program.pid) {
		*m = message_make(E_DENIED, 0, 0);
		return true;
	}
	switch (TAG_LABEL(m->tag)) {
	case PROC_EXIT:
		*fate = (struct fate){true, {"exit", m->w[0] & 0xff}};
		return false;
	case PROC_SIGNAL_SELF:
		error = serve_signal_self(fate, m->w[0]);
		break;
	case PROC_GETPID:
		word = program.pid;
		break;
	case PROC_GETPPID:
		word = INIT_PID;
		break;
	default:
		error = E_REQUEST;
	}
	*m = message_make(error, word, 0);
	return !fate->ended;
}

/* Collect every refused fault the pager has; there may be none, news is only a flag. */
static void collect_news(struct fate *fate)
{
	for (;;) {
		struct message m = message_make(PAGER_NEWS, 0, 0);
		struct pager_news news;

		ipc_call(init.pager, &m);
		if (message_error(&m) != E_OK)
			return;
		memcpy(&news, &message_page()->words[MESSAGE_REGISTERS], sizeof(news));
		if (news.pid != program.pid || fate->ended)
			continue;
		killed_print(&news);
		fate_signal(fate, news.signal);
	}
}

static void proc_serve(struct fate *fate)
{
	struct message m;
	bool owed = false; /* m is an answer */

	while (!fate->ended) {
		err_t error = owed ? ipc_reply_wait(init.endpoint, DEADLINE_NEVER, &m)
				   : ipc_wait(init.endpoint, DEADLINE_NEVER, &m);

		owed = false;
		if (error != E_OK)
			continue;
		if (m.tag & TAG_NOTIFY)
			collect_news(fate);
		else
			owed = serve(fate, &m);
	}
}

_Noreturn void proc_run(void)
{
	static struct system_counts before, after;
	struct fate fate = {false, {"exit", 0}};

	program_slots_take();
	if (init.option_faults) {
		struct message m = message_make(PAGER_TRACE, 1, 0);

		ipc_call(init.pager, &m);
	}
	counts_read(&before);
	if (program_start(&fate.outcome))
		proc_serve(&fate);
	program_destroy();
	counts_read(&after);
	proc_end(&fate.outcome, counts_leaks(&before, &after));
}
