/* SPDX-License-Identifier: MIT */
/* What the files of the POSIX layer share. No program includes this. */
#ifndef POSIX_POSIX_H
#define POSIX_POSIX_H

#include "proto/records.h"
#include <pagoda/ipc.h>
#include <pagoda/program.h>
#include <sys/types.h>
#include <time.h>

/* The last part of argv[0]. */
const char *posix_program_name(void);

/* Set errno for an error that is not E_OK; answers -1. */
int posix_fail(err_t error);

/* posix_fail() for an error, else 0. */
int posix_result(err_t error);

/* The same where E_TOO_MANY is about no descriptors: errno is @full then. */
int posix_fail_full(err_t error, int full);
int posix_result_full(err_t error, int full);

#define POSIX_PATH_BYTES_MAX 4096

/*
 * Call a server with a buffer that it reads; pages that are absent are made present. m: tag and w[0], w[1].
 * Errors    E_FAULT, and the server's
 */
MUST_USE err_t posix_call_buffer(cap_t server, struct message *m, const void *buffer, size_t bytes);

/*
 * Call a server about a path. m: tag and w[0], w[1] as in message_make(); the path becomes the buffer.
 * Errors    E_FAULT (no path), E_NAME_TOO_LONG, and the server's
 */
MUST_USE err_t posix_call_path(struct message *m, const char *path);

/*
 * Have the pager make pages present from @address on: as many of @bytes as one call takes, at least one page.
 * @access   enum fault_access
 * Errors    E_FAULT, E_NO_MEMORY
 */
MUST_USE err_t posix_populate(const void *address, size_t bytes, uint64_t access);

/*
 * A vfs request about fd with a buffer, repeated over pages that are absent.
 * @done     bytes moved, valid with errors too
 */
MUST_USE err_t posix_transfer(uint32_t request, int fd, const void *buffer, size_t bytes, size_t *done);

/* read() of a custom pager's object, of which the vfs has no contents: it is mapped, and copied here. */
ssize_t posix_read_object(int fd, void *buffer, size_t bytes);

/* Whether nanoseconds are below a second, and nothing is below 0. */
bool posix_timespec_is_good(const struct timespec *time);

/* Absolute ticks, @wanted from now; DEADLINE_NEVER if that is beyond counting. */
uint64_t posix_deadline_after(const struct timespec *wanted);

/* True: the signal is blocked, and kept for later. */
bool posix_hold_signal(int number);

/* A program to be started by PROC_EXEC, in the caller's place, or by PROC_SPAWN, as process pid. */
struct posix_start {
	uint32_t request;
	pid_t pid;
};
/* The program at @path; PROC_EXEC comes back with an error only. Errors: as PROC_EXEC and PROC_SPAWN. */
MUST_USE err_t posix_start_path(struct posix_start *start, const char *path, char *const argv[],
				char *const envp[]);
/* The same for one that is looked for along PATH; a file that is no program goes to the shell. */
MUST_USE err_t posix_start_along(struct posix_start *start, const char *file, char *const argv[],
				 char *const envp[]);
/* What errno says then. */
int posix_start_errno(err_t error);

/* Permission bits of a file to be made: without those that umask() forbids. */
mode_t posix_mode(mode_t mode);

/* Ticks of the time base, since power-on. */
static inline uint64_t posix_ticks(void)
{
	uint64_t ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks));
	return ticks;
}

#endif
