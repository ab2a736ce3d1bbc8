/* SPDX-License-Identifier: MIT */
/* The end of a utility: output that did not arrive is a failure. */
#ifndef APPS_FINISH_H
#define APPS_FINISH_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The exit status: @status, or 1 and a message if standard output could not take everything. */
static inline int finish(const char *name, int status)
{
	int lost = ferror(stdout); /* earlier; its reason may be gone */

	if (!lost)
		errno = 0;
	if (fflush(stdout) == 0 && !lost)
		return status;
	fprintf(stderr, "%s: standard output: %s\n", name, errno != 0 ? strerror(errno) : "write error");
	return 1;
}

#endif
