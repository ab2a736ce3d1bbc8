/* SPDX-License-Identifier: MIT */
/*
 * What the shell's parser makes of text. Pure: it knows no process and no file. One call takes one complete
 * command, up to the end of its line. Words keep their quotes: expand.h takes them apart when they are used.
 *
 *   line      list of `and-or` with ; and &          and-or    pipelines with && and ||
 *   pipeline  [!] commands with |                     command   simple, ( ), { }, if, while, until, for,
 * case, name() command
 */
#ifndef SH_SYNTAX_H
#define SH_SYNTAX_H

#include <stdbool.h>
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
	NODE_FOR,      /* for name in words; do right; without `in`: other is the node itself */
	NODE_CASE,     /* case words in; other is the first NODE_CHOICE */
	NODE_CHOICE,   /* words ) left ;; other is the next one */
	NODE_FUNCTION, /* name() left; store keeps left alive */
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
	REDIRECT_HERE,	 /* << WORD: target is the text, to be expanded as in double quotes */
	REDIRECT_TEXT,	 /* << 'WORD': target is the text as it is */
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
	struct syntax_store *store; /* FUNCTION */
};

/* Everything of one parsed line lies in a store; syntax_free() drops it, who holds it keeps it. */
struct syntax {
	struct syntax_store *store;
	struct node *tree;   /* NULL: an empty line */
	size_t used_bytes;   /* of the text, with the line's end */
	size_t line, column; /* of the error, from 1 */
	char error[80];	     /* with SYNTAX_ERROR and SYNTAX_NO_MEMORY */
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

/* Keep the nodes beyond syntax_free(). */
void syntax_hold(struct syntax_store *store);
void syntax_drop(struct syntax_store *store);

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
