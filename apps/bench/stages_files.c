/* SPDX-License-Identifier: MIT */
/* Stages of faults on mappings of files, and of what reads them. */
#include "child.h"
#include "stages.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAPPED	      "/bench/faults" /* a program with a table of many pages that nobody else maps */
#define MAPPED_OFFSET (128ul << 10)
#define MAPPED_PAGES  48ul
#define WRITTEN	      256ul /* pages of the file that is written */
#define WARM_UP	      4

static int file;

static int file_open(const char *path, int flags)
{
	int opened = open(path, flags, 0600);

	if (opened < 0)
		give_up(path);
	return opened;
}

static void file_map(uint64_t pages, int protection, off_t offset)
{
	void *at = mmap(NULL, pages * PAGE_BYTES, protection, MAP_PRIVATE, file, offset);

	if (at == MAP_FAILED)
		give_up("stages: mmap of a file");
	stages_at = at;
}

static void protect(volatile uint8_t *at, int protection)
{
	if (mprotect((void *)at, PAGE_BYTES, protection) != 0)
		give_up("stages: mprotect");
}

static void around(void)
{
	file = file_open(MAPPED, O_RDONLY);
	file_map(MAPPED_PAGES, PROT_READ, MAPPED_OFFSET);
}

/* Areas of one page: a window ends with its area. */
static void ask(void)
{
	around();
	for (uint64_t page = 1; page < MAPPED_PAGES; page += 2)
		protect(stages_at + page * PAGE_BYTES, PROT_NONE);
}

/* The mapping goes with the rights, the lease stays. */
static void held(void)
{
	ask();
	for (uint64_t page = 0; page < MAPPED_PAGES; page += 2)
		(void)stages_at[page * PAGE_BYTES];
	for (uint64_t page = 0; page < MAPPED_PAGES; page += 2) {
		protect(stages_at + page * PAGE_BYTES, PROT_NONE);
		protect(stages_at + page * PAGE_BYTES, PROT_READ);
	}
}

static void load_second(void)
{
	(void)*stages_at;
	stages_at += 2 * PAGE_BYTES;
}

static void private_write(void)
{
	memory_map(1);
	file = file_open("/stages.data", O_RDWR | O_CREAT | O_TRUNC);
	for (uint64_t page = 0; page < WRITTEN; page++) {
		if (write(file, (const void *)stages_at, PAGE_BYTES) != (ssize_t)PAGE_BYTES)
			give_up("stages: write");
	}
	if (unlink("/stages.data") != 0)
		give_up("stages: unlink");
	file_map(WRITTEN, PROT_READ | PROT_WRITE, 0);
}

static void read_open(void)
{
	memory_map(1);
	file = file_open("/bin/memwalk", O_RDONLY);
}

/* The next one: each is in the cache. */
static void read_page(void)
{
	if (read(file, (void *)stages_at, PAGE_BYTES) != (ssize_t)PAGE_BYTES)
		give_up("stages: read");
}

const struct operation stages_files[] = {
	{"file-read-held", held, load_second, WARM_UP}, {"file-read-ask", ask, load_second, WARM_UP},
	{"file-read-around", around, load_up, 1},	{"file-private-write", private_write, store_up, 1},
	{"read-4k", read_open, read_page, WARM_UP},	{0},
};
