/* SPDX-License-Identifier: MIT */
/*
 * The parser: one function a rule of the language, by recursive descent. The first thing that goes wrong sets
 * `result`; from then on every token is an end, so all rules come back. No memory, too deep: the same way.
 */
#include "lexer.h"
#include "syntax.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 100

struct syntax_block {
	struct syntax_block *next;
	_Alignas(max_align_t) char data[];
};

struct parser {
	struct syntax *syntax;
	enum syntax_result result;
	struct token token; /* the next one */
	int depth;
	bool separated; /* the last command of a list has its end; another one may follow */
};

static struct node *parse_list(struct parser *parser);

static void parser_fail(struct parser *parser, enum syntax_result result)
{
	if (parser->result == SYNTAX_DONE)
		parser->result = result;
	parser->token.kind = TOKEN_END;
}

/* "near" the token; without it, the line is not complete. */
static void parser_unexpected(struct parser *parser)
{
	const struct token *token = &parser->token;
	int bytes = token->bytes < 40 ? (int)token->bytes : 40;

	if (parser->result != SYNTAX_DONE)
		return;
	if (token->kind == TOKEN_END || token->kind == TOKEN_UNENDED) {
		parser_fail(parser, SYNTAX_INCOMPLETE);
		return;
	}
	snprintf(parser->syntax->error, sizeof(parser->syntax->error), "%s `%.*s'",
		 token->kind == TOKEN_REFUSED ? "not supported:" : "syntax error near",
		 token->kind == TOKEN_NEWLINE ? 7 : bytes,
		 token->kind == TOKEN_NEWLINE ? "newline" : token->start);
	parser_fail(parser, SYNTAX_ERROR);
}

static void advance(struct parser *parser)
{
	if (parser->result == SYNTAX_DONE)
		parser->token = lexer_next(parser->token.start + parser->token.bytes);
}

static void *take_memory(struct parser *parser, size_t bytes)
{
	struct syntax_block *block = calloc(1, sizeof(*block) + bytes);

	if (block == NULL) {
		parser_fail(parser, SYNTAX_NO_MEMORY);
		return NULL;
	}
	block->next = parser->syntax->blocks;
	parser->syntax->blocks = block;
	return block->data;
}

static struct node *node_make(struct parser *parser, enum node_kind kind, struct node *left,
			      struct node *right)
{
	struct node *node = take_memory(parser, sizeof(*node));

	if (node != NULL)
		*node = (struct node){.kind = kind, .left = left, .right = right};
	return node;
}

/* The token as a word. */
static struct word *word_take(struct parser *parser)
{
	if (parser->token.kind != TOKEN_WORD) {
		parser_unexpected(parser);
		return NULL;
	}
	struct word *word = take_memory(parser, sizeof(*word) + parser->token.bytes + 1);
	if (word != NULL)
		memcpy(word->text, parser->token.start, parser->token.bytes);
	advance(parser);
	return word;
}

/* Needs a reserved word here. */
static void expect(struct parser *parser, const char *text)
{
	if (token_is(&parser->token, text))
		advance(parser);
	else
		parser_unexpected(parser);
}

static void skip_newlines(struct parser *parser)
{
	while (parser->token.kind == TOKEN_NEWLINE)
		advance(parser);
}

static struct redirect *redirect_take(struct parser *parser)
{
	struct redirect *redirect = take_memory(parser, sizeof(*redirect));

	if (redirect == NULL)
		return NULL;
	const char *operation = parser->token.operation;
	redirect->fd = parser->token.fd;
	redirect->kind = operation[1] == '&'   ? REDIRECT_COPY
			 : operation[1] == '>' ? REDIRECT_APPEND
			 : operation[0] == '>' ? REDIRECT_WRITE
					       : REDIRECT_READ;
	advance(parser);
	redirect->target = word_take(parser);
	return redirect;
}

static void redirects_take(struct parser *parser, struct node *node)
{
	struct redirect **end = &node->redirects;

	while (parser->token.kind == TOKEN_REDIRECT) {
		*end = redirect_take(parser);
		if (*end == NULL)
			return;
		end = &(*end)->next;
	}
}

static struct node *parse_simple(struct parser *parser)
{
	struct node *node = node_make(parser, NODE_SIMPLE, NULL, NULL);

	if (node == NULL)
		return NULL;
	struct word **words = &node->words;
	struct redirect **redirects = &node->redirects;
	while (parser->token.kind == TOKEN_WORD || parser->token.kind == TOKEN_REDIRECT) {
		if (parser->token.kind == TOKEN_WORD) {
			*words = word_take(parser);
			if (*words != NULL)
				words = &(*words)->next;
		} else {
			*redirects = redirect_take(parser);
			if (*redirects != NULL)
				redirects = &(*redirects)->next;
		}
	}
	if (node->words == NULL && node->redirects == NULL)
		parser_unexpected(parser);
	return node;
}

/* A list that may not be empty. */
static struct node *parse_body(struct parser *parser)
{
	struct node *body = parse_list(parser);

	if (body == NULL)
		parser_unexpected(parser);
	return body;
}

/* Behind `if` and `elif`. */
static struct node *parse_if(struct parser *parser)
{
	struct node *node = node_make(parser, NODE_IF, NULL, NULL);

	if (node == NULL || ++parser->depth > DEPTH_MAX) {
		parser_fail(parser, SYNTAX_NO_MEMORY);
		return NULL;
	}
	node->left = parse_body(parser);
	expect(parser, "then");
	node->right = parse_body(parser);
	if (token_is(&parser->token, "elif")) {
		advance(parser);
		node->other = parse_if(parser); /* takes the fi */
	} else {
		if (token_is(&parser->token, "else")) {
			advance(parser);
			node->other = parse_body(parser);
		}
		expect(parser, "fi");
	}
	parser->depth--;
	return node;
}

static struct node *parse_loop(struct parser *parser, struct node *node)
{
	expect(parser, "do");
	node->right = parse_body(parser);
	expect(parser, "done");
	return node;
}

static struct node *parse_for(struct parser *parser)
{
	struct node *node = node_make(parser, NODE_FOR, NULL, NULL);
	struct word *name = word_take(parser);

	if (node == NULL || name == NULL)
		return NULL;
	node->name = name->text;
	if (syntax_name(name->text) != strlen(name->text)) {
		snprintf(parser->syntax->error, sizeof(parser->syntax->error), "bad name in for");
		parser_fail(parser, SYNTAX_ERROR);
		return NULL;
	}
	skip_newlines(parser);
	node->other = node;
	if (token_is(&parser->token, "in")) {
		struct word **end = &node->words;
		node->other = NULL;
		advance(parser);
		while (parser->token.kind == TOKEN_WORD && (*end = word_take(parser)) != NULL)
			end = &(*end)->next;
	}
	if (parser->token.kind == TOKEN_SEMICOLON)
		advance(parser);
	skip_newlines(parser);
	return parse_loop(parser, node);
}

/* What begins with a reserved word or a bracket; NULL without an error: it is a simple command. */
static struct node *parse_compound(struct parser *parser)
{
	struct token first = parser->token;
	struct node *node = NULL;

	if (first.kind == TOKEN_OPEN) {
		advance(parser);
		node = node_make(parser, NODE_SUBSHELL, parse_body(parser), NULL);
		if (parser->token.kind == TOKEN_CLOSE)
			advance(parser);
		else
			parser_unexpected(parser);
	} else if (token_is(&first, "{")) {
		advance(parser);
		node = node_make(parser, NODE_GROUP, parse_body(parser), NULL);
		expect(parser, "}");
	} else if (token_is(&first, "if")) {
		advance(parser);
		node = parse_if(parser);
	} else if (token_is(&first, "while") || token_is(&first, "until")) {
		advance(parser);
		node = node_make(parser, *first.start == 'w' ? NODE_WHILE : NODE_UNTIL, parse_body(parser),
				 NULL);
		if (node != NULL)
			parse_loop(parser, node);
	} else if (token_is(&first, "for")) {
		advance(parser);
		node = parse_for(parser);
	}
	if (node != NULL)
		redirects_take(parser, node);
	return node;
}

/* A word that ends a list. */
static bool at_list_end(const struct token *token)
{
	static const char *const words[] = {"then", "else", "elif", "fi", "do", "done", "}"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (token_is(token, words[i]))
			return true;
	return false;
}

static struct node *parse_command(struct parser *parser)
{
	struct node *node = NULL;

	if (++parser->depth > DEPTH_MAX) {
		parser_fail(parser, SYNTAX_NO_MEMORY);
	} else if (at_list_end(&parser->token)) {
		parser_unexpected(parser);
	} else {
		node = parse_compound(parser);
		if (node == NULL && parser->result == SYNTAX_DONE)
			node = parse_simple(parser);
	}
	parser->depth--;
	return node;
}

static struct node *parse_pipeline(struct parser *parser)
{
	bool negated = token_is(&parser->token, "!");

	if (negated)
		advance(parser);
	struct node *node = parse_command(parser);
	while (parser->token.kind == TOKEN_PIPE) {
		advance(parser);
		skip_newlines(parser);
		node = node_make(parser, NODE_PIPE, node, parse_command(parser));
	}
	return negated ? node_make(parser, NODE_NOT, node, NULL) : node;
}

static struct node *parse_and_or(struct parser *parser)
{
	struct node *node = parse_pipeline(parser);

	while (parser->token.kind == TOKEN_AND || parser->token.kind == TOKEN_OR) {
		enum node_kind kind = parser->token.kind == TOKEN_AND ? NODE_AND : NODE_OR;
		advance(parser);
		skip_newlines(parser);
		node = node_make(parser, kind, node, parse_pipeline(parser));
	}
	return node;
}

static bool takes_command(const struct parser *parser)
{
	enum token_kind kind = parser->token.kind;

	return (kind == TOKEN_WORD || kind == TOKEN_OPEN || kind == TOKEN_REDIRECT) &&
	       !at_list_end(&parser->token);
}

/* One and-or with the separator behind it, joined to what was before. */
static struct node *parse_item(struct parser *parser, struct node *before)
{
	struct node *node = parse_and_or(parser);

	parser->separated = parser->token.kind == TOKEN_AMPERSAND || parser->token.kind == TOKEN_SEMICOLON ||
			    parser->token.kind == TOKEN_NEWLINE;
	if (parser->token.kind == TOKEN_AMPERSAND) {
		node = node_make(parser, NODE_BACKGROUND, node, NULL);
		advance(parser);
	} else if (parser->token.kind == TOKEN_SEMICOLON) {
		advance(parser);
	}
	return before != NULL ? node_make(parser, NODE_SEQUENCE, before, node) : node;
}

/* Inside a compound command: line ends separate, too. NULL if empty. */
static struct node *parse_list(struct parser *parser)
{
	struct node *node = NULL;

	parser->separated = true;
	skip_newlines(parser);
	while (parser->separated && takes_command(parser)) {
		node = parse_item(parser, node);
		skip_newlines(parser);
	}
	return node;
}

enum syntax_result syntax_parse(const char *text, struct syntax *syntax)
{
	struct parser parser = {.syntax = syntax, .result = SYNTAX_DONE, .separated = true};

	*syntax = (struct syntax){0};
	parser.token = lexer_next(text);
	while (parser.separated && takes_command(&parser))
		syntax->tree = parse_item(&parser, syntax->tree);
	if (parser.result == SYNTAX_DONE && parser.token.kind != TOKEN_END &&
	    parser.token.kind != TOKEN_NEWLINE)
		parser_unexpected(&parser);
	syntax->used_bytes = (size_t)(parser.token.start + parser.token.bytes - text);
	if (parser.result == SYNTAX_NO_MEMORY)
		snprintf(syntax->error, sizeof(syntax->error), "too deep, or out of memory");
	return parser.result;
}

void syntax_free(struct syntax *syntax)
{
	for (struct syntax_block *block = syntax->blocks, *next; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	*syntax = (struct syntax){0};
}
