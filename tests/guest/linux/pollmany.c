// SPDX-License-Identifier: MIT
// pollmany: reads its input whenever poll says so, without blocking; then many children poll one pipe, and
// some of them are killed.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 40

static void read_input(void)
{
	struct pollfd in = {STDIN_FILENO, POLLIN, 0};
	long bytes = 0, lines = 0;
	char buffer[100];
	ssize_t got;

	fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
	do {
		while ((got = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0) {
			bytes += got;
			for (ssize_t i = 0; i < got; i++)
				lines += buffer[i] == '\n';
		}
		if (got < 0 && errno != EAGAIN) {
			perror("read");
			exit(1);
		}
	} while (got != 0 && poll(&in, 1, 10000) == 1);
	printf("input: %ld bytes, %ld lines, ended %d\n", bytes, lines, got == 0);
}

/* Waits until the pipe can be read, at most so long; ends with 1 if it could, 2 if time was over. */
static pid_t start_waiter(const int ends[2], int timeout_ms)
{
	struct pollfd files[3] = {{ends[0], POLLIN, 0}, {-1, POLLIN, 0}, {STDERR_FILENO, 0, 0}};
	pid_t child = fork();

	if (child < 0) {
		perror("fork");
		exit(1);
	}
	if (child > 0)
		return child;
	close(ends[1]);
	switch (poll(files, 3, timeout_ms)) {
	case 0:
		_exit(2);
	case 1:
		_exit(files[0].revents == POLLIN ? 1 : 3);
	default:
		_exit(4);
	}
}

static void count(pid_t *children, int from, int to, const char *what)
{
	int ready = 0, late = 0, killed = 0;

	for (int i = from; i < to; i++) {
		int status;
		waitpid(children[i], &status, 0);
		ready += WIFEXITED(status) && WEXITSTATUS(status) == 1;
		late += WIFEXITED(status) && WEXITSTATUS(status) == 2;
		killed += WIFSIGNALED(status);
	}
	printf("%s: %d ready, %d late, %d killed\n", what, ready, late, killed);
}

int main(void)
{
	pid_t children[CHILDREN];
	int ends[2];

	read_input();
	fflush(stdout);
	if (pipe(ends) < 0) {
		perror("pipe");
		return 1;
	}
	for (int i = 0; i < CHILDREN; i++)
		children[i] = start_waiter(ends, i < 10 ? 20 + i : -1);
	count(children, 0, 10, "short timeouts");
	for (int i = 10; i < 20; i++)
		kill(children[i], SIGKILL);
	count(children, 10, 20, "killed");
	if (write(ends[1], "x", 1) != 1)
		perror("write");
	count(children, 20, CHILDREN, "others");
	return 0;
}
