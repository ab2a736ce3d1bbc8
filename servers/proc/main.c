/* SPDX-License-Identifier: MIT */
/*
 * The process server's loop: a request is answered at once, or its reply is kept; news from below are only
 * flags and say whom to ask.
 */
#include "proc.h"
#include <pagoda/inject.h>
#include <pagoda/log.h>
#include <pagoda/syscall.h>

struct proc proc;
static struct process records[PROCESSES_MAX];

_Static_assert(SLOT_PROCESSES + 2 * PROCESSES_MAX <= PROC_CSPACE_SLOTS, "two slots for each process");

struct row {
	request_handler *handler;
	bool for_init;
};

static const struct row rows[] = {
	[PROC_EXIT] = {request_exit, false},
	[PROC_GETPID] = {request_getpid, false},
	[PROC_GETPPID] = {request_getppid, false},
	[PROC_SIGNAL_SELF] = {request_signal_self, false},
	[PROC_FORK] = {request_fork, false},
	[PROC_EXEC] = {request_exec, false},
	[PROC_SPAWN] = {request_spawn, false},
	[PROC_WAIT] = {request_wait, false},
	[PROC_KILL] = {request_kill, false},
	[PROC_SLEEP] = {request_sleep, false},
	[PROC_USAGE] = {request_usage, false},
	[PROC_LIST] = {request_list, false},
	[PROC_LIMIT] = {request_limit, false},
	[PROC_CHECK] = {request_check, false},
	[PROC_FOREGROUND] = {request_foreground, false},
	[PROC_ACCOUNT] = {request_account, false},
	[PROC_IGNORE] = {request_ignore, false},
	[PROC_POWEROFF] = {request_poweroff, false},
#if PAGODA_CHECKED
	[PROC_INJECT] = {request_inject, false},
#endif
	[PROC_SESSION] = {request_session, true},
	[PROC_SESSION_START] = {request_session_start, true},
};

/* The live process with this badge; NULL: none, or another sender. */
static struct process *caller_of(uint64_t badge)
{
	struct process *process = badge != PID_SELF ? process_find(&proc.table, badge) : NULL;

	return process && process->state == PROCESS_LIVE ? process : NULL;
}

static err_t request_perform(const struct message *m, struct answer *out)
{
	uint32_t label = TAG_LABEL(m->tag);
	struct process *caller = caller_of(m->badge);

	if (m->tag & TAG_FAULT || label >= sizeof(rows) / sizeof(rows[0]) || !rows[label].handler)
		return E_REQUEST;
	if (rows[label].for_init ? m->badge != BADGE_INIT : !caller)
		return E_DENIED;
	return rows[label].handler(caller, m, out);
}

/* Serve *m. True: *m is the answer now. */
static bool serve(struct message *m)
{
	struct answer out = {0};
	err_t error = request_perform(m, &out);

	if (error == E_LATER && m->badge != BADGE_INIT)
		return false;
	*m = message_make(error, out.w0, out.w1);
	if (out.record_words)
		m->tag = TAG(error, MESSAGE_REGISTERS + out.record_words);
	return true;
}

static void collect_tty_news(void)
{
	struct message m = message_make(VFS_TTY_NEWS, 0, 0);

	ipc_call(PROC_VFS, &m);
	if (message_error(&m) == E_OK && (m.w[0] & 1))
		foreground_interrupt();
}

static void news(uint64_t flags)
{
	if (flags & PAGER_NEWS_FAULT)
		end_refused();
	if (flags & VFS_NEWS_TTY)
		collect_tty_news();
	if (flags & NEWS_TIMER) {
		crowds_take_turns();
		sleepers_wake();
	}
}

int proc_check(void)
{
	int broken = process_check(&proc.table);

	if (broken)
		return broken;
	if (proc.timer_at > next_deadline()) /* it may fire for one that has ended */
		return __LINE__;
	if (proc.session.first_ended && !proc.session.running)
		return __LINE__;
	return proc.table.crowds_changed ? 0 : priorities_check();
}

static void need(uint64_t error, const char *what)
{
	if (error != E_OK)
		server_panic("%s: error %lu", what, (unsigned long)error);
}

static void start_up(const struct server_start *start)
{
	struct cap_facts facts = sys_cap_info_full(CAP_NULL, PROC_INFO_PAGE);

	server_log_open(PROC_UART, start->name);
	process_table_init(&proc.table, records, PROCESSES_MAX);
	limits_init();
	proc.option_faults = start->option_faults != 0;
	proc.timer_at = proc.crowds_at = DEADLINE_NONE;
	proc.info_frame = facts.identity / PAGE_BYTES;
	need(facts.error, "no info page");
	need(sys_cap_mint(CAP_NULL, SLOT_TIMER_NEWS, CAP_NULL, SERVER_NOTIFICATION, RIGHT_WRITE, NEWS_TIMER)
		     .error,
	     "minting the timer's flag");
	need(sys_timer_bind(PROC_TIMER, SLOT_TIMER_NEWS).error, "binding the timer");
}

_Noreturn void server_main(const struct server_start *start)
{
	struct message m;
	bool owed = false; /* m is an answer */

	start_up(start);
	for (;;) {
		server_next(SERVER_ENDPOINT, &m, owed);
#if PAGODA_CHECKED
		inject_serve(&m);
#endif
		owed = false;
		if (m.tag & TAG_NOTIFY)
			news(m.w[0]);
		else
			owed = serve(&m);
		priorities_update();
	}
}
