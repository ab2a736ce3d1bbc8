/* SPDX-License-Identifier: MIT */
/*
 * Time: gettimeofday, clock_gettime, clock_getres, times, nanosleep, clock_nanosleep, sleep, usleep,
 * timespec_get. There is one clock, the time base, which starts at power-on; CLOCK_REALTIME adds the time of
 * day that the machine's clock told then (without one it counts from power-on too). Processor time is not
 * accounted, so times() gives the elapsed time and no more.
 */
#include "posix/posix.h"
#include <errno.h>
#include <pagoda/inspect.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ul
#define US_PER_S 1000000ul

static bool clock_is_known(clockid_t clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_PROCESS_CPUTIME_ID;
}

/* The time since the process began stands for its processor time. */
static int clock_of_process(struct timespec *now)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return -1;
	now->tv_sec = usage.ru_utime.tv_sec;
	now->tv_nsec = usage.ru_utime.tv_usec * 1000;
	return 0;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	uint64_t ticks = posix_ticks();
	uint64_t hz = inspect_info()->timebase_hz;

	if (!clock_is_known(clock))
		return posix_fail(E_ARGUMENT);
	if (hz == 0)
		return posix_fail(E_UNSUPPORTED);
	if (clock == CLOCK_PROCESS_CPUTIME_ID)
		return clock_of_process(now);
	uint64_t ns = ticks % hz * NS_PER_S / hz;
	if (clock == CLOCK_REALTIME)
		ns += inspect_info()->epoch_ns;
	now->tv_sec = ticks / hz + ns / NS_PER_S;
	now->tv_nsec = ns % NS_PER_S;
	return 0;
}

int clock_getres(clockid_t clock, struct timespec *resolution)
{
	uint64_t hz = inspect_info()->timebase_hz;

	if (!clock_is_known(clock))
		return posix_fail(E_ARGUMENT);
	if (hz == 0)
		return posix_fail(E_UNSUPPORTED);
	if (resolution != NULL) {
		resolution->tv_sec = 0;
		resolution->tv_nsec = hz < NS_PER_S ? NS_PER_S / hz : 1;
	}
	return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec precise = {0};

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &precise) != 0)
		return -1;
	now->tv_sec = precise.tv_sec;
	now->tv_usec = precise.tv_nsec / 1000;
	return 0;
}

clock_t times(struct tms *parts)
{
	struct timespec now = {0};

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return (clock_t)-1;
	clock_t elapsed = (clock_t)(now.tv_sec * CLOCKS_PER_SEC + now.tv_nsec / (NS_PER_S / CLOCKS_PER_SEC));
	*parts = (struct tms){.tms_utime = elapsed};
	return elapsed;
}

bool posix_timespec_is_good(const struct timespec *time)
{
	return time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < (long)NS_PER_S;
}

uint64_t posix_deadline_after(const struct timespec *wanted)
{
	uint64_t hz = inspect_info()->timebase_hz;
	uint64_t ticks;

	if (__builtin_mul_overflow((uint64_t)wanted->tv_sec, hz, &ticks) ||
	    __builtin_add_overflow(ticks, ((uint64_t)wanted->tv_nsec * hz + NS_PER_S - 1) / NS_PER_S,
				   &ticks) ||
	    __builtin_add_overflow(ticks, posix_ticks(), &ticks))
		return DEADLINE_NEVER;
	return ticks;
}

int timespec_get(struct timespec *now, int base)
{
	return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

static err_t sleep_until(uint64_t deadline)
{
	struct message m = message_make(PROC_SLEEP, deadline, 0);

	ipc_call(SLOT_PROC, &m);
	return message_error(&m);
}

/* Nothing interrupts it: *left is 0. */
int nanosleep(const struct timespec *wanted, struct timespec *left)
{
	if (!posix_timespec_is_good(wanted))
		return posix_fail(E_ARGUMENT);
	if (left != NULL)
		*left = (struct timespec){0};
	return posix_result(sleep_until(posix_deadline_after(wanted)));
}

/* The difference to now; what is past is 0. */
static struct timespec time_until(const struct timespec *end, const struct timespec *now)
{
	struct timespec rest = {end->tv_sec - now->tv_sec, end->tv_nsec - now->tv_nsec};

	if (rest.tv_nsec < 0) {
		rest.tv_sec--;
		rest.tv_nsec += NS_PER_S;
	}
	return rest.tv_sec < 0 ? (struct timespec){0} : rest;
}

/* Answers the error, not by errno. */
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *left)
{
	struct timespec now, rest = *wanted;
	int before = errno;

	if ((flags & ~TIMER_ABSTIME) || (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) ||
	    !posix_timespec_is_good(wanted))
		return EINVAL;
	if (flags & TIMER_ABSTIME) {
		left = NULL;
		if (clock_gettime(clock, &now) == 0)
			rest = time_until(wanted, &now);
	}
	int result = nanosleep(&rest, left) == 0 ? 0 : errno;
	errno = before;
	return result;
}

unsigned sleep(unsigned seconds)
{
	return nanosleep(&(struct timespec){.tv_sec = seconds}, NULL) == 0 ? 0 : seconds;
}

int usleep(useconds_t us)
{
	return nanosleep(&(struct timespec){.tv_sec = us / US_PER_S, .tv_nsec = us % US_PER_S * 1000}, NULL);
}
