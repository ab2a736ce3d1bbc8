/* SPDX-License-Identifier: MIT */
/* env [-i] [NAME=VALUE]... [COMMAND ARG...]: the environment, or a command with another one. */
#include "finish.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
	static char *empty[] = {NULL};
	int at = 1;

	if (at < argc && strcmp(argv[at], "-i") == 0) {
		environ = empty;
		at++;
	}
	for (; at < argc && strchr(argv[at], '=') != NULL; at++) {
		if (putenv(argv[at]) != 0) {
			perror("env");
			return 125;
		}
	}
	if (at < argc) {
		execvp(argv[at], argv + at);
		int reason = errno;
		fprintf(stderr, "env: %s: %s\n", argv[at], strerror(reason));
		return reason == ENOENT ? 127 : 126;
	}
	for (char **word = environ; word != NULL && *word != NULL; word++)
		puts(*word);
	return finish("env", 0);
}
