/* SPDX-License-Identifier: MIT */
/* Here-documents: a << only announces its text; the texts follow behind the end of the line, in their order.
 */
#include "parser.h"
#include <string.h>

/* Take quotes and backslashes away, in place; true: there were some. */
static bool unquote(char *text)
{
	char *to = text;
	bool quoted = false;
	char quote = 0;

	for (; *text != 0; text++) {
		bool opens = quote == 0 && strchr("'\"\\", *text) != NULL;
		bool closes = quote != 0 && *text == quote;
		quoted |= opens;
		if (opens && *text == '\\' && text[1] != 0)
			*to++ = *++text;
		else if (opens || closes)
			quote = opens && *text != '\\' ? *text : 0;
		else
			*to++ = *text;
	}
	*to = 0;
	return quoted;
}

void parser_announce_here(struct parser *parser, struct redirect *redirect, bool tabs_go)
{
	struct here *here = parser_take_memory(parser, sizeof(*here));

	if (here == NULL || redirect->target == NULL)
		return;
	redirect->kind = unquote(redirect->target->text) ? REDIRECT_TEXT : REDIRECT_HERE;
	*here = (struct here){.redirect = redirect, .end_word = redirect->target->text, .tabs_go = tabs_go};
	*parser->here_end = here;
	parser->here_end = &here->next;
}

/* The lines from @at up to the end word become the target; gives where the next line begins, NULL: no end. */
static const char *here_take(struct parser *parser, const struct here *here, const char *at)
{
	struct word *word = parser_take_memory(parser, sizeof(*word) + strlen(at) + 1);
	size_t used = 0, end_bytes = strlen(here->end_word);

	while (word != NULL && *at != 0) {
		at += here->tabs_go ? strspn(at, "\t") : 0;
		size_t bytes = strcspn(at, "\n");
		if (bytes == end_bytes && memcmp(at, here->end_word, bytes) == 0) {
			here->redirect->target = word;
			return at + bytes + (at[bytes] == '\n');
		}
		bytes += at[bytes] == '\n';
		memcpy(word->text + used, at, bytes);
		used += bytes;
		at += bytes;
	}
	return NULL;
}

void parser_take_here(struct parser *parser)
{
	struct token *token = &parser->token;

	while (parser->here_first != NULL && parser->result == SYNTAX_DONE) {
		const char *end = here_take(parser, parser->here_first, token->start + token->bytes);
		if (end == NULL) {
			parser_fail(parser, SYNTAX_INCOMPLETE);
			return;
		}
		token->bytes = (size_t)(end - token->start);
		parser->here_first = parser->here_first->next;
	}
	parser->here_end = &parser->here_first;
}
