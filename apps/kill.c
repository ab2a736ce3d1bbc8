/* SPDX-License-Identifier: MIT */
/* kill [-SIGNAL] PID...: ends processes, by SIGTERM unless told otherwise; -0 asks whether they are there. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int signal_number(const char *name)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = {
		{"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"ABRT", SIGABRT},
		{"KILL", SIGKILL}, {"SEGV", SIGSEGV}, {"PIPE", SIGPIPE}, {"TERM", SIGTERM},
	};

	if (isdigit((unsigned char)*name))
		return atoi(name);
	if (strncmp(name, "SIG", 3) == 0)
		name += 3;
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (strcmp(name, signals[i].name) == 0)
			return signals[i].number;
	return -1;
}

static int kill_one(const char *text, int number)
{
	char *end;
	long pid = strtol(text, &end, 10);

	if (pid <= 0 || *end != 0)
		errno = EINVAL;
	else if (kill((pid_t)pid, number) == 0)
		return 0;
	fprintf(stderr, "kill: %s: %s\n", text, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	int number = SIGTERM, first = 1, status = 0;

	if (argc > 1 && argv[1][0] == '-') {
		number = signal_number(argv[1] + 1);
		first = 2;
	}
	if (number < 0 || argc <= first) {
		fprintf(stderr, "usage: kill [-SIGNAL] PID...\n");
		return 2;
	}
	for (int i = first; i < argc; i++)
		status |= kill_one(argv[i], number);
	return status;
}
