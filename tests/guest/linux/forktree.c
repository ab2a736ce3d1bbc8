// SPDX-License-Identifier: MIT
// forktree [DEPTH]: a binary tree of processes; each adds its children's exit statuses, and the sum arrives
// at the root.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static int shared_by_none = 7;

static int grow(int depth)
{
	pid_t children[2];
	int sum = 1;

	if (depth == 0)
		return 1;
	for (int i = 0; i < 2; i++) {
		children[i] = fork();
		if (children[i] < 0) {
			perror("fork");
			_exit(100);
		}
		if (children[i] == 0) {
			shared_by_none += depth;
			_exit(grow(depth - 1));
		}
	}
	for (int i = 0; i < 2; i++) {
		int status;
		if (waitpid(children[i], &status, 0) < 0 || !WIFEXITED(status))
			_exit(101);
		sum += WEXITSTATUS(status);
	}
	return sum;
}

static void check_wait_any(void)
{
	int seen[4] = {0}, status;
	pid_t children[4], got;

	for (int i = 0; i < 4; i++) {
		children[i] = fork();
		if (children[i] == 0)
			exit(10 + i);
	}
	while ((got = wait(&status)) > 0)
		for (int i = 0; i < 4; i++)
			if (children[i] == got)
				seen[i] = WEXITSTATUS(status);
	printf("wait: %d %d %d %d, then %s\n", seen[0], seen[1], seen[2], seen[3], strerror(errno));
}

static void check_nohang(void)
{
	int gate[2], status;
	char byte;

	if (pipe(gate) < 0)
		return;
	pid_t child = fork();
	if (child == 0) {
		close(gate[1]);
		_exit(read(gate[0], &byte, 1) == 0 ? 5 : 6);
	}
	close(gate[0]);
	printf("running: %d\n", (int)waitpid(child, &status, WNOHANG));
	close(gate[1]);
	printf("same child: %d", waitpid(child, &status, 0) == child);
	printf(", status %d\n", WEXITSTATUS(status));
	printf("parent of the child: %d\n", getppid() != getpid() && getpid() > 1);
}

int main(int argc, char **argv)
{
	int depth = argc > 1 ? atoi(argv[1]) : 4;

	printf("depth %d: ", depth);
	fflush(stdout);
	printf("%d processes\n", grow(depth));
	printf("untouched: %d\n", shared_by_none);
	fflush(stdout);
	check_wait_any();
	fflush(stdout);
	check_nohang();
	printf("one too many: %s\n", wait(NULL) < 0 && errno == ECHILD ? "no children" : "a child?");
	return 0;
}
