/* SPDX-License-Identifier: MIT */
/*
 * sh: the shell. `sh` reads commands from standard input, with a prompt if that is a terminal; `sh FILE
 * ARG...` runs a script; `sh -c TEXT [NAME ARG...]` runs a text. See `help` there for what it can do.
 */
#include "shell.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct shell shell;

void shell_complain(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fputs("sh: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	fflush(stderr);
}

static void arguments_set(const char *zero, char **rest)
{
	strings_add(&shell.arguments, strdup(zero));
	for (; *rest != NULL; rest++)
		strings_add(&shell.arguments, strdup(*rest));
}

static void default_set(const char *name, const char *value)
{
	if (variable_get(name) == NULL)
		variable_set(name, value, true);
}

bool shell_take_options(const char *word)
{
	bool on = *word == '-';

	if (word[1] == 0 || strspn(word + 1, "ex") != strlen(word + 1))
		return false;
	if (strchr(word, 'e') != NULL)
		shell.ends_on_failure = on;
	if (strchr(word, 'x') != NULL)
		shell.traces = on;
	return true;
}

static int usage(void)
{
	fprintf(stderr, "usage: sh [-e] [-x] [FILE ARG...] | sh [-e] [-x] -c TEXT [NAME ARG...]\n");
	return STATUS_SYNTAX;
}

int main(int argc, char **argv)
{
	extern char **environ;

	shell.pid = getpid();
	variables_import(environ);
	default_set("PATH", "/bin");
	default_set("HOME", "/");
	const char *zero = argv[0];
	for (; argc > 1 && shell_take_options(argv[1]); argc--)
		argv++;
	if (argc > 1 && strcmp(argv[1], "-c") == 0) {
		if (argc < 3)
			return usage();
		arguments_set(argc > 3 ? argv[3] : "sh", argv + (argc > 3 ? 4 : argc));
		return run_text(argv[2], NULL);
	}
	if (argc > 1 && argv[1][0] == '-')
		return usage();
	arguments_set(argc > 1 ? argv[1] : zero, argv + (argc > 1 ? 2 : argc));
	if (argc > 1)
		return input_file(argv[1]);
	shell.interactive = isatty(STDIN_FILENO);
	return shell.interactive ? input_interactive() : input_stream(STDIN_FILENO);
}
