/* SPDX-License-Identifier: MIT */
/* The parser's compound commands: if, loops, case, brackets. */
#include "parser.h"
#include <string.h>

/* A list that may not be empty. */
static struct node *parse_body(struct parser *parser)
{
	struct node *body = parser_take_list(parser);

	if (body == NULL)
		parser_unexpected(parser);
	return body;
}

/* Behind `if` and `elif`. */
static struct node *parse_if(struct parser *parser)
{
	struct node *node = parser_make_node(parser, NODE_IF, NULL, NULL);

	if (node == NULL || ++parser->depth > PARSER_DEPTH_MAX) {
		parser_fail(parser, SYNTAX_NO_MEMORY);
		return NULL;
	}
	node->left = parse_body(parser);
	parser_expect(parser, "then");
	node->right = parse_body(parser);
	if (token_is(&parser->token, "elif")) {
		parser_advance(parser);
		node->other = parse_if(parser); /* takes the fi */
	} else {
		if (token_is(&parser->token, "else")) {
			parser_advance(parser);
			node->other = parse_body(parser);
		}
		parser_expect(parser, "fi");
	}
	parser->depth--;
	return node;
}

static struct node *parse_loop(struct parser *parser, struct node *node)
{
	parser_expect(parser, "do");
	node->right = parse_body(parser);
	parser_expect(parser, "done");
	return node;
}

static struct node *parse_for(struct parser *parser)
{
	struct node *node = parser_make_node(parser, NODE_FOR, NULL, NULL);
	struct word *name = parser_take_word(parser);

	if (node == NULL || name == NULL)
		return NULL;
	node->name = name->text;
	if (syntax_name(name->text) != strlen(name->text)) {
		parser_refuse(parser, "bad name in for");
		return NULL;
	}
	parser_skip_newlines(parser);
	node->other = node;
	if (token_is(&parser->token, "in")) {
		struct word **end = &node->words;
		node->other = NULL;
		parser_advance(parser);
		while (parser->token.kind == TOKEN_WORD && (*end = parser_take_word(parser)) != NULL)
			end = &(*end)->next;
	}
	if (parser->token.kind == TOKEN_SEMICOLON)
		parser_advance(parser);
	parser_skip_newlines(parser);
	return parse_loop(parser, node);
}

/* [(] pattern | pattern ) list, up to its end; NULL: failed. */
static struct node *parse_choice(struct parser *parser)
{
	struct node *node = parser_make_node(parser, NODE_CHOICE, NULL, NULL);
	struct word **end = node != NULL ? &node->words : NULL;

	if (parser->token.kind == TOKEN_OPEN)
		parser_advance(parser);
	while (node != NULL && (*end = parser_take_word(parser)) != NULL) {
		end = &(*end)->next;
		if (parser->token.kind != TOKEN_PIPE)
			break;
		parser_advance(parser);
	}
	if (parser->token.kind != TOKEN_CLOSE)
		parser_unexpected(parser);
	parser_advance(parser);
	if (node != NULL)
		node->left = parser_take_list(parser);
	return parser->result == SYNTAX_DONE ? node : NULL;
}

/* Behind `case`. */
static struct node *parse_case(struct parser *parser)
{
	struct node *node = parser_make_node(parser, NODE_CASE, NULL, NULL);
	struct node **end = node != NULL ? &node->other : NULL;

	if (node == NULL)
		return NULL;
	node->words = parser_take_word(parser);
	parser_skip_newlines(parser);
	parser_expect(parser, "in");
	parser_skip_newlines(parser);
	while (!token_is(&parser->token, "esac") && (*end = parse_choice(parser)) != NULL) {
		end = &(*end)->other;
		if (parser->token.kind != TOKEN_CASE_END)
			break;
		parser_advance(parser);
		parser_skip_newlines(parser);
	}
	parser_expect(parser, "esac");
	return node;
}

static struct node *parse_brackets(struct parser *parser, enum node_kind kind)
{
	parser_advance(parser);
	struct node *node = parser_make_node(parser, kind, parse_body(parser), NULL);
	if (kind == NODE_GROUP)
		parser_expect(parser, "}");
	else if (parser->token.kind == TOKEN_CLOSE)
		parser_advance(parser);
	else
		parser_unexpected(parser);
	return node;
}

static struct node *parse_while(struct parser *parser, enum node_kind kind)
{
	parser_advance(parser);
	struct node *node = parser_make_node(parser, kind, parse_body(parser), NULL);
	return node != NULL ? parse_loop(parser, node) : NULL;
}

struct node *parser_take_compound(struct parser *parser)
{
	const struct token *first = &parser->token;
	struct node *node = NULL;

	if (first->kind == TOKEN_OPEN) {
		node = parse_brackets(parser, NODE_SUBSHELL);
	} else if (token_is(first, "{")) {
		node = parse_brackets(parser, NODE_GROUP);
	} else if (token_is(first, "if")) {
		parser_advance(parser);
		node = parse_if(parser);
	} else if (token_is(first, "while")) {
		node = parse_while(parser, NODE_WHILE);
	} else if (token_is(first, "until")) {
		node = parse_while(parser, NODE_UNTIL);
	} else if (token_is(first, "for")) {
		parser_advance(parser);
		node = parse_for(parser);
	} else if (token_is(first, "case")) {
		parser_advance(parser);
		node = parse_case(parser);
	}
	if (node != NULL)
		parser_take_redirects(parser, node);
	return node;
}

bool parser_at_list_end(const struct token *token)
{
	static const char *const words[] = {"then", "else", "elif", "fi", "do", "done", "esac", "}"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (token_is(token, words[i]))
			return true;
	return false;
}
