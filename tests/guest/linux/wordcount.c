// SPDX-License-Identifier: MIT
// wordcount [-l] [-w] [-c] [FILE...]: count lines, words and bytes, as wc does.
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct counts {
	unsigned long lines, words, bytes;
};

static int show_lines, show_words, show_bytes;

static int count_fd(int fd, struct counts *counts)
{
	char buffer[4096];
	ssize_t got;
	int in_word = 0;

	while ((got = read(fd, buffer, sizeof(buffer))) > 0) {
		counts->bytes += got;
		for (ssize_t i = 0; i < got; i++) {
			if (buffer[i] == '\n')
				counts->lines++;
			if (isspace((unsigned char)buffer[i])) {
				in_word = 0;
			} else if (!in_word) {
				in_word = 1;
				counts->words++;
			}
		}
	}
	return got < 0 ? -1 : 0;
}

static void show(const struct counts *counts, const char *name)
{
	if (show_lines)
		printf("%7lu ", counts->lines);
	if (show_words)
		printf("%7lu ", counts->words);
	if (show_bytes)
		printf("%7lu ", counts->bytes);
	printf("%s\n", name);
}

static int count_file(const char *name, struct counts *total)
{
	struct counts counts = {0};
	struct stat status;
	int fd = open(name, O_RDONLY);

	if (fd < 0) {
		fprintf(stderr, "wordcount: %s: %s\n", name, strerror(errno));
		return 1;
	}
	if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
		fprintf(stderr, "wordcount: %s: Is a directory\n", name);
		close(fd);
		return 1;
	}
	if (count_fd(fd, &counts) < 0)
		perror(name);
	close(fd);
	show(&counts, name);
	total->lines += counts.lines;
	total->words += counts.words;
	total->bytes += counts.bytes;
	return 0;
}

int main(int argc, char *argv[])
{
	struct counts total = {0};
	int option, failed = 0;

	while ((option = getopt(argc, argv, "lwc")) != -1) {
		if (option == 'l')
			show_lines = 1;
		else if (option == 'w')
			show_words = 1;
		else if (option == 'c')
			show_bytes = 1;
		else
			return 2;
	}
	if (!show_lines && !show_words && !show_bytes)
		show_lines = show_words = show_bytes = 1;
	if (optind == argc) {
		failed = count_fd(STDIN_FILENO, &total) < 0;
		show(&total, "");
		return failed;
	}
	for (int i = optind; i < argc; i++)
		failed |= count_file(argv[i], &total);
	if (argc - optind > 1)
		show(&total, "total");
	return failed;
}
