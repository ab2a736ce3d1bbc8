/* SPDX-License-Identifier: MIT */
/*
 * What the shell's parser makes of text. Pure: it knows no process and no file. One call takes one complete
 * command, up to the end of its line. Words keep their quotes: expand.h takes them apart when they are used.
 *
 *   line      list of `and-or` with ; and &          and-or    pipelines with && and ||
 *   pipeline  [!] commands with |                     command   simple, ( ), { }, if, while, until, for
 */
#ifndef SH_SYNTAX_H
#define SH_SYNTAX_H

#include <stddef.h>

enum node_kind {
	NODE_SIMPLE,	 /* words, assignments first */
	NODE_PIPE,	 /* left | right */
	NODE_NOT,	 /* ! left */
	NODE_AND,	 /* left && right */
	NODE_OR,	 /* left || right */
	NODE_SEQUENCE,	 /* left ; right */
	NODE_BACKGROUND, /* left & */
	NODE_SUBSHELL,	 /* ( left ) */
	NODE_GROUP,	 /* { left } */
	NODE_IF,	 /* if left; then right; else other */
	NODE_WHILE,	 /* while left; do right */
	NODE_UNTIL,
	NODE_FOR, /* for name in words; do right; without `in`: other is the node itself */
};

struct word {
	struct word *next;
	char text[]; /* as it was typed */
};

enum redirect_kind {
	REDIRECT_READ,	 /* < */
	REDIRECT_WRITE,	 /* > */
	REDIRECT_APPEND, /* >> */
	REDIRECT_COPY,	 /* >& and <&: a number, or - */
};

struct redirect {
	struct redirect *next;
	enum redirect_kind kind;
	int fd;
	struct word *target;
};

struct node {
	enum node_kind kind;
	struct node *left, *right, *other;
	struct word *words;
	struct redirect *redirects; /* SIMPLE and what has an end word */
	const char *name;
};

/* Everything of one parsed line lies here; syntax_free() gives it back. */
struct syntax {
	struct syntax_block *blocks;
	struct node *tree; /* NULL: an empty line */
	size_t used_bytes; /* of the text, with the line's end */
	char error[80];	   /* with SYNTAX_ERROR */
};

enum syntax_result {
	SYNTAX_DONE,
	SYNTAX_INCOMPLETE, /* needs another line */
	SYNTAX_ERROR,
	SYNTAX_NO_MEMORY,
};

/* @text     ends with a zero. The result needs syntax_free() in every case. */
enum syntax_result syntax_parse(const char *text, struct syntax *syntax);

void syntax_free(struct syntax *syntax);

/* Bytes of NAME= at the beginning of a word, 0 if it is no assignment. */
size_t syntax_assignment(const char *text);

/* Bytes of a variable's name at @text. */
size_t syntax_name(const char *text);

/*
 * The end of what begins at @at, which is a quote, a backslash or a dollar; NULL if it has no end.
 * @depth    of nesting so far
 */
const char *syntax_skip(const char *at, int depth);

#endif
