/* SPDX-License-Identifier: MIT */
/*
 * memory: what a small blocked process holds, in bytes: many of them, each this very program anew (exec),
 * each blocked in a read from a pipe; what the accounts say then less what they said before, over their
 * number.
 *
 *   memory-frames          private pages, page tables, message page, the pager's books
 *   memory-cspaces ...     kernel objects of each kind; how many bytes one takes is in the rows of
 * kernel/objects.c
 */
#include <pagoda/inspect.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES 64ul

struct account {
	uint64_t frames;
	uint64_t objects[16]; /* by enum object_kind */
};

static void give_up(const char *what)
{
	perror(what);
	exit(1);
}

static void account_take(struct account *account)
{
	struct pager_counts counts;

	if (inspect_frames(&counts) != E_OK)
		give_up("memory: the pager's counts");
	account->frames = counts.anon + counts.tables + counts.pinned;
	memcpy(account->objects, (const void *)inspect_info()->objects, sizeof(account->objects));
}

/* The blocked process: says that it is there, and ends when its input does. */
static int block(void)
{
	char byte = 0;

	return write(STDOUT_FILENO, &byte, 1) == 1 && read(STDIN_FILENO, &byte, 1) == 0 ? 0 : 1;
}

/* Child of one of the processes to be counted: @end is its input, @ready its output. */
static _Noreturn void child_become(const char *program, const int ready[2], const int end[2])
{
	if (dup2(end[0], STDIN_FILENO) < 0 || dup2(ready[1], STDOUT_FILENO) < 0)
		_exit(1);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(end[i]);
	}
	execl(program, program, "block", (char *)NULL);
	_exit(127);
}

static void report(const char *name, uint64_t before, uint64_t after, uint64_t unit)
{
	uint64_t each = (after - before) * unit / PROCESSES;

	printf("RESULT %s med %lu min %lu max %lu n %lu\n", name, each, each, each, PROCESSES);
}

static void start_all(const char *program, const int ready[2], const int end[2])
{
	char byte;

	for (uint64_t i = 0; i < PROCESSES; i++) {
		pid_t pid = fork();

		if (pid < 0)
			give_up("memory: fork");
		if (pid == 0)
			child_become(program, ready, end);
		if (read(ready[0], &byte, 1) != 1)
			give_up("memory: a child");
	}
}

int main(int argc, char **argv)
{
	struct account before, after;
	int ready[2], end[2];

	if (argc == 2 && strcmp(argv[1], "block") == 0)
		return block();
	if (pipe(ready) != 0 || pipe(end) != 0)
		give_up("memory: pipe");
	account_take(&before);
	start_all(argv[0], ready, end);
	account_take(&after);
	close(end[1]);
	while (wait(NULL) > 0)
		continue;
	report("memory-frames", before.frames, after.frames, PAGE_BYTES);
	report("memory-cspaces", before.objects[KIND_CSPACE], after.objects[KIND_CSPACE], 1);
	report("memory-threads", before.objects[KIND_THREAD], after.objects[KIND_THREAD], 1);
	report("memory-spaces", before.objects[KIND_SPACE], after.objects[KIND_SPACE], 1);
	return 0;
}
