/* SPDX-License-Identifier: MIT */
/*
 * work PART: a part of the workload of refused allocations. Each part does a little of everything in its
 * field and checks its own results. Its status says what came of it:
 *
 *   0   all of it was done, and is right
 *   1   something was refused, with an error that may come there; a line on standard error says which
 *   3   something is wrong: what a line says
 *   4   the output of programs it ran is not whole: one of them must have been refused something
 */
#ifndef NTH_WORK_H
#define NTH_WORK_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define WORK_FOLDER "/tmp/nth" /* where files are made; whoever runs a part empties it */
#define PAGE	    4096ul

enum work_status { WORK_DONE = 0, WORK_REFUSED = 1, WORK_WRONG = 3, WORK_NOT_WHOLE = 4 };

/* What is not so is wrong: the part ends. */
#define MUST(condition) ((condition) ? (void)0 : work_wrong(__FILE__, __LINE__, #condition))
_Noreturn void work_wrong(const char *file, int line, const char *what);

/* A call that gives -1 on failure; the errors that may come. Its value. */
#define TRY(call, ...)                                                             \
	({                                                                         \
		long try_value = (long)(call);                                     \
		if (try_value == -1)                                               \
			work_refused(#call, errno, (const int[]){__VA_ARGS__, 0}); \
		try_value;                                                         \
	})
#define TRY_MAP(call, ...) ((void *)TRY(call, __VA_ARGS__))
/* @error is in the list: the part ends as refused; else it is wrong. */
_Noreturn void work_refused(const char *what, int error, const int *allowed);

/* A child; only the parent comes back from it. */
pid_t work_fork(int (*run)(void *), void *context);
/* A child has ended, by @signal if not 0; one that was refused something ends the caller as refused. */
void work_wait(pid_t pid, int signal);
/* Run a program, its output in @out (NULL: ours); pid. */
pid_t work_start(const char *out, char *const argv[]);
/* Is in this file exactly this text? */
bool work_file_is(const char *path, const char *text);
void work_write(int fd, const void *from, size_t bytes);
void work_read(int fd, void *to, size_t bytes);
void work_sleep_ms(long ms);

void part_memory(void);
void part_mapped(void);
void part_fork(void);
void part_exec(void);
void part_script(void);
void part_shell(void);
void part_pipe(void);
void part_poll(void);
void part_files(void);
void part_names(void);
void part_objects(void);
void part_supplied(void);
void part_kill(void);

#endif
