/* SPDX-License-Identifier: MIT */
/*
 * The framing of the console line, as proto/proto.h says: DLE digit switches the channel, DLE DLE is one
 * DLE, DLE 'r' asks the host for input; towards the guest DLE 'e' is the end of the input, DLE digits and 'c'
 * or 'l' the size of its terminal. Pure.
 */
#ifndef UART_FRAME_H
#define UART_FRAME_H

#include "ring.h"

#define FRAME_NO_CHANNEL 0xffu
#define FRAME_BYTES_MAX	 4 /* what one byte can become: switch of channel and DLE DLE */

struct frame_encoder {
	uint8_t channel; /* the one the line is on, FRAME_NO_CHANNEL at the start */
};

/* Put one byte of @channel with what it needs before it. False: no room, nothing has changed. */
bool frame_put(struct frame_encoder *encoder, struct byte_ring *ring, uint8_t channel, uint8_t byte);

/* Put a request for input. False: no room. */
bool frame_put_want(struct byte_ring *ring);

struct frame_decoder {
	bool escaped;		 /* the last byte was a DLE */
	bool ended;		 /* the end was seen; nothing counts after it */
	bool whole;		 /* a portion has ended, no byte has come since */
	uint16_t number;	 /* of the digits so far */
	uint16_t columns, lines; /* of the host's terminal, 0: not told */
};

/* Take one byte from the line; true: *out is a byte of the input. Unknown escapes are dropped. */
bool frame_take(struct frame_decoder *decoder, uint8_t byte, uint8_t *out);

#endif
