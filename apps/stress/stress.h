/* SPDX-License-Identifier: MIT */
/*
 * stress: does one thing until the system says no, and tells on one line how far it came and what it met.
 *
 *   main.c      words of the command line, the table of modes
 *   watch.c     who watches the runners and prints the line;  runner.c: what a mode tells and asks
 *   children.c  fork, exec, memory: a number of children that must all do well
 *   memory.c    modes that exhaust memory and address space;  files.c: names, files and pipes
 *   processes.c modes that exhaust processes;  pagers.c: custom pagers
 *
 * A mode runs in a process of its own, the runner, so that whatever ends it is met and told by the watcher.
 * Records go up through one pipe, which ends with the last process below the runner; the other pipe brings a
 * byte that lets the runner begin, and ends when it is to let go.
 */
#ifndef STRESS_H
#define STRESS_H

#include <stdbool.h>

/* What a runner, or any process below it, tells. */
struct record {
	unsigned long count; /* more of it than before */
	char met[24];	     /* what it met; empty: nothing yet */
};

/* Do it up to @most times, or until the system refuses; leave everything as it is then. */
typedef void mode_run(unsigned long most);

struct mode {
	const char *name, *unit;
	mode_run *run;
	mode_run *clean; /* undo what outlives processes: it is told how many there are; NULL: nothing does */
};

/* runner.c, for modes */
void runner_count(unsigned long more);
/* The end: errno, or an error of a server's. More of it later is not heard. */
void runner_met(int error);
void runner_met_name(const char *name);
bool runner_goes_on(void);   /* false: let go */
void runner_wait(void);	     /* until it is to let go */
int runner_poll(int silent); /* the same, by poll(), whose errors are given; @silent is polled, too */
void runner_sleep_ms(long ms);
/* Up to @most children that do @work, which counts and tells what it meets. */
void runner_breed(unsigned long most, void (*work)(void));

/* runner.c, for the watcher: become the runner. */
_Noreturn void runner_become(const struct mode *mode, unsigned long most, int report, int stop);

/* watch.c. The exit status: 0 if every runner met a limit or did @most. @hold: keep all until killed. */
int watch_mode(const struct mode *mode, unsigned long most, unsigned long alive, bool hold);

/* children.c. NULL: none is so called. */
typedef int child_run(unsigned long number);
child_run *children_find(const char *name);
int children_run(child_run *run, unsigned long count, unsigned long alive);

mode_run exhaust_fill, exhaust_map, exhaust_huge, exhaust_areas, exhaust_cuts, exhaust_sparse;
mode_run exhaust_files, exhaust_pipes, exhaust_tmpfs, exhaust_leases, exhaust_nodes, exhaust_depth,
	clean_nodes, clean_depth;
mode_run exhaust_bomb, exhaust_zombies, exhaust_chain, exhaust_sleepers, exhaust_pollers;
mode_run exhaust_publish, exhaust_register;

#endif
