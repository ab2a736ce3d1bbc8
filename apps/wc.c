/* SPDX-License-Identifier: MIT */
/* wc [-lwc] [FILE...]: lines, words and bytes of files, or those that are asked for; no FILE means standard
 * input. */
#include "finish.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum kind { LINES, WORDS, BYTES, KINDS };

struct counts {
	unsigned long of[KINDS];
};

static char buffer[16384];
static int wanted[KINDS];

static void count_piece(struct counts *counts, ssize_t bytes, int *in_word)
{
	counts->of[BYTES] += (unsigned long)bytes;
	for (ssize_t i = 0; i < bytes; i++) {
		int space = isspace((unsigned char)buffer[i]);
		counts->of[LINES] += buffer[i] == '\n';
		counts->of[WORDS] += !space && !*in_word;
		*in_word = !space;
	}
}

/* One number alone is not padded. */
static void print(const struct counts *counts, const char *name)
{
	int alone = wanted[LINES] + wanted[WORDS] + wanted[BYTES] == 1;
	const char *gap = "";

	for (int kind = 0; kind < KINDS; kind++) {
		if (!wanted[kind])
			continue;
		printf("%s%*lu", gap, alone ? 0 : 7, counts->of[kind]);
		gap = " ";
	}
	printf("%s%s\n", name ? " " : "", name ? name : "");
}

static int count_file(int fd, const char *name, struct counts *total)
{
	struct counts counts = {0};
	int in_word = 0;
	ssize_t bytes;

	while ((bytes = read(fd, buffer, sizeof(buffer))) > 0)
		count_piece(&counts, bytes, &in_word);
	if (bytes < 0) {
		fprintf(stderr, "wc: %s: %s\n", name ? name : "standard input", strerror(errno));
		return 1;
	}
	print(&counts, name);
	for (int kind = 0; kind < KINDS; kind++)
		total->of[kind] += counts.of[kind];
	return 0;
}

static int count_named(const char *name, struct counts *total)
{
	int fd = open(name, O_RDONLY);

	if (fd < 0) {
		fprintf(stderr, "wc: %s: %s\n", name, strerror(errno));
		return 1;
	}
	int status = count_file(fd, name, total);
	close(fd);
	return status;
}

int main(int argc, char **argv)
{
	struct counts total = {0};
	int status = 0, option;

	while ((option = getopt(argc, argv, "lwc")) != -1) {
		if (option == '?') {
			fprintf(stderr, "usage: wc [-lwc] [FILE...]\n");
			return 2;
		}
		wanted[option == 'l' ? LINES : option == 'w' ? WORDS : BYTES] = 1;
	}
	if (!wanted[LINES] && !wanted[WORDS] && !wanted[BYTES])
		wanted[LINES] = wanted[WORDS] = wanted[BYTES] = 1;
	if (optind == argc)
		return finish("wc", count_file(STDIN_FILENO, NULL, &total));
	for (int i = optind; i < argc; i++)
		status |= count_named(argv[i], &total);
	if (argc - optind > 1)
		print(&total, "total");
	return finish("wc", status);
}
