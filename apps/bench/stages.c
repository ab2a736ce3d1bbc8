/* SPDX-License-Identifier: MIT */
/*
 * stages NAME [COUNT]: does one operation in a function of its own, stage_operation(), after the same thing
 * was done a few times, and before that nothing in it, so that the cost of the call itself is known. ./bench
 * --stages follows both calls instruction by instruction from outside.
 */
#include "stages.h"
#include "child.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

size_t stages_count = 1;
volatile uint8_t *stages_at;

void memory_map(uint64_t pages)
{
	void *at = mmap(NULL, pages * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		give_up("stages: mmap");
	stages_at = at;
}

void load_up(void)
{
	for (size_t i = 0; i < stages_count; i++, stages_at += PAGE_BYTES)
		(void)*stages_at;
}

void store_up(void)
{
	for (size_t i = 0; i < stages_count; i++, stages_at += PAGE_BYTES)
		*stages_at = 1;
}

void load_down(void)
{
	stages_at -= PAGE_BYTES;
	(void)*stages_at;
}

void store_down(void)
{
	stages_at -= PAGE_BYTES;
	*stages_at = 1;
}

void store_all(volatile uint8_t *at, uint64_t pages)
{
	for (uint64_t page = 0; page < pages; page++)
		at[page * PAGE_BYTES] = 1;
}

void become_child(void)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		give_up("stages: fork");
	if (pid > 0)
		exit(waitpid(pid, &status, 0) == pid && status == 0 ? 0 : 1);
}

void stage_nothing(void)
{
}

/* Where the one that counts begins and ends. */
__attribute__((noinline)) void stage_operation(void (*run)(void))
{
	run();
}

static const struct operation *operation_find(const char *name)
{
	for (size_t i = 0; stages_groups[i]; i++) {
		for (const struct operation *operation = stages_groups[i]; operation->name; operation++) {
			if (strcmp(name, operation->name) == 0)
				return operation;
		}
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const struct operation *operation = argc == 2 || argc == 3 ? operation_find(argv[1]) : NULL;

	if (argc == 3)
		stages_count = strtoul(argv[2], NULL, 10);
	if (!operation || stages_count == 0) {
		fprintf(stderr, "usage: stages NAME [COUNT]; see ./bench --list\n");
		return 2;
	}
	operation->prepare();
	for (unsigned i = 0; i < operation->warm_up; i++)
		operation->run();
	stage_operation(stage_nothing);
	stage_operation(operation->run);
	return 0;
}
