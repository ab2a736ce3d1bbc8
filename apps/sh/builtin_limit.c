/* SPDX-License-Identifier: MIT */
/* Built-in command ulimit: limits of the shell and of what it starts, and of its jobs (docs/quotas.md). */
#include "builtin.h"
#include "shell.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define KIB 1024ul

static const struct kind {
	char letter;
	int which;
	unsigned long unit;
	const char *text;
} kinds[] = {
	{'d', RLIMIT_DATA, KIB, "data (KiB)"},	   {'m', RLIMIT_RSS, KIB, "memory of each new job (KiB)"},
	{'n', RLIMIT_NOFILE, 1, "open files"},	   {'s', RLIMIT_STACK, KIB, "stack (KiB)"},
	{'u', RLIMIT_NPROC, 1, "processes below"}, {'v', RLIMIT_AS, KIB, "address space (KiB)"},
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

static int limit_complain(void)
{
	shell_complain("ulimit: %s", strerror(errno));
	return 1;
}

static int limit_show(const struct kind *kind, bool with_text)
{
	struct rlimit limit;

	if (getrlimit(kind->which, &limit) != 0)
		return limit_complain();
	if (with_text)
		printf("-%c  %-30s ", kind->letter, kind->text);
	if (limit.rlim_cur == RLIM_INFINITY)
		puts("unlimited");
	else
		printf("%lu\n", (unsigned long)(limit.rlim_cur / kind->unit));
	return 0;
}

static int limit_set(const struct kind *kind, const char *text)
{
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
	char *end;

	if (strcmp(text, "unlimited") != 0) {
		unsigned long value = strtoul(text, &end, 10);
		if (*text < '0' || *text > '9' || *end != 0 || value > RLIM_INFINITY / kind->unit) {
			shell_complain("ulimit: %s: not a number", text);
			return STATUS_SYNTAX;
		}
		limit.rlim_cur = limit.rlim_max = value * kind->unit;
	}
	return setrlimit(kind->which, &limit) == 0 ? 0 : limit_complain();
}

static const struct kind *kind_find(const char *option)
{
	for (size_t i = 0; i < KINDS; i++)
		if (option[0] == '-' && option[1] == kinds[i].letter && option[2] == 0)
			return &kinds[i];
	return NULL;
}

int builtin_ulimit(int argc, char **argv)
{
	const struct kind *kind = kind_find(argc > 1 ? argv[1] : "-v");
	int status = 0;

	if (argc == 2 && strcmp(argv[1], "-a") == 0) {
		for (size_t i = 0; i < KINDS; i++)
			status |= limit_show(&kinds[i], true);
		return status;
	}
	if (kind == NULL || argc > 3) {
		shell_complain("ulimit: usage: ulimit [-a | -dmnsuv] [N|unlimited]");
		return STATUS_SYNTAX;
	}
	return argc == 3 ? limit_set(kind, argv[2]) : limit_show(kind, false);
}
