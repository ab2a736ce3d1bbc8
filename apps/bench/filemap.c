/* SPDX-License-Identifier: MIT */
/*
 * filemap [FOLDER]: faults on mappings of a file that is wholly in the page cache, per page of a sweep
 * over 1 MiB: what the pager asks the vfs for on the way is in it. The halves of posix/filefault.c by
 * themselves.
 *
 *   file-private-write     first store to each page of a private mapping
 */
#include "samples.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE_BYTES 4096ul
#define PAGES	   256ul
#define SWEEPS	   5u

static struct samples samples;
static uint8_t block[PAGE_BYTES];

static void give_up(const char *what)
{
	perror(what);
	exit(1);
}

static int file_make(const char *folder)
{
	char path[256];
	int file;

	(void)snprintf(path, sizeof(path), "%s/filemap.data", folder);
	file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (file < 0)
		give_up(path);
	for (unsigned i = 0; i < PAGES; i++) {
		if (write(file, block, PAGE_BYTES) != (ssize_t)PAGE_BYTES)
			give_up("filemap: write");
	}
	if (unlink(path) != 0)
		give_up("filemap: unlink");
	return file;
}

static uint64_t sweep_cost(int file)
{
	volatile uint8_t *memory =
		mmap(NULL, PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
	uint64_t spent;

	if (memory == MAP_FAILED)
		give_up("filemap: mmap");
	spent = instret();
	for (uint64_t page = 0; page < PAGES; page++)
		memory[page * PAGE_BYTES] = 1;
	spent = instret() - spent;
	if (munmap((void *)memory, PAGES * PAGE_BYTES) != 0)
		give_up("filemap: munmap");
	return spent / PAGES;
}

int main(int argc, char **argv)
{
	uint64_t begin = instret(), begin_ticks = time_ticks();
	int file = file_make(argc > 1 ? argv[1] : "/");

	for (unsigned i = 0; i < SWEEPS; i++)
		samples_add(&samples, sweep_cost(file));
	samples_sort(&samples);
	printf(SAMPLES_FORMAT, SAMPLES_ARGUMENTS("file-private-write", &samples));
	printf(CLOCK_FORMAT, CLOCK_ARGUMENTS(begin, begin_ticks));
	return 0;
}
