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
	{'d', RLIMIT_DATA, KIB, "data (KiB)"},	      {'m', RLIMIT_RSS, KIB, "memory of each new job (KiB)"},
	{'n', RLIMIT_NOFILE, 1, "open files"},	      {'s', RLIMIT_STACK, KIB, "stack (KiB)"},
	{'u', RLIMIT_NPROC, 1, "processes of a job"}, {'v', RLIMIT_AS, KIB, "address space (KiB)"},
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

static int limit_complain(void)
{
	shell_complain("ulimit: %s", strerror(errno));
	return 1;
}

/* What of a limit an option means: the soft one, the hard one (to which the soft one may be raised), or both.
 */
enum side { SIDE_SOFT = 1, SIDE_HARD = 2, SIDE_BOTH = 3 };

static int limit_show(const struct kind *kind, enum side side, bool with_text)
{
	struct rlimit limit;

	if (getrlimit(kind->which, &limit) != 0)
		return limit_complain();
	rlim_t value = side == SIDE_HARD ? limit.rlim_max : limit.rlim_cur;
	if (with_text)
		printf("-%c  %-30s ", kind->letter, kind->text);
	if (value == RLIM_INFINITY)
		puts("unlimited");
	else
		printf("%lu\n", (unsigned long)(value / kind->unit));
	return 0;
}

static int limit_read(const struct kind *kind, const char *text, rlim_t *value)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	*value = RLIM_INFINITY;
	if (strcmp(text, "unlimited") == 0)
		return 0;
	if (*text < '0' || *text > '9' || *end != 0 || number > RLIM_INFINITY / kind->unit) {
		shell_complain("ulimit: %s: not a number", text);
		return STATUS_SYNTAX;
	}
	*value = number * kind->unit;
	return 0;
}

static int limit_set(const struct kind *kind, enum side side, const char *text)
{
	struct rlimit limit;
	rlim_t value;
	int status = limit_read(kind, text, &value);

	if (status != 0)
		return status;
	if (getrlimit(kind->which, &limit) != 0)
		return limit_complain();
	if (side & SIDE_SOFT)
		limit.rlim_cur = value;
	if (side & SIDE_HARD)
		limit.rlim_max = value;
	return setrlimit(kind->which, &limit) == 0 ? 0 : limit_complain();
}

static int limit_show_all(enum side side)
{
	int status = 0;

	for (size_t i = 0; i < KINDS; i++)
		status |= limit_show(&kinds[i], side, true);
	return status;
}

static const struct kind *kind_find(char letter)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].letter == letter)
			return &kinds[i];
	return NULL;
}

/* What the options say. */
struct wish {
	unsigned sides; /* 0: none was named */
	bool all;
	const struct kind *kind;
};

/* The letters of one option. */
static bool wish_read(struct wish *wish, const char *letters)
{
	for (; *letters; letters++) {
		const struct kind *kind = kind_find(*letters);

		if (kind != NULL)
			wish->kind = kind;
		else if (*letters == 'S' || *letters == 'H')
			wish->sides |= *letters == 'S' ? SIDE_SOFT : SIDE_HARD;
		else if (*letters == 'a')
			wish->all = true;
		else
			return false;
	}
	return true;
}

int builtin_ulimit(int argc, char **argv)
{
	struct wish wish = {.kind = kind_find('v')};
	bool is_good = true;
	int at = 1;

	for (; at < argc && argv[at][0] == '-' && argv[at][1] != 0; at++)
		is_good &= wish_read(&wish, argv[at] + 1);
	if (!is_good || argc - at > (wish.all ? 0 : 1)) {
		shell_complain("ulimit: usage: ulimit [-SH] [-a | -dmnsuv] [N|unlimited]");
		return STATUS_SYNTAX;
	}
	if (wish.all)
		return limit_show_all(wish.sides);
	if (at < argc)
		return limit_set(wish.kind, wish.sides ? wish.sides : SIDE_BOTH, argv[at]);
	return limit_show(wish.kind, wish.sides, false);
}
