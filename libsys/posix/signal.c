/* SPDX-License-Identifier: MIT */
/*
 * Signals, as far as they are built: a signal from another process has its default action. What a process
 * raises itself (abort, a write to a pipe that nobody reads) can be handled or ignored: that is decided here.
 */
#include "posix/posix.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SIGNAL_MAX 31

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

static err_t action_check(int number, _sig_func_ptr action)
{
	if (!signal_is_known(number) || number == SIGKILL || number == SIGSTOP || action == SIG_ERR)
		return E_ARGUMENT;
	if (action == SIG_DFL || arises_inside(number) || (action == SIG_IGN && signals[number].ignored))
		return E_OK;
	return E_SYSCALL;
}

_sig_func_ptr signal(int number, _sig_func_ptr action)
{
	err_t error = action_check(number, action);

	if (error != E_OK) {
		posix_fail(error);
		return SIG_ERR;
	}
	_sig_func_ptr old = actions[number];
	actions[number] = action;
	return old;
}

int sigaction(int number, const struct sigaction *restrict action, struct sigaction *restrict old)
{
	err_t error = signal_is_known(number) ? E_OK : E_ARGUMENT;

	if (error == E_OK && action != NULL)
		error = action_check(number, action->sa_handler);
	if (error != E_OK)
		return posix_fail(error);
	if (old != NULL)
		*old = (struct sigaction){.sa_handler = actions[number]};
	if (action != NULL)
		actions[number] = action->sa_handler;
	return 0;
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
