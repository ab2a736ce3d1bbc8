/* SPDX-License-Identifier: MIT */
/* Built-in commands about variables and arguments: export, unset, set, shift. */
#include "builtin.h"
#include "shell.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int builtin_export(int argc, char **argv)
{
	if (argc == 1)
		variables_print(true);
	for (int i = 1; i < argc; i++) {
		size_t bytes = syntax_name(argv[i]);
		if (bytes == 0 || (argv[i][bytes] != '=' && argv[i][bytes] != 0)) {
			shell_complain("export: %s: no name", argv[i]);
			return 1;
		}
		const char *value = argv[i][bytes] == '=' ? argv[i] + bytes + 1 : NULL;
		argv[i][bytes] = 0;
		variable_set(argv[i], value, true);
	}
	return 0;
}

/* -f: functions */
int builtin_unset(int argc, char **argv)
{
	bool functions = argc > 1 && strcmp(argv[1], "-f") == 0;

	for (int i = 1 + (functions || (argc > 1 && strcmp(argv[1], "-v") == 0)); i < argc; i++) {
		if (functions)
			function_forget(argv[i]);
		else
			variable_unset(argv[i]);
	}
	return 0;
}

/* All but $0 become @items. */
static bool arguments_replace(char **items, int count)
{
	struct strings list = {0};

	if (!strings_add(&list, strdup(shell.arguments.items[0])))
		return false;
	for (int i = 0; i < count; i++) {
		if (!strings_add(&list, strdup(items[i]))) {
			strings_free(&list);
			return false;
		}
	}
	strings_free(&shell.arguments);
	shell.arguments = list;
	return true;
}

int builtin_set(int argc, char **argv)
{
	if (argc == 1) {
		variables_print(false);
		return 0;
	}
	int at = 1;
	while (at < argc && (argv[at][0] == '-' || argv[at][0] == '+') && strcmp(argv[at], "--") != 0) {
		if (!shell_take_options(argv[at])) {
			shell_complain("set: %s: not supported", argv[at]);
			return STATUS_SYNTAX;
		}
		at++;
	}
	bool marked = at < argc && strcmp(argv[at], "--") == 0;
	if (at == argc)
		return 0;
	return arguments_replace(argv + at + marked, argc - at - marked) ? 0 : 1;
}

int builtin_shift(int argc, char **argv)
{
	long count = 1;

	if (argc > 1 && !builtin_number("shift", argv[1], &count))
		return 1;
	if (count < 0 || (size_t)count >= shell.arguments.count)
		return 1;
	char **rest = shell.arguments.items + 1 + count;
	return arguments_replace(rest, (int)(shell.arguments.count - 1 - (size_t)count)) ? 0 : 1;
}
