/* SPDX-License-Identifier: MIT */
/*
 * The parser: one function a rule of the language, by recursive descent. The first thing that goes wrong sets
 * `result`; from then on every token is an end, so all rules come back. No memory, too deep: the same way.
 */
#include "parser.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct syntax_block {
	struct syntax_block *next;
	_Alignas(max_align_t) char data[];
};

struct syntax_store {
	unsigned holders;
	struct syntax_block *blocks;
};

void parser_fail(struct parser *parser, enum syntax_result result)
{
	if (parser->result == SYNTAX_DONE)
		parser->result = result;
	parser->token.kind = TOKEN_END;
}

void parser_refuse(struct parser *parser, const char *why)
{
	const char *line = parser->text;

	if (parser->result != SYNTAX_DONE)
		return;
	parser->syntax->line = 1;
	for (const char *at = line; at < parser->token.start; at++) {
		if (*at == '\n') {
			parser->syntax->line++;
			line = at + 1;
		}
	}
	parser->syntax->column = (size_t)(parser->token.start - line) + 1;
	snprintf(parser->syntax->error, sizeof(parser->syntax->error), "%s", why);
	parser_fail(parser, SYNTAX_ERROR);
}

void parser_unexpected(struct parser *parser)
{
	const struct token *token = &parser->token;
	bool newline = token->kind == TOKEN_NEWLINE;
	int bytes = token->bytes < 40 ? (int)token->bytes : 40;
	char why[80];

	if (token->kind == TOKEN_END || token->kind == TOKEN_UNENDED) {
		parser_fail(parser, SYNTAX_INCOMPLETE);
		return;
	}
	snprintf(why, sizeof(why), "%s `%.*s'",
		 token->kind == TOKEN_REFUSED ? "not supported:" : "syntax error near", newline ? 7 : bytes,
		 newline ? "newline" : token->start);
	parser_refuse(parser, why);
}

void parser_advance(struct parser *parser)
{
	if (parser->token.kind == TOKEN_NEWLINE)
		parser_take_here(parser);
	if (parser->result == SYNTAX_DONE)
		parser->token = lexer_next(parser->token.start + parser->token.bytes);
}

void *parser_take_memory(struct parser *parser, size_t bytes)
{
	struct syntax_block *block = calloc(1, sizeof(*block) + bytes);

	if (block == NULL) {
		parser_fail(parser, SYNTAX_NO_MEMORY);
		return NULL;
	}
	block->next = parser->syntax->store->blocks;
	parser->syntax->store->blocks = block;
	return block->data;
}

struct node *parser_make_node(struct parser *parser, enum node_kind kind, struct node *left,
			      struct node *right)
{
	struct node *node = parser_take_memory(parser, sizeof(*node));

	if (node != NULL)
		*node = (struct node){.kind = kind, .left = left, .right = right};
	return node;
}

struct word *parser_take_word(struct parser *parser)
{
	if (parser->token.kind != TOKEN_WORD) {
		parser_unexpected(parser);
		return NULL;
	}
	struct word *word = parser_take_memory(parser, sizeof(*word) + parser->token.bytes + 1);
	if (word != NULL)
		memcpy(word->text, parser->token.start, parser->token.bytes);
	parser_advance(parser);
	return word;
}

void parser_expect(struct parser *parser, const char *text)
{
	if (token_is(&parser->token, text))
		parser_advance(parser);
	else
		parser_unexpected(parser);
}

void parser_skip_newlines(struct parser *parser)
{
	while (parser->token.kind == TOKEN_NEWLINE)
		parser_advance(parser);
}

static enum redirect_kind redirect_kind_of(const char *operation)
{
	if (operation[1] == '&')
		return REDIRECT_COPY;
	if (operation[0] == '<')
		return operation[1] == '<' ? REDIRECT_HERE : REDIRECT_READ;
	return operation[1] == '>' ? REDIRECT_APPEND : REDIRECT_WRITE;
}

static struct redirect *redirect_take(struct parser *parser)
{
	struct redirect *redirect = parser_take_memory(parser, sizeof(*redirect));

	if (redirect == NULL)
		return NULL;
	redirect->fd = parser->token.fd;
	redirect->kind = redirect_kind_of(parser->token.operation);
	bool tabs_go = parser->token.operation[2] == '-';
	parser_advance(parser);
	redirect->target = parser_take_word(parser);
	if (redirect->kind == REDIRECT_HERE)
		parser_announce_here(parser, redirect, tabs_go);
	return redirect;
}

void parser_take_redirects(struct parser *parser, struct node *node)
{
	struct redirect **end = &node->redirects;

	while (parser->token.kind == TOKEN_REDIRECT) {
		*end = redirect_take(parser);
		if (*end == NULL)
			return;
		end = &(*end)->next;
	}
}

/* name ( ) command; the name is taken. */
static struct node *parse_function(struct parser *parser, const struct word *name)
{
	parser_advance(parser);
	if (syntax_name(name->text) != strlen(name->text))
		parser_refuse(parser, "bad name of a function");
	if (parser->token.kind != TOKEN_CLOSE)
		parser_unexpected(parser);
	parser_advance(parser);
	parser_skip_newlines(parser);
	struct node *body = parser_take_compound(parser);
	if (body == NULL)
		parser_unexpected(parser);
	struct node *node = parser_make_node(parser, NODE_FUNCTION, body, NULL);
	if (node == NULL)
		return NULL;
	node->name = name->text;
	node->store = parser->syntax->store;
	return node;
}

static struct node *parse_simple(struct parser *parser)
{
	struct node *node = parser_make_node(parser, NODE_SIMPLE, NULL, NULL);

	if (node == NULL)
		return NULL;
	struct word **words = &node->words;
	struct redirect **redirects = &node->redirects;
	while (parser->token.kind == TOKEN_WORD || parser->token.kind == TOKEN_REDIRECT) {
		if (parser->token.kind == TOKEN_WORD) {
			*words = parser_take_word(parser);
			if (*words != NULL)
				words = &(*words)->next;
		} else {
			*redirects = redirect_take(parser);
			if (*redirects != NULL)
				redirects = &(*redirects)->next;
		}
		bool one_word = node->words != NULL && node->words->next == NULL;
		if (one_word && node->redirects == NULL && parser->token.kind == TOKEN_OPEN)
			return parse_function(parser, node->words);
	}
	if (node->words == NULL && node->redirects == NULL)
		parser_unexpected(parser);
	return node;
}

static struct node *parse_command(struct parser *parser)
{
	struct node *node = NULL;

	if (++parser->depth > PARSER_DEPTH_MAX) {
		parser_fail(parser, SYNTAX_NO_MEMORY);
	} else if (parser_at_list_end(&parser->token)) {
		parser_unexpected(parser);
	} else {
		node = parser_take_compound(parser);
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
		parser_advance(parser);
	struct node *node = parse_command(parser);
	while (parser->token.kind == TOKEN_PIPE) {
		parser_advance(parser);
		parser_skip_newlines(parser);
		node = parser_make_node(parser, NODE_PIPE, node, parse_command(parser));
	}
	return negated ? parser_make_node(parser, NODE_NOT, node, NULL) : node;
}

static struct node *parse_and_or(struct parser *parser)
{
	struct node *node = parse_pipeline(parser);

	while (parser->token.kind == TOKEN_AND || parser->token.kind == TOKEN_OR) {
		enum node_kind kind = parser->token.kind == TOKEN_AND ? NODE_AND : NODE_OR;
		parser_advance(parser);
		parser_skip_newlines(parser);
		node = parser_make_node(parser, kind, node, parse_pipeline(parser));
	}
	return node;
}

static bool takes_command(const struct parser *parser)
{
	enum token_kind kind = parser->token.kind;

	return (kind == TOKEN_WORD || kind == TOKEN_OPEN || kind == TOKEN_REDIRECT) &&
	       !parser_at_list_end(&parser->token);
}

/* One and-or with the separator behind it, joined to what was before. */
static struct node *parse_item(struct parser *parser, struct node *before)
{
	struct node *node = parse_and_or(parser);

	parser->separated = parser->token.kind == TOKEN_AMPERSAND || parser->token.kind == TOKEN_SEMICOLON ||
			    parser->token.kind == TOKEN_NEWLINE;
	if (parser->token.kind == TOKEN_AMPERSAND) {
		node = parser_make_node(parser, NODE_BACKGROUND, node, NULL);
		parser_advance(parser);
	} else if (parser->token.kind == TOKEN_SEMICOLON) {
		parser_advance(parser);
	}
	return before != NULL ? parser_make_node(parser, NODE_SEQUENCE, before, node) : node;
}

struct node *parser_take_list(struct parser *parser)
{
	struct node *node = NULL;

	parser->separated = true;
	parser_skip_newlines(parser);
	while (parser->separated && takes_command(parser)) {
		node = parse_item(parser, node);
		parser_skip_newlines(parser);
	}
	return node;
}

enum syntax_result syntax_parse(const char *text, struct syntax *syntax)
{
	struct parser parser = {.syntax = syntax, .result = SYNTAX_DONE, .text = text, .separated = true};

	*syntax = (struct syntax){.store = calloc(1, sizeof(*syntax->store))};
	parser.here_end = &parser.here_first;
	if (syntax->store == NULL)
		parser.result = SYNTAX_NO_MEMORY;
	else
		syntax->store->holders = 1;
	parser.token = lexer_next(text);
	while (parser.separated && takes_command(&parser))
		syntax->tree = parse_item(&parser, syntax->tree);
	if (parser.token.kind == TOKEN_NEWLINE)
		parser_take_here(&parser);
	if (parser.token.kind != TOKEN_NEWLINE &&
	    (parser.token.kind != TOKEN_END || parser.here_first != NULL))
		parser_unexpected(&parser);
	syntax->used_bytes = (size_t)(parser.token.start + parser.token.bytes - text);
	if (parser.result == SYNTAX_NO_MEMORY)
		snprintf(syntax->error, sizeof(syntax->error), "too deep, or out of memory");
	return parser.result;
}

void syntax_hold(struct syntax_store *store)
{
	store->holders++;
}

void syntax_drop(struct syntax_store *store)
{
	if (store == NULL || --store->holders > 0)
		return;
	for (struct syntax_block *block = store->blocks, *next; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	free(store);
}

void syntax_free(struct syntax *syntax)
{
	syntax_drop(syntax->store);
	*syntax = (struct syntax){0};
}
