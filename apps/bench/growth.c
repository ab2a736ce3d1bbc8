/* SPDX-License-Identifier: MIT */
/*
 * growth memory|areas|processes: what operations cost while one thing grows. Each line is
 *
 *   GROWTH fork memory 64 73600        operation, what grows, how much (MiB, areas, processes), instructions
 *
 * fork is the call alone, the child blocked. exit lasts from the parent's word to its return from waitpid(),
 * exec from the call to the first line of main. The child that exits or executes has touched the memory, or
 * made the areas, itself. fault is the median of single write faults, munmap-all the end of all that grew.
 */
#include "growth.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE_BYTES  4096ul
#define MIB	    (1ul << 20)
#define FAULT_PAGES 65ul
#define REPEATS	    3u
#define SIZES	    4
#define AREA_BYTES  (16 * PAGE_BYTES)
#define SCATTER	    7919ul /* a prime that divides no number of pages of areas */

static struct samples samples;
static uint64_t overhead;
const char *growth_program;

static struct {
	uint8_t *memory;
	uint64_t bytes;
} grown;

static uint64_t samples_median(void)
{
	uint64_t median;

	samples_sort(&samples);
	median = samples.value[samples.count / 2];
	samples.count = 0;
	return median;
}

static uint8_t *map(uint64_t bytes)
{
	uint8_t *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		give_up("growth: mmap");
	return memory;
}

/* --- what grows */

static void grow_memory(uint64_t mib)
{
	grown.bytes = mib * MIB;
	grown.memory = map(grown.bytes);
	for (uint64_t at = 0; at < grown.bytes; at += PAGE_BYTES)
		((volatile uint8_t *)grown.memory)[at] = 1;
}

/* As many areas, every second one without the right to write, so that they stay apart. */
static void make_areas(uint64_t areas)
{
	grown.bytes = areas * AREA_BYTES;
	grown.memory = map(grown.bytes);
	for (uint64_t i = 1; i < areas; i += 2) {
		if (mprotect(grown.memory + i * AREA_BYTES, AREA_BYTES, PROT_READ) != 0)
			give_up("growth: mprotect");
	}
}

static void grow_areas(uint64_t areas)
{
	make_areas(areas);
	for (uint64_t i = 0; i < areas; i++)
		(void)((volatile uint8_t *)grown.memory)[i * AREA_BYTES];
}

static void grow_nothing(uint64_t size)
{
	(void)size;
}

static uint64_t shrink(void)
{
	uint64_t start = instret();

	if (munmap(grown.memory, grown.bytes) != 0)
		give_up("growth: munmap");
	return instret() - start;
}

/* --- what is measured of this process */

static uint64_t fault_cost(void)
{
	volatile uint8_t *memory = map(FAULT_PAGES * PAGE_BYTES);

	for (uint64_t page = FAULT_PAGES; page-- > 0;) { /* downwards: nothing comes ahead */
		uint64_t start = instret();

		memory[page * PAGE_BYTES] = 1;
		samples_add(&samples, instret() - start - overhead);
	}
	if (munmap((void *)memory, FAULT_PAGES * PAGE_BYTES) != 0)
		give_up("growth: munmap");
	return samples_median();
}

/* Of faults here and there among the areas. */
static uint64_t fault_cost_of_areas(uint64_t areas)
{
	uint64_t pages = areas * AREA_BYTES / PAGE_BYTES;

	make_areas(areas);
	for (uint64_t i = 0; i < pages && samples.count < SAMPLES_MAX; i++) {
		uint64_t at = i * SCATTER % pages * PAGE_BYTES; /* each page once */

		if (at / AREA_BYTES % 2 == 0) {
			uint64_t start = instret();

			((volatile uint8_t *)grown.memory)[at] = 1;
			samples_add(&samples, instret() - start - overhead);
		}
	}
	(void)shrink();
	return samples_median();
}

/* Map a page, touch it, unmap it: the last part. */
static uint64_t unmap_cost(void)
{
	volatile uint8_t *memory = map(PAGE_BYTES);
	uint64_t start;

	*memory = 1;
	start = instret();
	if (munmap((void *)memory, PAGE_BYTES) != 0)
		give_up("growth: munmap");
	return instret() - start;
}

/* --- the tables */

static void print_line(const char *operation, const char *what, uint64_t size, uint64_t cost)
{
	printf("GROWTH %s %s %lu %lu\n", operation, what, size, cost);
	fflush(stdout);
}

static void measure_children(const char *what, grow_function *grow, uint64_t size)
{
	for (unsigned i = 0; i < REPEATS; i++)
		samples_add(&samples, exit_cost(grow, size));
	print_line("exit", what, size, samples_median());
	for (unsigned i = 0; i < REPEATS; i++)
		samples_add(&samples, exec_cost(grow, size));
	print_line("exec", what, size, samples_median());
}

static void measure_own(const char *what, uint64_t size)
{
	for (unsigned i = 0; i < REPEATS; i++)
		samples_add(&samples, fork_cost());
	print_line("fork", what, size, samples_median());
	for (unsigned i = 0; i < REPEATS; i++)
		samples_add(&samples, unmap_cost());
	print_line("munmap", what, size, samples_median());
}

static void measure_space(const char *what, grow_function *grow, const uint64_t sizes[SIZES])
{
	for (unsigned i = 0; i < SIZES; i++) {
		uint64_t fault = grow == grow_areas ? fault_cost_of_areas(sizes[i]) : 0;

		grow(sizes[i]);
		measure_own(what, sizes[i]);
		print_line("fault", what, sizes[i], grow == grow_areas ? fault : fault_cost());
		(void)shrink();
		grow(sizes[i]);
		print_line("munmap-all", what, sizes[i], shrink());
		measure_children(what, grow, sizes[i]);
	}
}

static void measure_processes(const uint64_t sizes[SIZES])
{
	int end[2];
	uint64_t alive = 0;

	pipe_open(end);
	for (unsigned i = 0; i < SIZES; i++) {
		for (; alive < sizes[i]; alive++) {
			pid_t pid = fork();

			if (pid < 0)
				give_up("growth: fork");
			if (pid == 0) {
				close(end[1]);
				child_block(end[0]);
			}
		}
		measure_own("processes", sizes[i]);
		print_line("fault", "processes", sizes[i], fault_cost());
		measure_children("processes", grow_nothing, sizes[i]);
	}
	close(end[0]);
	close(end[1]);
	while (wait(NULL) > 0)
		continue;
}

int main(int argc, char **argv)
{
	static const uint64_t mebibytes[SIZES] = {1, 8, 64, 256}, areas[SIZES] = {1, 10, 100, 1000},
			      processes[SIZES] = {1, 10, 100, 500};
	uint64_t now = instret();

	if (argc == 4 && strcmp(argv[1], "since") == 0)
		return say_since(now, argv);
	growth_program = argv[0];
	overhead = samples_overhead();
	if (argc == 2 && strcmp(argv[1], "memory") == 0)
		measure_space("memory", grow_memory, mebibytes);
	else if (argc == 2 && strcmp(argv[1], "areas") == 0)
		measure_space("areas", grow_areas, areas);
	else if (argc == 2 && strcmp(argv[1], "processes") == 0)
		measure_processes(processes);
	else
		return 2;
	return 0;
}
