/* SPDX-License-Identifier: MIT */
/* A line from the parent to the child through a pipe. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int child_read(int fd)
{
	char line[64];

	printf("Child: Waiting to read from pipe...\n");
	fflush(stdout);
	ssize_t bytes = read(fd, line, sizeof(line) - 1);
	if (bytes < 0) {
		perror("pipe: read");
		return 1;
	}
	line[bytes] = 0;
	printf("Child: Read '%s' from pipe\n", line);
	return 0;
}

static int parent_write(int fd)
{
	const char *line = "Hello from parent!";

	printf("Parent: Writing to pipe...\n");
	fflush(stdout);
	if (write(fd, line, strlen(line)) != (ssize_t)strlen(line)) {
		perror("pipe: write");
		return 1;
	}
	close(fd);
	printf("Parent: Write complete, waiting for child to finish...\n");
	fflush(stdout);
	return 0;
}

int main(void)
{
	int ends[2], status = 1;

	if (pipe(ends) != 0) {
		perror("pipe: pipe");
		return 1;
	}
	pid_t pid = fork();
	if (pid < 0) {
		perror("pipe: fork");
		return 1;
	}
	close(ends[pid == 0 ? 1 : 0]);
	if (pid == 0)
		return child_read(ends[0]);
	int failed = parent_write(ends[1]);
	waitpid(pid, &status, 0);
	return failed || status != 0;
}
