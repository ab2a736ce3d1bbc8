/* SPDX-License-Identifier: MIT */
/*
 * printf FORMAT [ARGUMENT...]: formats strings (s, c, b), whole numbers (d i u o x X) and numbers (e f g).
 * The format is used again until all arguments are; \n \t \\ \NNN and their like work in it.
 */
#include "finish.h"
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIRECTIVE_BYTES 32

static char **arguments; /* those that are left; NULL behind the last */
static int status;

static const char *argument_next(void)
{
	return *arguments != NULL ? *arguments++ : NULL;
}

/* At a backslash; prints, and gives where it ends. */
static const char *print_escape(const char *at)
{
	static const char letters[] = "abfnrtv\\\"'", bytes[] = "\a\b\f\n\r\t\v\\\"'";
	const char *found = at[1] != 0 ? strchr(letters, at[1]) : NULL;
	unsigned code = 0;
	int digits = 0;

	if (found != NULL) {
		putchar(bytes[found - letters]);
		return at + 2;
	}
	while (digits < 3 && at[1 + digits] >= '0' && at[1 + digits] <= '7')
		code = code * 8 + (unsigned)(at[1 + digits++] - '0');
	putchar(digits > 0 ? (int)(code & 0xff) : '\\');
	return at + 1 + digits;
}

static void complain_number(const char *text)
{
	fflush(stdout);
	fprintf(stderr, "printf: %s: no number\n", text);
	status = 1;
}

static long long whole_number(const char *text)
{
	char *end;

	if (text == NULL)
		return 0;
	if (*text == '\'' || *text == '"')
		return (unsigned char)text[1];
	errno = 0;
	long long value = strtoll(text, &end, 0);
	if (*text == 0 || *end != 0 || errno != 0)
		complain_number(text);
	return value;
}

static double number(const char *text)
{
	char *end;

	if (text == NULL)
		return 0;
	double value = strtod(text, &end);
	if (*text == 0 || *end != 0)
		complain_number(text);
	return value;
}

static void print_directive(const char *directive, size_t bytes, char kind)
{
	char format[DIRECTIVE_BYTES + 4];
	const char *text = argument_next();

	if (kind == 'b') {
		for (; text != NULL && *text != 0;)
			text = *text == '\\' ? print_escape(text) : (putchar(*text), text + 1);
		return;
	}
	bool whole = strchr("diouxX", kind) != NULL;
	snprintf(format, sizeof(format), "%.*s%s%c", (int)bytes, directive, whole ? "ll" : "", kind);
	if (whole)
		printf(format, whole_number(text));
	else if (kind == 's')
		printf(format, text != NULL ? text : "");
	else if (kind == 'c')
		printf(format, text != NULL ? *text : 0);
	else
		printf(format, number(text));
}

/* Once; false: a directive that there is not. */
static bool print_format(const char *at)
{
	while (*at != 0) {
		if (*at == '\\') {
			at = print_escape(at);
			continue;
		}
		if (at[0] != '%' || at[1] == '%') {
			putchar(*at);
			at += at[0] == '%' ? 2 : 1;
			continue;
		}
		size_t bytes = 1 + strspn(at + 1, "-+ #0123456789.");
		if (at[bytes] == 0 || strchr("scbdiouxXeEfFgG", at[bytes]) == NULL ||
		    bytes > DIRECTIVE_BYTES) {
			fflush(stdout);
			fprintf(stderr, "printf: %.40s: no directive\n", at);
			return false;
		}
		print_directive(at, bytes, at[bytes]);
		at += bytes + 1;
	}
	return true;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: printf FORMAT [ARGUMENT...]\n");
		return 2;
	}
	arguments = argv + 2;
	char **before;
	do {
		before = arguments;
		if (!print_format(argv[1]))
			return 1;
	} while (*arguments != NULL && arguments > before);
	return finish("printf", status);
}
