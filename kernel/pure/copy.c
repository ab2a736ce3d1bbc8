/* SPDX-License-Identifier: MIT */
/* Copying and zeroing. A 4 KiB page takes about 1,130 and 580 instructions; ends aligned differently 0.8 a
 * byte. */
#include "pure/copy.h"
#include "pure/bits.h"

#define WORD  8u
#define BLOCK 128u

#if PAGODA_HOST
#define WORDS_AROUND __attribute__((no_sanitize("address"))) /* see copy.h */
#else
#define WORDS_AROUND
#endif

/* Eight words; all are read before the first is written. */
static inline __attribute__((always_inline)) void copy_8(uint64_t *to, const uint64_t *from)
{
	uint64_t a = from[0], b = from[1], c = from[2], d = from[3];
	uint64_t e = from[4], f = from[5], g = from[6], h = from[7];

	to[0] = a, to[1] = b, to[2] = c, to[3] = d;
	to[4] = e, to[5] = f, to[6] = g, to[7] = h;
}

/* Both ends at a word; as many whole words as there are. */
static uint64_t copy_words(uint64_t *to, const uint64_t *from, uint64_t bytes)
{
	const uint64_t *blocks_end = from + bytes / BLOCK * (BLOCK / WORD), *end = from + bytes / WORD;

	for (; from < blocks_end; from += 16, to += 16) {
		copy_8(to, from);
		copy_8(to + 8, from + 8);
	}
	while (from < end)
		*to++ = *from++;
	return bytes & ~(uint64_t)(WORD - 1);
}

/* @to at a word, @from between two: each word written is made of two that are read. */
static WORDS_AROUND uint64_t copy_shifted(uint64_t *to, const uint8_t *from, uint64_t bytes)
{
	const uint64_t *word = (const uint64_t *)((uintptr_t)from & ~(uintptr_t)(WORD - 1));
	unsigned shift = (unsigned)((uintptr_t)from % WORD * 8);
	uint64_t *end = to + bytes / WORD, low = *word++;

	while (to < end) {
		uint64_t high = *word++;

		*to++ = low >> shift | high << (64 - shift);
		low = high;
	}
	return bytes & ~(uint64_t)(WORD - 1);
}

void copy_bytes(void *to, const void *from, uint64_t bytes)
{
	uint8_t *out = to;
	const uint8_t *in = from, *end = in + bytes;

	while (in < end && (uintptr_t)out % WORD != 0)
		*out++ = *in++;
	if ((uint64_t)(end - in) >= WORD) {
		uint64_t done =
			(uintptr_t)in % WORD == 0
				? copy_words((uint64_t *)out, (const uint64_t *)in, (uint64_t)(end - in))
				: copy_shifted((uint64_t *)out, in, (uint64_t)(end - in));

		in += done;
		out += done;
	}
	while (in < end)
		*out++ = *in++;
}

void zero_bytes(void *to, uint64_t bytes)
{
	uint8_t *out = to, *end = out + bytes;

	while (out < end && (uintptr_t)out % WORD != 0)
		*out++ = 0;
	for (; (uint64_t)(end - out) >= BLOCK; out += BLOCK) {
		uint64_t *word = (uint64_t *)out;

#pragma GCC unroll 16
		for (unsigned i = 0; i < BLOCK / WORD; i++)
			word[i] = 0;
	}
	for (; (uint64_t)(end - out) >= WORD; out += WORD)
		*(uint64_t *)out = 0;
	while (out < end)
		*out++ = 0;
}
