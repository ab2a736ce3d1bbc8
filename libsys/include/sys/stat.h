/* SPDX-License-Identifier: MIT */
/* picolibc's <sys/stat.h>, which declares lstat() for some systems only. */
#ifndef PAGODA_SYS_STAT_H
#define PAGODA_SYS_STAT_H

#include_next <sys/stat.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In tv_nsec of futimens() and utimensat(). */
#ifndef UTIME_NOW
#define UTIME_NOW  (-2l)
#define UTIME_OMIT (-1l)
#endif

int futimens(int fd, const struct timespec times[2]);
int utimensat(int folder, const char *path, const struct timespec times[2], int flags);
int lstat(const char *__restrict path, struct stat *__restrict facts);

#ifdef __cplusplus
}
#endif

#endif
