/* SPDX-License-Identifier: MIT */
/* Use of resources and limits, POSIX. Fields of rusage that nothing counts are 0. */
#ifndef _SYS_RESOURCE_H
#define _SYS_RESOURCE_H

#include <stdint.h>
#include <sys/time.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RUSAGE_SELF	0
#define RUSAGE_CHILDREN (-1)

struct rusage {
	struct timeval ru_utime; /* from start to now or end: no finer account is kept */
	struct timeval ru_stime;
	long ru_maxrss;
	long ru_minflt, ru_majflt;
	long ru_inblock, ru_oublock;
	long ru_nvcsw, ru_nivcsw;
};

typedef uint64_t rlim_t;

#define RLIM_INFINITY (~(rlim_t)0)

/* Others answer EINVAL. */
#define RLIMIT_AS     0
#define RLIMIT_STACK  1
#define RLIMIT_DATA   2
#define RLIMIT_NOFILE 3
#define RLIMIT_NPROC  4 /* processes of the caller's account, docs/quotas.md */
#define RLIMIT_RSS    5 /* memory of each job that the process begins from now on, docs/quotas.md */
#define RLIMIT_CORE   6
#define RLIMIT_CPU    7
#define RLIMIT_FSIZE  8

struct rlimit {
	rlim_t rlim_cur, rlim_max;
};

int getrusage(int who, struct rusage *usage);
int getrlimit(int which, struct rlimit *limit);
int setrlimit(int which, const struct rlimit *limit);

#ifdef __cplusplus
}
#endif

#endif
