/* SPDX-License-Identifier: MIT */
/*
 * neighbour [fresh] FILE: lives beside a program that exhausts something. Until FILE is there, again and
 * again: its memory, a file and a pipe hold what it wrote, and take something new; fresh: it also gets new
 * memory, and gives it back. Prints `neighbour: rounds=N`; the first difference ends it with status 1 and its
 * place.
 */
#include "check.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define WORDS	    (64 * 4096 / sizeof(unsigned long))
#define FILE_WORDS  (3 * 4096 / sizeof(unsigned long))
#define FRESH_PAGES 16
#define PAGE_BYTES  4096
#define NAP_NS	    2000000

static unsigned long memory[WORDS], buffer[FILE_WORDS];
static int file, ends[2];

static unsigned long word_of(unsigned long round, unsigned long place)
{
	return (round + 1) * 0x9e3779b97f4a7c15 + place;
}

static void memory_holds(unsigned long round)
{
	for (unsigned long i = 0; i < WORDS; i++) {
		CHECK(memory[i] == word_of(round, i));
		memory[i] = word_of(round + 1, i);
	}
}

static void file_holds(unsigned long round)
{
	CHECK(lseek(file, 0, SEEK_SET) == 0);
	CHECK(read(file, buffer, sizeof(buffer)) == sizeof(buffer));
	for (unsigned long i = 0; i < FILE_WORDS; i++) {
		CHECK(buffer[i] == word_of(round, i));
		buffer[i] = word_of(round + 1, i);
	}
	CHECK(lseek(file, 0, SEEK_SET) == 0);
	CHECK(write(file, buffer, sizeof(buffer)) == sizeof(buffer));
}

/* The pipe is never empty, so it keeps its page. */
static void pipe_holds(unsigned long round)
{
	unsigned long words[8], seen[8];

	for (unsigned long i = 0; i < 8; i++)
		words[i] = word_of(round + 1, i);
	CHECK(write(ends[1], words, sizeof(words)) == sizeof(words));
	CHECK(read(ends[0], seen, sizeof(seen)) == sizeof(seen));
	for (unsigned long i = 0; i < 8; i++)
		CHECK(seen[i] == word_of(round, i));
}

static void begin(const char *name)
{
	char path[64];
	unsigned long words[8];

	snprintf(path, sizeof(path), "%s.%d", name, (int)getpid());
	file = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	CHECK(file >= 0 && unlink(path) == 0 && pipe(ends) == 0);
	for (unsigned long i = 0; i < WORDS; i++)
		memory[i] = word_of(0, i);
	for (unsigned long i = 0; i < FILE_WORDS; i++)
		buffer[i] = word_of(0, i);
	CHECK(write(file, buffer, sizeof(buffer)) == sizeof(buffer));
	for (unsigned long i = 0; i < 8; i++)
		words[i] = word_of(0, i);
	CHECK(write(ends[1], words, sizeof(words)) == sizeof(words));
}

/* New pages are zero and keep what is written. */
static void memory_comes(unsigned long round)
{
	char *fresh = mmap(NULL, FRESH_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(fresh != MAP_FAILED);
	for (unsigned long i = 0; i < FRESH_PAGES * PAGE_BYTES; i += PAGE_BYTES) {
		CHECK(fresh[i] == 0);
		fresh[i] = (char)(round | 1);
	}
	for (unsigned long i = 0; i < FRESH_PAGES * PAGE_BYTES; i += PAGE_BYTES)
		CHECK(fresh[i] == (char)(round | 1));
	CHECK(munmap(fresh, FRESH_PAGES * PAGE_BYTES) == 0);
}

int main(int argc, char **argv)
{
	bool fresh = argc > 2 && strcmp(argv[1], "fresh") == 0;
	unsigned long round = 0;

	if (argc != (fresh ? 3 : 2))
		return 2;
	begin(argv[argc - 1]);
	for (; access(argv[argc - 1], F_OK) != 0; round++) {
		memory_holds(round);
		file_holds(round);
		pipe_holds(round);
		if (fresh)
			memory_comes(round);
		nanosleep(&(struct timespec){0, NAP_NS}, NULL);
	}
	printf("neighbour: rounds=%lu\n", round);
	return 0;
}
