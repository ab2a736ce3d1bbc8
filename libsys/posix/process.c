/* SPDX-License-Identifier: MIT */
/*
 * The process: _exit, getpid, getppid, kill, uname. A process can signal only itself so far; raise() and
 * signal() are picolibc's and end here when no handler is set.
 */
#include "posix/posix.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define SIGNAL_MAX 31

#if PAGODA_CHECKED
#define BUILD_KIND "checked"
#else
#define BUILD_KIND "release"
#endif

/*
 * picolibc counts signals as BSD does; the process server, its messages and the exit status 128 + n as
 * Linux does. Signals that both number alike are not in the table.
 */
static const uint8_t wire_signal[SIGNAL_MAX + 1] = {
	[SIGBUS] = 7,	[SIGSYS] = 31,	[SIGURG] = 23, [SIGSTOP] = 19, [SIGTSTP] = 20,
	[SIGCONT] = 18, [SIGCHLD] = 17, [SIGIO] = 29,  [SIGUSR1] = 10, [SIGUSR2] = 12,
};

_Static_assert(SIGHUP == 1 && SIGINT == 2 && SIGQUIT == 3 && SIGILL == 4 && SIGTRAP == 5 && SIGABRT == 6 &&
		       SIGFPE == 8 && SIGKILL == 9 && SIGSEGV == 11 && SIGPIPE == 13 && SIGALRM == 14 &&
		       SIGTERM == 15,
	       "numbers both agree on");

_Noreturn void _exit(int status)
{
	struct message m = message_make(PROC_EXIT, (uint64_t)(status & 0xff), 0);

	ipc_call(SLOT_PROC, &m);
	for (;;)
		__asm__ volatile("ebreak"); /* only if the process server is gone */
}

static pid_t ask_pid(uint32_t request)
{
	struct message m = message_make(request, 0, 0);

	ipc_call(SLOT_PROC, &m);
	err_t error = message_error(&m);
	return error == E_OK ? (pid_t)m.w[0] : posix_fail(error);
}

pid_t getpid(void)
{
	return ask_pid(PROC_GETPID);
}

pid_t getppid(void)
{
	return ask_pid(PROC_GETPPID);
}

/* Errors: EINVAL no such signal, EPERM another process. */
int kill(pid_t pid, int number)
{
	if (number < 0 || number > SIGNAL_MAX)
		return posix_fail(E_ARGUMENT);
	if (pid != getpid())
		return posix_fail(E_DENIED);
	if (number == 0)
		return 0;
	uint8_t wire = wire_signal[number] != 0 ? wire_signal[number] : (uint8_t)number;
	struct message m = message_make(PROC_SIGNAL_SELF, wire, 0);
	ipc_call(SLOT_PROC, &m);
	return posix_result(message_error(&m));
}

int uname(struct utsname *name)
{
	*name = (struct utsname){
		.sysname = "Pagoda",
		.nodename = "pagoda",
		.release = PAGODA_VERSION,
		.version = BUILD_KIND,
		.machine = "riscv64",
	};
	return 0;
}
