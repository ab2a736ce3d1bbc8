/* SPDX-License-Identifier: MIT */
/* What the programs that only tests run share: a check that ends the process, and time. */
#ifndef PROGRAMS_CHECK_H
#define PROGRAMS_CHECK_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* It does not hold: says where and ends the process with 1; what others wait for at exit is not run. */
#define CHECK(condition)                                                                                \
	do {                                                                                            \
		if (!(condition)) {                                                                     \
			printf("FAILED %s:%d: %s (errno %d, pid %d)\n", __func__, __LINE__, #condition, \
			       errno, (int)getpid());                                                   \
			fflush(stdout);                                                                 \
			_exit(1);                                                                       \
		}                                                                                       \
	} while (0)

static inline void sleep_ms(long ms)
{
	struct timespec time = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&time, NULL);
}

static inline uint64_t now_ms(void)
{
	struct timespec now;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

#endif
