/* SPDX-License-Identifier: MIT */
/* Waiting for children, POSIX. */
#ifndef _SYS_WAIT_H
#define _SYS_WAIT_H

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WNOHANG	   1
#define WUNTRACED  2 /* nothing stops: accepted, without effect */
#define WCONTINUED 8

/* status:   15..8 exit status   7 core written: never   6..0 signal, 0 if it ended by exit() */
#define WTERMSIG(status)     ((status)&0x7f)
#define WEXITSTATUS(status)  ((status) >> 8 & 0xff)
#define WIFEXITED(status)    (WTERMSIG(status) == 0)
#define WIFSIGNALED(status)  (WTERMSIG(status) != 0 && WTERMSIG(status) != 0x7f)
#define WIFSTOPPED(status)   (((status)&0xff) == 0x7f)
#define WIFCONTINUED(status) ((status) == 0xffff)
#define WSTOPSIG(status)     WEXITSTATUS(status)
#define WCOREDUMP(status)    0

pid_t wait(int *status);
pid_t waitpid(pid_t pid, int *status, int flags);

/* @usage: NULL, or what this child used. */
struct rusage;
pid_t wait4(pid_t pid, int *status, int flags, struct rusage *usage);
pid_t wait3(int *status, int flags, struct rusage *usage);

#ifdef __cplusplus
}
#endif

#endif
