/* SPDX-License-Identifier: MIT */
/* A child process that does something and then lives on until its parent lets it go. */
#ifndef BENCH_CHILD_H
#define BENCH_CHILD_H

#include <sys/types.h>

struct child {
	pid_t pid;
	int ready, end;
};

/* What went wrong, by errno, and the end of the program. */
_Noreturn void give_up(const char *what);

/* Returns when @first has run in the child. */
struct child child_start(void (*first)(void));

/* Returns when it is gone. */
void child_end(const struct child *child);

#endif
