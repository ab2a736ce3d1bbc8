/* SPDX-License-Identifier: MIT */
/*
 * The line editor: bytes of a keyboard go in, text for the screen comes out. Pure: no terminal here.
 *
 *   line.c          keys change the text        line_history.c   older lines, looking for one
 *   line_draw.c     what is shown of it         line_width.c     columns of a character
 *
 * Cursor keys, Home, End, Delete; Ctrl-A B D E F K L N P R T U W Y; Alt-B D F; Tab asks for completion.
 */
#ifndef SH_LINE_H
#define SH_LINE_H

#include <stdbool.h>
#include <stddef.h>

#define LINE_BYTES_MAX	 65535
#define LINE_HISTORY_MAX 200
#define LINE_SEARCH_MAX	 60
#define LINE_PROMPT_MAX	 300

enum line_event {
	LINE_GOES_ON,
	LINE_DONE,	  /* line->text is what was typed; it is in the history */
	LINE_END,	  /* Ctrl-D on an empty line */
	LINE_INTERRUPTED, /* Ctrl-C: the line is thrown away */
	LINE_COMPLETE,	  /* Tab: the caller may line_insert(), then goes on */
};

/* A place on the screen, seen from where the prompt begins. */
struct line_place {
	size_t row, column;
};

struct line {
	char text[LINE_BYTES_MAX + 1];
	size_t bytes, cursor;
	void (*print)(const char *text, size_t bytes);

	/* the screen */
	char prompt[LINE_PROMPT_MAX];
	size_t columns, rows;	 /* of the terminal */
	struct line_place place; /* of the cursor */
	bool windowed;		 /* too long for the screen: one row of it is shown, from window_from on */
	size_t window_from;

	/* keys */
	int escape;	   /* bytes of an escape sequence so far */
	int numbers[2];	   /* its numbers */
	int number;	   /* which of them is read */
	char character[4]; /* the beginning of a character of several bytes */
	size_t gathered;   /* how many of them */
	char *killed;	   /* for Ctrl-Y; from malloc, NULL: nothing */

	/* history */
	char *history[LINE_HISTORY_MAX];  /* oldest first */
	size_t history_count, history_at; /* at == count: the line being typed */
	char *kept;			  /* that line, while older ones are shown; from malloc */
	bool searching;
	char search[LINE_SEARCH_MAX + 1];
	char search_prompt[LINE_PROMPT_MAX]; /* the prompt while searching shows another one */
};

/* Begin an empty line behind a prompt, which is printed; the history stays. */
void line_begin(struct line *line, const char *prompt, size_t columns, size_t rows);

/* The terminal has another size now, maybe. */
void line_resize(struct line *line, size_t columns, size_t rows);

enum line_event line_feed(struct line *line, char byte);

/* As if typed at the cursor; what does not fit is left out. */
void line_insert(struct line *line, const char *text, size_t bytes);

/* Print prompt and line anew, where the screen's cursor stands: at the beginning of a row. */
void line_show(struct line *line);

/* Add a line to the history unless it is empty or repeats the newest. */
void line_remember(struct line *line, const char *text);

void line_free(struct line *line);

/* 0, or the number of the source line whose invariant does not hold. */
int line_check(const struct line *line);

#endif
