/* SPDX-License-Identifier: MIT */
/* picolibc's <time.h>, C11's timespec_get(), and clock_nanosleep(), which picolibc shows to some systems
 * only. */
#ifndef PAGODA_TIME_H
#define PAGODA_TIME_H

#include_next <time.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef TIME_UTC
#define TIME_UTC 1
#endif

#ifndef TIMER_ABSTIME
#define TIMER_ABSTIME 4
#endif

int timespec_get(struct timespec *now, int base);
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *left);

#ifdef __cplusplus
}
#endif

#endif
