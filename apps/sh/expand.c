/* SPDX-License-Identifier: MIT */
/*
 * Expansion of one word in three steps. First the text with a mark for each byte:
 *
 *   MARK_TYPED    as typed, without quotes: may match names
 *   MARK_QUOTED   from quotes: nothing more happens to it
 *   MARK_VALUE    from $ outside quotes: blanks split it, may match names
 *   MARK_BORDER   between two fields of "$@"
 *
 * Then it is cut into fields, and each field that has a pattern becomes the names that match.
 */
#include "expansion.h"
#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32
#define BYTES_MAX (1ul << 20) /* of one word */
#define BLANKS	  " \t\n"     /* what splits unless IFS is set */
#define TOO_LONG  "word too long"

void expansion_fail(struct expansion *expansion, expand_error error)
{
	if (expansion->error == NULL)
		expansion->error = error;
}

void expansion_put(struct expansion *expansion, char byte, enum mark mark)
{
	if (expansion->error != NULL)
		return;
	if (expansion->bytes == expansion->room) {
		size_t room = expansion->room == 0 ? 64 : 2 * expansion->room;
		char *text = realloc(expansion->text, room);
		if (text != NULL)
			expansion->text = text;
		char *marks = realloc(expansion->marks, room);
		if (marks != NULL)
			expansion->marks = marks;
		if (text == NULL || marks == NULL || room > BYTES_MAX) {
			expansion_fail(expansion, room > BYTES_MAX ? TOO_LONG : EXPAND_NO_MEMORY);
			return;
		}
		expansion->room = room;
	}
	expansion->text[expansion->bytes] = byte;
	expansion->marks[expansion->bytes++] = (char)mark;
}

void expansion_put_text(struct expansion *expansion, const char *value, bool in_quotes)
{
	for (; value != NULL && *value != 0; value++)
		expansion_put(expansion, *value, in_quotes ? MARK_QUOTED : MARK_VALUE);
}

/* At a backslash; gives where it ends. Inside quotes it protects few. */
static const char *put_escaped(struct expansion *expansion, const char *at, const char *end, bool in_quotes)
{
	if (at + 1 >= end) {
		expansion_put(expansion, '\\', MARK_QUOTED);
		return end;
	}
	if (at[1] == '\n')
		return at + 2;
	const char *protected = expansion->here ? "$`\\" : "$`\"\\";
	if (in_quotes && strchr(protected, at[1]) == NULL)
		expansion_put(expansion, '\\', MARK_QUOTED);
	expansion_put(expansion, at[1], MARK_QUOTED);
	return at + 2;
}

/* At a quote outside quotes; gives where it ends. */
static const char *put_quoted(struct expansion *expansion, const char *at, const char *end)
{
	const char *next = syntax_skip(at, 0);

	if (next == NULL || next > end) {
		expansion_fail(expansion, "quote without an end");
		return end;
	}
	expansion->quoted = true;
	if (*at == '"') {
		expansion_put_range(expansion, at + 1, next - 1, true);
	} else {
		for (at++; at < next - 1; at++)
			expansion_put(expansion, *at, MARK_QUOTED);
	}
	return next;
}

void expansion_put_range(struct expansion *expansion, const char *at, const char *end, bool in_quotes)
{
	if (++expansion->depth > DEPTH_MAX)
		expansion_fail(expansion, "too deep");
	while (at < end && expansion->error == NULL) {
		if (*at == '$' || *at == '`')
			at = expansion_put_dollar(expansion, at, end, in_quotes);
		else if (*at == '\\')
			at = put_escaped(expansion, at, end, in_quotes);
		else if (!in_quotes && (*at == '\'' || *at == '"'))
			at = put_quoted(expansion, at, end);
		else
			expansion_put(expansion, *at++, in_quotes ? MARK_QUOTED : expansion->plain);
	}
	expansion->depth--;
}

/* ~ and ~/ at the beginning. */
static void expand_word(struct expansion *expansion, const char *text)
{
	if (*text == '~' && (text[1] == 0 || text[1] == '/')) {
		const char *home = expansion->source->variable(expansion->source->context, "HOME");
		if (home != NULL) {
			expansion_put_text(expansion, strcmp(home, "/") == 0 && text[1] == '/' ? "" : home,
					   true);
			text++;
		}
	}
	expansion_put_range(expansion, text, text + strlen(text), false);
}

void expansion_free(struct expansion *expansion)
{
	free(expansion->text);
	free(expansion->marks);
}

static bool has_pattern(const struct expansion *expansion, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (expansion->marks[i] != MARK_QUOTED && strchr("*?[", expansion->text[i]) != NULL)
			return true;
	return false;
}

/* Bytes [from, to) as a pattern: what was quoted is protected. NULL: no memory. */
static char *pattern_make(const struct expansion *expansion, size_t from, size_t to)
{
	char *pattern = malloc(2 * (to - from) + 1), *at = pattern;

	if (pattern == NULL)
		return NULL;
	for (size_t i = from; i < to; i++) {
		if (expansion->marks[i] == MARK_QUOTED && strchr("*?[]\\", expansion->text[i]) != NULL)
			*at++ = '\\';
		*at++ = expansion->text[i];
	}
	*at = 0;
	return pattern;
}

static void field_add(struct expansion *expansion, size_t from, size_t to, struct strings *list)
{
	const struct expand_source *source = expansion->source;
	size_t before = list->count;

	if (has_pattern(expansion, from, to)) {
		char *pattern = pattern_make(expansion, from, to);
		if (pattern == NULL || !source->match(source->context, pattern, list))
			expansion_fail(expansion, EXPAND_NO_MEMORY);
		free(pattern);
	}
	if (list->count == before &&
	    !strings_add(list, strndup(to > from ? expansion->text + from : "", to - from)))
		expansion_fail(expansion, EXPAND_NO_MEMORY);
}

static bool splits_at(const struct expansion *expansion, size_t i, const char *separators)
{
	return expansion->marks[i] == MARK_VALUE && strchr(separators, expansion->text[i]) != NULL;
}

/*
 * Blanks separate, many as one; any other separator ends a field each time, an empty one too (a:b::c). So
 * does a border of "$@", on both of its sides.
 */
static void fields_cut(struct expansion *expansion, struct strings *list)
{
	const char *set = expansion->source->variable(expansion->source->context, "IFS");
	char *separators = strdup(set != NULL ? set : BLANKS);
	size_t start = 0, i = 0;
	bool border = false, any = false;

	if (separators == NULL)
		expansion_fail(expansion, EXPAND_NO_MEMORY);
	for (; i < expansion->bytes && expansion->error == NULL; i++) {
		bool at_border = expansion->marks[i] == MARK_BORDER;
		if (!at_border && !splits_at(expansion, i, separators))
			continue;
		bool ends = !at_border && strchr(BLANKS, expansion->text[i]) == NULL;
		if (i > start || at_border || border || ends) {
			field_add(expansion, start, i, list);
			any = true;
		}
		border = at_border;
		start = i + 1;
	}
	if (i > start || border || (!any && expansion->quoted && !expansion->no_arguments))
		field_add(expansion, start, i, list);
	free(separators);
}

expand_error expand_words(const struct expand_source *source, const struct word *words, struct strings *list)
{
	expand_error error = NULL;

	for (; words != NULL && error == NULL; words = words->next) {
		struct expansion expansion = {.source = source};
		expand_word(&expansion, words->text);
		if (expansion.error == NULL)
			fields_cut(&expansion, list);
		error = expansion.error;
		expansion_free(&expansion);
	}
	return error;
}

/* What was put so far, ended by a zero; NULL: failed. */
static char *string_take(struct expansion *expansion)
{
	expansion_put(expansion, 0, MARK_QUOTED);
	if (expansion->error != NULL) {
		expansion_free(expansion);
		return NULL;
	}
	free(expansion->marks);
	return expansion->text;
}

expand_error expand_text(const struct expand_source *source, const char *text, char **out)
{
	struct expansion expansion = {.source = source};

	expand_word(&expansion, text);
	*out = string_take(&expansion);
	return expansion.error;
}

expand_error expand_here(const struct expand_source *source, const char *text, char **out)
{
	struct expansion expansion = {.source = source, .here = true};

	expansion_put_range(&expansion, text, text + strlen(text), true);
	*out = string_take(&expansion);
	return expansion.error;
}

char *expansion_string(struct expansion *expansion, const char *at, const char *end, bool in_quotes)
{
	struct expansion inner = {.source = expansion->source, .depth = expansion->depth};

	expansion_put_range(&inner, at, end, in_quotes);
	char *string = string_take(&inner);
	if (inner.error != NULL)
		expansion_fail(expansion, inner.error);
	return string;
}

char *expansion_pattern(struct expansion *expansion, const char *at, const char *end)
{
	struct expansion inner = {.source = expansion->source, .depth = expansion->depth};

	expansion_put_range(&inner, at, end, false);
	char *pattern = inner.error == NULL ? pattern_make(&inner, 0, inner.bytes) : NULL;
	if (pattern == NULL)
		expansion_fail(expansion, inner.error != NULL ? inner.error : EXPAND_NO_MEMORY);
	expansion_free(&inner);
	return pattern;
}

expand_error expand_match(const struct expand_source *source, const char *word, const char *value,
			  bool *matches)
{
	struct expansion expansion = {.source = source};

	expand_word(&expansion, word);
	char *pattern = expansion.error == NULL ? pattern_make(&expansion, 0, expansion.bytes) : NULL;
	expansion_free(&expansion);
	if (pattern == NULL)
		return expansion.error != NULL ? expansion.error : EXPAND_NO_MEMORY;
	*matches = fnmatch(pattern, value, 0) == 0;
	free(pattern);
	return NULL;
}
