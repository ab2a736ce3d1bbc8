/* SPDX-License-Identifier: MIT */
/*
 * A matrix of bits, kept by rows and by columns: a change costs what those cost who depend on it, and a poll
 * that ends is taken from what it depends on, though its descriptors may be others by now.
 */
#include "watch.h"

#define WATCHER_WORDS (FILES_PROCESSES / 64)
#define SOURCE_WORDS  ((WATCH_SOURCES + 63) / 64)

_Static_assert(FILES_PROCESSES % 64 == 0, "whole words");

static uint64_t watchers[WATCH_SOURCES][WATCHER_WORDS];
static uint16_t counts[WATCH_SOURCES]; /* of watchers */
static uint64_t sources[FILES_PROCESSES][SOURCE_WORDS];

static bool bit_get(const uint64_t *words, uint32_t bit)
{
	return words[bit / 64] >> bit % 64 & 1;
}

void watch_add(uint32_t watcher, uint32_t source)
{
	if (bit_get(sources[watcher], source))
		return;
	sources[watcher][source / 64] |= 1ull << source % 64;
	watchers[source][watcher / 64] |= 1ull << watcher % 64;
	counts[source]++;
}

void watch_end(uint32_t watcher)
{
	for (uint32_t word = 0; word < SOURCE_WORDS; word++) {
		for (uint64_t left = sources[watcher][word]; left != 0; left &= left - 1) {
			uint32_t source = word * 64 + __builtin_ctzll(left);

			watchers[source][watcher / 64] &= ~(1ull << watcher % 64);
			counts[source]--;
		}
		sources[watcher][word] = 0;
	}
}

bool watch_is_watched(uint32_t source)
{
	return counts[source] > 0;
}

uint32_t watch_next(uint32_t source, uint32_t from)
{
	for (uint32_t word = from / 64; word < WATCHER_WORDS; word++) {
		uint64_t left = watchers[source][word];

		if (word == from / 64)
			left &= ~0ull << from % 64;
		if (left != 0)
			return word * 64 + __builtin_ctzll(left);
	}
	return FILES_PROCESSES;
}

bool watch_has_any(uint32_t watcher)
{
	uint64_t any = 0;

	for (uint32_t word = 0; word < SOURCE_WORDS; word++)
		any |= sources[watcher][word];
	return any != 0;
}

int watch_check(void)
{
	uint32_t by_source = 0, by_watcher = 0;

	for (uint32_t source = 0; source < WATCH_SOURCES; source++) {
		uint32_t found = 0;

		for (uint32_t watcher = watch_next(source, 0); watcher < FILES_PROCESSES;
		     watcher = watch_next(source, watcher + 1)) {
			if (!bit_get(sources[watcher], source))
				return __LINE__;
			found++;
		}
		if (found != counts[source])
			return __LINE__;
		by_source += found;
	}
	for (uint32_t watcher = 0; watcher < FILES_PROCESSES; watcher++)
		for (uint32_t word = 0; word < SOURCE_WORDS; word++)
			by_watcher += __builtin_popcountll(sources[watcher][word]);
	return by_source == by_watcher ? 0 : __LINE__;
}
