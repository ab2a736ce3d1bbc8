/* SPDX-License-Identifier: MIT */
/* head [-n LINES] [FILE...]: the first lines (10) of files or of standard input. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_lines(FILE *file, long lines)
{
	int byte;

	while (lines > 0 && (byte = getc(file)) != EOF) {
		putchar(byte);
		lines -= byte == '\n';
	}
}

int main(int argc, char **argv)
{
	long lines = 10;
	int status = 0, option;

	while ((option = getopt(argc, argv, "n:")) != -1) {
		char *end = "?";
		if (option == 'n')
			lines = strtol(optarg, &end, 10);
		if (*end != 0 || lines < 0) {
			fprintf(stderr, "usage: head [-n LINES] [FILE...]\n");
			return 2;
		}
	}
	if (optind == argc)
		print_lines(stdin, lines);
	for (int i = optind; i < argc; i++) {
		FILE *file = fopen(argv[i], "r");
		if (file == NULL) {
			fprintf(stderr, "head: %s: %s\n", argv[i], strerror(errno));
			status = 1;
			continue;
		}
		if (argc - optind > 1)
			printf("%s==> %s <==\n", i > optind ? "\n" : "", argv[i]);
		print_lines(file, lines);
		fclose(file);
	}
	return status;
}
