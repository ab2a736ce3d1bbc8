/* SPDX-License-Identifier: MIT */
/* Facts about the system: sysconf, getpagesize, gethostname. */
#include "posix/posix.h"
#include <errno.h>
#include <pagoda/inspect.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

#define ARGUMENT_BYTES_MAX  (128l << 10)
#define HOST_NAME	    "pagoda"
#define HOST_NAME_BYTES_MAX 64
#define LINE_BYTES_MAX	    2048
#define PROCESSORS_RUNNING  1 /* other harts run no threads */

static long limit_of(int which)
{
	struct rlimit limit;

	if (getrlimit(which, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return -1;
	return (long)limit.rlim_cur;
}

static long frames_of(bool free_only)
{
	struct pager_counts counts;
	err_t error = inspect_frames(&counts);

	if (error != E_OK)
		return posix_fail(error);
	return (long)(free_only ? counts.frames_free : counts.frames_total);
}

long sysconf(int name)
{
	switch (name) {
	case _SC_ARG_MAX:
		return ARGUMENT_BYTES_MAX;
	case _SC_CLK_TCK:
		return CLOCKS_PER_SEC;
	case _SC_PAGESIZE:
		return PAGE_BYTES;
	case _SC_OPEN_MAX:
		return limit_of(RLIMIT_NOFILE);
	case _SC_CHILD_MAX:
		return limit_of(RLIMIT_NPROC);
	case _SC_PHYS_PAGES:
		return frames_of(false);
	case _SC_AVPHYS_PAGES:
		return frames_of(true);
	case _SC_NPROCESSORS_CONF:
		return (long)inspect_info()->harts;
	case _SC_NPROCESSORS_ONLN:
		return PROCESSORS_RUNNING;
	case _SC_LINE_MAX:
		return LINE_BYTES_MAX;
	case _SC_HOST_NAME_MAX:
		return HOST_NAME_BYTES_MAX;
	case _SC_IOV_MAX:
		return IOV_MAX;
	default:
		return posix_fail(E_ARGUMENT);
	}
}

int getpagesize(void)
{
	return PAGE_BYTES;
}

int gethostname(char *name, size_t bytes)
{
	if (bytes < sizeof(HOST_NAME)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(name, HOST_NAME);
	return 0;
}
