/* SPDX-License-Identifier: MIT */
#include "random.h"

static uint64_t state = 1;

void random_seed(uint64_t seed)
{
	state = seed * 0x9e3779b97f4a7c15 | 1;
	(void)random_below(2);
}

/* xorshift64*. Marsaglia 2003, Vigna 2016: An experimental exploration of Marsaglia's xorshift generators. */
uint64_t random_below(uint64_t bound)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * 0x2545f4914f6cdd1d >> 16) % bound;
}
