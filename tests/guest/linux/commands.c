// SPDX-License-Identifier: MIT
// commands: system and popen, reading from a shell pipeline and writing to one, with their exit statuses.
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static void run(const char *command)
{
	fflush(stdout);
	int status = system(command);

	if (status == -1)
		printf("system: %s\n", strerror(errno));
	else
		printf("[%s] exit %d\n", command, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static void read_from(const char *command)
{
	char line[100];
	int lines = 0;
	FILE *pipe = popen(command, "r");

	if (!pipe) {
		perror("popen");
		exit(1);
	}
	while (fgets(line, sizeof(line), pipe)) {
		line[strcspn(line, "\n")] = '\0';
		printf("%2d <%s>\n", ++lines, line);
	}
	printf("[%s] %d lines, exit %d\n", command, lines, WEXITSTATUS(pclose(pipe)));
}

static void write_to(const char *command)
{
	fflush(stdout);
	FILE *pipe = popen(command, "w");

	if (!pipe) {
		perror("popen");
		exit(1);
	}
	for (int i = 0; i < 5; i++)
		fprintf(pipe, "line %d\n", i * i);
	int status = pclose(pipe);
	printf("[%s] exit %d\n", command, WEXITSTATUS(status));
}

int main(void)
{
	printf("a shell: %d\n", system(NULL) != 0);
	run("true");
	run("false");
	run("echo one two; exit 7");
	run("no-such-command 2> /dev/null");
	setenv("WHO", "world", 1);
	run("echo \"hello $WHO\" | cat");
	read_from("echo a; echo b; false");
	read_from("echo unsorted | cat");
	write_to("cat");
	write_to("while read word rest; do echo \"$rest\"; done");
	errno = 0;
	FILE *bad = popen("true", "x");
	printf("bad mode: %d %s\n", bad != NULL, strerror(errno));
	return 0;
}
