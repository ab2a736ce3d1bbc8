/* SPDX-License-Identifier: MIT */
/*
 * forwarded: what a page fault costs whose page a custom pager supplies, the whole path: client, system pager
 * with its area policy, custom pager (libpager), client. The frame is ready: another mapping had the page
 * before. Every fault is measured by itself, and the pager's answer brings one page: no prefetch.
 *
 *   forwarded-fault    first load of a page of a new mapping
 */
#include "samples.h"
#include <fcntl.h>
#include <pagoda/pager.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATH	"/pagers/forwarded"
#define PAGES	512ul
#define BYTES	(PAGES * PAGER_PAGE_BYTES)
#define STEP_NS 10000000l /* between two looks for the pager */
#define STEPS	1000

static struct samples samples;
static pid_t pager;

static enum pager_verdict fill(struct pager_request *request)
{
	char *page = pager_frame(request);

	if (page == NULL)
		return PAGER_NO_MEMORY;
	memset(page, (int)(1 + request->offset_bytes / PAGER_PAGE_BYTES % 255), PAGER_PAGE_BYTES);
	return PAGER_SUPPLY;
}

static _Noreturn void give_up(const char *what)
{
	perror(what);
	(void)kill(pager, SIGKILL);
	exit(1);
}

static void pager_start(void)
{
	pager = fork();
	if (pager == 0)
		exit(pager_serve("forwarded", BYTES, &(struct pager_ops){.missing = fill}));
	if (pager < 0) {
		perror("forwarded: fork");
		exit(1);
	}
}

static int object_open(void)
{
	for (unsigned step = 0; step < STEPS; step++) {
		int file = open(PATH, O_RDONLY);

		if (file >= 0)
			return file;
		nanosleep(&(struct timespec){.tv_nsec = STEP_NS}, NULL);
	}
	give_up("forwarded: " PATH);
}

static volatile uint8_t *object_map(int file)
{
	void *at = mmap(NULL, BYTES, PROT_READ, MAP_SHARED, file, 0);

	if (at == MAP_FAILED)
		give_up("forwarded: mmap");
	return at;
}

/* Every page of a new mapping once; the samples of the last one count. */
static void sweep(int file, uint64_t overhead)
{
	volatile uint8_t *at = object_map(file);

	samples.count = 0;
	for (uint64_t page = 0; page < PAGES; page++) {
		uint64_t start = instret(), spent;
		uint8_t seen = at[page * PAGER_PAGE_BYTES];

		spent = instret() - start - overhead;
		if (seen != 1 + page % 255)
			give_up("forwarded: a wrong byte");
		samples_add(&samples, spent);
	}
	if (munmap((void *)at, BYTES) != 0)
		give_up("forwarded: munmap");
}

int main(void)
{
	uint64_t overhead = samples_overhead();
	int file;

	pager_start();
	file = object_open();
	sweep(file, overhead); /* the frames are ready now */
	sweep(file, overhead);
	samples_sort(&samples);
	printf(SAMPLES_FORMAT, SAMPLES_ARGUMENTS("forwarded-fault", &samples));
	close(file);
	if (kill(pager, SIGKILL) != 0 || waitpid(pager, NULL, 0) != pager)
		give_up("forwarded: the pager");
	return 0;
}
