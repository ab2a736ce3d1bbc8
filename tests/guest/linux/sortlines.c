// SPDX-License-Identifier: MIT
// sortlines [-r] [-n] [-u] [-o FILE] [FILE...]: sort lines of the files, or of the standard input.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int reverse, numeric, unique;
static char **lines;
static size_t count, room;

static int compare_keys(const char *a, const char *b)
{
	if (numeric) {
		double x = strtod(a, NULL), y = strtod(b, NULL);
		if (x != y)
			return x < y ? -1 : 1;
	}
	return strcmp(a, b);
}

static int compare(const void *a, const void *b)
{
	int order = compare_keys(*(char *const *)a, *(char *const *)b);
	return reverse ? -order : order;
}

static void add_line(char *line)
{
	if (count == room) {
		room = room ? room * 2 : 16;
		lines = realloc(lines, room * sizeof(*lines));
		if (!lines) {
			perror("sortlines: realloc");
			exit(2);
		}
	}
	lines[count++] = line;
}

static void read_lines(FILE *in)
{
	char *buffer = NULL;
	size_t size = 0;
	ssize_t length;

	while ((length = getline(&buffer, &size, in)) != -1) {
		if (length > 0 && buffer[length - 1] == '\n')
			buffer[length - 1] = '\0';
		add_line(strdup(buffer));
	}
	free(buffer);
}

static int read_file(const char *name)
{
	FILE *in = fopen(name, "r");

	if (!in) {
		fprintf(stderr, "sortlines: cannot read %s: %s\n", name, strerror(errno));
		return 2;
	}
	read_lines(in);
	fclose(in);
	return 0;
}

int main(int argc, char **argv)
{
	int option, status = 0;

	while ((option = getopt(argc, argv, "rnuo:")) != -1) {
		switch (option) {
		case 'r':
			reverse = 1;
			break;
		case 'n':
			numeric = 1;
			break;
		case 'u':
			unique = 1;
			break;
		case 'o':
			if (!freopen(optarg, "w", stdout)) {
				perror(optarg);
				return 2;
			}
			break;
		default:
			fprintf(stderr, "usage: sortlines [-r] [-n] [-u] [-o FILE] [FILE...]\n");
			return 2;
		}
	}
	if (optind == argc)
		read_lines(stdin);
	for (; optind < argc; optind++)
		status |= read_file(argv[optind]);
	qsort(lines, count, sizeof(*lines), compare);
	for (size_t i = 0; i < count; i++)
		if (!unique || i == 0 || strcmp(lines[i], lines[i - 1]) != 0)
			puts(lines[i]);
	for (size_t i = 0; i < count; i++)
		free(lines[i]);
	free(lines);
	return status;
}
