/* SPDX-License-Identifier: MIT */
/* The two halves of growth: what grows and is printed (growth.c), and what children cost (growth_child.c). */
#ifndef BENCH_GROWTH_H
#define BENCH_GROWTH_H

#include "samples.h"

/* Makes so much of what grows in the calling process. */
typedef void grow_function(uint64_t size);

extern const char *growth_program; /* path of this very program */

void give_up(const char *what);
void pipe_open(int ends[2]);

/* A child's whole life: blocked until @end has no writer any more. */
_Noreturn void child_block(int end);

/* Instructions of fork() alone, the child blocked. */
uint64_t fork_cost(void);

/* From the word to a child that has grown until waitpid() has returned. */
uint64_t exit_cost(grow_function *grow, uint64_t size);

/* From execl() in a child that has grown to the first line of main, which says so: say_since(). */
uint64_t exec_cost(grow_function *grow, uint64_t size);
int say_since(uint64_t now, char **argv);

#endif
