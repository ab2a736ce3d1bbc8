/* SPDX-License-Identifier: MIT */
/*
 * faults: what a page fault costs, the whole path through the real pager, one row for each kind. Every fault
 * is measured by itself. Prefetch is off in the single rows: there is none for anonymous memory, and around a
 * page of a file it ends at the area, so the pages in question are areas of one page.
 *
 *   anon-write             first store to a page of anonymous memory
 *   anon-read              first load of one
 *   file-read-ask          first load of a page of the program's file: the pager asks the vfs for it
 *   file-read-held         the same when the pager holds the page's lease already
 *   file-read-around       a window of pages, the whole cost over the number of pages
 */
#include "samples.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE_BYTES   4096ul
#define ANON_PAGES   512ul
#define SINGLE_PAGES 48ul /* of the table: every second one is touched */
#define AROUND_PAGES 48ul
#define WINDOW_PAGES 16ul /* the pager's window, aligned */

/* A table in the file of the program, beginning with a window. */
__asm__(".section .rodata.file_pages, \"a\"\n.balign 65536\n.globl file_pages\nfile_pages:\n"
	".rept 96 * 512\n.quad 0x1234567\n.endr\n.text\n");
extern const volatile uint8_t file_pages[(SINGLE_PAGES + AROUND_PAGES) * PAGE_BYTES];

static struct samples samples;
static uint64_t overhead;

static void report(const char *name)
{
	samples_sort(&samples);
	printf(SAMPLES_FORMAT, SAMPLES_ARGUMENTS(name, &samples));
	samples.count = 0;
}

static void give_up(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t load_cost(const volatile uint8_t *at)
{
	uint64_t start = instret();

	(void)*at;
	return instret() - start - overhead;
}

static uint64_t store_cost(volatile uint8_t *at)
{
	uint64_t start = instret();

	*at = 1;
	return instret() - start - overhead;
}

static void bench_anon(const char *name, int is_write)
{
	volatile uint8_t *memory = mmap(NULL, ANON_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		give_up("faults: mmap");
	for (uint64_t page = ANON_PAGES; page-- > 0;) { /* downwards: nothing comes ahead */
		volatile uint8_t *at = memory + page * PAGE_BYTES;

		samples_add(&samples, is_write ? store_cost(at) : load_cost(at));
	}
	report(name);
	if (munmap((void *)memory, ANON_PAGES * PAGE_BYTES) != 0)
		give_up("faults: munmap");
}

static void protect(uint64_t page, uint64_t pages, int protection)
{
	if (mprotect((void *)(file_pages + page * PAGE_BYTES), pages * PAGE_BYTES, protection) != 0)
		give_up("faults: mprotect");
}

static void bench_file_single(const char *name)
{
	for (uint64_t page = 0; page < SINGLE_PAGES; page += 2)
		samples_add(&samples, load_cost(file_pages + page * PAGE_BYTES));
	report(name);
}

static void bench_file_around(const char *name)
{
	for (uint64_t first = 0; first < AROUND_PAGES; first += WINDOW_PAGES) {
		uint64_t spent = 0;

		for (uint64_t page = first; page < first + WINDOW_PAGES; page++)
			spent += load_cost(file_pages + (SINGLE_PAGES + page) * PAGE_BYTES);
		samples_add(&samples, spent / WINDOW_PAGES);
	}
	report(name);
}

static void bench_files(void)
{
	for (uint64_t page = 1; page < SINGLE_PAGES; page += 2)
		protect(page, 1, PROT_NONE);
	bench_file_single("file-read-ask");
	for (uint64_t page = 0; page < SINGLE_PAGES; page += 2) {
		protect(page, 1, PROT_NONE); /* takes the mapping away, the lease stays */
		protect(page, 1, PROT_READ);
	}
	bench_file_single("file-read-held");
	bench_file_around("file-read-around");
}

int main(void)
{
	uint64_t begin = instret(), begin_ticks = time_ticks();

	overhead = samples_overhead();
	bench_anon("anon-write", 1);
	bench_anon("anon-read", 0);
	bench_files();
	printf(CLOCK_FORMAT, CLOCK_ARGUMENTS(begin, begin_ticks));
	return 0;
}
