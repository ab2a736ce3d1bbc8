/* SPDX-License-Identifier: MIT */
/*
 * The two directions of the line: rings between the requests and the registers.
 *
 *   request -> frame_put -> output ring -> THR        RBR -> frame_take -> input ring -> request
 *
 * The host sends input only when asked (port_want_input), so the input ring cannot overflow as long as an
 * answer fits in. Output goes to the device as long as it takes it; the rest leaves by interrupts. When the
 * input ring is full the received interrupt is off and bytes wait in the device: the other side is held back.
 */
#ifndef UART_PORT_H
#define UART_PORT_H

#include <stdbool.h>
#include <stdint.h>

#define PORT_OUTPUT_BYTES 16384u
#define PORT_INPUT_BYTES  4096u

void port_start(void);

/* Move bytes both ways as far as the device allows now; after each interrupt and each request. */
void port_service(void);

/* Queue bytes of a channel; how many fitted. @whole: take all of them, waiting for the device if need be. */
uint64_t port_write(uint8_t channel, const uint8_t *data, uint64_t bytes, bool whole);

/* Take what has arrived, at most @bytes. */
uint64_t port_read(uint8_t *data, uint64_t bytes);

/* Ask the host for input, unless it is still sending what it was asked for. Needs an empty input ring. */
void port_want_input(void);

bool port_has_input(void);	/* a byte, or the end */
bool port_has_much_input(void); /* all that was asked for, or the end: worth waking somebody */
uint64_t port_window(void);	/* columns | lines << 16 of the host's terminal */
bool port_is_at_end(void);	/* everything before the end was taken */
bool port_is_idle(void);	/* all output has left; waits for the last byte */
bool port_has_much_room(void);
int port_check(void);

#endif
