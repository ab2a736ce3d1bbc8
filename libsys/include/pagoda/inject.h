/* SPDX-License-Identifier: MIT */
/* A server's part in refused allocations (proto/inject.h): whom they concern, and INJECT. Checked builds
 * only. */
#ifndef PAGODA_INJECT_H
#define PAGODA_INJECT_H

#include "proto/inject.h"
#include "uapi/error.h"

struct message;

/* The server is about @m now. What the one who is exempt asks for is neither counted nor refused. */
void inject_serve(const struct message *m);

/*
 * INJECT: refuse the allocations number @word[0] to @word[1] from now on (0 0: none), but none that the
 * process
 * @word[2] asks for (0: nobody is exempt). *report: what became of the last INJECT.
 * Errors    E_ARGUMENT: no range; nothing has changed
 */
MUST_USE err_t inject_set(const uint64_t word[3], struct inject_report *report);

#endif
