/* SPDX-License-Identifier: MIT */
/*
 * A program that has nothing to do with custom pagers. Prints what its faults cost, one by one, in
 * instructions: a few at a time, between pauses in which others go on. The median is that of a fault in which
 * nobody else was given the hart.
 */
#include "hostile.h"

#define BURSTS	 60
#define BURST	 12
#define SAMPLES	 (BURSTS * BURST)
#define PAUSE_US 3000

static uint64_t stores[SAMPLES], loads[SAMPLES];

static uint64_t cost_of(volatile uint64_t *at, bool is_store)
{
	uint64_t start, end;

	__asm__ volatile("rdinstret %0" : "=r"(start) : : "memory");
	if (is_store)
		*at = 1;
	else
		(void)*at;
	__asm__ volatile("rdinstret %0" : "=r"(end) : : "memory");
	return end - start;
}

static int compare(const void *one, const void *two)
{
	const uint64_t *a = one, *b = two;

	return (*a > *b) - (*a < *b);
}

static void report(const char *name, uint64_t *sample)
{
	uint64_t longer = 0;

	qsort(sample, SAMPLES, sizeof(*sample), compare);
	for (uint64_t i = 0; i < SAMPLES; i++)
		longer += sample[i] > 2 * sample[SAMPLES / 2];
	printf("COST %s median %lu least %lu greatest %lu interrupted %lu of %d\n", name, sample[SAMPLES / 2],
	       sample[0], sample[SAMPLES - 1], longer, SAMPLES);
	fflush(stdout);
}

void bystander_measure(void)
{
	uint64_t count = 0;

	for (int burst = 0; burst < BURSTS; burst++) {
		uint64_t *memory = mmap(NULL, 2 * BURST * PAGE_BYTES, PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		CHECK(memory != MAP_FAILED);
		for (uint64_t page = 2 * BURST; page > 0; count++) { /* downwards: nothing comes ahead */
			page -= 2;
			loads[count] = cost_of(memory + (page + 1) * PAGE_WORDS, false);
			stores[count] = cost_of(memory + page * PAGE_WORDS, true);
			CHECK(memory[page * PAGE_WORDS] == 1 && memory[page * PAGE_WORDS + 1] == 0);
			CHECK(memory[(page + 1) * PAGE_WORDS] == 0);
		}
		CHECK(munmap(memory, 2 * BURST * PAGE_BYTES) == 0);
		CHECK(usleep(PAUSE_US) == 0);
	}
	report("store", stores);
	report("load", loads);
}
