/* SPDX-License-Identifier: MIT */
#include "child.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

void give_up(const char *what)
{
	perror(what);
	exit(1);
}

static _Noreturn void child_run(void (*first)(void), int ready, int end)
{
	char byte = 0;

	first();
	if (write(ready, &byte, 1) != 1)
		_exit(1);
	(void)read(end, &byte, 1); /* its end of file is the wish to go */
	_exit(0);
}

struct child child_start(void (*first)(void))
{
	int ready[2], end[2];
	struct child child;
	char byte;

	fflush(stdout);
	if (pipe(ready) != 0 || pipe(end) != 0 || (child.pid = fork()) < 0)
		give_up("a child");
	if (child.pid == 0) {
		close(end[1]);
		child_run(first, ready[1], end[0]);
	}
	close(ready[1]);
	close(end[0]);
	child.ready = ready[0];
	child.end = end[1];
	if (read(child.ready, &byte, 1) != 1)
		give_up("the child");
	return child;
}

void child_end(const struct child *child)
{
	int status;

	close(child->end);
	close(child->ready);
	if (waitpid(child->pid, &status, 0) != child->pid || status != 0)
		give_up("the child's end");
}
