/* SPDX-License-Identifier: MIT */
/*
 * The uart driver: one thread that waits at its endpoint, woken by its interrupt too. It answers
 * UART_WRITE and UART_READ at once and UART_DRAIN when all output has left. News for the vfs: INPUT
 * when something arrived after the input had been empty or the host's terminal has another size, ROOM when
 * half the output ring is free after a write that did not fit.
 */
#include "port.h"
#include "proto/records.h"
#include "uapi/error.h"
#include <pagoda/ipc.h>
#include <pagoda/log.h>
#include <pagoda/server.h>
#include <pagoda/syscall.h>

#define DRAINS_MAX 8
#define IRQ_FLAG   1

enum uart_own_slot {
	SLOT_IRQ_SIGNAL = SERVER_FIRST_FREE, /* own notification with IRQ_FLAG */
	SLOT_DRAIN = SERVER_FIRST_FREE + 1,  /* DRAINS_MAX saved replies; slot i is in use iff i < drains */
};

static unsigned drains;
static bool input_announced; /* INPUT was given and the input has not been empty since */
static uint64_t window_announced;
static bool room_wanted; /* ROOM is owed */

static struct message answer(err_t error, uint64_t w0, uint64_t w1)
{
	return message_make(error, w0, w1);
}

/* Only log channels are always taken whole: a program that prints must not stop the machine. */
static bool channel_is_whole(uint64_t channel)
{
	return channel != CHANNEL_STDOUT && channel != CHANNEL_STDERR;
}

static struct message serve_write(const struct message *m)
{
	uint64_t channel = m->w[0], bytes = m->w[1], done;

	if (channel >= CHANNEL_COUNT || bytes > UART_WRITE_MAX ||
	    TAG_WORDS(m->tag) * 8 < MESSAGE_REGISTERS * 8 + bytes)
		return answer(E_ARGUMENT, 0, 0);
	done = port_write(channel, (const uint8_t *)&message_page()->words[MESSAGE_REGISTERS], bytes,
			  channel_is_whole(channel));
	if (done < bytes)
		room_wanted = true;
	port_service();
	return answer(E_OK, done, 0);
}

static struct message serve_read(void)
{
	uint64_t bytes;
	struct message m;

	port_service();
	bytes = port_read((uint8_t *)&message_page()->words[MESSAGE_REGISTERS], UART_WRITE_MAX);
	if (bytes == 0)
		port_want_input();
	port_service();
	if (!port_has_input())
		input_announced = false;
	window_announced = port_window();
	m = answer(E_OK, bytes, port_is_at_end());
	m.w[2] = window_announced;
	m.tag = TAG(E_OK, MESSAGE_REGISTERS + (bytes + 7) / 8);
	return m;
}

/* True: the answer in *m is to be sent now. */
static bool serve_drain(struct message *m)
{
	port_service();
	if (port_is_idle()) {
		*m = answer(E_OK, 0, 0);
		return true;
	}
	if (drains == DRAINS_MAX || sys_reply_save(SLOT_DRAIN + drains).error != E_OK) {
		*m = answer(E_TOO_MANY, 0, 0);
		return true;
	}
	drains++;
	return false;
}

static void answer_drains(void)
{
	if (drains == 0 || !port_is_idle())
		return;
	while (drains > 0) {
		struct message m = answer(E_OK, 0, 0);

		drains--;
		if (ipc_reply_send(SLOT_DRAIN + drains, &m) != E_OK)
			sys_cap_delete(CAP_NULL, SLOT_DRAIN + drains); /* its caller is gone */
	}
}

static void tell_news(void)
{
	if ((!input_announced && port_has_much_input()) || window_announced != port_window()) {
		input_announced = port_has_input();
		window_announced = port_window();
		sys_notify(UART_NEWS_INPUT_CAP);
	}
	if (room_wanted && port_has_much_room()) {
		room_wanted = false;
		sys_notify(UART_NEWS_ROOM_CAP);
	}
}

static bool serve(struct message *m)
{
	switch (TAG_LABEL(m->tag)) {
	case UART_WRITE:
		*m = serve_write(m);
		return true;
	case UART_READ:
		*m = serve_read();
		return true;
	case UART_DRAIN:
		return serve_drain(m);
	default:
		*m = answer(E_REQUEST, 0, 0);
		return true;
	}
}

static void serve_interrupt(void)
{
	port_service();
	(void)sys_irq_ack(UART_IRQ);
}

static void start(void)
{
	port_start();
	if (sys_cap_mint(CAP_NULL, SLOT_IRQ_SIGNAL, CAP_NULL, SERVER_NOTIFICATION, RIGHT_WRITE, IRQ_FLAG)
			    .error != E_OK ||
	    sys_irq_bind(UART_IRQ, SLOT_IRQ_SIGNAL).error != E_OK)
		server_panic("cannot bind the interrupt");
}

_Noreturn void server_main(const struct server_start *given)
{
	struct message m;
	bool owed = false; /* m is an answer */

	(void)given;
	start();
	for (;;) {
		server_next(SERVER_ENDPOINT, &m, owed);
		owed = false;
		if (m.tag & TAG_NOTIFY)
			serve_interrupt();
		else
			owed = serve(&m);
		tell_news();
		answer_drains();
		SERVER_ASSERT(port_check() == 0);
	}
}
