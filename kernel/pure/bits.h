/* SPDX-License-Identifier: MIT */
/* Small arithmetic on words: alignment, highest bit, minimum, the struct around a member. */
#ifndef PURE_BITS_H
#define PURE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_COUNT(array)		    (sizeof(array) / sizeof((array)[0]))
#define container_of(pointer, type, member) ((type *)((uintptr_t)(pointer)-offsetof(type, member)))

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* @alignment is a power of two in the next three. */
static inline uint64_t align_down(uint64_t value, uint64_t alignment)
{
	return value & ~(alignment - 1);
}

/* The caller knows that value + alignment - 1 does not overflow. */
static inline uint64_t align_up(uint64_t value, uint64_t alignment)
{
	return (value + alignment - 1) & ~(alignment - 1);
}

static inline bool is_aligned(uint64_t value, uint64_t alignment)
{
	return (value & (alignment - 1)) == 0;
}

static inline bool is_power_of_two(uint64_t value)
{
	return value != 0 && (value & (value - 1)) == 0;
}

/* start + length as a range that ends at or below @limit; never overflows. */
static inline bool range_fits(uint64_t start, uint64_t length, uint64_t limit)
{
	return start <= limit && length <= limit - start;
}

/* Index of the highest bit set; @word is not 0. By halves: rv64imac has no instruction that counts zeros. */
static inline unsigned bits_highest(uint64_t word)
{
	unsigned index = 0;

#pragma GCC unroll 6
	for (unsigned half = 32; half; half >>= 1) {
		if (word >> half) {
			word >>= half;
			index += half;
		}
	}
	return index;
}

/* Index of the lowest bit set; @word is not 0. */
static inline unsigned bits_lowest(uint64_t word)
{
	return bits_highest(word & (0 - word));
}

/* How many bits are set. */
static inline unsigned bits_count(uint64_t word)
{
	word -= word >> 1 & 0x5555555555555555;
	word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return (unsigned)(word * 0x0101010101010101 >> 56);
}

/* Order of the smallest power of two that holds @bytes; 0 for 0 and 1. */
static inline unsigned bits_order(uint64_t bytes)
{
	return bytes <= 1 ? 0 : bits_highest(bytes - 1) + 1;
}

#endif
