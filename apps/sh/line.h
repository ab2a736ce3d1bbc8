/* SPDX-License-Identifier: MIT */
/*
 * The line editor: bytes of a keyboard go in, text for the screen comes out. Pure: no terminal here. Cursor
 * keys, Home, End, Delete; Ctrl-A B D E F K L N P U W; history; Tab asks for completion.
 */
#ifndef SH_LINE_H
#define SH_LINE_H

#include <stdbool.h>
#include <stddef.h>

#define LINE_BYTES_MAX	 1024
#define LINE_HISTORY_MAX 64

enum line_event {
	LINE_GOES_ON,
	LINE_DONE,	  /* line->text is what was typed; it is in the history */
	LINE_END,	  /* Ctrl-D on an empty line */
	LINE_INTERRUPTED, /* Ctrl-C: the line is thrown away */
	LINE_COMPLETE,	  /* Tab: the caller may line_insert(), then goes on */
	LINE_CLEARED,	  /* Ctrl-L: the caller prints the prompt, then calls line_show() */
};

struct line {
	char text[LINE_BYTES_MAX + 1];
	size_t bytes, cursor;
	int escape; /* state of an escape sequence: 0 none, 1 ESC, 2 ESC [, else the digit + 2 */
	char *history[LINE_HISTORY_MAX];  /* oldest first */
	size_t history_count, history_at; /* at == count: the line being typed */
	char kept[LINE_BYTES_MAX + 1];	  /* that line, while older ones are shown */
	void (*print)(const char *text, size_t bytes);
};

/* Begin an empty line; the history stays. */
void line_begin(struct line *line);

enum line_event line_feed(struct line *line, char byte);

/* As if typed at the cursor; what does not fit is left out. */
void line_insert(struct line *line, const char *text, size_t bytes);

/* Print the line anew behind a prompt. */
void line_show(struct line *line);

/* Add a line to the history unless it is empty or repeats the newest. */
void line_remember(struct line *line, const char *text);

void line_free(struct line *line);

/* 0, or the number of the source line whose invariant does not hold. */
int line_check(const struct line *line);

#endif
