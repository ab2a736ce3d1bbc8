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
#include "expand.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX    32
#define BYTES_MAX    (1ul << 20) /* of one word */
#define NAME_BYTES   256
#define BLANKS	     " \t\n"
#define NO_MEMORY    "out of memory"
#define TOO_LONG     "word too long"
#define SUBSTITUTION "bad substitution"

enum mark { MARK_TYPED, MARK_QUOTED, MARK_VALUE, MARK_BORDER };

struct expansion {
	const struct expand_source *source;
	char *text, *marks;
	size_t bytes, room;
	expand_error error;
	bool quoted;	   /* some quotes: the field stays even if empty */
	bool no_arguments; /* "$@" without any: the field does not stay for its quotes */
	int depth;
	enum mark plain; /* of text outside quotes: TYPED, inside ${ } VALUE */
};

static void expand_range(struct expansion *expansion, const char *at, const char *end, bool in_quotes);

bool strings_add(struct strings *list, char *item)
{
	if (item == NULL)
		return false;
	if (list->count + 1 >= list->room) {
		size_t room = list->room == 0 ? 8 : 2 * list->room;
		char **more = realloc(list->items, room * sizeof(*more));
		if (more == NULL) {
			free(item);
			return false;
		}
		list->items = more;
		list->room = room;
	}
	list->items[list->count++] = item;
	list->items[list->count] = NULL;
	return true;
}

void strings_free(struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strings){0};
}

static void fail(struct expansion *expansion, expand_error error)
{
	if (expansion->error == NULL)
		expansion->error = error;
}

static void put(struct expansion *expansion, char byte, enum mark mark)
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
			fail(expansion, room > BYTES_MAX ? TOO_LONG : NO_MEMORY);
			return;
		}
		expansion->room = room;
	}
	expansion->text[expansion->bytes] = byte;
	expansion->marks[expansion->bytes++] = (char)mark;
}

static void put_value(struct expansion *expansion, const char *value, bool in_quotes)
{
	for (; value != NULL && *value != 0; value++)
		put(expansion, *value, in_quotes ? MARK_QUOTED : MARK_VALUE);
}

/* $@ and $*. */
static void put_arguments(struct expansion *expansion, bool each, bool in_quotes)
{
	const struct expand_source *source = expansion->source;

	if (source->argument_count < 2 && each && in_quotes)
		expansion->no_arguments = true;
	for (size_t i = 1; i < source->argument_count; i++) {
		if (i > 1)
			put(expansion, ' ', !in_quotes ? MARK_VALUE : each ? MARK_BORDER : MARK_QUOTED);
		put_value(expansion, source->arguments[i], in_quotes);
	}
}

static const char *value_of(const struct expand_source *source, const char *name)
{
	if (isdigit((unsigned char)*name)) {
		size_t number = strtoul(name, NULL, 10);
		return number < source->argument_count ? source->arguments[number] : NULL;
	}
	return source->variable(source->context, name);
}

/* Bytes of what may stand behind a $ as a name. */
static size_t parameter_bytes(const char *at)
{
	if (isdigit((unsigned char)*at))
		return 1;
	return *at != 0 && strchr("?!$#@*", *at) != NULL ? 1 : syntax_name(at);
}

static void put_parameter(struct expansion *expansion, const char *name, bool in_quotes)
{
	if (*name == '@' || *name == '*')
		put_arguments(expansion, *name == '@', in_quotes);
	else
		put_value(expansion, value_of(expansion->source, name), in_quotes);
}

static bool name_copy(char name[NAME_BYTES], const char *from, size_t bytes)
{
	if (bytes == 0 || bytes >= NAME_BYTES)
		return false;
	memcpy(name, from, bytes);
	name[bytes] = 0;
	return true;
}

/* ${NAME} ${#NAME} ${NAME-text} ${NAME:-text}; at is behind the bracket, end at the closing one. */
static void put_braced(struct expansion *expansion, const char *at, const char *end, bool in_quotes)
{
	char name[NAME_BYTES], number[24];
	bool length = *at == '#' && end - at > 1;
	size_t bytes = isdigit((unsigned char)*at) ? strspn(at, "0123456789") : parameter_bytes(at + length);

	if (!name_copy(name, at + length, bytes)) {
		fail(expansion, SUBSTITUTION);
		return;
	}
	const char *rest = at + length + bytes;
	const char *value = strchr("@*", *name) == NULL ? value_of(expansion->source, name) : "set";
	if (rest == end) {
		if (length) {
			snprintf(number, sizeof(number), "%zu", value != NULL ? strlen(value) : (size_t)0);
			put_value(expansion, number, in_quotes);
		} else {
			put_parameter(expansion, name, in_quotes);
		}
		return;
	}
	bool or_empty = *rest == ':';
	rest += or_empty;
	if (length || *rest != '-') {
		fail(expansion, SUBSTITUTION);
	} else if (value == NULL || (or_empty && *value == 0)) {
		enum mark before = expansion->plain;
		expansion->plain = MARK_VALUE;
		expand_range(expansion, rest + 1, end, in_quotes);
		expansion->plain = before;
	} else {
		put_parameter(expansion, name, in_quotes);
	}
}

/* Output of a command, without the line ends at its end. */
static void put_command(struct expansion *expansion, const char *at, const char *end, bool in_quotes)
{
	char *text = strndup(at, (size_t)(end - at));
	char *output = text != NULL ? expansion->source->command(expansion->source->context, text) : NULL;

	free(text);
	if (output == NULL) {
		fail(expansion, NO_MEMORY);
		return;
	}
	for (size_t bytes = strlen(output); bytes > 0 && output[bytes - 1] == '\n'; bytes--)
		output[bytes - 1] = 0;
	put_value(expansion, output, in_quotes);
	free(output);
}

/* At a $ or a backquote; gives where it ends. */
static const char *put_dollar(struct expansion *expansion, const char *at, const char *end, bool in_quotes)
{
	const char *next = syntax_skip(at, 0);
	char name[NAME_BYTES];

	if (next == NULL || next > end) {
		fail(expansion, SUBSTITUTION);
		return end;
	}
	if (*at == '`' || at[1] == '(') {
		put_command(expansion, at + (*at == '`' ? 1 : 2), next - 1, in_quotes);
		return next;
	}
	if (at[1] == '{') {
		put_braced(expansion, at + 2, next - 1, in_quotes);
		return next;
	}
	size_t bytes = at + 1 < end ? parameter_bytes(at + 1) : 0;
	if (bytes == 0) {
		put(expansion, '$', in_quotes ? MARK_QUOTED : MARK_TYPED);
		return at + 1;
	}
	if (name_copy(name, at + 1, bytes))
		put_parameter(expansion, name, in_quotes);
	else
		fail(expansion, SUBSTITUTION);
	return at + 1 + bytes;
}

/* At a backslash; gives where it ends. Inside quotes it protects few. */
static const char *put_escaped(struct expansion *expansion, const char *at, const char *end, bool in_quotes)
{
	if (at + 1 >= end) {
		put(expansion, '\\', MARK_QUOTED);
		return end;
	}
	if (at[1] == '\n')
		return at + 2;
	if (in_quotes && strchr("$`\"\\", at[1]) == NULL)
		put(expansion, '\\', MARK_QUOTED);
	put(expansion, at[1], MARK_QUOTED);
	return at + 2;
}

/* At a quote outside quotes; gives where it ends. */
static const char *put_quoted(struct expansion *expansion, const char *at, const char *end)
{
	const char *next = syntax_skip(at, 0);

	if (next == NULL || next > end) {
		fail(expansion, "quote without an end");
		return end;
	}
	expansion->quoted = true;
	if (*at == '"') {
		expand_range(expansion, at + 1, next - 1, true);
	} else {
		for (at++; at < next - 1; at++)
			put(expansion, *at, MARK_QUOTED);
	}
	return next;
}

static void expand_range(struct expansion *expansion, const char *at, const char *end, bool in_quotes)
{
	if (++expansion->depth > DEPTH_MAX)
		fail(expansion, "too deep");
	while (at < end && expansion->error == NULL) {
		if (*at == '$' || *at == '`')
			at = put_dollar(expansion, at, end, in_quotes);
		else if (*at == '\\')
			at = put_escaped(expansion, at, end, in_quotes);
		else if (!in_quotes && (*at == '\'' || *at == '"'))
			at = put_quoted(expansion, at, end);
		else
			put(expansion, *at++, in_quotes ? MARK_QUOTED : expansion->plain);
	}
	expansion->depth--;
}

/* ~ and ~/ at the beginning. */
static void expand_word(struct expansion *expansion, const char *text)
{
	if (*text == '~' && (text[1] == 0 || text[1] == '/')) {
		const char *home = expansion->source->variable(expansion->source->context, "HOME");
		if (home != NULL) {
			put_value(expansion, strcmp(home, "/") == 0 && text[1] == '/' ? "" : home, true);
			text++;
		}
	}
	expand_range(expansion, text, text + strlen(text), false);
}

static void expansion_free(struct expansion *expansion)
{
	free(expansion->text);
	free(expansion->marks);
}

/* Bytes [from, to) as a pattern: what was quoted is protected. NULL: nothing in it can match; or no memory.
 */
static char *pattern_make(const struct expansion *expansion, size_t from, size_t to)
{
	char *pattern = NULL, *at;

	for (size_t i = from; i < to && pattern == NULL; i++)
		if (expansion->marks[i] != MARK_QUOTED && strchr("*?[", expansion->text[i]) != NULL)
			pattern = malloc(2 * (to - from) + 1);
	if (pattern == NULL)
		return NULL;
	at = pattern;
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
	char *pattern = pattern_make(expansion, from, to);
	size_t before = list->count;

	if (pattern != NULL && !source->match(source->context, pattern, list))
		fail(expansion, NO_MEMORY);
	free(pattern);
	if (list->count == before &&
	    !strings_add(list, strndup(to > from ? expansion->text + from : "", to - from)))
		fail(expansion, NO_MEMORY);
}

static bool splits_at(const struct expansion *expansion, size_t i)
{
	return expansion->marks[i] == MARK_VALUE && strchr(BLANKS, expansion->text[i]) != NULL;
}

static void fields_cut(struct expansion *expansion, struct strings *list)
{
	size_t start = 0, i = 0;
	bool border = false, any = false;

	for (; i < expansion->bytes && expansion->error == NULL; i++) {
		bool at_border = expansion->marks[i] == MARK_BORDER;
		if (!at_border && !splits_at(expansion, i))
			continue;
		if (i > start || at_border || border) {
			field_add(expansion, start, i, list);
			any = true;
		}
		border = at_border;
		start = i + 1;
	}
	if (i > start || border || (!any && expansion->quoted && !expansion->no_arguments))
		field_add(expansion, start, i, list);
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

expand_error expand_text(const struct expand_source *source, const char *text, char **out)
{
	struct expansion expansion = {.source = source};

	expand_word(&expansion, text);
	put(&expansion, 0, MARK_QUOTED);
	if (expansion.error != NULL) {
		expansion_free(&expansion);
		return expansion.error;
	}
	free(expansion.marks);
	*out = expansion.text;
	return NULL;
}
