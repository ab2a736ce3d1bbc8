/* SPDX-License-Identifier: MIT */
/*
 * A server's voice. The message page is used for the text, so its words are saved and put back: a server
 * can log while it is about a message.
 */
#include "proto/records.h"
#include <pagoda/ipc.h>
#include <pagoda/log.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_BYTES_MAX 256

static struct {
	cap_t uart;
	const char *server_name;
} voice = {.uart = CAP_NULL, .server_name = "server"};

void server_log_open(cap_t uart, const char *server_name)
{
	voice.uart = uart;
	voice.server_name = server_name;
}

/* One UART_WRITE; answers how many bytes were taken, 0 on any error. */
static size_t write_piece(uint64_t channel, const char *text, size_t bytes)
{
	struct message m = message_make(UART_WRITE, channel, bytes);

	m.tag |= MESSAGE_REGISTERS + (bytes + 7) / 8;
	memcpy(&message_page()->words[MESSAGE_REGISTERS], text, bytes);
	if (ipc_call(voice.uart, &m) != E_OK || message_error(&m) != E_OK)
		return 0;
	return m.w[0] < bytes ? m.w[0] : bytes;
}

void server_write(uint64_t channel, const char *text, size_t bytes)
{
	uint64_t saved[MESSAGE_WORDS];
	size_t done = 0;

	if (voice.uart == CAP_NULL)
		return;
	memcpy(saved, message_page()->words, sizeof(saved));
	while (done < bytes) {
		size_t piece = bytes - done < UART_WRITE_MAX ? bytes - done : UART_WRITE_MAX;
		size_t taken = write_piece(channel, text + done, piece);
		if (taken == 0)
			break;
		done += taken;
	}
	memcpy(message_page()->words, saved, sizeof(saved));
}

static void write_line(uint64_t channel, const char *prefix, const char *format, va_list arguments)
{
	char line[LINE_BYTES_MAX];
	int used = snprintf(line, sizeof(line) - 1, "%s%s: ", prefix, voice.server_name);

	if (used < 0 || used >= (int)sizeof(line) - 1)
		used = 0;
	int more = vsnprintf(line + used, sizeof(line) - 1 - used, format, arguments);
	if (more > 0)
		used += more;
	if (used > (int)sizeof(line) - 2)
		used = sizeof(line) - 2;
	line[used++] = '\n';
	server_write(channel, line, used);
}

void server_log(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(CHANNEL_LOG, "", format, arguments);
	va_end(arguments);
}

_Noreturn static void stop(void)
{
	for (;;)
		__asm__ volatile("ebreak");
}

void server_panic(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(CHANNEL_KERNEL, "panic: server ", format, arguments);
	va_end(arguments);
	stop();
}

void check_failed(const char *file, int line, const char *what)
{
	server_panic("check failed: %s:%d: %s", file, line, what);
}
