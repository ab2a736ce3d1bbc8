/* SPDX-License-Identifier: MIT */
/* The process: _exit, fork, wait, getpid and other numbers, getrusage, limits, uname, sched_yield. */
#include "posix/posix.h"
#include <errno.h>
#include <pagoda/inspect.h>
#include <pagoda/session.h>
#include <pagoda/syscall.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define USER_ID	       1000 /* one user, who is no superuser */
#define US_PER_S       1000000ul
#define LIMIT_INFINITE (UINT64_MAX >> 1) /* on the wire; all ones asks */

#if PAGODA_CHECKED
#define BUILD_KIND "checked"
#else
#define BUILD_KIND "release"
#endif

_Noreturn void _exit(int status)
{
	struct message m = message_make(PROC_EXIT, (uint64_t)(status & 0xff), 0);

	ipc_call(SLOT_PROC, &m);
	for (;;)
		__asm__ volatile("ebreak"); /* only if the process server is gone */
}

/* Floating-point registers that a function must leave as they are, and fcsr. */
struct float_kept {
	uint64_t word[13];
};

static inline void float_keep(struct float_kept *kept)
{
	__asm__ volatile("fsd fs0, 0(%1)\n\tfsd fs1, 8(%1)\n\tfsd fs2, 16(%1)\n\tfsd fs3, 24(%1)\n\t"
			 "fsd fs4, 32(%1)\n\tfsd fs5, 40(%1)\n\tfsd fs6, 48(%1)\n\tfsd fs7, 56(%1)\n\t"
			 "fsd fs8, 64(%1)\n\tfsd fs9, 72(%1)\n\tfsd fs10, 80(%1)\n\tfsd fs11, 88(%1)\n\t"
			 "frcsr %0"
			 : "=&r"(kept->word[12])
			 : "r"(kept->word)
			 : "memory");
}

static void float_restore(const struct float_kept *kept)
{
	__asm__ volatile("fld fs0, 0(%1)\n\tfld fs1, 8(%1)\n\tfld fs2, 16(%1)\n\tfld fs3, 24(%1)\n\t"
			 "fld fs4, 32(%1)\n\tfld fs5, 40(%1)\n\tfld fs6, 48(%1)\n\tfld fs7, 56(%1)\n\t"
			 "fld fs8, 64(%1)\n\tfld fs9, 72(%1)\n\tfld fs10, 80(%1)\n\tfld fs11, 88(%1)\n\t"
			 "fscsr %0"
			 :
			 : "r"(kept->word[12]), "r"(kept->word)
			 : "memory");
}

static bool float_is_zero(const struct float_kept *kept)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < 13; i++)
		all |= kept->word[i];
	return all == 0;
}

/*
 * The child begins with the integer registers of this call; floating-point registers do not travel, they are
 * zero. The first instruction that touches them traps and loads all of them, so a child leaves them alone
 * when the parent's are zero, too.
 */
static pid_t fork_into(uint64_t account)
{
	struct message m = message_make(PROC_FORK, account, 0);
	struct float_kept kept;
	err_t error;

	float_keep(&kept);
	ipc_call(SLOT_PROC, &m);
	error = message_error(&m);
	if (error != E_OK)
		return posix_fail_full(error, EAGAIN);
	if (m.w[0] == 0 && !float_is_zero(&kept))
		float_restore(&kept);
	return (pid_t)m.w[0];
}

pid_t fork(void)
{
	return fork_into(0);
}

pid_t session_fork_job(pid_t member)
{
	return fork_into(member ? (uint64_t)member : FORK_ACCOUNT_NEW);
}

/* A fork: POSIX lets the parent run on. */
pid_t vfork(void)
{
	return fork();
}

/* There are no process groups: 0 means any child, and a group (less than -1) has none. */
pid_t waitpid(pid_t pid, int *status, int flags)
{
	struct message m = message_make(PROC_WAIT, pid <= 0 ? 0 : (uint64_t)pid, flags & WNOHANG ? 1 : 0);

	if (flags & ~(WNOHANG | WUNTRACED | WCONTINUED))
		return posix_fail(E_ARGUMENT);
	if (pid < -1)
		return posix_fail(E_NO_CHILD);
	ipc_call(SLOT_PROC, &m);
	err_t error = message_error(&m);
	if (error != E_OK)
		return posix_fail(error);
	if (status != NULL && m.w[0] != 0)
		*status = (int)m.w[1];
	return (pid_t)m.w[0];
}

pid_t wait(int *status)
{
	return waitpid(-1, status, 0);
}

static void time_subtract(struct timeval *from, const struct timeval *what)
{
	from->tv_sec -= what->tv_sec;
	from->tv_usec -= what->tv_usec;
	if (from->tv_usec < 0) {
		from->tv_sec--;
		from->tv_usec += US_PER_S;
	}
}

/* What a child used is by how much the sum of all that were waited for grows. */
pid_t wait4(pid_t pid, int *status, int flags, struct rusage *usage)
{
	struct rusage before;

	if (usage == NULL)
		return waitpid(pid, status, flags);
	if (getrusage(RUSAGE_CHILDREN, &before) != 0)
		return -1;
	pid_t ended = waitpid(pid, status, flags);
	if (ended <= 0)
		return ended;
	if (getrusage(RUSAGE_CHILDREN, usage) != 0)
		return -1;
	time_subtract(&usage->ru_utime, &before.ru_utime);
	usage->ru_minflt -= before.ru_minflt;
	usage->ru_majflt -= before.ru_majflt;
	return ended;
}

pid_t wait3(int *status, int flags, struct rusage *usage)
{
	return wait4(-1, status, flags, usage);
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

uid_t getuid(void)
{
	return USER_ID;
}

uid_t geteuid(void)
{
	return USER_ID;
}

gid_t getgid(void)
{
	return USER_ID;
}

gid_t getegid(void)
{
	return USER_ID;
}

int sched_yield(void)
{
	return posix_result((err_t)sys_yield().error);
}

int getrusage(int who, struct rusage *usage)
{
	struct message m = message_make(PROC_USAGE, who == RUSAGE_SELF ? 0 : 1, 0);
	uint64_t hz = inspect_info()->timebase_hz;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN)
		return posix_fail(E_ARGUMENT);
	ipc_call(SLOT_PROC, &m);
	err_t error = message_error(&m);
	if (error != E_OK)
		return posix_fail(error);
	const struct proc_usage *in = (const struct proc_usage *)&message_page()->words[MESSAGE_REGISTERS];
	memset(usage, 0, sizeof(*usage));
	if (hz != 0) {
		usage->ru_utime.tv_sec = (time_t)(in->user_ticks / hz);
		usage->ru_utime.tv_usec = (suseconds_t)(in->user_ticks % hz * US_PER_S / hz);
	}
	usage->ru_minflt = (long)in->faults_minor;
	usage->ru_majflt = (long)in->faults_major;
	return 0;
}

static rlim_t limit_of_wire(uint64_t value)
{
	return value >= LIMIT_INFINITE ? RLIM_INFINITY : value;
}

static uint64_t limit_on_wire(rlim_t limit)
{
	return limit > LIMIT_INFINITE ? LIMIT_INFINITE : limit;
}

/* @value all ones asks. */
static int limit_call(int which, uint64_t value, uint64_t most, struct rlimit *old)
{
	struct message m = message_make(PROC_LIMIT, (uint64_t)which, value);

	if (which < 0 || which >= LIMIT_COUNT)
		return posix_fail(E_ARGUMENT);
	m.w[2] = most;
	ipc_call(SLOT_PROC, &m);
	*old = (struct rlimit){limit_of_wire(m.w[0]), limit_of_wire(m.w[1])};
	return posix_result(message_error(&m));
}

_Static_assert(RLIMIT_AS == LIMIT_AS && RLIMIT_STACK == LIMIT_STACK && RLIMIT_DATA == LIMIT_DATA &&
		       RLIMIT_NOFILE == LIMIT_NOFILE && RLIMIT_NPROC == LIMIT_NPROC &&
		       RLIMIT_RSS == LIMIT_JOB,
	       "limits as in the process server's requests");

int getrlimit(int which, struct rlimit *limit)
{
	struct rlimit found;

	if (limit_call(which, UINT64_MAX, 0, &found) != 0)
		return -1;
	*limit = found;
	return 0;
}

int setrlimit(int which, const struct rlimit *limit)
{
	struct rlimit old;

	return limit_call(which, limit_on_wire(limit->rlim_cur), limit_on_wire(limit->rlim_max), &old);
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
