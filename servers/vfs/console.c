/* SPDX-License-Identifier: MIT */
/*
 * Standard input and output on the uart driver's channels.
 *
 * A read takes what has arrived; if there is nothing it waits for UART_NEWS_INPUT. A write goes down piece by
 * piece; if the driver takes less, the writer waits for UART_NEWS_ROOM with `done` bytes behind it. Waiters
 * are served in the order they came, so a new one stands behind those there are. The end of the input stays.
 */
#include "replies.h"
#include "vfs.h"
#include <pagoda/server.h>
#include <pagoda/syscall.h>
#include <string.h>

struct waiter {
	struct transfer t;
	uint8_t channel;
	struct waiter *next;
};

struct waiters {
	struct waiter *first, **end;
	uint32_t count;
};

static struct waiter table[REPLIES_MAX];
static struct waiter *free_waiters;
static uint32_t fresh; /* table[fresh..] has never been used */
static struct waiters readers = {.end = &readers.first}, writers = {.end = &writers.first};

static uint8_t input[UART_WRITE_MAX]; /* came up from the driver, not yet read: [input_at, input_end) */
static uint64_t input_at, input_end;
static bool input_ended;

static struct waiter *waiter_take(void)
{
	struct waiter *waiter = free_waiters;

	if (!waiter)
		return fresh < REPLIES_MAX ? &table[fresh++] : NULL;
	free_waiters = waiter->next;
	return waiter;
}

static void waiter_give(struct waiter *waiter)
{
	waiter->next = free_waiters;
	free_waiters = waiter;
}

/* Keep the current caller waiting. */
static err_t waiters_park(struct waiters *waiters, const struct transfer *t, uint8_t channel)
{
	struct waiter *waiter = waiter_take();
	cap_t slot;

	if (!waiter)
		return E_TOO_MANY;
	if (replies_save(&slot) != E_OK) {
		waiter_give(waiter);
		return E_TOO_MANY;
	}
	*waiter = (struct waiter){.t = *t, .channel = channel};
	waiter->t.reply = slot;
	*waiters->end = waiter;
	waiters->end = &waiter->next;
	waiters->count++;
	return E_LATER;
}

/* Take the one that *link leads to out of the queue. */
static void waiters_remove(struct waiters *waiters, struct waiter **link)
{
	struct waiter *waiter = *link;

	*link = waiter->next;
	if (waiters->end == &waiter->next)
		waiters->end = link;
	waiters->count--;
	waiter_give(waiter);
}

/* Bring up what the driver has, if all before it was read. */
static void input_fetch(void)
{
	struct message m = message_make(UART_READ, 0, 0);

	if (input_at < input_end || input_ended)
		return;
	ipc_call(VFS_UART, &m);
	if (message_error(&m) != E_OK || m.w[0] > UART_WRITE_MAX)
		return;
	memcpy(input, &message_page()->words[MESSAGE_REGISTERS], m.w[0]);
	input_at = 0;
	input_end = m.w[0];
	input_ended = m.w[1] != 0;
}

/* One try. E_LATER: there is nothing yet. */
static err_t input_read(struct transfer *t)
{
	uint64_t before = t->done;
	err_t error;

	if (transfer_left(t) == 0)
		return E_OK;
	input_fetch();
	if (input_at == input_end)
		return input_ended ? E_OK : E_LATER;
	error = transfer_to_caller(t, input + input_at, input_end - input_at);
	input_at += t->done - before;
	return error;
}

err_t console_read(struct open_file *file, struct transfer *t)
{
	err_t error;

	(void)file;
	error = readers.count > 0 ? E_LATER : input_read(t);
	return error == E_LATER ? waiters_park(&readers, t, 0) : error;
}

/* Give the driver what is left. E_LATER: it has no more room. */
static err_t output_write(struct transfer *t, uint8_t channel)
{
	while (transfer_left(t) > 0) {
		uint64_t before = t->done, bytes;
		err_t error =
			transfer_from_caller(t, &message_page()->words[MESSAGE_REGISTERS], UART_WRITE_MAX);
		struct message m = message_make(UART_WRITE, channel, t->done - before);

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

err_t console_write(struct open_file *file, struct transfer *t)
{
	err_t error = writers.count > 0 && t->bytes > 0 ? E_LATER : output_write(t, file->channel);

	if (error != E_LATER)
		return error;
	error = waiters_park(&writers, t, file->channel);
	return error == E_TOO_MANY && t->done > 0 ? E_OK : error; /* a short write, rather than none */
}

static void readers_serve(void)
{
	while (readers.first) {
		struct transfer *t = &readers.first->t;
		err_t error = input_read(t);

		if (error == E_LATER)
			return;
		replies_send(t->reply, error, t->done);
		waiters_remove(&readers, &readers.first);
	}
}

static void writers_serve(void)
{
	while (writers.first) {
		struct waiter *writer = writers.first;
		err_t error = output_write(&writer->t, writer->channel);

		if (error == E_LATER)
			return;
		replies_send(writer->t.reply, error, writer->t.done);
		waiters_remove(&writers, &writers.first);
	}
}

void console_news(uint64_t flags)
{
	if (flags & UART_NEWS_INPUT)
		readers_serve();
	if (flags & UART_NEWS_ROOM)
		writers_serve();
}

static void waiters_cancel(struct waiters *waiters, uint32_t pid)
{
	for (struct waiter **link = &waiters->first; *link;) {
		if ((*link)->t.pid != pid) {
			link = &(*link)->next;
			continue;
		}
		replies_drop((*link)->t.reply);
		waiters_remove(waiters, link);
	}
}

void console_cancel(uint32_t pid)
{
	waiters_cancel(&readers, pid);
	waiters_cancel(&writers, pid);
	readers_serve();
	writers_serve();
}

uint64_t console_parked(void)
{
	return readers.count + writers.count;
}

static int waiters_check(const struct waiters *waiters)
{
	struct waiter *const *link = &waiters->first;
	uint32_t seen = 0;

	for (; *link; link = &(*link)->next) {
		if (++seen > waiters->count || (*link)->t.done > (*link)->t.bytes)
			return __LINE__;
		if (!process_find(&vfs.files, (*link)->t.pid))
			return __LINE__;
	}
	return seen == waiters->count && link == waiters->end ? 0 : __LINE__;
}

int console_check(void)
{
	int broken = waiters_check(&readers);

	if (!broken)
		broken = waiters_check(&writers);
	if (broken)
		return broken;
	if (input_at > input_end || input_end > UART_WRITE_MAX)
		return __LINE__;
	return replies_count() == readers.count + writers.count ? 0 : __LINE__;
}
