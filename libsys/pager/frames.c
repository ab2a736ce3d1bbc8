/* SPDX-License-Identifier: MIT */
/* Three bit maps over the grant. Taking is a scan from where free frames may be. */
#include "pager/frames.h"
#include <stdlib.h>
#include <string.h>

#define WORD_BITS 64u

static bool bit_test(const uint64_t *map, uint32_t bit)
{
	return map[bit / WORD_BITS] >> bit % WORD_BITS & 1;
}

static void bit_set(uint64_t *map, uint32_t bit)
{
	map[bit / WORD_BITS] |= 1ul << bit % WORD_BITS;
}

static void bit_clear(uint64_t *map, uint32_t bit)
{
	map[bit / WORD_BITS] &= ~(1ul << bit % WORD_BITS);
}

err_t frames_open(struct frames *frames, uint32_t count)
{
	uint32_t words = count / WORD_BITS + (count % WORD_BITS != 0);
	uint64_t *maps = calloc(words, 3 * sizeof(*maps));

	if (maps == NULL)
		return E_NO_MEMORY;
	*frames = (struct frames){.count = count, .words = words};
	frames->free = maps;
	frames->fresh = maps + words;
	frames->given = maps + 2 * words;
	return E_OK;
}

void frames_start(struct frames *frames)
{
	for (uint32_t frame = 1; frame < frames->count; frame++)
		bit_set(frames->free, frame);
	memcpy(frames->fresh, frames->free, frames->words * sizeof(*frames->free));
	frames->free_count = frames->count - 1;
}

void frames_close(struct frames *frames)
{
	free(frames->free);
	*frames = (struct frames){0};
}

static void take(struct frames *frames, uint32_t frame, bool *zero)
{
	bit_clear(frames->free, frame);
	frames->free_count--;
	*zero = bit_test(frames->fresh, frame);
	bit_clear(frames->fresh, frame);
}

uint32_t frames_take(struct frames *frames, bool *zero)
{
	while (frames->hint < frames->words && frames->free[frames->hint] == 0)
		frames->hint++;
	if (frames->hint == frames->words)
		return FRAME_NONE;
	uint32_t frame = frames->hint * WORD_BITS + (uint32_t)__builtin_ctzl(frames->free[frames->hint]);
	take(frames, frame, zero);
	return frame;
}

bool frames_take_this(struct frames *frames, uint32_t frame, bool *zero)
{
	if (frame >= frames->count || !bit_test(frames->free, frame))
		return false;
	take(frames, frame, zero);
	return true;
}

void frames_put(struct frames *frames, uint32_t frame)
{
	bit_set(frames->free, frame);
	frames->free_count++;
	if (frame / WORD_BITS < frames->hint)
		frames->hint = frame / WORD_BITS;
}

void frames_give(struct frames *frames, uint32_t frame)
{
	bit_set(frames->given, frame);
	frames->given_count++;
}

uint32_t frames_next_given(const struct frames *frames, uint32_t from)
{
	for (uint32_t word = from / WORD_BITS; word < frames->words; word++) {
		if (frames->given[word] != 0)
			return word * WORD_BITS;
	}
	return frames->count;
}

void frames_found(struct frames *frames, uint32_t first, uint64_t in_use)
{
	uint32_t word = first / WORD_BITS;
	uint64_t back = frames->given[word] & ~in_use;
	uint32_t count = (uint32_t)__builtin_popcountl(back);

	frames->given[word] &= ~back;
	frames->given_count -= count;
	frames->free[word] |= back;
	frames->free_count += count;
	if (back != 0 && word < frames->hint)
		frames->hint = word;
}

#define VERIFY(condition)                \
	do {                             \
		if (!(condition))        \
			return __LINE__; \
	} while (0)

int frames_check(const struct frames *frames)
{
	uint32_t free_count = 0, given_count = 0;

	for (uint32_t word = 0; word < frames->words; word++) {
		VERIFY((frames->free[word] & frames->given[word]) == 0);
		VERIFY((frames->fresh[word] & ~frames->free[word]) == 0);
		VERIFY(frames->free[word] == 0 || word >= frames->hint);
		free_count += (uint32_t)__builtin_popcountl(frames->free[word]);
		given_count += (uint32_t)__builtin_popcountl(frames->given[word]);
	}
	VERIFY(free_count == frames->free_count && given_count == frames->given_count);
	VERIFY(!bit_test(frames->free, FRAME_NONE) && !bit_test(frames->given, FRAME_NONE));
	return 0;
}
