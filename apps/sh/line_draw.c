/* SPDX-License-Identifier: MIT */
/*
 * What the screen shows. Prompt and text go over as many rows as they need; the terminal breaks them:
 *
 *     ~ # a long comm         row 0
 *     and that goes on_       row 1, place = {1, 16}
 *
 * A character that ends exactly at the right border leaves the terminal's cursor there; a blank and a return
 * bring it to the next row at once, so that places are the same everywhere. A text within one row is changed
 * in place; otherwise all is printed anew, from the prompt on. A text that the screen has no room for is
 * shown as one row, a window, because nothing can be changed any more that has left the screen.
 */
#include "line_parts.h"
#include <stdio.h>

#define BACKSPACES_MAX 8 /* beyond, going to the row's beginning is shorter */

static void print(struct line *line, const char *text, size_t bytes)
{
	if (bytes > 0)
		line->print(text, bytes);
}

/* ESC [ count letter */
static void print_move(struct line *line, size_t count, char letter)
{
	char text[24];

	if (count > 0)
		print(line, text, (size_t)snprintf(text, sizeof(text), "\x1b[%zu%c", count, letter));
}

/* The place behind the character at @text, which was printed at @place. */
static struct line_place place_behind(const struct line *line, struct line_place place, const char *text)
{
	size_t columns = line_character_columns(text);

	if (place.column + columns > line->columns)
		place = (struct line_place){place.row + 1, 0};
	place.column += columns;
	if (place.column >= line->columns)
		place = (struct line_place){place.row + 1, 0};
	return place;
}

static struct line_place place_after(const struct line *line, struct line_place place, const char *text,
				     size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		if (!line_continues(text[i]))
			place = place_behind(line, place, text + i);
	return place;
}

static size_t columns_of(const char *text, size_t bytes)
{
	size_t columns = 0;

	for (size_t i = 0; i < bytes; i++)
		if (!line_continues(text[i]))
			columns += line_character_columns(text + i);
	return columns;
}

/* Beside a window only the prompt's end is shown if it is long. */
static const char *prompt_shown(const struct line *line)
{
	const char *prompt = line->prompt;

	while (line->windowed && *prompt != 0 && columns_of(prompt, strlen(prompt)) > line->columns / 2)
		for (prompt++; line_continues(*prompt);)
			prompt++;
	return prompt;
}

static struct line_place place_of_prompt(const struct line *line)
{
	const char *prompt = prompt_shown(line);

	return place_after(line, (struct line_place){0, 0}, prompt, strlen(prompt));
}

/* Of byte @at of the text, if all of it is shown: a wide character may stand in the next row. */
static struct line_place place_of(const struct line *line, size_t at)
{
	struct line_place place = place_after(line, place_of_prompt(line), line->text, at);

	if (at < line->bytes && place.column + line_character_columns(line->text + at) > line->columns)
		place = (struct line_place){place.row + 1, 0};
	return place;
}

/* Print text whose first character stands at line->place. */
static void print_text(struct line *line, const char *text, size_t bytes)
{
	struct line_place behind = place_after(line, line->place, text, bytes);

	print(line, text, bytes);
	if (behind.column == 0 && behind.row > line->place.row)
		print(line, " \r", 2);
	line->place = behind;
}

static void go_to(struct line *line, struct line_place to)
{
	struct line_place from = line->place;

	if (to.row < from.row)
		print_move(line, from.row - to.row, 'A');
	else
		print_move(line, to.row - from.row, 'B');
	if (to.column < from.column && from.column - to.column <= BACKSPACES_MAX) {
		for (size_t i = to.column; i < from.column; i++)
			print(line, "\b", 1);
	} else if (to.column < from.column) {
		print(line, "\r", 1);
		print_move(line, to.column, 'C');
	} else {
		print_move(line, to.column - from.column, 'C');
	}
	line->place = to;
}

/* Whether the screen has room for all of the text; one row stays for what follows. */
static bool fits(const struct line *line)
{
	struct line_place place = place_of_prompt(line);

	for (size_t i = 0; i < line->bytes && place.row + 1 < line->rows; i++)
		if (!line_continues(line->text[i]))
			place = place_behind(line, place, line->text + i);
	return place.row + 1 < line->rows;
}

/* Columns for text in the window; the last column stays free. */
static size_t window_columns(const struct line *line)
{
	return line->columns - 1 - place_of_prompt(line).column;
}

/* Columns from the window's beginning to byte @to. */
static size_t columns_to(const struct line *line, size_t to)
{
	return columns_of(line->text + line->window_from, to - line->window_from);
}

/* The window stands so that the cursor and its character are in it, in the middle if it has to move. */
static void window_place(struct line *line)
{
	size_t room = window_columns(line);

	if (line->cursor >= line->window_from && columns_to(line, line->cursor) < room &&
	    columns_to(line, line_step_right(line, line->cursor)) <= room)
		return;
	line->window_from = line->cursor;
	while (line->window_from > 0 && columns_to(line, line->cursor) < room / 2)
		line->window_from = line_step_left(line, line->window_from);
}

static void draw_window(struct line *line)
{
	size_t room = window_columns(line), end;

	window_place(line);
	end = line->window_from;
	while (end < line->bytes && columns_to(line, line_step_right(line, end)) <= room)
		end = line_step_right(line, end);
	print_text(line, line->text + line->window_from, end - line->window_from);
	go_to(line, place_after(line, place_of_prompt(line), line->text + line->window_from,
				line->cursor - line->window_from));
}

/* From the beginning of an empty row on. */
static void draw_all(struct line *line)
{
	line->place = (struct line_place){0, 0};
	line->windowed = false;
	line->windowed = !fits(line);
	print_text(line, prompt_shown(line), strlen(prompt_shown(line)));
	if (line->windowed) {
		draw_window(line);
	} else {
		print_text(line, line->text, line->bytes);
		go_to(line, place_of(line, line->cursor));
	}
}

void line_show(struct line *line)
{
	draw_all(line);
}

void line_draw(struct line *line)
{
	go_to(line, (struct line_place){0, 0});
	print(line, "\x1b[J", 3);
	draw_all(line);
}

void line_draw_tail(struct line *line, size_t from)
{
	if (line->windowed || line->place.row > 0 || place_of(line, line->bytes).row > 0) {
		line_draw(line);
		return;
	}
	print_text(line, line->text + from, line->bytes - from);
	print(line, "\x1b[J", 3);
	go_to(line, place_of(line, line->cursor));
}

void line_draw_appended(struct line *line, size_t before)
{
	struct line_place behind = place_after(line, line->place, line->text + before, line->bytes - before);

	if (line->windowed ? behind.column + 1 >= line->columns || behind.row > 0
			   : behind.row + 1 >= line->rows)
		line_draw(line);
	else
		print_text(line, line->text + before, line->bytes - before);
}

void line_go(struct line *line, size_t to)
{
	line->cursor = to;
	if (line->windowed)
		line_draw(line);
	else
		go_to(line, place_of(line, to));
}

void line_draw_end(struct line *line)
{
	if (!line->windowed)
		line_go(line, line->bytes);
}

/* Terminals break what they show anew: the cursor stands where the new breaks bring it. */
void line_resize(struct line *line, size_t columns, size_t rows)
{
	if (columns == line->columns && rows == line->rows)
		return;
	line->columns = columns;
	line->rows = rows;
	if (line->windowed)
		line->place = (struct line_place){line->place.column / columns, line->place.column % columns};
	else
		line->place = place_of(line, line->cursor);
	line_draw(line);
}
