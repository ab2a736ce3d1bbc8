/* SPDX-License-Identifier: MIT */
/* Built-in commands about variables and arguments: export, unset, set, shift, read. */
#include "builtin.h"
#include "line.h"
#include "shell.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

int builtin_unset(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		variable_unset(argv[i]);
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
	bool marked = strcmp(argv[1], "--") == 0;
	if (!marked && argv[1][0] == '-') {
		shell_complain("set: %s: not supported", argv[1]);
		return STATUS_SYNTAX;
	}
	return arguments_replace(argv + 1 + marked, argc - 1 - marked) ? 0 : 1;
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

/* The last name takes the rest of the line. A backslash protects nothing. */
int builtin_read(int argc, char **argv)
{
	char text[LINE_BYTES_MAX];
	size_t bytes = 0;
	ssize_t got;
	char byte = 0;

	while ((got = read(STDIN_FILENO, &byte, 1)) == 1 && byte != '\n')
		if (bytes < sizeof(text) - 1)
			text[bytes++] = byte;
	text[bytes] = 0;
	char *at = text + strspn(text, " \t");
	for (int i = argc > 1 && strcmp(argv[1], "-r") == 0 ? 2 : 1; i < argc; i++) {
		size_t length = i + 1 < argc ? strcspn(at, " \t") : strlen(at);
		while (i + 1 == argc && length > 0 && strchr(" \t", at[length - 1]) != NULL)
			length--;
		char *next = at + length + (at[length] != 0);
		at[length] = 0;
		if (syntax_name(argv[i]) != strlen(argv[i]) || !variable_set(argv[i], at, false))
			return STATUS_SYNTAX;
		at = next + strspn(next, " \t");
	}
	return got == 1 ? 0 : 1;
}
