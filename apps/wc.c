/* SPDX-License-Identifier: MIT */
/* wc [FILE...]: lines, words and bytes of files; no FILE means standard input. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct counts {
	unsigned long lines, words, bytes;
};

static char buffer[16384];

static void count_piece(struct counts *counts, ssize_t bytes, int *in_word)
{
	counts->bytes += (unsigned long)bytes;
	for (ssize_t i = 0; i < bytes; i++) {
		int space = isspace((unsigned char)buffer[i]);
		counts->lines += buffer[i] == '\n';
		counts->words += !space && !*in_word;
		*in_word = !space;
	}
}

static void print(const struct counts *counts, const char *name)
{
	printf("%7lu %7lu %7lu%s%s\n", counts->lines, counts->words, counts->bytes, name ? " " : "",
	       name ? name : "");
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
	total->lines += counts.lines;
	total->words += counts.words;
	total->bytes += counts.bytes;
	return 0;
}

int main(int argc, char **argv)
{
	struct counts total = {0};
	int status = 0;

	if (argc < 2)
		return count_file(STDIN_FILENO, NULL, &total);
	if (argv[1][0] == '-') {
		fprintf(stderr, "usage: wc [FILE...]\n");
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY);
		if (fd < 0) {
			fprintf(stderr, "wc: %s: %s\n", argv[i], strerror(errno));
			status = 1;
			continue;
		}
		status |= count_file(fd, argv[i], &total);
		close(fd);
	}
	if (argc > 2)
		print(&total, "total");
	return status;
}
