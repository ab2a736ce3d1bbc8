/* SPDX-License-Identifier: MIT */
/*
 * What begins with a $ or a backquote:
 *
 *   $NAME $1 $@ $* $? ..   ${NAME} ${#NAME}   ${NAME:-text} ${NAME:=text} ${NAME:+text} ${NAME:?text}, also
 *   without the colon      ${NAME#pattern} ## % %%   $(command) `command`   $((arithmetic))
 */
#include "arithmetic.h"
#include "expansion.h"
#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES   256
#define SUBSTITUTION "bad substitution"

/* $@ and $*. */
static void put_arguments(struct expansion *expansion, bool each, bool in_quotes)
{
	const struct expand_source *source = expansion->source;

	if (source->argument_count < 2 && each && in_quotes)
		expansion->no_arguments = true;
	for (size_t i = 1; i < source->argument_count; i++) {
		if (i > 1)
			expansion_put(expansion, ' ',
				      !in_quotes ? MARK_VALUE
				      : each	 ? MARK_BORDER
						 : MARK_QUOTED);
		expansion_put_text(expansion, source->arguments[i], in_quotes);
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
		expansion_put_text(expansion, value_of(expansion->source, name), in_quotes);
}

static bool name_copy(char name[NAME_BYTES], const char *from, size_t bytes)
{
	if (bytes == 0 || bytes >= NAME_BYTES)
		return false;
	memcpy(name, from, bytes);
	name[bytes] = 0;
	return true;
}

/* The shortest or longest part of @value that matches goes away, at its beginning or its end. */
static void put_trimmed(struct expansion *expansion, const char *value, const char *pattern, bool in_quotes,
			bool longest, bool at_end)
{
	size_t bytes = strlen(value);
	char *part = malloc(bytes + 1);

	for (size_t i = 0; part != NULL && i <= bytes; i++) {
		size_t gone = longest ? bytes - i : i;
		memcpy(part, at_end ? value + bytes - gone : value, gone);
		part[gone] = 0;
		if (fnmatch(pattern, part, 0) != 0)
			continue;
		memcpy(part, at_end ? value : value + gone, bytes - gone);
		part[bytes - gone] = 0;
		expansion_put_text(expansion, part, in_quotes);
		free(part);
		return;
	}
	if (part == NULL)
		expansion_fail(expansion, EXPAND_NO_MEMORY);
	expansion_put_text(expansion, value, in_quotes);
	free(part);
}

/* ${NAME#pattern} and its like; @at is at the first # or %. */
static void put_without(struct expansion *expansion, const char *value, const char *at, const char *end,
			bool in_quotes)
{
	bool longest = at + 1 < end && at[1] == *at, at_end = *at == '%';
	char *kept = strdup(value != NULL ? value : "");
	char *pattern = expansion_pattern(expansion, at + 1 + longest, end);

	if (kept == NULL)
		expansion_fail(expansion, EXPAND_NO_MEMORY);
	if (kept != NULL && pattern != NULL)
		put_trimmed(expansion, kept, pattern, in_quotes, longest, at_end);
	free(kept);
	free(pattern);
}

/* The text stands for the value. */
static void put_other(struct expansion *expansion, const char *at, const char *end, bool in_quotes)
{
	enum mark before = expansion->plain;

	expansion->plain = MARK_VALUE;
	expansion_put_range(expansion, at, end, in_quotes);
	expansion->plain = before;
}

static void put_assigned(struct expansion *expansion, const char *name, const char *at, const char *end,
			 bool in_quotes)
{
	const struct expand_source *source = expansion->source;
	char *value = NULL;

	if (syntax_name(name) == 0)
		expansion_fail(expansion, SUBSTITUTION);
	else
		value = expansion_string(expansion, at, end, false);
	if (value != NULL && !source->assign(source->context, name, value))
		expansion_fail(expansion, EXPAND_NO_MEMORY);
	expansion_put_text(expansion, value, in_quotes);
	free(value);
}

/* ${NAME?text}: the text says why. */
static void fail_unset(struct expansion *expansion, const char *name, const char *at, const char *end)
{
	static char why[128];
	char *text = expansion_string(expansion, at, end, true);

	if (text != NULL)
		snprintf(why, sizeof(why), "%.60s: %.60s", name, *text != 0 ? text : "is not set");
	if (text != NULL)
		expansion_fail(expansion, why);
	free(text);
}

static void put_braced_operation(struct expansion *expansion, const char *name, const char *value,
				 const char *at, const char *end, bool in_quotes)
{
	bool or_empty = *at == ':';
	bool there = value != NULL && !(or_empty && *value == 0);

	at += or_empty;
	if ((*at == '#' || *at == '%') && !or_empty)
		put_without(expansion, value, at, end, in_quotes);
	else if (at >= end || strchr("-=+?", *at) == NULL)
		expansion_fail(expansion, SUBSTITUTION);
	else if (*at == '+' && there)
		put_other(expansion, at + 1, end, in_quotes);
	else if (*at != '+' && there)
		put_parameter(expansion, name, in_quotes);
	else if (*at == '-')
		put_other(expansion, at + 1, end, in_quotes);
	else if (*at == '=')
		put_assigned(expansion, name, at + 1, end, in_quotes);
	else if (*at == '?')
		fail_unset(expansion, name, at + 1, end);
}

/* At is behind the bracket, end at the closing one. */
static void put_braced(struct expansion *expansion, const char *at, const char *end, bool in_quotes)
{
	char name[NAME_BYTES], number[24];
	bool length = *at == '#' && end - at > 1;
	size_t bytes = isdigit((unsigned char)*at) ? strspn(at, "0123456789") : parameter_bytes(at + length);

	if (!name_copy(name, at + length, bytes)) {
		expansion_fail(expansion, SUBSTITUTION);
		return;
	}
	const char *rest = at + length + bytes;
	bool all = strchr("@*", *name) != NULL;
	const char *value = all ? (expansion->source->argument_count > 1 ? "set" : NULL)
				: value_of(expansion->source, name);
	if (rest != end && length) {
		expansion_fail(expansion, SUBSTITUTION);
	} else if (rest != end) {
		put_braced_operation(expansion, name, value, rest, end, in_quotes);
	} else if (length) {
		snprintf(number, sizeof(number), "%zu",
			 all		 ? expansion->source->argument_count - 1
			 : value != NULL ? strlen(value)
					 : 0);
		expansion_put_text(expansion, number, in_quotes);
	} else {
		put_parameter(expansion, name, in_quotes);
	}
}

/* Whether the brackets of (( and )) belong together, so that it is no command that begins with a subshell. */
static bool is_arithmetic(const char *at, const char *end)
{
	int level = 0;

	if (end - at < 2 || *at != '(' || end[-1] != ')')
		return false;
	for (; at < end; at++) {
		level += *at == '(' ? 1 : *at == ')' ? -1 : 0;
		if (level == 0)
			return at + 1 == end;
	}
	return false;
}

static void put_arithmetic(struct expansion *expansion, const char *at, const char *end, bool in_quotes)
{
	char *text = expansion_string(expansion, at, end, true);
	char number[24];
	int64_t value = 0;

	if (text == NULL)
		return;
	expand_error error = arithmetic_evaluate(expansion->source, text, &value);
	free(text);
	if (error != NULL)
		expansion_fail(expansion, error);
	snprintf(number, sizeof(number), "%lld", (long long)value);
	expansion_put_text(expansion, number, in_quotes);
}

/* Output of a command, without the line ends at its end. */
static void put_command(struct expansion *expansion, const char *at, const char *end, bool in_quotes)
{
	char *text = strndup(at, (size_t)(end - at));
	char *output = text != NULL ? expansion->source->command(expansion->source->context, text) : NULL;

	free(text);
	if (output == NULL) {
		expansion_fail(expansion, EXPAND_NO_MEMORY);
		return;
	}
	for (size_t bytes = strlen(output); bytes > 0 && output[bytes - 1] == '\n'; bytes--)
		output[bytes - 1] = 0;
	expansion_put_text(expansion, output, in_quotes);
	free(output);
}

const char *expansion_put_dollar(struct expansion *expansion, const char *at, const char *end, bool in_quotes)
{
	const char *next = syntax_skip(at, 0);
	char name[NAME_BYTES];

	if (next == NULL || next > end) {
		expansion_fail(expansion, SUBSTITUTION);
		return end;
	}
	if (at[1] == '(' && is_arithmetic(at + 2, next - 1)) {
		put_arithmetic(expansion, at + 3, next - 2, in_quotes);
		return next;
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
		expansion_put(expansion, '$', in_quotes ? MARK_QUOTED : MARK_TYPED);
		return at + 1;
	}
	if (name_copy(name, at + 1, bytes))
		put_parameter(expansion, name, in_quotes);
	else
		expansion_fail(expansion, SUBSTITUTION);
	return at + 1 + bytes;
}
