/* SPDX-License-Identifier: MIT */
/* What POSIX has no word for, or only with signals: a shell that listens to Ctrl-C, the end. For programs. */
#ifndef PAGODA_SESSION_H
#define PAGODA_SESSION_H

#include "uapi/error.h"
#include <stdint.h>
#include <sys/types.h>

/*
 * From now on Ctrl-C neither ends the caller nor what it started: calls that wait fail with EINTR, and
 * *interrupts, the number of Ctrl-C so far, has grown when this is called again. tcsetpgrp() ends it.
 * Errors    the process server's
 */
MUST_USE err_t session_listen(uint64_t *interrupts);

/*
 * As fork(), but the child begins a job: what it and all below it use is charged to an account of the job's
 * own (docs/quotas.md). @member: a child of the caller whose job the new one joins, 0: none. In a job it is
 * as fork().
 */
pid_t session_fork_job(pid_t member);

/* End every process; the session then ends with @status, 0 to 255. Comes back with an error only. */
MUST_USE err_t session_poweroff(unsigned status);

#endif
