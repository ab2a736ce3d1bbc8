// SPDX-License-Identifier: MIT
// grep [-i] [-v] [-n] [-c] PATTERN [FILE...]: lines that match an extended regular expression.
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int invert, number, count_only, show_names;

static long search(FILE *in, const char *name, const regex_t *pattern)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	long line_number = 0, matches = 0;

	while ((length = getline(&line, &size, in)) >= 0) {
		regmatch_t match;
		line_number++;
		if (length && line[length - 1] == '\n')
			line[--length] = '\0';
		if ((regexec(pattern, line, 1, &match, 0) == 0) == invert)
			continue;
		matches++;
		if (count_only)
			continue;
		if (show_names)
			printf("%s:", name);
		if (number)
			printf("%ld:", line_number);
		if (invert)
			printf("%s\n", line);
		else
			printf("%.*s<%.*s>%s\n", (int)match.rm_so, line, (int)(match.rm_eo - match.rm_so),
			       line + match.rm_so, line + match.rm_eo);
	}
	if (count_only)
		printf("%s%s%ld\n", show_names ? name : "", show_names ? ":" : "", matches);
	free(line);
	return matches;
}

static int usage(void)
{
	fprintf(stderr, "usage: grep [-i] [-v] [-n] [-c] PATTERN [FILE...]\n");
	return 2;
}

static const struct option long_options[] = {
	{"ignore-case", no_argument, NULL, 'i'},
	{"invert-match", no_argument, NULL, 'v'},
	{"line-number", no_argument, NULL, 'n'},
	{"count", no_argument, NULL, 'c'},
	{NULL, 0, NULL, 0},
};

int main(int argc, char **argv)
{
	int option, flags = REG_EXTENDED, status = 1;
	regex_t pattern;

	while ((option = getopt_long(argc, argv, "ivnc", long_options, NULL)) != -1) {
		if (option == 'i')
			flags |= REG_ICASE;
		else if (option == 'v')
			invert = 1;
		else if (option == 'n')
			number = 1;
		else if (option == 'c')
			count_only = 1;
		else
			return usage();
	}
	if (optind == argc)
		return usage();
	int error = regcomp(&pattern, argv[optind++], flags);
	if (error) {
		fprintf(stderr, "grep: bad pattern\n");
		return 2;
	}
	show_names = argc - optind > 1;
	if (optind == argc && search(stdin, "(standard input)", &pattern) > 0)
		status = 0;
	for (; optind < argc; optind++) {
		FILE *in = fopen(argv[optind], "r");
		if (!in) {
			fprintf(stderr, "grep: %s: %s\n", argv[optind], strerror(errno));
			status = 2;
			continue;
		}
		if (search(in, argv[optind], &pattern) > 0 && status == 1)
			status = 0;
		fclose(in);
	}
	regfree(&pattern);
	return status;
}
