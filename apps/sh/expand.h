/* SPDX-License-Identifier: MIT */
/*
 * What words become when they are used: variables and output of commands put in, split at blanks, names
 * matched, quotes taken away. Pure but for what the caller supplies.
 */
#ifndef SH_EXPAND_H
#define SH_EXPAND_H

#include "syntax.h"
#include <stdbool.h>

/* A list of strings, each and the array from malloc; items[count] is NULL once something was added. */
struct strings {
	char **items;
	size_t count, room;
};

bool strings_add(struct strings *list, char *item); /* takes the item; false: no memory */
void strings_free(struct strings *list);

/* Where values come from. */
struct expand_source {
	void *context;
	/* Value of a variable or of one of ? ! $ #; NULL if not set. Good until the next call. */
	const char *(*variable)(void *context, const char *name);
	/* $1 $2 .. as an array; [0] is $0. */
	char *const *arguments;
	size_t argument_count; /* with $0 */
	/* Set a variable: ${NAME=text} and arithmetic; false: no memory. */
	bool (*assign)(void *context, const char *name, const char *value);
	/* Output of a command, from malloc; NULL: no memory for all of it. */
	char *(*command)(void *context, const char *text);
	/* Add the names that match; false: no memory. None may be added. */
	bool (*match)(void *context, const char *pattern, struct strings *list);
};

/* Why an expansion failed; NULL: it did not. Text that stays good. */
typedef const char *expand_error;

/* @words    become fields that are added to @list. */
expand_error expand_words(const struct expand_source *source, const struct word *words, struct strings *list);

/* One word as one string from malloc in *@out: values of assignments, targets of redirections. */
expand_error expand_text(const struct expand_source *source, const char *text, char **out);

/* The text of a here-document: as inside double quotes, which mean nothing themselves. */
expand_error expand_here(const struct expand_source *source, const char *text, char **out);

/* Whether @value matches the word @pattern. */
expand_error expand_match(const struct expand_source *source, const char *pattern, const char *value,
			  bool *matches);

#endif
