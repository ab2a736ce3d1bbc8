/* SPDX-License-Identifier: MIT */
/* Text on the UART, polled, and the end of the machine. */
#include "report.h"
#include <stdarg.h>
#include <stdio.h>

/* 16550: transmit holding register at 0; line status at 5, bit 5: it is empty. */
#define UART_LINE_STATUS 5
#define UART_THR_EMPTY	 0x20

/* sifive_test. */
#define POWER_PASS 0x5555u
#define POWER_FAIL (1u << 16 | 0x3333u)

static volatile uint8_t *console_uart;
static volatile uint32_t *console_power;

static void put(char byte)
{
	while (!(console_uart[UART_LINE_STATUS] & UART_THR_EMPTY))
		continue;
	console_uart[0] = (uint8_t)byte;
}

void console_open(volatile uint8_t *uart, volatile uint32_t *power)
{
	console_uart = uart;
	console_power = power;
	put(0x10); /* CONSOLE_DLE, then the digit of CHANNEL_STDOUT */
	put('1');
}

void print(const char *format, ...)
{
	char line[300];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	for (const char *c = line; *c; c++)
		put(*c);
}

void power_off(bool passed)
{
	*console_power = passed ? POWER_PASS : POWER_FAIL;
	for (;;)
		continue;
}
