/* SPDX-License-Identifier: MIT */
/* Cuts text into tokens. A word goes on through quotes, $( ), ${ } and ` `; a # at its beginning is a
 * comment. */
#include "lexer.h"
#include "syntax.h"
#include <ctype.h>
#include <string.h>

#define DEPTH_MAX 64
#define FD_MAX	  999

static const char *skip_single(const char *at)
{
	at = strchr(at + 1, '\'');
	return at != NULL ? at + 1 : NULL;
}

static const char *skip_double(const char *at, int depth)
{
	for (at++; at != NULL && *at != 0;) {
		if (*at == '"')
			return at + 1;
		at = *at == '\\' || *at == '$' || *at == '`' ? syntax_skip(at, depth) : at + 1;
	}
	return NULL;
}

static const char *skip_backquoted(const char *at)
{
	for (at++; *at != 0; at++) {
		if (*at == '`')
			return at + 1;
		if (*at == '\\' && at[1] != 0)
			at++;
	}
	return NULL;
}

/* @at is behind the opening bracket; the count of brackets decides. */
static const char *skip_bracket(const char *at, char open, char close, int depth)
{
	int level = 1;

	while (at != NULL && *at != 0) {
		if (strchr("'\"\\$`", *at) != NULL) {
			at = syntax_skip(at, depth);
			continue;
		}
		level += *at == open ? 1 : *at == close ? -1 : 0;
		at++;
		if (level == 0)
			return at;
	}
	return NULL;
}

const char *syntax_skip(const char *at, int depth)
{
	if (depth > DEPTH_MAX)
		return NULL;
	switch (*at) {
	case '\'':
		return skip_single(at);
	case '"':
		return skip_double(at, depth + 1);
	case '`':
		return skip_backquoted(at);
	case '\\':
		return at[1] != 0 ? at + 2 : NULL;
	case '$':
		if (at[1] == '(')
			return skip_bracket(at + 2, '(', ')', depth + 1);
		if (at[1] == '{')
			return skip_bracket(at + 2, '{', '}', depth + 1);
		return at + 1;
	default:
		return at + 1;
	}
}

size_t syntax_name(const char *text)
{
	size_t bytes = 0;

	if (!isalpha((unsigned char)*text) && *text != '_')
		return 0;
	while (isalnum((unsigned char)text[bytes]) || text[bytes] == '_')
		bytes++;
	return bytes;
}

size_t syntax_assignment(const char *text)
{
	size_t bytes = syntax_name(text);

	return bytes > 0 && text[bytes] == '=' ? bytes + 1 : 0;
}

/* Blanks, joined lines and a comment. */
static const char *skip_blank(const char *at)
{
	for (;;) {
		if (*at == ' ' || *at == '\t' || *at == '\r')
			at++;
		else if (at[0] == '\\' && at[1] == '\n')
			at += 2;
		else
			break;
	}
	return *at == '#' ? at + strcspn(at, "\n") : at;
}

/* An operation with the number before it if there is one. */
static bool redirect_take(const char *at, struct token *token)
{
	static const char *const operations[] = {"<<-", "<<", "<>", "<&", "<", ">>", ">&", ">|", ">"};
	const char *start = at;
	size_t i = 0;
	int fd = 0;

	while (isdigit((unsigned char)*at) && fd <= FD_MAX)
		fd = fd * 10 + (*at++ - '0');
	if ((*at != '<' && *at != '>') || fd > FD_MAX)
		return false;
	while (strncmp(at, operations[i], strlen(operations[i])) != 0)
		i++;
	strcpy(token->operation, operations[i]);
	token->kind = strcmp(operations[i], "<>") == 0 ? TOKEN_REFUSED : TOKEN_REDIRECT;
	token->fd = at > start ? fd : *at == '>';
	token->bytes = (size_t)(at - start) + strlen(operations[i]);
	return true;
}

static bool operator_take(const char *at, struct token *token)
{
	static const struct {
		const char *text;
		enum token_kind kind;
	} operators[] = {
		{"&&", TOKEN_AND},	{"||", TOKEN_OR},	{";;", TOKEN_CASE_END},
		{";", TOKEN_SEMICOLON}, {"&", TOKEN_AMPERSAND}, {"|", TOKEN_PIPE},
		{"(", TOKEN_OPEN},	{")", TOKEN_CLOSE},	{"\n", TOKEN_NEWLINE},
	};

	for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++) {
		size_t bytes = strlen(operators[i].text);
		if (strncmp(at, operators[i].text, bytes) == 0) {
			token->kind = operators[i].kind;
			token->bytes = bytes;
			return true;
		}
	}
	return false;
}

/* Whether the text ends behind a backslash and a newline: the next line belongs to it. */
static bool is_joined(const char *text, const char *end)
{
	return end - text >= 2 && end[-1] == '\n' && end[-2] == '\\';
}

struct token lexer_next(const char *text)
{
	const char *at = text;
	struct token token = {.kind = TOKEN_END};

	at = skip_blank(at);
	token.start = at;
	if (*at == 0 && is_joined(text, at))
		token.kind = TOKEN_UNENDED;
	if (*at == 0 || operator_take(at, &token) || redirect_take(at, &token))
		return token;
	token.kind = TOKEN_WORD;
	while (at != NULL && *at != 0 && strchr(" \t\r\n;&|<>()", *at) == NULL)
		at = syntax_skip(at, 0);
	if (at == NULL || (*at == 0 && is_joined(token.start, at))) {
		token.kind = TOKEN_UNENDED;
		at = token.start + strlen(token.start);
	}
	token.bytes = (size_t)(at - token.start);
	return token;
}

bool token_is(const struct token *token, const char *word)
{
	return token->kind == TOKEN_WORD && token->bytes == strlen(word) &&
	       strncmp(token->start, word, token->bytes) == 0;
}
