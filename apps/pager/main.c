/* SPDX-License-Identifier: MIT */
/* pager: shows custom pagers, runs a program on one, ends one, and says what a fault meets. */
#include "command.h"
#include <errno.h>
#include <pagoda/error.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static int command_swap(int argc, char **argv)
{
	(void)argc, (void)argv;
	fprintf(stderr, "pager: swap: not built yet\n");
	return 1;
}

static const struct {
	const char *name, *arguments;
	int least, most;
	int (*run)(int argc, char **argv);
} commands[] = {
	{"list", "", 0, 0, command_list},
	{"stat", " [NAME]", 0, 1, command_stat},
	{"run", " NAME PROGRAM [ARG...]", 2, 1 << 20, command_run},
	{"swap", " NAME OTHER", 0, 1 << 20, command_swap},
	{"kill", " NAME", 1, 1, command_kill},
	{"why", " PID ADDRESS", 2, 2, command_why},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

int complain(const char *what, err_t error)
{
	fprintf(stderr, "pager: %s: %s\n", what, error_text(error));
	return 1;
}

err_t pager_find(const char *name, struct pager_custom *pager)
{
	uint64_t cursor = 0;
	err_t error;

	while ((error = inspect_custom_pager(cursor, pager)) == E_OK) {
		if (pager->pid != 0 && strncmp(pager->name, name, sizeof(pager->name)) == 0)
			return E_OK;
		cursor = pager->number;
	}
	return error;
}

int command_kill(int argc, char **argv)
{
	struct pager_custom pager;
	err_t error = pager_find(argv[0], &pager);

	(void)argc;
	if (error != E_OK)
		return error == E_NO_ENTRY ? (fprintf(stderr, "pager: %s: no such pager\n", argv[0]), 1)
					   : complain(argv[0], error);
	if (kill((pid_t)pager.pid, SIGTERM) == 0)
		return 0;
	fprintf(stderr, "pager: %s: %s\n", argv[0], strerror(errno));
	return 1;
}

static int usage(void)
{
	fprintf(stderr, "usage: ");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(stderr, "%spager %s%s\n", i != 0 ? "       " : "", commands[i].name,
			commands[i].arguments);
	return 2;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		if (argc - 2 < commands[i].least || argc - 2 > commands[i].most)
			return usage();
		return commands[i].run(argc - 2, argv + 2);
	}
	return usage();
}
