/* SPDX-License-Identifier: MIT */
/* Tokens of the shell's language. Only parse.c uses this. */
#ifndef SH_LEXER_H
#define SH_LEXER_H

#include <stdbool.h>
#include <stddef.h>

enum token_kind {
	TOKEN_END, /* of the text */
	TOKEN_NEWLINE,
	TOKEN_WORD,
	TOKEN_SEMICOLON,
	TOKEN_AMPERSAND,
	TOKEN_PIPE,
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_REDIRECT, /* fd and operation in the token */
	TOKEN_UNENDED,	/* a quote is open at the end of the text */
	TOKEN_CASE_END, /* ;; */
	TOKEN_REFUSED,	/* <> is not built */
};

struct token {
	enum token_kind kind;
	const char *start;
	size_t bytes;
	int fd;		   /* REDIRECT */
	char operation[4]; /* REDIRECT: < > >> >| <& >& << <<- */
};

/* The first token at or behind @text; where the next one begins is start + bytes. */
struct token lexer_next(const char *text);

bool token_is(const struct token *token, const char *word);

#endif
