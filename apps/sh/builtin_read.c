/* SPDX-License-Identifier: MIT */
/*
 * read [-r] NAME...: a line of standard input, cut at what IFS says; the last name takes the rest. Without -r
 * a backslash protects the next byte, and joins lines. No byte behind the line is taken.
 */
#include "builtin.h"
#include "shell.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLANKS " \t\n"

struct text {
	char *bytes;
	char *protected; /* for each byte: 1 behind a backslash */
	size_t used, room;
};

static bool text_put(struct text *text, char byte, char protected)
{
	if (text->used + 1 >= text->room) {
		size_t room = text->room == 0 ? 128 : 2 * text->room;
		char *bytes = realloc(text->bytes, room);
		text->bytes = bytes != NULL ? bytes : text->bytes;
		char *marks = realloc(text->protected, room);
		text->protected = marks != NULL ? marks : text->protected;
		if (bytes == NULL || marks == NULL)
			return false;
		text->room = room;
	}
	text->protected[text->used] = protected;
	text->bytes[text->used++] = byte;
	text->bytes[text->used] = 0;
	return true;
}

/* 0: a whole line; 1: the end came first, or it cannot be read; -1: out of memory. */
static int text_read(struct text *text, bool raw)
{
	bool escaped = false;
	ssize_t bytes;
	char byte;

	while ((bytes = read(STDIN_FILENO, &byte, 1)) == 1) {
		if (byte == 0)
			continue;
		if (byte == '\n' && !escaped)
			return 0;
		if (byte == '\\' && !escaped && !raw) {
			escaped = true;
			continue;
		}
		if (!(byte == '\n' && escaped) && !text_put(text, byte, escaped))
			return -1;
		escaped = false;
	}
	if (bytes < 0 && errno != EINTR)
		shell_complain("read: %s", strerror(errno));
	return 1;
}

/* Whether byte @i separates: 0 no, 1 as a blank, 2 as another byte of IFS. */
static int separates(const struct text *text, size_t i, const char *separators)
{
	if (i >= text->used || text->protected[i] || strchr(separators, text->bytes[i]) == NULL)
		return 0;
	return strchr(BLANKS, text->bytes[i]) != NULL ? 1 : 2;
}

static size_t skip_blanks(const struct text *text, size_t at, const char *separators)
{
	while (separates(text, at, separators) == 1)
		at++;
	return at;
}

/* Where the field that begins at @at ends; *next: where the following one begins. */
static size_t field_end(const struct text *text, size_t at, bool last, const char *separators, size_t *next)
{
	size_t end = at;

	while (end < text->used && (last || separates(text, end, separators) == 0))
		end++;
	*next = skip_blanks(text, end, separators);
	if (separates(text, *next, separators) == 2)
		*next = skip_blanks(text, *next + 1, separators);
	while (last && end > at && separates(text, end - 1, separators) == 1)
		end--;
	return end;
}

static bool fields_set(const struct text *text, int count, char **names)
{
	const char *ifs = variable_get("IFS");
	char *separators = strdup(ifs != NULL ? ifs : BLANKS);
	size_t at = separators != NULL ? skip_blanks(text, 0, separators) : 0, next;
	bool done = separators != NULL;

	for (int i = 0; i < count && done; i++, at = next) {
		size_t end = field_end(text, at, i + 1 == count, separators, &next);
		char *value = strndup(text->bytes != NULL ? text->bytes + at : "", end - at);
		done = value != NULL && variable_set(names[i], value, false);
		free(value);
	}
	free(separators);
	return done;
}

int builtin_read(int argc, char **argv)
{
	bool raw = argc > 1 && strcmp(argv[1], "-r") == 0;
	struct text text = {0};

	for (int i = 1 + raw; i < argc; i++) {
		if (syntax_name(argv[i]) != strlen(argv[i]) || *argv[i] == 0) {
			shell_complain("read: %s: no name", argv[i]);
			return STATUS_SYNTAX;
		}
	}
	int status = text_read(&text, raw);
	if (status < 0 || !fields_set(&text, argc - 1 - raw, argv + 1 + raw)) {
		shell_complain("read: out of memory");
		status = 1;
	}
	free(text.bytes);
	free(text.protected);
	return status;
}
