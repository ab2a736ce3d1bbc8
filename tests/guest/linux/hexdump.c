// SPDX-License-Identifier: MIT
// hexdump [-s SKIP] [-n COUNT] [FILE]: bytes in hexadecimal and as characters, as hexdump -C shows them.
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WIDTH 16

static void show_row(unsigned long offset, const unsigned char *row, size_t n)
{
	printf("%08lx ", offset);
	for (size_t i = 0; i < WIDTH; i++) {
		if (i == WIDTH / 2)
			putchar(' ');
		if (i < n)
			printf(" %02x", row[i]);
		else
			fputs("   ", stdout);
	}
	fputs("  |", stdout);
	for (size_t i = 0; i < n; i++)
		putchar(isprint(row[i]) ? row[i] : '.');
	puts("|");
}

static unsigned long parse_number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (*end == 'k')
		value *= 1024, end++;
	if (*text == '\0' || *end != '\0') {
		fprintf(stderr, "hexdump: not a number: %s\n", text);
		exit(2);
	}
	return value;
}

static void dump(FILE *in, unsigned long offset, unsigned long limit)
{
	unsigned char row[WIDTH], last[WIDTH];
	int repeated = 0, have_last = 0;

	while (limit > 0) {
		size_t n = fread(row, 1, limit < WIDTH ? limit : WIDTH, in);
		if (n == 0)
			break;
		if (have_last && n == WIDTH && memcmp(row, last, WIDTH) == 0) {
			if (!repeated++)
				puts("*");
		} else {
			show_row(offset, row, n);
			repeated = 0;
		}
		memcpy(last, row, WIDTH);
		have_last = n == WIDTH;
		offset += n;
		limit -= n;
	}
	printf("%08lx\n", offset);
}

int main(int argc, char **argv)
{
	unsigned long skip = 0, limit = -1ul;
	FILE *in = stdin;
	int option;

	while ((option = getopt(argc, argv, ":s:n:")) != -1) {
		switch (option) {
		case 's':
			skip = parse_number(optarg);
			break;
		case 'n':
			limit = parse_number(optarg);
			break;
		case ':':
			fprintf(stderr, "hexdump: -%c needs a number\n", optopt);
			return 2;
		default:
			fprintf(stderr, "hexdump: unknown option -%c\n", optopt);
			return 2;
		}
	}
	if (optind < argc && !(in = fopen(argv[optind], "rb"))) {
		fprintf(stderr, "hexdump: %s: %s\n", argv[optind], strerror(errno));
		return 1;
	}
	if (isatty(fileno(in)))
		fprintf(stderr, "hexdump: reading from a terminal\n");
	if (skip && (in == stdin || fseek(in, (long)skip, SEEK_SET) < 0))
		for (unsigned long i = 0; i < skip && getc(in) != EOF; i++)
			;
	dump(in, skip, limit);
	return ferror(in) || fclose(in) ? 1 : 0;
}
