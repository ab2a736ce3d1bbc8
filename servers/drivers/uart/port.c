/* SPDX-License-Identifier: MIT */
/* The two directions of the line: rings, framing and the device. */
#include "port.h"
#include "frame.h"
#include "ns16550.h"
#include <pagoda/server.h>

/* Looks at the device for more after a byte: cheaper than the interrupt and its time-out for each few bytes.
 */
#define RECEIVE_PATIENCE 64u

static uint8_t output_bytes[PORT_OUTPUT_BYTES];
static uint8_t input_bytes[PORT_INPUT_BYTES];
static struct byte_ring output = {.bytes = output_bytes, .size = PORT_OUTPUT_BYTES};
static struct byte_ring input = {.bytes = input_bytes, .size = PORT_INPUT_BYTES};
static struct frame_encoder encoder = {.channel = FRAME_NO_CHANNEL};
static struct frame_decoder decoder;
static struct ns16550 device;
static bool wanted_input; /* asked, the answer is not complete */

void port_start(void)
{
	ns16550_start(&device, SERVER_DEVICE_BASE);
}

static void port_transmit(void)
{
	while (ring_used(&output) > 0 && ns16550_has(&device, LSR_ROOM)) {
		for (int i = 0; i < NS16550_FIFO_BYTES && ring_used(&output) > 0; i++)
			device.registers[NS16550_DATA] = ring_take(&output);
	}
}

static void port_take_byte(void)
{
	uint8_t byte;

	if (frame_take(&decoder, device.registers[NS16550_DATA], &byte))
		ring_put(&input, byte);
	else if (decoder.whole)
		wanted_input = false;
}

static void port_receive(void)
{
	unsigned idle = RECEIVE_PATIENCE; /* without a first byte it is not worth waiting for one */

	while (ring_room(&input) >= NS16550_TRIGGER_BYTES && idle <= RECEIVE_PATIENCE) {
		if (ns16550_is_at_trigger(&device)) {
			/* that many bytes are there: no need to ask before each */
			for (int i = 0; i < NS16550_TRIGGER_BYTES; i++)
				port_take_byte();
			idle = 0;
		} else if (ns16550_has(&device, LSR_DATA)) {
			port_take_byte();
			idle = 0;
		} else {
			idle++;
		}
	}
}

void port_service(void)
{
	uint8_t wanted = 0;

	port_receive();
	port_transmit();
	if (ring_room(&input) >= NS16550_TRIGGER_BYTES)
		wanted |= IER_RECEIVED;
	if (ring_used(&output) > 0)
		wanted |= IER_TRANSMITTED;
	ns16550_interrupts(&device, wanted);
}

/* One byte, waiting for the device when the ring is full. */
static void port_put_patiently(uint8_t channel, uint8_t byte)
{
	while (!frame_put(&encoder, &output, channel, byte))
		port_transmit();
}

uint64_t port_write(uint8_t channel, const uint8_t *data, uint64_t bytes, bool whole)
{
	uint64_t done = 0;

	while (done < bytes && frame_put(&encoder, &output, channel, data[done]))
		done++;
	if (!whole)
		return done;
	while (done < bytes)
		port_put_patiently(channel, data[done++]);
	return done;
}

uint64_t port_read(uint8_t *data, uint64_t bytes)
{
	uint64_t done = 0;

	while (done < bytes && ring_used(&input) > 0)
		data[done++] = ring_take(&input);
	return done;
}

void port_want_input(void)
{
	if (wanted_input || decoder.ended)
		return;
	wanted_input = true;
	decoder.whole = false;
	while (!frame_put_want(&output))
		port_transmit();
}

bool port_has_input(void)
{
	return ring_used(&input) > 0 || decoder.ended;
}

bool port_has_much_input(void)
{
	return decoder.ended || (ring_used(&input) > 0 && decoder.whole) ||
	       ring_used(&input) >= PORT_INPUT_BYTES / 2;
}

uint64_t port_window(void)
{
	return decoder.columns | (uint64_t)decoder.lines << 16;
}

bool port_is_at_end(void)
{
	return ring_used(&input) == 0 && decoder.ended;
}

bool port_is_idle(void)
{
	if (ring_used(&output) > 0)
		return false;
	while (!ns16550_has(&device, LSR_IDLE))
		; /* no interrupt tells that the last byte has left; it takes no longer than a byte */
	return true;
}

bool port_has_much_room(void)
{
	return ring_room(&output) >= PORT_OUTPUT_BYTES / 2;
}

int port_check(void)
{
	int broken = ring_check(&output);

	return broken ? broken : ring_check(&input);
}
