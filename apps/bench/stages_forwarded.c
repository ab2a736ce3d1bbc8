/* SPDX-License-Identifier: MIT */
/* Stages of a fault whose page a custom pager supplies, in a program of its own: others shall not carry
 * libpager. */
#include "child.h"
#include "stages.h"
#include <fcntl.h>
#include <pagoda/pager.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PAGER_PAGES 64ul
#define STEP_NS	    10000000l /* between two looks for the pager */
#define WARM_UP	    4

static enum pager_verdict supply(struct pager_request *request)
{
	return pager_frame(request) ? PAGER_SUPPLY : PAGER_NO_MEMORY;
}

static pid_t pager;

static void pager_end(void)
{
	(void)kill(pager, SIGKILL);
}

static void object_map(int file)
{
	void *at = mmap(NULL, PAGER_PAGES * PAGE_BYTES, PROT_READ, MAP_SHARED, file, 0);

	if (at == MAP_FAILED)
		give_up("stages: mmap of an object");
	stages_at = at;
}

/* A custom pager that has the frames ready: another mapping had the pages before. */
static void forwarded(void)
{
	int file = -1;

	pager = fork();
	if (pager == 0)
		exit(pager_serve("stages", PAGER_PAGES * PAGE_BYTES, &(struct pager_ops){.missing = supply}));
	atexit(pager_end);
	while (pager > 0 && (file = open("/pagers/stages", O_RDONLY)) < 0)
		nanosleep(&(struct timespec){.tv_nsec = STEP_NS}, NULL);
	object_map(file);
	for (uint64_t page = 0; page < PAGER_PAGES; page++)
		(void)stages_at[page * PAGE_BYTES];
	if (munmap((void *)stages_at, PAGER_PAGES * PAGE_BYTES) != 0)
		give_up("stages: munmap");
	object_map(file);
}

static const struct operation operations[] = {
	{"forwarded-fault", forwarded, load_up, WARM_UP},
	{0},
};
const struct operation *const stages_groups[] = {operations, NULL};
