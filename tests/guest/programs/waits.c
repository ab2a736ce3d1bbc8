/* SPDX-License-Identifier: MIT */
/*
 * waits ROUNDS: how long the session's first process waits for servers beside whatever its jobs do. It runs
 * before every job, so what it waits for is a server at work for somebody else, or one that looks at what
 * others left. Each round sleeps for a while, in which others go on, and then asks for one thing of each
 * kind. A line for each kind, in instructions; then all ends.
 *
 *   late   after its deadline a sleeper goes on: the longest request that was under way, of any server
 *   fault  a new page       pipe   a byte there and back       stat   a name       fork   a child that ends
 */
#include "check.h"
#include <fcntl.h>
#include <pagoda/counter.h>
#include <pagoda/inspect.h>
#include <pagoda/session.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define ROUNDS_MAX 2000u
#define PAUSE_US   1000u
#define PAUSES_US  4000u
#define COUNTED_HZ 1000000000ul /* instructions a second of a counted run */
#define PRIME	   7919u
#define US_PER_S   1000000ul

static int ends[2];
static volatile char *memory;

static uint64_t late(unsigned round)
{
	uint64_t hz = inspect_info()->timebase_hz, us = PAUSE_US + round * PRIME % PAUSES_US;
	uint64_t wanted = counter_ticks() + us * hz / US_PER_S;

	CHECK(usleep((useconds_t)us) == 0);
	return (counter_ticks() - wanted) * (COUNTED_HZ / hz);
}

/* From the last page down: nothing comes ahead. */
static void fault_one(unsigned round)
{
	memory[(uint64_t)(ROUNDS_MAX - 1 - round) * PAGE_BYTES] = 1;
}

static void pipe_one(unsigned round)
{
	char byte = (char)round, back;

	CHECK(write(ends[1], &byte, 1) == 1 && read(ends[0], &back, 1) == 1 && back == byte);
}

static void stat_one(unsigned round)
{
	struct stat found;

	(void)round;
	CHECK(stat("/bin/sh", &found) == 0);
}

static void fork_one(unsigned round)
{
	int status;
	pid_t pid = fork();

	(void)round;
	if (pid == 0)
		_exit(3);
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 3);
}

static const struct {
	const char *name;
	void (*ask)(unsigned round);
} kinds[] = {{"fault", fault_one}, {"pipe", pipe_one}, {"stat", stat_one}, {"fork", fork_one}};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

static uint64_t lates[ROUNDS_MAX], costs[KINDS][ROUNDS_MAX];

static int compare(const void *one, const void *two)
{
	const uint64_t *a = one, *b = two;

	return (*a > *b) - (*a < *b);
}

static void report(const char *name, uint64_t *sample, unsigned count)
{
	qsort(sample, count, sizeof(*sample), compare);
	printf("WAIT %s median %lu greatest %lu\n", name, sample[count / 2], sample[count - 1]);
	fflush(stdout);
}

static void round_run(unsigned round, bool is_kept)
{
	uint64_t took = late(round);

	if (is_kept)
		lates[round] = took;
	for (unsigned kind = 0; kind < KINDS; kind++) {
		uint64_t begin = counter_instructions();

		kinds[kind].ask(round);
		if (is_kept)
			costs[kind][round] = counter_instructions() - begin;
	}
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 100;

	CHECK(rounds < ROUNDS_MAX && pipe(ends) == 0);
	memory = mmap(NULL, (uint64_t)ROUNDS_MAX * PAGE_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(memory != MAP_FAILED);
	round_run(rounds, false); /* what only a first time costs */
	for (unsigned round = 0; round < rounds; round++)
		round_run(round, true);
	report("late", lates, rounds);
	for (unsigned kind = 0; kind < KINDS; kind++)
		report(kinds[kind].name, costs[kind], rounds);
	return session_poweroff(0) == E_OK ? 0 : 1; /* the storm would go on */
}
