// SPDX-License-Identifier: MIT
// pipeline [N]: a pipeline of three children (generate | square | sum), each this program executed again;
// 'pipeline STAGE' is one of them.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int stage_generate(long n)
{
	for (long i = 1; i <= n; i++)
		printf("%ld\n", i);
	return 0;
}

static int stage_square(void)
{
	long value;

	while (scanf("%ld", &value) == 1)
		printf("%ld\n", value * value);
	return 0;
}

static int stage_sum(void)
{
	long value, sum = 0, lines = 0;

	while (scanf("%ld", &value) == 1) {
		sum += value;
		lines++;
	}
	printf("%ld lines, sum %ld\n", lines, sum);
	return lines > 0 ? 0 : 3;
}

static pid_t start(const char *self, char *const arguments[], int in, int out, int unused)
{
	pid_t child = fork();

	if (child < 0) {
		perror("fork");
		exit(1);
	}
	if (child > 0)
		return child;
	if (in != STDIN_FILENO) {
		dup2(in, STDIN_FILENO);
		close(in);
	}
	if (out != STDOUT_FILENO) {
		dup2(out, STDOUT_FILENO);
		close(out);
	}
	if (unused >= 0)
		close(unused);
	execvp(self, arguments);
	fprintf(stderr, "cannot execute: %s\n", strerror(errno));
	_exit(127);
}

static int run(const char *self, char *n)
{
	static char *names[] = {"generate", "square", "sum"};
	pid_t children[3];
	int in = STDIN_FILENO, worst = 0, status[3];

	for (int i = 0; i < 3; i++) {
		int ends[2] = {-1, STDOUT_FILENO};
		char *arguments[] = {(char *)self, names[i], n, NULL};
		if (i < 2 && pipe(ends) < 0) {
			perror("pipe");
			return 1;
		}
		children[i] = start(self, arguments, in, ends[1], ends[0]);
		if (in != STDIN_FILENO)
			close(in);
		if (i < 2)
			close(ends[1]);
		in = ends[0];
	}
	for (int i = 0; i < 3; i++)
		if (waitpid(children[i], &status[i], 0) != children[i])
			perror("waitpid");
	for (int i = 0; i < 3; i++) {
		printf("%s: exit %d\n", names[i], WIFEXITED(status[i]) ? WEXITSTATUS(status[i]) : -1);
		worst |= WEXITSTATUS(status[i]);
	}
	return worst;
}

int main(int argc, char **argv)
{
	char *n = argc > 2 ? argv[2] : argc > 1 ? argv[1] : "1000";

	if (argc < 3) {
		int status;
		char *missing[] = {"no-such-program", NULL};
		status = run(argv[0], n);
		fflush(stdout);
		pid_t child = start("no-such-program", missing, 0, 1, -1);
		int bad;
		waitpid(child, &bad, 0);
		printf("missing program: exit %d\n", WEXITSTATUS(bad));
		return status;
	}
	if (strcmp(argv[1], "generate") == 0)
		return stage_generate(atol(n));
	if (strcmp(argv[1], "square") == 0)
		return stage_square();
	return stage_sum();
}
