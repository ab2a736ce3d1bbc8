/* SPDX-License-Identifier: MIT */
/* Lines for people, through the uart driver, taken whole. */
#include "proc.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Bytes the driver took, at most UART_WRITE_MAX; all of them if it cannot be asked. */
static uint64_t uart_write(uint8_t channel, const char *text, uint64_t bytes)
{
	struct message m = message_make(UART_WRITE, channel, bytes);

	memcpy(&message_page()->words[MESSAGE_REGISTERS], text, bytes);
	m.tag = TAG(UART_WRITE, MESSAGE_REGISTERS + (bytes + 7) / 8);
	ipc_call(PROC_UART, &m);
	return message_error(&m) == E_OK && m.w[0] <= bytes ? m.w[0] : bytes;
}

static void console_write(uint8_t channel, const char *text, uint64_t bytes)
{
	while (bytes > 0) {
		uint64_t piece = bytes < UART_WRITE_MAX ? bytes : UART_WRITE_MAX;
		uint64_t done = uart_write(channel, text, piece);

		text += done;
		bytes -= done;
		if (done < piece) { /* news of room goes to the vfs: wait for it here */
			struct message drain = message_make(UART_DRAIN, 0, 0);

			ipc_call(PROC_UART, &drain);
		}
	}
}

void console_print(uint8_t channel, const char *format, ...)
{
	char text[512];
	va_list list;
	int bytes;

	va_start(list, format);
	bytes = vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	if (bytes > 0)
		console_write(channel, text, bytes < (int)sizeof(text) ? bytes : (int)sizeof(text) - 1);
}
