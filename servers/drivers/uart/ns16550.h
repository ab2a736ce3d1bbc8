/* SPDX-License-Identifier: MIT */
/*
 * Registers of a 16550 UART, one byte each, and the few things the driver does with them.
 * Source: National Semiconductor PC16550D data sheet, section 8.
 */
#ifndef UART_NS16550_H
#define UART_NS16550_H

#include <stdbool.h>
#include <stdint.h>

enum ns16550_register {
	NS16550_DATA = 0,	/* RBR, THR; divisor low while LCR_DIVISOR */
	NS16550_INTERRUPTS = 1, /* IER; divisor high while LCR_DIVISOR */
	NS16550_IDENTITY = 2,	/* IIR when read, FCR when written */
	NS16550_LINE = 3,	/* LCR */
	NS16550_MODEM = 4,	/* MCR */
	NS16550_STATUS = 5,	/* LSR */
};

enum ns16550_bits {
	IER_RECEIVED = 1,
	IER_TRANSMITTED = 2,
	FCR_ON = 1,
	FCR_RESET = 6,
	FCR_TRIGGER_14 = 0xc0,
	IIR_CAUSE = 0xf,
	IIR_TRIGGER = 4, /* received bytes reached the trigger level */
	LCR_8N1 = 3,
	LCR_DIVISOR = 0x80,
	MCR_READY = 0x0b, /* DTR, RTS, OUT2 (gates the interrupt on PCs) */
	LSR_DATA = 1,
	LSR_ROOM = 0x20, /* THR empty */
	LSR_IDLE = 0x40, /* THR and shift register empty */
};

#define NS16550_FIFO_BYTES    16
#define NS16550_TRIGGER_BYTES 14

struct ns16550 {
	volatile uint8_t *registers;
	uint8_t interrupts; /* what stands in IER */
};

static inline void ns16550_start(struct ns16550 *device, uint64_t base)
{
	volatile uint8_t *r = (volatile uint8_t *)base;

	device->registers = r;
	device->interrupts = IER_RECEIVED;
	r[NS16550_INTERRUPTS] = 0;
	r[NS16550_LINE] = LCR_DIVISOR;
	r[NS16550_DATA] = 1; /* fastest: a received byte waits least */
	r[NS16550_INTERRUPTS] = 0;
	r[NS16550_LINE] = LCR_8N1;
	r[NS16550_IDENTITY] = FCR_ON | FCR_TRIGGER_14;
	r[NS16550_MODEM] = MCR_READY;
	r[NS16550_INTERRUPTS] = IER_RECEIVED;
}

static inline bool ns16550_has(const struct ns16550 *device, uint8_t status)
{
	return device->registers[NS16550_STATUS] & status;
}

/* Needs the received interrupt to be on. */
static inline bool ns16550_is_at_trigger(const struct ns16550 *device)
{
	return (device->registers[NS16550_IDENTITY] & IIR_CAUSE) == IIR_TRIGGER;
}

/* Let exactly these interrupts come. The register is written only when it changes. */
static inline void ns16550_interrupts(struct ns16550 *device, uint8_t wanted)
{
	if (device->interrupts == wanted)
		return;
	device->interrupts = wanted;
	device->registers[NS16550_INTERRUPTS] = wanted;
}

#endif
