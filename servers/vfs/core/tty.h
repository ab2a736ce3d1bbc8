/* SPDX-License-Identifier: MIT */
/*
 * The terminal's line discipline. Pure: bytes that were typed go in, what a reader gets and what is shown
 * come out.
 *
 *   TTY_LINE    a line is handed over when it is complete; DEL and BS take back a character, Ctrl-W a word,
 *               Ctrl-U the line, Ctrl-D ends what is there (nothing: end of file), CR is NL
 *   TTY_ECHO    what is typed is shown, control characters as ^X
 *   TTY_SIGNAL  Ctrl-C drops what was typed and interrupts
 */
#ifndef VFS_TTY_H
#define VFS_TTY_H

#include "proto/records.h"
#include "uapi/error.h"
#include <stdbool.h>

#define TTY_LINE_BYTES	4096u
#define TTY_READY_BYTES 16384u
#define TTY_ENDS	64u
#define TTY_SHOWN_BYTES 4096u

struct tty {
	uint8_t mode;		      /* enum tty_mode */
	bool ended;		      /* nothing comes any more */
	bool interrupted;	      /* Ctrl-C, not yet taken by tty_take_interrupt() */
	uint8_t line[TTY_LINE_BYTES]; /* typed, not complete */
	uint32_t line_bytes;
	uint8_t ready[TTY_READY_BYTES]; /* for readers: [at, end) */
	uint32_t at, end;
	uint32_t ends[TTY_ENDS]; /* places in ready where Ctrl-D ended a read */
	uint32_t end_count;
	uint8_t shown[TTY_SHOWN_BYTES]; /* to be shown */
	uint32_t shown_bytes;
};

/* Bytes were typed. What there is no room for is lost: see tty_room(). */
void tty_type(struct tty *tty, const uint8_t *bytes, uint64_t count);

/* How many bytes may be typed so that none is lost. */
uint32_t tty_room(const struct tty *tty);

/*
 * What a read of at most @wanted bytes gets; tty_read_done() takes it. E_OK with no bytes: end of file.
 * Errors    E_LATER: nothing yet
 */
MUST_USE err_t tty_read(const struct tty *tty, uint64_t wanted, const uint8_t **from, uint64_t *bytes);
void tty_read_done(struct tty *tty, uint64_t bytes);

/*
 * Other modes hold from the next byte that is read: a line that was begun is handed over when lines are no
 * longer, and a Ctrl-D that ended nothing yet is a byte then; what nobody has read when lines begin is typed
 * anew.
 */
void tty_set_mode(struct tty *tty, uint8_t mode);

bool tty_take_interrupt(struct tty *tty);

int tty_check(const struct tty *tty);

#endif
