/* SPDX-License-Identifier: MIT */
/* Children one after the other or at once, each of which must do well. */
#include "stress.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY_BYTES (1ul << 20)
#define STACK_BYTES  20000

static int child_fork(unsigned long number)
{
	volatile char block[STACK_BYTES];

	for (size_t i = 0; i < STACK_BYTES; i += 512)
		block[i] = (char)(number + i);
	for (size_t i = 0; i < STACK_BYTES; i += 512)
		if (block[i] != (char)(number + i))
			return 1;
	return 0;
}

static int child_exec(unsigned long number)
{
	(void)number;
	execlp("true", "true", (char *)NULL);
	return 1;
}

static int child_memory(unsigned long number)
{
	unsigned long *words = malloc(MEMORY_BYTES);

	if (words == NULL)
		return 1;
	for (size_t i = 0; i < MEMORY_BYTES / sizeof(*words); i++)
		words[i] = number ^ i;
	for (size_t i = 0; i < MEMORY_BYTES / sizeof(*words); i++)
		if (words[i] != (number ^ i))
			return 1;
	free(words);
	return 0;
}

static const struct {
	const char *name;
	child_run *run;
} kinds[] = {{"fork", child_fork}, {"exec", child_exec}, {"memory", child_memory}};

child_run *children_find(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(name, kinds[i].name) == 0)
			return kinds[i].run;
	return NULL;
}

/* One child less; false: it failed. */
static int collect(void)
{
	int status = 1;
	pid_t pid = wait(&status);

	if (pid > 0 && status != 0)
		fprintf(stderr, "stress: child %d failed, status 0x%x\n", (int)pid, (unsigned)status);
	return pid > 0 && status == 0;
}

int children_run(child_run *run, unsigned long count, unsigned long alive)
{
	unsigned long running = 0, good = 0;
	int failed = 0;

	for (unsigned long i = 0; i < count && !failed; i++) {
		if (running == alive) {
			running--;
			failed |= !collect();
			good += !failed;
		}
		pid_t pid = fork();
		if (pid == 0)
			_exit(run(i));
		if (pid < 0) {
			fprintf(stderr, "stress: fork %lu: %s\n", i, strerror(errno));
			failed = 1;
		} else {
			running++;
		}
	}
	for (; running > 0; running--)
		good += collect();
	printf("stress: %lu of %lu done\n", good, count);
	return good != count;
}
