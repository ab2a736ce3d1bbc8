/* SPDX-License-Identifier: MIT */
/* Tab: the word before the cursor becomes what all names that begin with it have in common. */
#include "line.h"
#include "shell.h"
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BORDERS " \t;&|<>()"
#define SPECIAL " \t;&|<>()$`\\\"'*?[]#~!{}"

/* Names that match @prefix and a star in @folder; without their folder if @bare. */
static void find_names(const char *folder, const char *prefix, bool bare, struct strings *names)
{
	size_t room = strlen(folder) + 2 * strlen(prefix) + 3;
	char *pattern = malloc(room);
	glob_t found;

	if (pattern == NULL)
		return;
	char *at = pattern + sprintf(pattern, "%s%s", folder, *folder != 0 ? "/" : "");
	for (; *prefix != 0; prefix++) {
		if (strchr("*?[]\\", *prefix) != NULL)
			*at++ = '\\';
		*at++ = *prefix;
	}
	strcpy(at, "*");
	if (glob(pattern, GLOB_MARK, NULL, &found) == 0) {
		for (size_t i = 0; i < (size_t)found.gl_pathc; i++)
			strings_add(names, strdup(found.gl_pathv[i] + (bare ? strlen(folder) + 1 : 0)));
		globfree(&found);
	}
	free(pattern);
}

static void find_commands(const char *prefix, struct strings *names)
{
	const char *path = variable_get("PATH");
	const char *name;

	for (size_t i = 0; (name = builtin_name(i)) != NULL; i++)
		if (strncmp(name, prefix, strlen(prefix)) == 0)
			strings_add(names, strdup(name));
	for (const char *at = path != NULL ? path : "/bin"; *at != 0;) {
		size_t bytes = strcspn(at, ":");
		char *folder = strndup(at, bytes);
		if (folder != NULL && bytes > 0)
			find_names(folder, prefix, true, names);
		free(folder);
		at += bytes + (at[bytes] == ':');
	}
}

static size_t common_bytes(const struct strings *names)
{
	size_t bytes = strlen(names->items[0]);

	for (size_t i = 1; i < names->count; i++) {
		size_t same = 0;
		while (same < bytes && names->items[i][same] == names->items[0][same])
			same++;
		bytes = same;
	}
	return bytes;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_unique(struct strings *names)
{
	size_t kept = 0;

	if (names->count == 0)
		return;
	qsort(names->items, names->count, sizeof(*names->items), compare);
	for (size_t i = 0; i < names->count; i++) {
		if (kept > 0 && strcmp(names->items[kept - 1], names->items[i]) == 0)
			free(names->items[i]);
		else
			names->items[kept++] = names->items[i];
	}
	names->count = kept;
}

/* In columns, below the line, which then comes again. */
static void list_names(struct line *line, const struct strings *names)
{
	size_t width = 0, across;

	for (size_t i = 0; i < names->count; i++)
		width = strlen(names->items[i]) + 2 > width ? strlen(names->items[i]) + 2 : width;
	across = line->columns > width ? (line->columns - 1) / width : 1;
	line->print("\n", 1);
	for (size_t i = 0; i < names->count; i++) {
		size_t bytes = strlen(names->items[i]);
		bool ends = (i + 1) % across == 0 || i + 1 == names->count;
		line->print(names->items[i], bytes);
		for (; !ends && bytes < width; bytes++)
			line->print(" ", 1);
		if (ends)
			line->print("\n", 1);
	}
	line_show(line);
}

static bool is_special(char byte)
{
	return strchr(SPECIAL, byte) != NULL;
}

/* Where the word before the cursor begins; what a backslash protects belongs to it. */
static size_t word_start(const struct line *line)
{
	size_t start = line->cursor;

	while (start > 0 && (strchr(BORDERS, line->text[start - 1]) == NULL ||
			     (start > 1 && line->text[start - 2] == '\\')))
		start--;
	return start;
}

/* Whether a command stands there, not an argument. */
static bool at_command(const struct line *line, size_t start)
{
	while (start > 0 && line->text[start - 1] == ' ')
		start--;
	return start == 0 || strchr(";&|(", line->text[start - 1]) != NULL;
}

/* The word without its backslashes; from malloc. */
static char *word_copy(const struct line *line, size_t start)
{
	char *word = strndup(line->text + start, line->cursor - start), *to = word;

	for (const char *at = word; at != NULL && *at != 0; at++) {
		at += *at == '\\' && at[1] != 0;
		*to++ = *at;
	}
	if (word != NULL)
		*to = 0;
	return word;
}

/* Into the line, with backslashes where the language needs them. */
static void insert(struct line *line, const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		char piece[2] = {'\\', text[i]};
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return; /* no such byte in a line */
		if (is_special(text[i]))
			line_insert(line, piece, 2);
		else
			line_insert(line, text + i, 1);
	}
}

/* Tab where only blanks stand before the cursor: in pasted text. */
static bool is_at_beginning(const struct line *line)
{
	for (size_t i = 0; i < line->cursor; i++)
		if (line->text[i] != ' ')
			return false;
	return true;
}

void complete_line(struct line *line)
{
	size_t start = word_start(line);
	char *prefix = word_copy(line, start);
	struct strings names = {0};

	if (prefix == NULL || is_at_beginning(line)) {
		line_insert(line, " ", 1);
		free(prefix);
		return;
	}
	if (at_command(line, start) && strchr(prefix, '/') == NULL)
		find_commands(prefix, &names);
	else
		find_names("", prefix, false, &names);
	sort_unique(&names);
	size_t typed = strlen(prefix), common = names.count > 0 ? common_bytes(&names) : typed;
	if (common > typed)
		insert(line, names.items[0] + typed, common - typed);
	if (names.count == 1 && common > 0 && names.items[0][common - 1] != '/')
		line_insert(line, " ", 1);
	else if (names.count > 1 && common == typed)
		list_names(line, &names);
	strings_free(&names);
	free(prefix);
}
