/* SPDX-License-Identifier: MIT */
/* Stages of calls: of memory, of processes, and of pipes. */
#include "child.h"
#include "stages.h"
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES_PER_MIB 256ul
#define WARM_UP	      8
#define PROGRAM	      "/bench/true"

extern char **environ;

static void nothing_before(void)
{
}

static void parent_ask(void)
{
	(void)getppid();
}

static void map_and_unmap(void)
{
	memory_map(stages_count);
	(void)munmap((void *)stages_at, stages_count * PAGE_BYTES);
}

static void touched(void)
{
	memory_map(stages_count);
	store_all(stages_at, stages_count);
}

static void unmap(void)
{
	(void)munmap((void *)stages_at, stages_count * PAGE_BYTES);
}

/* One page that is present, between two without rights. */
static void lone_page(void)
{
	void *at = mmap(NULL, 3 * PAGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED || mprotect((uint8_t *)at + PAGE_BYTES, PAGE_BYTES, PROT_READ | PROT_WRITE) != 0)
		give_up("stages: mprotect");
	stages_at = (uint8_t *)at + PAGE_BYTES;
	*stages_at = 1;
}

static void protect_twice(void)
{
	(void)mprotect((void *)stages_at, PAGE_BYTES, PROT_READ);
	(void)mprotect((void *)stages_at, PAGE_BYTES, PROT_READ | PROT_WRITE);
}

static void fork_exit_wait(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		give_up("stages: fork");
}

/* As much as that is touched: MiB. */
static void fork_touched(void)
{
	memory_map(stages_count * PAGES_PER_MIB);
	store_all(stages_at, stages_count * PAGES_PER_MIB);
}

static void fork_exec_wait(void)
{
	char *const arguments[] = {PROGRAM, NULL};
	pid_t pid = fork();

	if (pid == 0) {
		execv(PROGRAM, arguments);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		give_up("stages: fork and exec");
}

static void spawn_wait(void)
{
	char *const arguments[] = {PROGRAM, NULL};
	pid_t pid;

	if (posix_spawn(&pid, PROGRAM, NULL, NULL, arguments, environ) != 0 || waitpid(pid, NULL, 0) != pid)
		give_up("stages: spawn");
}

static int to_child[2], from_child[2];

static _Noreturn void pipe_child(void)
{
	char byte;

	close(to_child[1]);
	close(from_child[0]);
	while (read(to_child[0], &byte, 1) == 1) {
		if (write(from_child[1], &byte, 1) != 1)
			break;
	}
	_exit(0);
}

static void pipes(void)
{
	pid_t pid;

	if (pipe(to_child) != 0 || pipe(from_child) != 0 || (pid = fork()) < 0)
		give_up("stages: pipe");
	if (pid == 0)
		pipe_child();
	close(to_child[0]);
	close(from_child[1]);
}

static void pipe_round(void)
{
	char byte = 'x';

	if (write(to_child[1], &byte, 1) != 1 || read(from_child[0], &byte, 1) != 1)
		give_up("stages: a pipe's round");
}

static const struct operation stages_calls[] = {
	{"getppid", nothing_before, parent_ask, WARM_UP},
	{"mmap", nothing_before, map_and_unmap, WARM_UP},
	{"munmap", touched, unmap, 0},
	{"mprotect-pair", lone_page, protect_twice, WARM_UP},
	{"fork", nothing_before, fork_exit_wait, WARM_UP},
	{"fork-touched", fork_touched, fork_exit_wait, WARM_UP},
	{"fork-exec", nothing_before, fork_exec_wait, WARM_UP},
	{"spawn", nothing_before, spawn_wait, WARM_UP},
	{"pipe", pipes, pipe_round, WARM_UP},
	{0},
};
const struct operation *const stages_groups[] = {stages_anon, stages_cow, stages_files, stages_calls, NULL};
