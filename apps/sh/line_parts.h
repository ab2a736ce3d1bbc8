/* SPDX-License-Identifier: MIT */
/* What the files of the line editor share. */
#ifndef SH_LINE_PARTS_H
#define SH_LINE_PARTS_H

#include "line.h"
#include <string.h>

#define LINE_CONTROL(letter) ((letter) - '@')

/* line_width.c. Bytes that go on a character (UTF-8): 0x80 to 0xbf. */
static inline bool line_continues(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}
/* How many bytes a character has that begins with @byte; 0: none begins so. */
size_t line_character_bytes(char byte);
/* The whole character at @text: 0, 1 or 2 columns. */
size_t line_character_columns(const char *text);

/* line.c */
size_t line_step_left(const struct line *line, size_t at);
size_t line_step_right(const struct line *line, size_t at);
/* A byte of a character: how many bytes of line->character are one now, 0: not whole yet, or none. */
size_t line_gather(struct line *line, char byte);
/* Take out [from, to); the cursor goes to @from. */
void line_erase(struct line *line, size_t from, size_t to);
void line_replace(struct line *line, const char *text);

/* line_draw.c: the text has changed as said, the cursor stands where it should. */
void line_draw(struct line *line);		     /* anyhow */
void line_draw_tail(struct line *line, size_t from); /* from there on; the screen's cursor stands there */
void line_draw_appended(struct line *line, size_t before); /* at its end; that was its end before */
void line_draw_end(struct line *line);			   /* the cursor goes behind the text, for good */
void line_go(struct line *line, size_t to);		   /* no change but for the cursor */

/* line_history.c */
void line_history_show(struct line *line, size_t at);
void line_search_begin(struct line *line);
/* False: the search is over, and the key counts as any other. */
bool line_search_key(struct line *line, char byte);

#endif
