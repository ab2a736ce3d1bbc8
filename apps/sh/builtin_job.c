/* SPDX-License-Identifier: MIT */
/* Built-in commands about processes: wait, kill. */
#include "builtin.h"
#include "shell.h"
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

int builtin_wait(int argc, char **argv)
{
	int status = 0;
	long pid;

	if (argc == 1)
		return job_wait_background(0);
	for (int i = 1; i < argc; i++) {
		if (!builtin_number("wait", argv[i], &pid) || pid <= 0)
			return STATUS_SYNTAX;
		status = job_wait_background((pid_t)pid);
	}
	return status;
}

static int signal_number(const char *name)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = {{"HUP", SIGHUP},	  {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"ABRT", SIGABRT},
		       {"KILL", SIGKILL}, {"SEGV", SIGSEGV}, {"PIPE", SIGPIPE}, {"ALRM", SIGALRM},
		       {"TERM", SIGTERM}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2}};

	if (isdigit((unsigned char)*name))
		return atoi(name);
	if (strncmp(name, "SIG", 3) == 0)
		name += 3;
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (strcmp(name, signals[i].name) == 0)
			return signals[i].number;
	return -1;
}

static bool kill_complain(const char *pid)
{
	shell_complain("kill: %s: %s", pid, strerror(errno));
	return true;
}

int builtin_kill(int argc, char **argv)
{
	int number = SIGTERM, first = 1, status = 0;
	long pid;

	if (argc > 1 && argv[1][0] == '-') {
		bool spelled = strcmp(argv[1], "-s") == 0 && argc > 2;
		number = signal_number(spelled ? argv[2] : argv[1] + 1);
		first = spelled ? 3 : 2;
	}
	if (number < 0 || first >= argc) {
		shell_complain("kill: usage: kill [-SIGNAL] PID...");
		return STATUS_SYNTAX;
	}
	for (int i = first; i < argc; i++)
		if (!builtin_number("kill", argv[i], &pid) ||
		    (kill((pid_t)pid, number) != 0 && kill_complain(argv[i])))
			status = 1;
	return status;
}
