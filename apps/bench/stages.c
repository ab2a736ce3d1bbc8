/* SPDX-License-Identifier: MIT */
/*
 * stages NAME: does one operation in a function of its own, stage_operation(), after the same thing was done
 * a few times. ./bench --stages follows that one call instruction by instruction from outside.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE_BYTES 4096ul
#define PAGES	   64ul
#define WARM_UP	   8ul

typedef void operation(volatile uint8_t *at);

static void anon_write(volatile uint8_t *at)
{
	*at = 1;
}

static void fork_exit_wait(volatile uint8_t *at)
{
	pid_t pid = fork();

	(void)at;
	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid) {
		perror("stages: fork");
		exit(1);
	}
}

static const struct {
	const char *name;
	operation *run;
} operations[] = {{"anon-write", anon_write}, {"fork", fork_exit_wait}};

/* Where the one that counts begins and ends. */
__attribute__((noinline)) void stage_operation(operation *run, volatile uint8_t *at)
{
	run(at);
}

int main(int argc, char **argv)
{
	volatile uint8_t *memory =
		mmap(NULL, PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (size_t i = 0; argc == 2 && memory != MAP_FAILED && i < sizeof(operations) / sizeof(*operations);
	     i++) {
		if (strcmp(argv[1], operations[i].name) != 0)
			continue;
		for (size_t page = WARM_UP; page > 0; page--) /* downwards: nothing comes ahead */
			operations[i].run(memory + page * PAGE_BYTES);
		stage_operation(operations[i].run, memory);
		return 0;
	}
	fprintf(stderr, "usage: stages anon-write|fork\n");
	return 2;
}
