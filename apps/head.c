/* SPDX-License-Identifier: MIT */
/*
 * head [-n LINES | -LINES | -c BYTES] [FILE...]: the first lines (10) or bytes of files or of standard input.
 */
#include "finish.h"
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
	long count;
	bool bytes; /* not lines */
} wanted = {.count = 10};

static int usage(void)
{
	fprintf(stderr, "usage: head [-n LINES | -LINES | -c BYTES] [FILE...]\n");
	return 2;
}

static bool take_count(const char *text)
{
	char *end = "?";

	if (text != NULL && isdigit((unsigned char)*text))
		wanted.count = strtol(text, &end, 10);
	return *end == 0;
}

/* Behind the options; -1: a wrong one. */
static int take_options(char **argv)
{
	int at = 1;

	for (; argv[at] != NULL && argv[at][0] == '-' && argv[at][1] != 0; at++) {
		const char *option = argv[at] + 1;
		if (strcmp(option, "-") == 0)
			return at + 1;
		bool lettered = *option == 'n' || *option == 'c';
		wanted.bytes = *option == 'c';
		if (lettered && option[1] == 0)
			option = argv[++at];
		else
			option += lettered;
		if (!take_count(option))
			return -1;
	}
	return at;
}

static void copy_beginning(FILE *file)
{
	long left = wanted.count;
	int byte;

	while (left > 0 && (byte = getc(file)) != EOF && putchar(byte) != EOF)
		left -= wanted.bytes || byte == '\n';
}

static int complain(const char *name)
{
	fprintf(stderr, "head: %s: %s\n", name, strerror(errno));
	return 1;
}

static int copy_named(const char *name, bool with_name)
{
	static bool before; /* another one was printed */
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");

	if (file == NULL)
		return complain(name);
	if (with_name)
		printf("%s==> %s <==\n", before ? "\n" : "", name);
	before = true;
	errno = 0;
	copy_beginning(file);
	int status = ferror(file) ? complain(name) : 0;
	if (file != stdin)
		fclose(file);
	return status;
}

int main(int argc, char **argv)
{
	int first = take_options(argv), status = 0;

	if (first < 0)
		return usage();
	if (first >= argc)
		status = copy_named("-", false);
	for (int i = first; i < argc; i++)
		status |= copy_named(argv[i], argc - first > 1);
	return finish("head", status);
}
