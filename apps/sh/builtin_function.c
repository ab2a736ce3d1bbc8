/* SPDX-License-Identifier: MIT */
/* Built-in commands about commands: eval, command, type, return, local. */
#include "builtin.h"
#include "shell.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int builtin_eval(int argc, char **argv)
{
	size_t bytes = 1;

	for (int i = 1; i < argc; i++)
		bytes += strlen(argv[i]) + 1;
	char *text = malloc(bytes), *at = text;
	if (text == NULL) {
		shell_complain("eval: out of memory");
		return 1;
	}
	for (int i = 1; i < argc; i++)
		at += sprintf(at, "%s%s", i > 1 ? " " : "", argv[i]);
	*at = 0;
	shell.status = 0;
	int status = run_text(text, "eval");
	free(text);
	return status;
}

/* Where PATH leads to, in @path; false: nowhere. */
static bool program_find(const char *name, char *path, size_t room)
{
	const char *folders = variable_get("PATH");

	if (strchr(name, '/') != NULL) {
		snprintf(path, room, "%s", name);
		return access(name, X_OK) == 0;
	}
	for (const char *at = folders != NULL ? folders : "/bin"; *at != 0;) {
		size_t bytes = strcspn(at, ":");
		int made = snprintf(path, room, "%.*s%s%s", (int)bytes, at, bytes > 0 ? "/" : "", name);
		if (made > 0 && (size_t)made < room && access(path, X_OK) == 0)
			return true;
		at += bytes + (at[bytes] == ':');
	}
	return false;
}

/* @brief    only what to type to run it */
static int describe(const char *name, bool brief)
{
	char path[1024];

	if (function_find(name) != NULL)
		printf(brief ? "%s\n" : "%s is a function\n", name);
	else if (builtin_find(name) != NULL)
		printf(brief ? "%s\n" : "%s is a command of the shell\n", name);
	else if (!program_find(name, path, sizeof(path)))
		return 1;
	else if (brief)
		puts(path);
	else
		printf("%s is %s\n", name, path);
	return 0;
}

int builtin_type(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++) {
		if (describe(argv[i], false) != 0) {
			shell_complain("type: %s: not found", argv[i]);
			status = 1;
		}
	}
	return status;
}

int builtin_command(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "-v") == 0)
		return describe(argv[2], true);
	if (argc < 2 || argv[1][0] == '-') {
		shell_complain("usage: command [-v] NAME...");
		return STATUS_SYNTAX;
	}
	builtin_run builtin = builtin_find(argv[1]);
	return builtin != NULL ? builtin(argc - 1, argv + 1) : run_words(argv + 1);
}

int builtin_return(int argc, char **argv)
{
	long status = shell.status;

	if (argc > 1 && !builtin_number("return", argv[1], &status))
		return STATUS_SYNTAX;
	if (shell.calls == 0) {
		shell_complain("return: not in a function or a file that . runs");
		return 1;
	}
	shell.returning = true;
	return (int)(status & 0xff);
}

int builtin_local(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		size_t bytes = syntax_name(argv[i]);
		if (bytes == 0 || (argv[i][bytes] != '=' && argv[i][bytes] != 0)) {
			shell_complain("local: %s: no name", argv[i]);
			return 1;
		}
		const char *value = argv[i][bytes] == '=' ? argv[i] + bytes + 1 : NULL;
		argv[i][bytes] = 0;
		if (!function_make_local(argv[i])) {
			shell_complain("local: not in a function, or out of memory");
			return 1;
		}
		if (value != NULL)
			variable_set(argv[i], value, false);
		else
			variable_unset(argv[i]);
	}
	return 0;
}
