/* SPDX-License-Identifier: MIT */
/*
 * heap NAME...: malloc and its family as a program sees them, by POSIX alone but for what a second free does.
 * Prints `ok NAME` for each; the first difference ends it with status 1 and its place.
 */
#include "check.h"
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LAZY_BYTES   (1ul << 29)
#define BLOCKS	     2000
#define CHURN_ROUNDS 40000

/* Half a gigabyte, of which three pages are used; and again from calloc. */
static void lazy(void)
{
	for (unsigned round = 0; round < 2; round++) {
		char *block = round ? calloc(LAZY_BYTES / 64, 64) : malloc(LAZY_BYTES);

		CHECK(block && malloc_usable_size(block) >= LAZY_BYTES);
		if (round)
			CHECK(block[1] == 0 && block[LAZY_BYTES / 2] == 0 && block[LAZY_BYTES - 1] == 0);
		block[1] = block[LAZY_BYTES / 2] = block[LAZY_BYTES - 1] = 1;
		free(block);
	}
}

/* Large blocks come and go without end. */
static void loops(void)
{
	char *low = sbrk(0);

	for (unsigned i = 0; i < 300; i++) {
		char *block = malloc(1 << 20);

		CHECK(block);
		block[i * 3000] = 1;
		free(block);
	}
	for (unsigned round = 0; round < 3; round++) {
		static char *blocks[BLOCKS];

		for (unsigned i = 0; i < BLOCKS; i++) {
			CHECK((blocks[i] = malloc(1000 + i)));
			memset(blocks[i], (int)i, 1000 + i);
		}
		CHECK((char *)sbrk(0) - low > 2 << 20);
		for (unsigned i = 0; i < BLOCKS; i++) {
			CHECK(blocks[i][0] == (char)i && blocks[i][999 + i] == (char)i);
			free(blocks[i]);
		}
		CHECK((char *)sbrk(0) - low < 1 << 20);
	}
}

/* Random use; each block begins and ends with its own number. */
static void churn(void)
{
	static uint32_t *blocks[BLOCKS];
	static size_t words[BLOCKS];
	uint64_t state = 88172645463325252;

	for (unsigned round = 0; round < CHURN_ROUNDS; round++) {
		state ^= state << 13, state ^= state >> 7, state ^= state << 17;
		unsigned i = state % BLOCKS;
		size_t count = 1 + (state >> 20) % (state >> 50 & 31 ? 300 : 50000);

		if (blocks[i])
			CHECK(blocks[i][0] == i && blocks[i][words[i] - 1] == i);
		if (blocks[i] && state >> 60 < 8) {
			free(blocks[i]);
			blocks[i] = NULL;
			continue;
		}
		CHECK((blocks[i] = reallocarray(blocks[i], count, sizeof(uint32_t))));
		words[i] = count;
		blocks[i][0] = blocks[i][count - 1] = i;
	}
	for (unsigned i = 0; i < BLOCKS; i++)
		free(blocks[i]);
}

/* A block that grows by a page a step to 32 MiB. */
static void growth(void)
{
	char *block = NULL;

	for (size_t bytes = 4096; bytes <= 32 << 20; bytes += 4096) {
		CHECK((block = realloc(block, bytes)));
		block[bytes - 1] = (char)(bytes >> 12);
	}
	for (size_t bytes = 4096; bytes <= 32 << 20; bytes += 4096)
		CHECK(block[bytes - 1] == (char)(bytes >> 12));
	CHECK((block = realloc(block, 5000)));
	CHECK(block[4095] == 1);
	free(block);
}

static void refusals(void)
{
	volatile size_t huge = 1ul << 33; /* volatile: the compiler shall not see it coming */
	void *block = NULL;

	errno = 0;
	CHECK(!malloc(huge << 30) && errno == ENOMEM);
	errno = 0;
	CHECK(!malloc(huge << 7) && errno == ENOMEM);
	errno = 0;
	CHECK(!calloc(huge, huge) && errno == ENOMEM);
	CHECK(posix_memalign(&block, 3, 1) == EINVAL && !block);
	CHECK(posix_memalign(&block, 1 << 16, 1 << 18) == 0 && (uintptr_t)block % (1 << 16) == 0);
	errno = 7;
	free(block);
	free(NULL);
	CHECK(errno == 7);
	CHECK((block = aligned_alloc(64, 640)) && (uintptr_t)block % 64 == 0);
	free(block);
}

/* In a child: it ends by SIGABRT. */
static void twice(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		char *volatile block = malloc(100);

		free(block);
		free(block);
		_exit(0);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static const struct part {
	const char *name;
	void (*run)(void);
} parts[] = {
	{"lazy", lazy},	    {"loops", loops},	    {"churn", churn},
	{"growth", growth}, {"refusals", refusals}, {"twice", twice},
};

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		for (unsigned part = 0; part < sizeof(parts) / sizeof(parts[0]); part++) {
			if (strcmp(argv[i], parts[part].name) != 0)
				continue;
			parts[part].run();
			printf("ok %s\n", argv[i]);
			fflush(stdout);
		}
	}
	return 0;
}
