/* SPDX-License-Identifier: MIT */
/* The processor's counters: ticks of the clock (timebase_hz of the info page) and executed instructions. */
#ifndef PAGODA_COUNTER_H
#define PAGODA_COUNTER_H

#include <stdint.h>

#if PAGODA_HOST
#include <pagoda/host.h>

static inline uint64_t counter_ticks(void)
{
	return host_ticks();
}

static inline uint64_t counter_instructions(void)
{
	return host_instructions();
}
#else
static inline uint64_t counter_ticks(void)
{
	uint64_t ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks));
	return ticks;
}

static inline uint64_t counter_instructions(void)
{
	uint64_t count;

	__asm__ volatile("rdinstret %0" : "=r"(count));
	return count;
}
#endif

#endif
