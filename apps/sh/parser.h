/* SPDX-License-Identifier: MIT */
/* What the parser's files share: parse.c (lists, pipelines, simple commands), parse_compound.c, parse_here.c.
 */
#ifndef SH_PARSER_H
#define SH_PARSER_H

#include "lexer.h"
#include "syntax.h"

#define PARSER_DEPTH_MAX 100

/* A << whose text follows behind the end of the line. */
struct here {
	struct here *next;
	struct redirect *redirect;
	const char *end_word; /* without its quotes */
	bool tabs_go;	      /* <<- */
};

struct parser {
	struct syntax *syntax;
	enum syntax_result result;
	const char *text;
	struct token token; /* the next one */
	int depth;
	bool separated; /* the last command of a list has its end; another one may follow */
	struct here *here_first, **here_end;
};

/* The first failure counts. */
void parser_fail(struct parser *parser, enum syntax_result result);
void parser_refuse(struct parser *parser, const char *why);
/* The token cannot stand here; if it is the end of the text, the line is not complete. */
void parser_unexpected(struct parser *parser);
void parser_advance(struct parser *parser);
void parser_expect(struct parser *parser, const char *word);
void parser_skip_newlines(struct parser *parser);

/* NULL: failed. */
void *parser_take_memory(struct parser *parser, size_t bytes);
struct node *parser_make_node(struct parser *parser, enum node_kind kind, struct node *left,
			      struct node *right);
struct word *parser_take_word(struct parser *parser);

/* The redirections that follow go to the node. */
void parser_take_redirects(struct parser *parser, struct node *node);

/* A list; NULL if it is empty. Line ends separate, too. */
struct node *parser_take_list(struct parser *parser);

/* parse_compound.c: what begins with a reserved word or a bracket; NULL without a failure: nothing of that.
 */
struct node *parser_take_compound(struct parser *parser);
/* A word that ends a list. */
bool parser_at_list_end(const struct token *token);

/* parse_here.c: @redirect, whose target is the end word, gets its text at the end of the line. */
void parser_announce_here(struct parser *parser, struct redirect *redirect, bool tabs_go);
/* At the end of a line: take the texts; the token then reaches up to where they end. */
void parser_take_here(struct parser *parser);

#endif
