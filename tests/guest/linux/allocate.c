// SPDX-License-Identifier: MIT
// allocate [ROUNDS [SEED]]: malloc, calloc, realloc and free at random, with a pattern in every block that is
// checked.
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 256

static struct {
	unsigned char *block;
	size_t size;
	unsigned char mark;
} slots[SLOTS];
static uint64_t state = 88172645463325252u;
static unsigned long allocations, bytes;

static uint32_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

static void fail(const char *what, int slot)
{
	fprintf(stderr, "allocate: %s in slot %d\n", what, slot);
	exit(1);
}

static void check(int i, size_t size)
{
	for (size_t k = 0; k < size; k++)
		if (slots[i].block[k] != slots[i].mark)
			fail("spoilt block", i);
}

static size_t pick_size(void)
{
	uint32_t kind = next_random() % 100;

	if (kind < 70)
		return next_random() % 200;
	return kind < 98 ? next_random() % 8000 : next_random() % 300000;
}

static void fill(int i, size_t size)
{
	if (!slots[i].block && size)
		fail("out of memory", i);
	if ((uintptr_t)slots[i].block % 16)
		fail("bad alignment", i);
	slots[i].size = size;
	slots[i].mark = next_random();
	memset(slots[i].block, slots[i].mark, size);
	allocations++;
	bytes += size;
}

static void step(void)
{
	int i = next_random() % SLOTS;
	size_t size = pick_size();

	if (slots[i].block && next_random() % 3 == 0) {
		slots[i].block = realloc(slots[i].block, size + 1);
		check(i, slots[i].size < size ? slots[i].size : size);
		fill(i, size);
	} else if (slots[i].block) {
		check(i, slots[i].size);
		free(slots[i].block);
		slots[i].block = NULL;
	} else if (next_random() % 2) {
		slots[i].block = calloc(size / 4 + 1, 4);
		slots[i].mark = 0;
		check(i, size);
		fill(i, size);
	} else {
		slots[i].block = malloc(size + 1);
		fill(i, size);
	}
}

static void check_edges(void)
{
	void *aligned = NULL;
	volatile size_t huge = SIZE_MAX - 100;

	errno = 0;
	aligned = malloc(huge);
	printf("huge malloc: %s, %s\n", aligned ? "got" : "none", strerror(errno));
	errno = 0;
	aligned = calloc(huge / 2, 4);
	printf("calloc overflow: %s, %s\n", aligned ? "got" : "none", strerror(errno));
	for (size_t align = 16; align <= 65536; align *= 4) {
		if (posix_memalign(&aligned, align, 100) || (uintptr_t)aligned % align)
			printf("posix_memalign failed for %zu\n", align);
		free(aligned);
	}
	aligned = aligned_alloc(4096, 8192);
	printf("aligned_alloc: %d\n", (int)((uintptr_t)aligned % 4096));
	free(aligned);
	free(NULL);
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 20000;

	if (argc > 2)
		state += strtoull(argv[2], NULL, 16);
	for (long i = 0; i < rounds; i++)
		step();
	for (int i = 0; i < SLOTS; i++)
		if (slots[i].block) {
			check(i, slots[i].size);
			free(slots[i].block);
		}
	check_edges();
	printf("%lu allocations, %lu bytes\n", allocations, bytes);
	return 0;
}
