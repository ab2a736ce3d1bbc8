/* SPDX-License-Identifier: MIT */
/*
 * What a server says and how it gives up. A log line goes to the uart driver on a channel; a server
 * without a uart endpoint drops it. Giving up is a breakpoint instruction: the fault goes to init,
 * which prints a report and ends the machine.
 */
#ifndef PAGODA_LOG_H
#define PAGODA_LOG_H

#include "uapi/types.h"

/* Where log lines go: an endpoint of the uart driver, or CAP_NULL (the state at the start). */
void server_log_open(cap_t uart, const char *server_name);

/* One line on CHANNEL_LOG, "NAME: ..." with a line feed added. At most 200 bytes, cut without an error. */
void server_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Text on a channel of the console as it is. */
void server_write(uint64_t channel, const char *text, size_t bytes);

/* Say why on CHANNEL_KERNEL and stop with a breakpoint. */
_Noreturn void server_panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A condition of our own that does not hold; also what pure code calls (pure/check.h). */
_Noreturn void check_failed(const char *file, int line, const char *what);

/* Needs every condition it is given; checked build only. */
#if PAGODA_CHECKED
#define SERVER_ASSERT(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))
#else
#define SERVER_ASSERT(condition) ((void)sizeof(!(condition)))
#endif

#endif
