/* SPDX-License-Identifier: MIT */
/* The terminal's line discipline. */
#include "tty.h"
#include <string.h>

#define CTRL(letter) ((letter) - '@')
#define BACKSPACE    8
#define DELETE	     127

static void tty_show(struct tty *tty, const char *text)
{
	uint32_t bytes = strlen(text);

	if (!(tty->mode & TTY_ECHO) || bytes > TTY_SHOWN_BYTES - tty->shown_bytes)
		return;
	memcpy(tty->shown + tty->shown_bytes, text, bytes);
	tty->shown_bytes += bytes;
}

static bool byte_is_control(uint8_t byte)
{
	return byte < ' ' || byte == DELETE;
}

static void tty_echo(struct tty *tty, uint8_t byte)
{
	char text[3] = {byte, 0, 0};

	if (byte_is_control(byte) && byte != '\n' && byte != '\t') {
		text[0] = '^';
		text[1] = byte ^ 0x40;
	}
	tty_show(tty, text);
}

/* Needs room for @count bytes. */
static void ready_put(struct tty *tty, const uint8_t *bytes, uint32_t count)
{
	memcpy(tty->ready + tty->end, bytes, count);
	tty->end += count;
}

/* What was read does not count: tty_type() makes it room. */
uint32_t tty_room(const struct tty *tty)
{
	uint32_t used = tty->end - tty->at + tty->line_bytes;

	return used < TTY_READY_BYTES ? TTY_READY_BYTES - used : 0;
}

static uint32_t ready_room(const struct tty *tty)
{
	return TTY_READY_BYTES - tty->end;
}

/* Hand over the line; one that does not fit is lost. */
static void line_finish(struct tty *tty)
{
	if (tty->line_bytes <= ready_room(tty))
		ready_put(tty, tty->line, tty->line_bytes);
	tty->line_bytes = 0;
}

/* Take the last character back: one column, whatever its bytes; a control character has two. */
static void line_erase(struct tty *tty)
{
	uint8_t last;

	if (tty->line_bytes == 0)
		return;
	last = tty->line[--tty->line_bytes];
	while ((last & 0xc0) == 0x80 && tty->line_bytes > 0)
		last = tty->line[--tty->line_bytes];
	tty_show(tty, "\b \b");
	if (byte_is_control(last) && last != '\t')
		tty_show(tty, "\b \b");
}

/* Blanks, then what is none. */
static void line_erase_word(struct tty *tty)
{
	while (tty->line_bytes > 0 && tty->line[tty->line_bytes - 1] == ' ')
		line_erase(tty);
	while (tty->line_bytes > 0 && tty->line[tty->line_bytes - 1] != ' ')
		line_erase(tty);
}

static void line_end_of_file(struct tty *tty)
{
	line_finish(tty);
	if (tty->end_count < TTY_ENDS)
		tty->ends[tty->end_count++] = tty->end;
}

static void line_type(struct tty *tty, uint8_t byte)
{
	switch (byte) {
	case BACKSPACE:
	case DELETE:
		line_erase(tty);
		return;
	case CTRL('U'):
		while (tty->line_bytes > 0)
			line_erase(tty);
		return;
	case CTRL('W'):
		line_erase_word(tty);
		return;
	case CTRL('D'):
		line_end_of_file(tty);
		return;
	}
	if (tty->line_bytes == TTY_LINE_BYTES - 1 && byte != '\n')
		return; /* room for the end of the line stays */
	tty_echo(tty, byte);
	tty->line[tty->line_bytes++] = byte;
	if (byte == '\n')
		line_finish(tty);
}

static void tty_interrupt(struct tty *tty)
{
	tty_show(tty, "^C\n");
	tty->line_bytes = tty->at = tty->end = tty->end_count = 0;
	tty->interrupted = true;
}

static void tty_type_byte(struct tty *tty, uint8_t byte)
{
	if ((tty->mode & TTY_SIGNAL) && byte == CTRL('C')) {
		tty_interrupt(tty);
		return;
	}
	if (tty->mode & TTY_LINE) {
		line_type(tty, byte == '\r' ? '\n' : byte);
		return;
	}
	if (ready_room(tty) == 0)
		return;
	tty_echo(tty, byte);
	ready_put(tty, &byte, 1);
}

/* What was read makes room. */
static void ready_compact(struct tty *tty)
{
	memmove(tty->ready, tty->ready + tty->at, tty->end - tty->at);
	for (uint32_t i = 0; i < tty->end_count; i++)
		tty->ends[i] -= tty->at;
	tty->end -= tty->at;
	tty->at = 0;
}

void tty_type(struct tty *tty, const uint8_t *bytes, uint64_t count)
{
	if (tty->at > 0)
		ready_compact(tty);
	for (uint64_t i = 0; i < count; i++)
		tty_type_byte(tty, bytes[i]);
}

/* How far a read may go: to the next Ctrl-D, or the end of the line. */
static uint32_t ready_stop(const struct tty *tty)
{
	uint32_t stop = tty->end_count > 0 ? tty->ends[0] : tty->end;
	const uint8_t *newline = NULL;

	if (tty->mode & TTY_LINE)
		newline = memchr(tty->ready + tty->at, '\n', stop - tty->at);
	return newline ? newline - tty->ready + 1 : stop;
}

err_t tty_read(const struct tty *tty, uint64_t wanted, const uint8_t **from, uint64_t *bytes)
{
	uint64_t there = ready_stop(tty) - tty->at;

	*from = tty->ready + tty->at;
	*bytes = there < wanted ? there : wanted;
	if (there > 0 || tty->end_count > 0 || tty->ended)
		return E_OK;
	return E_LATER;
}

void tty_read_done(struct tty *tty, uint64_t bytes)
{
	bool at_line_end = bytes > 0 && tty->ready[tty->at + bytes - 1] == '\n';

	tty->at += bytes;
	/* behind a whole line Ctrl-D is an end of its own, for the next read */
	if (tty->end_count > 0 && tty->at == tty->ends[0] && !at_line_end) {
		tty->end_count--;
		memmove(tty->ends, tty->ends + 1, tty->end_count * sizeof(tty->ends[0]));
	}
	if (tty->at == tty->end && tty->end_count == 0)
		tty->at = tty->end = 0;
}

/* Ctrl-D that nobody has met becomes the byte that it was, from the last one back. */
static void ends_to_bytes(struct tty *tty)
{
	while (tty->end_count > 0) {
		uint32_t end = tty->ends[--tty->end_count];

		if (ready_room(tty) == 0)
			continue;
		memmove(tty->ready + end + 1, tty->ready + end, tty->end - end);
		tty->ready[end] = CTRL('D');
		tty->end++;
	}
}

static void ready_retype(struct tty *tty)
{
	static uint8_t typed[TTY_READY_BYTES];
	uint32_t bytes = tty->end - tty->at;

	memcpy(typed, tty->ready + tty->at, bytes);
	tty->at = tty->end = 0;
	tty_type(tty, typed, bytes);
}

void tty_set_mode(struct tty *tty, uint8_t mode)
{
	uint8_t changed = tty->mode ^ mode;

	tty->mode = mode;
	if (!(changed & TTY_LINE))
		return;
	if (mode & TTY_LINE) {
		ready_retype(tty);
	} else {
		line_finish(tty);
		ends_to_bytes(tty);
	}
}

bool tty_take_interrupt(struct tty *tty)
{
	bool was = tty->interrupted;

	tty->interrupted = false;
	return was;
}

int tty_check(const struct tty *tty)
{
	uint32_t before = tty->at;

	if (tty->mode & ~TTY_DEFAULT || tty->line_bytes >= TTY_LINE_BYTES ||
	    tty->shown_bytes > TTY_SHOWN_BYTES)
		return __LINE__;
	if (tty->at > tty->end || tty->end > TTY_READY_BYTES || tty->end_count > TTY_ENDS)
		return __LINE__;
	for (uint32_t i = 0; i < tty->end_count; before = tty->ends[i++]) {
		if (tty->ends[i] < before || tty->ends[i] > tty->end)
			return __LINE__;
	}
	return 0;
}
