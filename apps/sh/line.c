/* SPDX-License-Identifier: MIT */
/*
 * Keys change the text. A character of several bytes (UTF-8) is gathered and then one step; bytes that make
 * no character are left out, so the text is always whole characters without control bytes.
 */
#include "line.h"
#include "line_parts.h"
#include <stdio.h>
#include <stdlib.h>

#define ESCAPE 0x1b
#define DELETE 0x7f

size_t line_step_left(const struct line *line, size_t at)
{
	if (at > 0)
		at--;
	while (at > 0 && line_continues(line->text[at]))
		at--;
	return at;
}

size_t line_step_right(const struct line *line, size_t at)
{
	if (at < line->bytes)
		at++;
	while (at < line->bytes && line_continues(line->text[at]))
		at++;
	return at;
}

void line_erase(struct line *line, size_t from, size_t to)
{
	if (to <= from)
		return;
	line_go(line, from);
	memmove(line->text + from, line->text + to, line->bytes - to);
	line->bytes -= to - from;
	line->text[line->bytes] = 0;
	line_draw_tail(line, from);
}

/* The same; Ctrl-Y brings it back. */
static void kill_range(struct line *line, size_t from, size_t to)
{
	char *text = to > from ? strndup(line->text + from, to - from) : NULL;

	if (text != NULL) {
		free(line->killed);
		line->killed = text;
	}
	line_erase(line, from, to);
}

void line_insert(struct line *line, const char *text, size_t bytes)
{
	size_t at = line->cursor;

	if (bytes > LINE_BYTES_MAX - line->bytes)
		return;
	memmove(line->text + at + bytes, line->text + at, line->bytes - at);
	memcpy(line->text + at, text, bytes);
	line->bytes += bytes;
	line->text[line->bytes] = 0;
	line->cursor += bytes;
	if (line->cursor == line->bytes)
		line_draw_appended(line, at);
	else
		line_draw_tail(line, at);
}

void line_replace(struct line *line, const char *text)
{
	memmove(line->text, text, strlen(text) + 1);
	line->bytes = line->cursor = strlen(line->text);
	line->window_from = 0;
	line_draw(line);
}

void line_begin(struct line *line, const char *prompt, size_t columns, size_t rows)
{
	line->bytes = line->cursor = line->window_from = 0;
	line->text[0] = 0;
	line->escape = 0;
	line->gathered = 0;
	line->searching = false;
	line->history_at = line->history_count;
	line->columns = columns;
	line->rows = rows;
	snprintf(line->prompt, sizeof(line->prompt), "%s", prompt);
	line_show(line);
}

static size_t word_left(const struct line *line)
{
	size_t at = line->cursor;

	while (at > 0 && line->text[at - 1] == ' ')
		at--;
	while (at > 0 && line->text[at - 1] != ' ')
		at--;
	return at;
}

static size_t word_right(const struct line *line)
{
	size_t at = line->cursor;

	while (at < line->bytes && line->text[at] == ' ')
		at++;
	while (at < line->bytes && line->text[at] != ' ')
		at++;
	return at;
}

/* The last byte of an escape sequence. */
static void key_cursor(struct line *line, char byte)
{
	int number = line->numbers[0];
	bool by_word = line->numbers[1] >= 3; /* with Alt or Ctrl */

	if (byte == 'A' && line->history_at > 0)
		line_history_show(line, line->history_at - 1);
	else if (byte == 'B')
		line_history_show(line, line->history_at + 1);
	else if (byte == 'C')
		line_go(line, by_word ? word_right(line) : line_step_right(line, line->cursor));
	else if (byte == 'D')
		line_go(line, by_word ? word_left(line) : line_step_left(line, line->cursor));
	else if (byte == 'H' || (byte == '~' && (number == 1 || number == 7)))
		line_go(line, 0);
	else if (byte == 'F' || (byte == '~' && (number == 4 || number == 8)))
		line_go(line, line->bytes);
	else if (byte == '~' && number == 3)
		line_erase(line, line->cursor, line_step_right(line, line->cursor));
}

/* Alt and a letter. */
static void key_alt(struct line *line, char byte)
{
	if (byte == 'b' || byte == 'B')
		line_go(line, word_left(line));
	else if (byte == 'f' || byte == 'F')
		line_go(line, word_right(line));
	else if (byte == 'd' || byte == 'D')
		kill_range(line, line->cursor, word_right(line));
	else if (byte == DELETE)
		kill_range(line, word_left(line), line->cursor);
}

/* ESC [ number ; number letter, ESC O letter, ESC letter. A byte that is none of these ends it. */
static void key_escape(struct line *line, char byte)
{
	if (line->escape == 1 && (byte == '[' || byte == 'O')) {
		line->escape = 2;
		line->number = line->numbers[0] = line->numbers[1] = 0;
		return;
	}
	if (line->escape == 2 && byte >= '0' && byte <= '9') {
		int *number = &line->numbers[line->number];
		*number = *number < 1000 ? *number * 10 + (byte - '0') : *number;
		return;
	}
	if (line->escape == 2 && byte == ';') {
		line->number = 1;
		return;
	}
	bool alone = line->escape == 1;
	line->escape = byte == ESCAPE;
	if (alone)
		key_alt(line, byte);
	else
		key_cursor(line, byte);
}

static enum line_event key_enter(struct line *line)
{
	line_draw_end(line);
	line->print("\n", 1);
	line_remember(line, line->text);
	return LINE_DONE;
}

static enum line_event key_interrupt(struct line *line)
{
	line_draw_end(line);
	line->print("^C\n", 3);
	return LINE_INTERRUPTED;
}

static enum line_event key_end(struct line *line)
{
	if (line->bytes == 0)
		return LINE_END;
	line_erase(line, line->cursor, line_step_right(line, line->cursor));
	return LINE_GOES_ON;
}

/* The characters before and at the cursor change places. */
static void key_swap(struct line *line)
{
	size_t at = line->cursor == line->bytes ? line_step_left(line, line->cursor) : line->cursor;
	size_t left = line_step_left(line, at), right = line_step_right(line, at);
	char moved[4];

	if (left == at || right == at)
		return;
	line_go(line, left);
	memcpy(moved, line->text + left, at - left);
	memmove(line->text + left, line->text + at, right - at);
	memcpy(line->text + left + (right - at), moved, at - left);
	line_draw_tail(line, left);
	line_go(line, right);
}

size_t line_gather(struct line *line, char byte)
{
	if (line->gathered > 0 && !line_continues(byte))
		line->gathered = 0;
	if (line->gathered == 0 && line_character_bytes(byte) == 0)
		return 0;
	line->character[line->gathered++] = byte;
	size_t bytes = line_character_bytes(line->character[0]);
	if (line->gathered < bytes)
		return 0;
	line->gathered = 0;
	return bytes;
}

static void key_edit(struct line *line, char byte)
{
	size_t bytes;

	switch (byte) {
	case LINE_CONTROL('A'):
		line_go(line, 0);
		break;
	case LINE_CONTROL('B'):
		line_go(line, line_step_left(line, line->cursor));
		break;
	case LINE_CONTROL('E'):
		line_go(line, line->bytes);
		break;
	case LINE_CONTROL('F'):
		line_go(line, line_step_right(line, line->cursor));
		break;
	case LINE_CONTROL('H'):
	case DELETE:
		line_erase(line, line_step_left(line, line->cursor), line->cursor);
		break;
	case LINE_CONTROL('K'):
		kill_range(line, line->cursor, line->bytes);
		break;
	case LINE_CONTROL('L'):
		line->print("\x1b[H\x1b[2J", 7);
		line_show(line);
		break;
	case LINE_CONTROL('N'):
		line_history_show(line, line->history_at + 1);
		break;
	case LINE_CONTROL('P'):
		line_history_show(line, line->history_at > 0 ? line->history_at - 1 : 0);
		break;
	case LINE_CONTROL('R'):
		line_search_begin(line);
		break;
	case LINE_CONTROL('T'):
		key_swap(line);
		break;
	case LINE_CONTROL('U'):
		kill_range(line, 0, line->cursor);
		break;
	case LINE_CONTROL('W'):
		kill_range(line, word_left(line), line->cursor);
		break;
	case LINE_CONTROL('Y'):
		if (line->killed != NULL)
			line_insert(line, line->killed, strlen(line->killed));
		break;
	default:
		if ((unsigned char)byte >= ' ' && (bytes = line_gather(line, byte)) > 0)
			line_insert(line, line->character, bytes);
	}
}

enum line_event line_feed(struct line *line, char byte)
{
	if (line->searching && line_search_key(line, byte))
		return LINE_GOES_ON;
	if (line->escape != 0 && ((unsigned char)byte >= ' ' || byte == ESCAPE)) {
		key_escape(line, byte);
		return LINE_GOES_ON;
	}
	line->escape = 0; /* a control byte breaks a sequence off */
	switch (byte) {
	case ESCAPE:
		line->escape = 1;
		return LINE_GOES_ON;
	case '\r':
	case '\n':
		return key_enter(line);
	case '\t':
		return LINE_COMPLETE;
	case LINE_CONTROL('C'):
		return key_interrupt(line);
	case LINE_CONTROL('D'):
		return key_end(line);
	default:
		key_edit(line, byte);
		return LINE_GOES_ON;
	}
}

int line_check(const struct line *line)
{
	if (line->bytes > LINE_BYTES_MAX || line->cursor > line->bytes)
		return __LINE__;
	if (line->text[line->bytes] != 0 || strlen(line->text) != line->bytes)
		return __LINE__;
	if (line->cursor < line->bytes && line_continues(line->text[line->cursor]))
		return __LINE__;
	if (line->place.column >= line->columns || (!line->windowed && line->place.row >= line->rows))
		return __LINE__;
	if (line->history_count > LINE_HISTORY_MAX || line->history_at > line->history_count)
		return __LINE__;
	for (size_t i = 0; i < line->history_count; i++)
		if (line->history[i] == NULL || *line->history[i] == 0)
			return __LINE__;
	return 0;
}
