/* SPDX-License-Identifier: MIT */
/* picolibc's <sys/stat.h>, which declares lstat() for some systems only. */
#ifndef PAGODA_SYS_STAT_H
#define PAGODA_SYS_STAT_H

#include_next <sys/stat.h>

#ifdef __cplusplus
extern "C" {
#endif

int lstat(const char *__restrict path, struct stat *__restrict facts);

#ifdef __cplusplus
}
#endif

#endif
