/* SPDX-License-Identifier: MIT */
/* Processes: many, dead, deep, asleep, waiting. */
#include "stress.h"
#include <errno.h>
#include <unistd.h>

#define SLEEP_MS 1

/* Every process forks without end, and again when it was refused. @most of one line from parent to child. */
void exhaust_bomb(unsigned long most)
{
	unsigned long made = 0;
	bool refused = false;

	while (made < most && runner_goes_on()) {
		pid_t pid = fork();

		if (pid < 0 && !refused)
			runner_met(errno);
		refused |= pid < 0;
		made += pid >= 0;
		if (pid == 0)
			runner_count(1);
	}
}

/* Children that end at once, and that nobody waits for. */
void exhaust_zombies(unsigned long most)
{
	for (unsigned long i = 0; i < most; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		if (pid < 0) {
			runner_met(errno);
			return;
		}
		runner_count(1);
	}
}

void exhaust_chain(unsigned long most)
{
	for (unsigned long i = 0; i < most; i++) {
		pid_t pid = fork();

		if (pid > 0)
			runner_wait();
		if (pid < 0)
			runner_met(errno);
		if (pid != 0)
			return;
		runner_count(1);
	}
}

static void sleep_often(void)
{
	runner_count(1);
	while (runner_goes_on())
		runner_sleep_ms(SLEEP_MS);
}

void exhaust_sleepers(unsigned long most)
{
	runner_breed(most, sleep_often);
}

static int silent;

static void poll_silent(void)
{
	runner_count(1);
	if (runner_poll(silent) < 0) {
		runner_count(-1ul);
		runner_met(errno);
		runner_wait();
	}
}

void exhaust_pollers(unsigned long most)
{
	int ends[2];

	if (pipe(ends) != 0) {
		runner_met(errno);
		return;
	}
	silent = ends[0];
	runner_breed(most, poll_silent);
}
