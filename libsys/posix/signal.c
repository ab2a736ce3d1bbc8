/* SPDX-License-Identifier: MIT */
/*
 * Signals, as far as they are built: a signal has its default action or is ignored, which the process server
 * sees to. What a process raises itself (abort, a write to a pipe that nobody reads) can be handled, too:
 * that is decided here. A handler for any other signal is refused (ENOSYS).
 */
#include "posix/posix.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SIGNAL_MAX 31
#define ASK	   UINT64_MAX

static const struct {
	const char *text;
	bool ignored, stops; /* by default; others end the process */
} signals[SIGNAL_MAX + 1] = {
	[0] = {"No signal", true, false},
	[SIGHUP] = {"Hangup", false, false},
	[SIGINT] = {"Interrupt", false, false},
	[SIGQUIT] = {"Quit", false, false},
	[SIGILL] = {"Illegal instruction", false, false},
	[SIGTRAP] = {"Trace/breakpoint trap", false, false},
	[SIGABRT] = {"Aborted", false, false},
	[SIGBUS] = {"Bus error", false, false},
	[SIGFPE] = {"Floating point exception", false, false},
	[SIGKILL] = {"Killed", false, false},
	[SIGUSR1] = {"User defined signal 1", false, false},
	[SIGSEGV] = {"Segmentation fault", false, false},
	[SIGUSR2] = {"User defined signal 2", false, false},
	[SIGPIPE] = {"Broken pipe", false, false},
	[SIGALRM] = {"Alarm clock", false, false},
	[SIGTERM] = {"Terminated", false, false},
	[SIGCHLD] = {"Child exited", true, false},
	[SIGCONT] = {"Continued", true, false},
	[SIGSTOP] = {"Stopped (signal)", false, true},
	[SIGTSTP] = {"Stopped", false, true},
	[SIGTTIN] = {"Stopped (tty input)", false, true},
	[SIGTTOU] = {"Stopped (tty output)", false, true},
	[SIGURG] = {"Urgent I/O condition", true, false},
	[SIGXCPU] = {"CPU time limit exceeded", false, false},
	[SIGXFSZ] = {"File size limit exceeded", false, false},
	[SIGVTALRM] = {"Virtual timer expired", false, false},
	[SIGPROF] = {"Profiling timer expired", false, false},
	[SIGWINCH] = {"Window changed", true, false},
	[SIGIO] = {"I/O possible", false, false},
	[SIGSYS] = {"Bad system call", false, false},
};

static _sig_func_ptr actions[SIGNAL_MAX + 1];

static bool signal_is_known(int number)
{
	return number > 0 && number <= SIGNAL_MAX;
}

/* Whether a handler of this signal would always run when it should. */
static bool arises_inside(int number)
{
	return number == SIGABRT || number == SIGPIPE;
}

/* Have the process server ignore a signal, or no more. *before: whether it did. */
static err_t ignore_call(int number, uint64_t wish, bool *before)
{
	struct message m = message_make(PROC_IGNORE, (uint64_t)number, wish);

	ipc_call(SLOT_PROC, &m);
	*before = m.w[0] != 0;
	return message_error(&m);
}

/* @action: NULL asks. *old: what it was, SIG_IGN after exec() too. */
static err_t action_change(int number, const _sig_func_ptr *action, _sig_func_ptr *old)
{
	bool ignored;

	if (!signal_is_known(number))
		return E_ARGUMENT;
	if (action != NULL && (number == SIGKILL || number == SIGSTOP || *action == SIG_ERR))
		return E_ARGUMENT;
	if (action != NULL && *action != SIG_DFL && *action != SIG_IGN && !arises_inside(number))
		return E_SYSCALL;
	*old = actions[number];
	if (number == SIGKILL || number == SIGSTOP)
		return E_OK;
	err_t error = ignore_call(number, action == NULL ? ASK : *action == SIG_IGN, &ignored);
	if (error != E_OK)
		return error;
	if (ignored)
		*old = SIG_IGN;
	if (action != NULL)
		actions[number] = *action;
	return E_OK;
}

_sig_func_ptr signal(int number, _sig_func_ptr action)
{
	_sig_func_ptr old;
	err_t error = action_change(number, &action, &old);

	if (error != E_OK) {
		posix_fail(error);
		return SIG_ERR;
	}
	return old;
}

int sigaction(int number, const struct sigaction *restrict action, struct sigaction *restrict old)
{
	_sig_func_ptr before;
	err_t error = action_change(number, action != NULL ? &action->sa_handler : NULL, &before);

	if (error == E_OK && old != NULL)
		*old = (struct sigaction){.sa_handler = before};
	return posix_result(error);
}

static int end_by(int number)
{
	struct message m = message_make(PROC_SIGNAL_SELF, (uint64_t)number, 0);

	ipc_call(SLOT_PROC, &m);
	return posix_result(message_error(&m));
}

int raise(int number)
{
	if (!signal_is_known(number))
		return posix_fail(E_ARGUMENT);
	if (posix_hold_signal(number))
		return 0;
	if (actions[number] == SIG_IGN || (actions[number] == SIG_DFL && signals[number].ignored))
		return 0;
	if (actions[number] != SIG_DFL) {
		actions[number](number);
		return 0;
	}
	return signals[number].stops ? posix_fail(E_UNSUPPORTED) : end_by(number);
}

/* No process groups: pid is greater than 0. Errors: EINVAL, ESRCH, EPERM, ENOTSUP (stopping, groups). */
int kill(pid_t pid, int number)
{
	struct message m = message_make(PROC_KILL, (uint64_t)pid, (uint64_t)number);

	if (number != 0 && !signal_is_known(number))
		return posix_fail(E_ARGUMENT);
	if (pid <= 0 || signals[number].stops)
		return posix_fail(E_UNSUPPORTED);
	if (pid == getpid())
		return number == 0 ? 0 : raise(number);
	if (signals[number].ignored)
		m.w[1] = 0; /* nothing would happen: ask whether it exists */
	ipc_call(SLOT_PROC, &m);
	err_t error = message_error(&m);
	if (error == E_NO_ENTRY) {
		errno = ESRCH;
		return -1;
	}
	return posix_result(error);
}

/* Only the end of the process ends it. */
int pause(void)
{
	struct message m = message_make(PROC_SLEEP, DEADLINE_NEVER, 0);

	ipc_call(SLOT_PROC, &m);
	return posix_fail(E_INTERRUPTED);
}

char *strsignal(int number)
{
	bool named = number >= 0 && number <= SIGNAL_MAX && signals[number].text != NULL;

	return (char *)(named ? signals[number].text : "Unknown signal");
}

void psignal(int number, const char *prefix)
{
	bool prefixed = prefix != NULL && *prefix != 0;

	fprintf(stderr, "%s%s%s\n", prefixed ? prefix : "", prefixed ? ": " : "", strsignal(number));
}
