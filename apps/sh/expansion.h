/* SPDX-License-Identifier: MIT */
/* What the expansion's files share: expand.c (text with marks, fields), expand_value.c (what begins with $ or
 * `). */
#ifndef SH_EXPANSION_H
#define SH_EXPANSION_H

#include "expand.h"

#define EXPAND_NO_MEMORY "out of memory"

enum mark { MARK_TYPED, MARK_QUOTED, MARK_VALUE, MARK_BORDER };

struct expansion {
	const struct expand_source *source;
	char *text, *marks;
	size_t bytes, room;
	expand_error error;
	bool quoted;	   /* some quotes: the field stays even if empty */
	bool no_arguments; /* "$@" without any: the field does not stay for its quotes */
	bool here;	   /* a here-document: a backslash before a double quote stays */
	int depth;
	enum mark plain; /* of text outside quotes: TYPED, inside ${ } VALUE */
};

/* The first failure counts. */
void expansion_fail(struct expansion *expansion, expand_error error);
void expansion_put(struct expansion *expansion, char byte, enum mark mark);
void expansion_put_text(struct expansion *expansion, const char *text, bool in_quotes);
void expansion_put_range(struct expansion *expansion, const char *at, const char *end, bool in_quotes);
void expansion_free(struct expansion *expansion);

/* [at, end) expanded on its own: a string from malloc; NULL: failed. */
char *expansion_string(struct expansion *expansion, const char *at, const char *end, bool in_quotes);

/* The same as a pattern for fnmatch(). */
char *expansion_pattern(struct expansion *expansion, const char *at, const char *end);

/* At a $ or a backquote; gives where it ends. */
const char *expansion_put_dollar(struct expansion *expansion, const char *at, const char *end,
				 bool in_quotes);

#endif
