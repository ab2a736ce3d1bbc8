/* SPDX-License-Identifier: MIT */
/* Waiting until one of several files is ready, POSIX. At most 120 files in one call (EINVAL). */
#ifndef _SYS_POLL_H
#define _SYS_POLL_H

#include <signal.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef unsigned long nfds_t;

struct pollfd {
	int fd;
	short events, revents;
};

#define POLLIN	   0x0001
#define POLLPRI	   0x0002 /* nothing is ever urgent */
#define POLLOUT	   0x0004
#define POLLERR	   0x0008
#define POLLHUP	   0x0010
#define POLLNVAL   0x0020
#define POLLRDNORM POLLIN
#define POLLWRNORM POLLOUT

int poll(struct pollfd *files, nfds_t count, int timeout_ms);
int ppoll(struct pollfd *files, nfds_t count, const struct timespec *timeout, const sigset_t *mask);

#ifdef __cplusplus
}
#endif

#endif
