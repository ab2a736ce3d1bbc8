/* SPDX-License-Identifier: MIT */
/* growth: what fork, exit and exec of a process cost, seen from its parent. */
#include "growth.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

void give_up(const char *what)
{
	perror(what);
	exit(1);
}

void pipe_open(int ends[2])
{
	if (pipe(ends) != 0)
		give_up("growth: pipe");
}

/* Blocked until @end has no writer any more. */
_Noreturn void child_block(int end)
{
	char byte;

	_exit(read(end, &byte, 1) == 0 ? 0 : 1);
}

static void child_collect(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "growth: a child's status is 0x%x\n", (unsigned)status);
		exit(1);
	}
}

uint64_t fork_cost(void)
{
	int end[2];
	uint64_t spent;
	pid_t pid;

	pipe_open(end);
	spent = instret();
	pid = fork();
	spent = instret() - spent;
	if (pid == 0) {
		close(end[1]);
		child_block(end[0]);
	}
	if (pid < 0)
		give_up("growth: fork");
	close(end[0]);
	close(end[1]);
	child_collect(pid);
	return spent;
}

uint64_t exit_cost(grow_function *grow, uint64_t size)
{
	int ready[2], end[2];
	uint64_t start;
	char byte = 0;
	pid_t pid;

	pipe_open(ready);
	pipe_open(end);
	if ((pid = fork()) == 0) {
		close(end[1]);
		grow(size);
		if (write(ready[1], &byte, 1) != 1)
			_exit(1);
		child_block(end[0]);
	}
	close(ready[1]);
	close(end[0]);
	if (pid < 0 || read(ready[0], &byte, 1) != 1)
		give_up("growth: a child");
	close(ready[0]);
	start = instret();
	close(end[1]);
	child_collect(pid);
	return instret() - start;
}

/* The program again; its first line of main writes how long that took into @to. */
static _Noreturn void child_exec(int to)
{
	char since[17] = {0}, descriptor[2] = {(char)('0' + to), 0};
	uint64_t now = instret();

	for (int i = 15; i >= 0; i--, now >>= 4)
		since[i] = "0123456789abcdef"[now & 15];
	execl(growth_program, growth_program, "since", since, descriptor, (char *)NULL);
	_exit(127);
}

int say_since(uint64_t now, char **argv)
{
	uint64_t spent = now - strtoul(argv[2], NULL, 16);

	return write(atoi(argv[3]), &spent, sizeof(spent)) == sizeof(spent) ? 0 : 1;
}

uint64_t exec_cost(grow_function *grow, uint64_t size)
{
	uint64_t spent;
	int ready[2];
	pid_t pid;

	pipe_open(ready);
	if ((pid = fork()) == 0) {
		grow(size);
		child_exec(ready[1]);
	}
	close(ready[1]);
	if (pid < 0 || read(ready[0], &spent, sizeof(spent)) != sizeof(spent))
		give_up("growth: a child");
	close(ready[0]);
	child_collect(pid);
	return spent;
}
