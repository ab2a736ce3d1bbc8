/* SPDX-License-Identifier: MIT */
/*
 * stress fork|exec|memory [N] [--alive K]: the same thing N times (K), up to K of them at once (1). fork: a
 * child that writes its stack; exec: a child that becomes `true`; memory: a child that fills 1 MiB and checks
 * it.
 */
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
	int (*run)(unsigned long number);
} kinds[] = {{"fork", child_fork}, {"exec", child_exec}, {"memory", child_memory}};

static int usage(void)
{
	fprintf(stderr, "usage: stress fork|exec|memory [N] [--alive K]\n");
	return 2;
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

static int stress(int (*run)(unsigned long), unsigned long count, unsigned long alive)
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

/* A number above 0; 0: it is none. */
static unsigned long number(const char *word)
{
	char *end = NULL;
	unsigned long value = strtoul(word, &end, 10);

	return end == word || *end != 0 ? 0 : value;
}

int main(int argc, char **argv)
{
	unsigned long count = 0, alive = 0;

	for (int i = 2; i < argc; i++) {
		bool is_alive = strcmp(argv[i], "--alive") == 0 && i + 1 < argc;
		unsigned long *which = is_alive ? &alive : &count;

		if (*which != 0 || (*which = number(argv[is_alive ? ++i : i])) == 0)
			return usage();
	}
	if (count == 0)
		count = alive;
	if (argc < 3 || count == 0)
		return usage();
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(argv[1], kinds[i].name) == 0)
			return stress(kinds[i].run, count, alive == 0 ? 1 : alive);
	return usage();
}
