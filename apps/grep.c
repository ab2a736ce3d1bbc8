/* SPDX-License-Identifier: MIT */
/*
 * grep [-Ecinqv] PATTERN [FILE...]: lines that match a regular expression. -E extended ones, -c count, -i
 * letters of either case, -n line numbers, -q only the status, -v lines that do not match. Status 1: no line.
 */
#include "finish.h"
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
	regex_t pattern;
	int count, numbers, quiet, inverted;
	int with_names;
	int failed; /* a file could not be read */
} grep;

static void print_line(const char *name, unsigned long number, const char *line)
{
	if (grep.with_names)
		printf("%s:", name);
	if (grep.numbers)
		printf("%lu:", number);
	puts(line);
}

static void complain(const char *name)
{
	fprintf(stderr, "grep: %s: %s\n", name, strerror(errno));
	grep.failed = 1;
}

/* How many lines were chosen. */
static unsigned long search(FILE *file, const char *name)
{
	unsigned long chosen = 0, number = 0;
	char *line = NULL;
	size_t room = 0;
	ssize_t bytes;

	while ((bytes = getline(&line, &room, file)) > 0) {
		number++;
		if (line[bytes - 1] == '\n')
			line[bytes - 1] = 0;
		if ((regexec(&grep.pattern, line, 0, NULL, 0) == 0) == grep.inverted)
			continue;
		chosen++;
		if (grep.quiet)
			break;
		if (!grep.count)
			print_line(name, number, line);
	}
	if (bytes < 0 && (ferror(file) || !feof(file)))
		complain(name);
	free(line);
	if (grep.count && !grep.quiet)
		printf("%s%s%lu\n", grep.with_names ? name : "", grep.with_names ? ":" : "", chosen);
	return chosen;
}

static int usage(void)
{
	fprintf(stderr, "usage: grep [-Ecinqv] PATTERN [FILE...]\n");
	return 2;
}

/* Flags of regcomp(), -1: unknown option. */
static int options_take(int argc, char **argv)
{
	int flags = REG_NOSUB, option;

	while ((option = getopt(argc, argv, "Ecinqv")) != -1) {
		if (option == '?')
			return -1;
		flags |= option == 'E' ? REG_EXTENDED : option == 'i' ? REG_ICASE : 0;
		grep.count |= option == 'c';
		grep.numbers |= option == 'n';
		grep.quiet |= option == 'q';
		grep.inverted |= option == 'v';
	}
	return flags;
}

int main(int argc, char **argv)
{
	int flags = options_take(argc, argv);
	unsigned long chosen = 0;

	if (flags < 0 || optind == argc)
		return usage();
	int error = regcomp(&grep.pattern, argv[optind], flags);
	if (error != 0) {
		char text[100];
		regerror(error, &grep.pattern, text, sizeof(text));
		fprintf(stderr, "grep: %s: %s\n", argv[optind], text);
		return 2;
	}
	int first = optind + 1;
	grep.with_names = argc - first > 1;
	if (first == argc)
		chosen = search(stdin, "(standard input)");
	for (int i = first; i < argc; i++) {
		FILE *file = fopen(argv[i], "r");
		if (file == NULL) {
			complain(argv[i]);
			continue;
		}
		chosen += search(file, argv[i]);
		fclose(file);
	}
	return finish("grep", grep.failed ? 2 : chosen == 0);
}
