// SPDX-License-Identifier: MIT
// streams: what stdio promises: buffering, ungetc, fseek, append, update, tmpfile, memory streams, end of
// file and errors.
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("- ", stdout);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

static void show(FILE *file)
{
	char line[80];

	rewind(file);
	while (fgets(line, sizeof(line), file))
		printf("  %s", line);
	note("eof %d, error %d", feof(file) != 0, ferror(file) != 0);
}

static void update(const char *name)
{
	FILE *file = fopen(name, "w+");

	if (!file) {
		perror(name);
		exit(1);
	}
	fprintf(file, "first line\nsecond line\nthird line\n");
	note("at %ld", ftell(file));
	fseek(file, 6, SEEK_SET);
	fputs("LINE", file);
	fseek(file, 0, SEEK_END);
	fputs("end\n", file);
	show(file);
	clearerr(file);
	rewind(file);
	int c = getc(file);
	note("ungetc %d", ungetc('#', file) == '#');
	int again = getc(file), next = getc(file);
	note("then %c%c", again, next);
	note("first was %c, position %ld", c, ftell(file));
	fclose(file);
	file = fopen(name, "a");
	fputs("appended\n", file);
	note("fileno is right: %d", fileno(file) > 2);
	fclose(file);
	file = fopen(name, "r");
	show(file);
	clearerr(file);
	note("write to a reader: %d", fputc('x', file));
	fclose(file);
}

static void binary(void)
{
	double numbers[50], back[50] = {0};
	FILE *file = tmpfile();

	if (!file) {
		perror("tmpfile");
		return;
	}
	for (int i = 0; i < 50; i++)
		numbers[i] = i * 1.5;
	note("wrote %zu", fwrite(numbers, sizeof(numbers[0]), 50, file));
	rewind(file);
	note("read %zu of 50", fread(back, sizeof(back[0]), 50, file));
	note("same %d", memcmp(numbers, back, sizeof(back)) == 0);
	note("then %zu", fread(back, 1, 1, file));
	note("eof %d", feof(file) != 0);
	fclose(file);
}

static void memory(void)
{
	char *text = NULL, fixed[] = "10 20 thirty";
	size_t size = 0;
	int a, b;
	char word[20];
	FILE *out = open_memstream(&text, &size);

	for (int i = 0; i < 30; i++)
		fprintf(out, "%d,", i);
	fclose(out);
	note("memstream %zu: %s", size, text);
	free(text);
	FILE *in = fmemopen(fixed, strlen(fixed), "r");
	int found = fscanf(in, "%d %d %19s", &a, &b, word);
	note("fscanf %d: %d %d %s", found, a, b, word);
	fclose(in);
	note("asprintf %d", asprintf(&text, "%s-%d", "made", 5));
	note("%s", text);
	free(text);
}

int main(void)
{
	char name[] = "/tmp/streams.XXXXXX", big[2000];
	static char buffer[64];

	close(mkstemp(name));
	update(name);
	binary();
	memory();
	fflush(stdout);
	FILE *file = fopen(name, "w");
	setvbuf(file, buffer, _IOFBF, sizeof(buffer));
	memset(big, 'b', sizeof(big));
	note("big write %zu", fwrite(big, 1, sizeof(big), file));
	note("position %ld", ftell(file));
	fclose(file);
	file = fopen("/nowhere/at/all", "r");
	note("no such file: %d %s", file != NULL, strerror(errno));
	note("remove %d", remove(name));
	int removed = remove(name);
	note("remove again %d %s", removed, strerror(errno));
	dprintf(STDERR_FILENO, "%s to the error stream\n", "written");
	fflush(NULL);
	return ferror(stdout) ? 1 : 0;
}
