/* SPDX-License-Identifier: MIT */
/*
 * The editor changes the text and prints only the difference: what stands behind the cursor again, then
 * backspaces. A character of several bytes (UTF-8) is one step; bytes 0x80 to 0xbf continue one.
 */
#include "line.h"
#include <stdlib.h>
#include <string.h>

#define CONTROL(letter) ((letter) - '@')
#define ESCAPE		0x1b
#define DELETE		0x7f

static void print(struct line *line, const char *text, size_t bytes)
{
	if (bytes > 0)
		line->print(text, bytes);
}

static bool continues(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

static size_t columns(const char *text, size_t bytes)
{
	size_t count = 0;

	for (size_t i = 0; i < bytes; i++)
		count += !continues(text[i]);
	return count;
}

static void print_many(struct line *line, char byte, size_t count)
{
	for (; count > 0; count--)
		print(line, &byte, 1);
}

static size_t step_left(const struct line *line, size_t at)
{
	if (at > 0)
		at--;
	while (at > 0 && continues(line->text[at]))
		at--;
	return at;
}

static size_t step_right(const struct line *line, size_t at)
{
	if (at < line->bytes)
		at++;
	while (at < line->bytes && continues(line->text[at]))
		at++;
	return at;
}

static void move_to(struct line *line, size_t to)
{
	if (to < line->cursor)
		print_many(line, '\b', columns(line->text + to, line->cursor - to));
	else
		print(line, line->text + line->cursor, to - line->cursor);
	line->cursor = to;
}

/* Print what stands behind the cursor, blank out @gone columns, and come back. */
static void print_tail(struct line *line, size_t gone)
{
	const char *tail = line->text + line->cursor;
	size_t bytes = line->bytes - line->cursor;

	print(line, tail, bytes);
	print_many(line, ' ', gone);
	print_many(line, '\b', columns(tail, bytes) + gone);
}

/* Take out [from, to); the cursor goes to @from. */
static void erase(struct line *line, size_t from, size_t to)
{
	size_t gone = columns(line->text + from, to - from);

	if (to <= from)
		return;
	move_to(line, from);
	memmove(line->text + from, line->text + to, line->bytes - to);
	line->bytes -= to - from;
	line->text[line->bytes] = 0;
	print_tail(line, gone);
}

void line_insert(struct line *line, const char *text, size_t bytes)
{
	if (bytes > LINE_BYTES_MAX - line->bytes)
		return;
	memmove(line->text + line->cursor + bytes, line->text + line->cursor, line->bytes - line->cursor);
	memcpy(line->text + line->cursor, text, bytes);
	line->bytes += bytes;
	line->text[line->bytes] = 0;
	print(line, text, bytes);
	line->cursor += bytes;
	print_tail(line, 0);
}

void line_begin(struct line *line)
{
	line->bytes = line->cursor = 0;
	line->text[0] = 0;
	line->escape = 0;
	line->history_at = line->history_count;
	line->kept[0] = 0;
}

void line_show(struct line *line)
{
	print(line, line->text, line->bytes);
	print_many(line, '\b', columns(line->text + line->cursor, line->bytes - line->cursor));
}

void line_remember(struct line *line, const char *text)
{
	size_t count = line->history_count;

	if (*text == 0 || (count > 0 && strcmp(line->history[count - 1], text) == 0))
		return;
	char *copy = strdup(text);
	if (copy == NULL)
		return;
	if (count == LINE_HISTORY_MAX) {
		free(line->history[0]);
		memmove(line->history, line->history + 1, (count - 1) * sizeof(*line->history));
		count--;
	}
	line->history[count] = copy;
	line->history_count = count + 1;
	line->history_at = line->history_count;
}

void line_free(struct line *line)
{
	for (size_t i = 0; i < line->history_count; i++)
		free(line->history[i]);
	line->history_count = line->history_at = 0;
}

/* Another line of the history takes the place of this one. */
static void history_show(struct line *line, size_t at)
{
	if (at > line->history_count || at == line->history_at)
		return;
	if (line->history_at == line->history_count)
		strcpy(line->kept, line->text);
	const char *text = at == line->history_count ? line->kept : line->history[at];
	erase(line, 0, line->bytes);
	line_insert(line, text, strlen(text));
	line->history_at = at;
}

/* Blanks and the word before the cursor. */
static void erase_word(struct line *line)
{
	size_t from = line->cursor;

	while (from > 0 && line->text[from - 1] == ' ')
		from--;
	while (from > 0 && line->text[from - 1] != ' ')
		from--;
	erase(line, from, line->cursor);
}

/* The last byte of an escape sequence; @digit of "ESC [ digit ~", else 0. */
static void key_cursor(struct line *line, char byte, int digit)
{
	if (byte == 'A' && line->history_at > 0)
		history_show(line, line->history_at - 1);
	else if (byte == 'B')
		history_show(line, line->history_at + 1);
	else if (byte == 'C')
		move_to(line, step_right(line, line->cursor));
	else if (byte == 'D')
		move_to(line, step_left(line, line->cursor));
	else if (byte == 'H' || (byte == '~' && (digit == 1 || digit == 7)))
		move_to(line, 0);
	else if (byte == 'F' || (byte == '~' && (digit == 4 || digit == 8)))
		move_to(line, line->bytes);
	else if (byte == '~' && digit == 3)
		erase(line, line->cursor, step_right(line, line->cursor));
}

static void key_escape(struct line *line, char byte)
{
	if (line->escape == 1) {
		line->escape = byte == '[' || byte == 'O' ? 2 : 0;
	} else if (line->escape == 2 && byte >= '1' && byte <= '9') {
		line->escape = 2 + (byte - '0');
	} else if ((byte >= '0' && byte <= '9') || byte == ';') {
		line->escape = 2; /* a longer number: a key we do not know */
	} else {
		key_cursor(line, byte, line->escape - 2);
		line->escape = 0;
	}
}

static enum line_event key_enter(struct line *line)
{
	move_to(line, line->bytes);
	print(line, "\n", 1);
	line_remember(line, line->text);
	return LINE_DONE;
}

static enum line_event key_end(struct line *line)
{
	if (line->bytes == 0)
		return LINE_END;
	erase(line, line->cursor, step_right(line, line->cursor));
	return LINE_GOES_ON;
}

static void key_edit(struct line *line, char byte)
{
	switch (byte) {
	case CONTROL('A'):
		move_to(line, 0);
		break;
	case CONTROL('B'):
		move_to(line, step_left(line, line->cursor));
		break;
	case CONTROL('E'):
		move_to(line, line->bytes);
		break;
	case CONTROL('F'):
		move_to(line, step_right(line, line->cursor));
		break;
	case CONTROL('H'):
	case DELETE:
		erase(line, step_left(line, line->cursor), line->cursor);
		break;
	case CONTROL('K'):
		erase(line, line->cursor, line->bytes);
		break;
	case CONTROL('N'):
		history_show(line, line->history_at + 1);
		break;
	case CONTROL('P'):
		if (line->history_at > 0)
			history_show(line, line->history_at - 1);
		break;
	case CONTROL('U'):
		erase(line, 0, line->cursor);
		break;
	case CONTROL('W'):
		erase_word(line);
		break;
	default:
		if ((unsigned char)byte >= ' ')
			line_insert(line, &byte, 1);
	}
}

enum line_event line_feed(struct line *line, char byte)
{
	if (line->escape != 0) {
		key_escape(line, byte);
		return LINE_GOES_ON;
	}
	switch (byte) {
	case ESCAPE:
		line->escape = 1;
		return LINE_GOES_ON;
	case '\r':
	case '\n':
		return key_enter(line);
	case '\t':
		return LINE_COMPLETE;
	case CONTROL('C'):
		print(line, "^C\n", 3);
		return LINE_INTERRUPTED;
	case CONTROL('D'):
		return key_end(line);
	case CONTROL('L'):
		print(line, "\x1b[H\x1b[2J", 7);
		return LINE_CLEARED;
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
	if (line->history_count > LINE_HISTORY_MAX || line->history_at > line->history_count)
		return __LINE__;
	for (size_t i = 0; i < line->history_count; i++)
		if (line->history[i] == NULL || line->history[i][0] == 0 ||
		    strlen(line->history[i]) > LINE_BYTES_MAX)
			return __LINE__;
	if (line->escape < 0 || line->escape > 11)
		return __LINE__;
	return 0;
}
