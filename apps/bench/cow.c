/* SPDX-License-Identifier: MIT */
/*
 * cow: copy-on-write after fork. In the single rows every store is measured by itself; in the swept ones a
 * process goes over 64 MiB, and the whole cost is divided by the pages.
 *
 *   cow-copy              first store of the child to a page it shares: copied
 *   cow-reuse             the child is gone: the parent's first store to each 2 MiB (the rest comes with it)
 *   cow-reuse-alive       the child lives and has copied its pages: the parent's store to each, now its own
 *   fork-rewrite-alive    the parent writes 64 MiB again while the child lives, per page
 *   fork-rewrite-gone     the same when the child is gone
 */
#include "child.h"
#include "samples.h"
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>

#define PAGE_BYTES 4096ul
#define LEAF_BYTES (2ul << 20) /* below one page table */
#define BYTES	   (64ul << 20)
#define COPY_PAGES 256ul
#define SWEEPS	   3u

static struct samples samples;
static uint64_t overhead;
static volatile uint8_t *memory;

static void report(const char *name)
{
	samples_sort(&samples);
	printf(SAMPLES_FORMAT, SAMPLES_ARGUMENTS(name, &samples));
	fflush(stdout);
	samples.count = 0;
}

/* Downwards: nothing comes ahead. */
static void store_singly(uint64_t bytes, uint64_t step)
{
	for (uint64_t at = bytes; at > 0; at -= step) {
		uint64_t start = instret();

		memory[at - step] = 1;
		samples_add(&samples, instret() - start - overhead);
	}
}

static void store_all(uint64_t bytes)
{
	for (uint64_t at = 0; at < bytes; at += PAGE_BYTES)
		memory[at] = 1;
}

static void nothing(void)
{
}

static void copy_and_report(void)
{
	store_singly(COPY_PAGES * PAGE_BYTES, PAGE_BYTES);
	report("cow-copy");
}

static void copy(void)
{
	store_all(COPY_PAGES * PAGE_BYTES);
}

static void bench_single(void)
{
	struct child child = child_start(copy_and_report);

	child_end(&child);
	store_singly(BYTES, LEAF_BYTES);
	report("cow-reuse");
	child = child_start(copy);
	store_singly(COPY_PAGES * PAGE_BYTES, PAGE_BYTES);
	report("cow-reuse-alive");
	child_end(&child);
}

static void bench_rewrite(const char *name, bool alive)
{
	for (unsigned i = 0; i < SWEEPS; i++) {
		struct child child = child_start(nothing);
		uint64_t start;

		if (!alive)
			child_end(&child);
		start = instret();
		store_all(BYTES);
		samples_add(&samples, (instret() - start) / (BYTES / PAGE_BYTES));
		if (alive)
			child_end(&child);
	}
	report(name);
}

int main(void)
{
	uint64_t begin = instret(), begin_ticks = time_ticks();

	overhead = samples_overhead();
	memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		give_up("cow: mmap");
	store_all(BYTES);
	bench_single();
	bench_rewrite("fork-rewrite-alive", true);
	bench_rewrite("fork-rewrite-gone", false);
	printf(CLOCK_FORMAT, CLOCK_ARGUMENTS(begin, begin_ticks));
	return 0;
}
