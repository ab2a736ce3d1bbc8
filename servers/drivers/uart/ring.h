/* SPDX-License-Identifier: MIT */
/*
 * A ring of bytes over memory that is given. Pure. The size is a power of two; head and tail run on
 * and are reduced only when a byte is touched, so that full and empty differ.
 */
#ifndef UART_RING_H
#define UART_RING_H

#include <stdbool.h>
#include <stdint.h>

struct byte_ring {
	uint8_t *bytes;
	uint32_t size; /* power of two */
	uint32_t head; /* next byte to take */
	uint32_t tail; /* next place to put */
};

static inline uint32_t ring_used(const struct byte_ring *ring)
{
	return ring->tail - ring->head;
}

static inline uint32_t ring_room(const struct byte_ring *ring)
{
	return ring->size - ring_used(ring);
}

/* Needs room. */
static inline void ring_put(struct byte_ring *ring, uint8_t byte)
{
	ring->bytes[ring->tail++ & (ring->size - 1)] = byte;
}

/* Needs a byte. */
static inline uint8_t ring_take(struct byte_ring *ring)
{
	return ring->bytes[ring->head++ & (ring->size - 1)];
}

/* 0, or the line of the invariant that is broken. */
static inline int ring_check(const struct byte_ring *ring)
{
	if (ring->size == 0 || (ring->size & (ring->size - 1)) != 0)
		return __LINE__;
	if (ring_used(ring) > ring->size)
		return __LINE__;
	return 0;
}

#endif
