/* SPDX-License-Identifier: MIT */
/*
 * Samples of one row: kept, sorted, reported as `RESULT name med M min L max H n N`. A sample is the
 * difference of two readings of instret(), from which the cost of reading it (samples_overhead()) is taken.
 */
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include <stdint.h>

#define SAMPLES_MAX    1000
#define SAMPLES_FORMAT "RESULT %s med %lu min %lu max %lu n %lu\n"
#define SAMPLES_ARGUMENTS(name, samples)                                   \
	name, (samples)->value[(samples)->count / 2], (samples)->value[0], \
		(samples)->value[(samples)->count ? (samples)->count - 1 : 0], (samples)->count

struct samples {
	uint64_t count;
	uint64_t value[SAMPLES_MAX];
};

/* Instructions since power-on. */
static inline uint64_t instret(void)
{
	uint64_t count;

	__asm__ volatile("rdinstret %0" : "=r"(count) : : "memory");
	return count;
}

#define NS_PER_TICK 100ul /* of rdtime on this machine */

/* How much the counter and the time have moved since @instructions and @ticks; ./bench --wall makes time of
 * figures by it. */
#define CLOCK_FORMAT "CLOCK %lu instructions %lu ns\n"
#define CLOCK_ARGUMENTS(instructions, ticks) \
	instret() - (instructions), (time_ticks() - (ticks)) * NS_PER_TICK

static inline uint64_t time_ticks(void)
{
	uint64_t ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks) : : "memory");
	return ticks;
}

/* What a measurement of nothing shows. */
static inline uint64_t samples_overhead(void)
{
	uint64_t least = ~0ul;

	for (unsigned i = 0; i < 8; i++) {
		uint64_t start = instret(), spent = instret() - start;

		least = spent < least ? spent : least;
	}
	return least;
}

/* Keep one; more than SAMPLES_MAX are dropped. */
static inline void samples_add(struct samples *samples, uint64_t instructions)
{
	if (samples->count < SAMPLES_MAX)
		samples->value[samples->count++] = instructions;
}

static inline void samples_sort(struct samples *samples)
{
	for (uint64_t i = 1; i < samples->count; i++) {
		uint64_t value = samples->value[i], at = i;

		for (; at > 0 && samples->value[at - 1] > value; at--)
			samples->value[at] = samples->value[at - 1];
		samples->value[at] = value;
	}
}

#endif
