/* SPDX-License-Identifier: MIT */
/* Framing of the console line, both ways. */
#include "frame.h"
#include "proto/proto.h"

#define NUMBER_MAX 1000 /* more digits make no size */

bool frame_put(struct frame_encoder *encoder, struct byte_ring *ring, uint8_t channel, uint8_t byte)
{
	bool switches = encoder->channel != channel;
	uint32_t needed = (switches ? 2 : 0) + (byte == CONSOLE_DLE ? 2 : 1);

	if (ring_room(ring) < needed)
		return false;
	if (switches) {
		ring_put(ring, CONSOLE_DLE);
		ring_put(ring, '0' + channel);
		encoder->channel = channel;
	}
	if (byte == CONSOLE_DLE)
		ring_put(ring, CONSOLE_DLE);
	ring_put(ring, byte);
	return true;
}

bool frame_put_want(struct byte_ring *ring)
{
	if (ring_room(ring) < 2)
		return false;
	ring_put(ring, CONSOLE_DLE);
	ring_put(ring, CONSOLE_WANT);
	return true;
}

/* What is no byte of the input. */
static void frame_take_mark(struct frame_decoder *decoder, uint8_t mark)
{
	if (mark >= '0' && mark <= '9') {
		decoder->number = decoder->number < NUMBER_MAX ? decoder->number * 10 + (mark - '0') : 0;
		return;
	}
	if (mark == CONSOLE_COLUMNS)
		decoder->columns = decoder->number;
	if (mark == CONSOLE_LINES)
		decoder->lines = decoder->number;
	if (mark == CONSOLE_PORTION)
		decoder->whole = true;
	if (mark == CONSOLE_EOF)
		decoder->ended = true;
	decoder->number = 0;
}

bool frame_take(struct frame_decoder *decoder, uint8_t byte, uint8_t *out)
{
	if (decoder->ended)
		return false;
	if (!decoder->escaped && byte == CONSOLE_DLE) {
		decoder->escaped = true;
		return false;
	}
	if (decoder->escaped) {
		decoder->escaped = false;
		if (byte != CONSOLE_DLE) {
			frame_take_mark(decoder, byte);
			return false;
		}
	}
	decoder->whole = false;
	*out = byte;
	return true;
}
