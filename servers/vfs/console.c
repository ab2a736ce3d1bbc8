/* SPDX-License-Identifier: MIT */
/*
 * The console on the uart driver's channels.
 *
 * If a person types (interactive) it is a terminal: what is typed is taken from the driver as soon as it
 * comes, so that Ctrl-C is seen while nobody reads, and goes through the line discipline; only when its room
 * is used up the rest stays in the driver until somebody reads. Otherwise bytes pass as they are, and are
 * taken from the driver only when a reader finds none. A write goes down piece by piece; if the driver takes
 * less, the writer waits for UART_NEWS_ROOM with `done` bytes behind it. The end of the input stays.
 */
#include "core/tty.h"
#include "vfs.h"
#include <pagoda/server.h>
#include <pagoda/syscall.h>
#include <string.h>

static struct waiters readers, writers;
static struct tty tty;
static bool interactive;
static bool held_back;	/* the driver may have more than there was room for */
static uint64_t window; /* columns | lines << 16 */

/* Bring up what the driver has. False: nothing. */
static bool input_fetch(void)
{
	struct message m = message_make(UART_READ, 0, 0);

	held_back = tty_room(&tty) < UART_WRITE_MAX;
	if (tty.ended || held_back)
		return false;
	ipc_call(VFS_UART, &m);
	if (message_error(&m) != E_OK || m.w[0] > UART_WRITE_MAX)
		return false;
	window = m.w[2];
	tty_type(&tty, (const uint8_t *)&message_page()->words[MESSAGE_REGISTERS], m.w[0]);
	tty.ended = m.w[1] != 0;
	return m.w[0] > 0 || tty.ended;
}

/* Show what the line discipline echoes; what the driver has no room for follows with UART_NEWS_ROOM. */
static void echo_flush(void)
{
	while (tty.shown_bytes > 0) {
		uint64_t bytes = tty.shown_bytes < UART_WRITE_MAX ? tty.shown_bytes : UART_WRITE_MAX;
		struct message m = message_make(UART_WRITE, CHANNEL_STDOUT, bytes);

		memcpy(&message_page()->words[MESSAGE_REGISTERS], tty.shown, bytes);
		m.tag = TAG(UART_WRITE, MESSAGE_REGISTERS + (bytes + 7) / 8);
		ipc_call(VFS_UART, &m);
		if (message_error(&m) != E_OK || m.w[0] > bytes)
			m.w[0] = bytes;
		tty.shown_bytes -= m.w[0];
		memmove(tty.shown, tty.shown + m.w[0], tty.shown_bytes);
		if (m.w[0] < bytes)
			return;
	}
}

/* Take all that was typed; the driver then asks for more. */
static void input_take_all(void)
{
	while (input_fetch())
		echo_flush();
	if (tty.interrupted)
		(void)sys_notify(VFS_PROC_NEWS); /* without a process server nobody is interrupted */
}

static err_t console_read(struct open_file *file, struct transfer *t)
{
	const uint8_t *from;
	uint64_t bytes, before = t->done;
	err_t error;

	(void)file;
	if (transfer_left(t) == 0)
		return E_OK;
	if (!interactive && tty_read(&tty, 1, &from, &bytes) == E_LATER)
		(void)input_fetch();
	error = tty_read(&tty, transfer_left(t), &from, &bytes);
	if (error != E_OK)
		return error;
	if (bytes > 0)
		error = transfer_to_caller(t, from, bytes);
	if (error == E_OK || t->done > before)
		tty_read_done(&tty, t->done - before);
	if (interactive && held_back)
		input_take_all();
	return error;
}

/* Give the driver what is left. E_LATER: it has no more room. */
static err_t console_write(struct open_file *file, struct transfer *t)
{
	while (transfer_left(t) > 0) {
		uint64_t before = t->done, bytes;
		err_t error =
			transfer_from_caller(t, &message_page()->words[MESSAGE_REGISTERS], UART_WRITE_MAX);
		struct message m = message_make(UART_WRITE, file->channel, t->done - before);

		bytes = t->done - before;
		if (bytes == 0)
			return error;
		m.tag = TAG(UART_WRITE, MESSAGE_REGISTERS + (bytes + 7) / 8);
		ipc_call(VFS_UART, &m);
		if (message_error(&m) != E_OK || m.w[0] > bytes)
			m.w[0] = bytes; /* the driver is gone, and init about to say so */
		t->done = before + m.w[0];
		if (m.w[0] < bytes)
			return E_LATER;
		if (error != E_OK)
			return error;
	}
	return E_OK;
}

static struct waiters *console_readers(const struct open_file *file)
{
	(void)file;
	return &readers;
}

static struct waiters *console_writers(const struct open_file *file)
{
	(void)file;
	return &writers;
}

/* A poll asks for input as a read would. */
static uint16_t console_ready(const struct open_file *file)
{
	const uint8_t *from;
	uint64_t bytes;

	if (!(file->flags & OPEN_READ))
		return writers.count == 0 ? POLL_BIT_OUT : 0;
	if (!interactive && tty_read(&tty, 1, &from, &bytes) == E_LATER)
		(void)input_fetch();
	return tty_read(&tty, 1, &from, &bytes) != E_LATER ? POLL_BIT_IN : 0;
}

const struct file_kind console_kind = {
	{console_read, console_write}, NULL, {console_readers, console_writers}, console_ready};

void console_open(bool person)
{
	interactive = person;
	tty.mode = person ? TTY_DEFAULT : 0;
	if (interactive)
		input_take_all();
}

void console_news(uint64_t flags)
{
	if (flags & UART_NEWS_ROOM) {
		echo_flush();
		move_serve(&writers);
	}
	if (flags & UART_NEWS_INPUT) {
		if (interactive)
			input_take_all();
		move_serve(&readers);
	}
	poll_serve_console();
}

bool console_is_terminal(void)
{
	return interactive;
}

uint8_t console_mode(void)
{
	return tty.mode;
}

uint64_t console_window(void)
{
	return window;
}

void console_set_mode(uint8_t mode)
{
	tty_set_mode(&tty, mode);
	echo_flush();
	if (tty.interrupted)
		(void)sys_notify(VFS_PROC_NEWS);
}

bool console_take_interrupt(void)
{
	return tty_take_interrupt(&tty);
}

void console_serve(void)
{
	move_serve(&readers);
	move_serve(&writers);
	poll_serve_console();
}

int console_check(void)
{
	return tty_check(&tty);
}
