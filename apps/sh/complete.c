/* SPDX-License-Identifier: MIT */
/* Tab: the word before the cursor becomes what all names that begin with it have in common. */
#include "line.h"
#include "shell.h"
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 72

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

static void list_names(struct line *line, const struct strings *names)
{
	size_t column = 0;

	line->print("\n", 1);
	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->items[i];
		line->print(name, strlen(name));
		column += strlen(name) + 2;
		bool ends = column > COLUMNS || i + 1 == names->count;
		line->print(ends ? "\n" : "  ", ends ? 1 : 2);
		if (ends)
			column = 0;
	}
}

/* Where the word before the cursor begins. */
static size_t word_start(const struct line *line)
{
	size_t start = line->cursor;

	while (start > 0 && strchr(" \t;&|<>()", line->text[start - 1]) == NULL)
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

void complete_line(struct line *line, void (*show_prompt)(void))
{
	size_t start = word_start(line);
	char *prefix = strndup(line->text + start, line->cursor - start);
	struct strings names = {0};

	if (prefix == NULL)
		return;
	if (at_command(line, start) && strchr(prefix, '/') == NULL)
		find_commands(prefix, &names);
	else
		find_names("", prefix, false, &names);
	sort_unique(&names);
	size_t typed = strlen(prefix), common = names.count > 0 ? common_bytes(&names) : typed;
	if (common > typed)
		line_insert(line, names.items[0] + typed, common - typed);
	if (names.count == 1 && common > 0 && names.items[0][common - 1] != '/') {
		line_insert(line, " ", 1);
	} else if (names.count > 1 && common == typed) {
		list_names(line, &names);
		show_prompt();
		line_show(line);
	}
	strings_free(&names);
	free(prefix);
}
