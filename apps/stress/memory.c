/* SPDX-License-Identifier: MIT */
/* Memory and address space. */
#include "stress.h"
#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE	    4096ul
#define MIB	    (1ul << 20)
#define GIB	    (1ul << 30)
#define TABLE_BYTES (2 * MIB) /* of address space, for one page table */
#define FILL_BYTES  (64 * MIB)
#define REPORT	    64	   /* times between two records */
#define CUT_PAGES   131072 /* of a mapping that is cut: more areas than a space may have */

static volatile char *map(unsigned long bytes, int rights)
{
	void *at = mmap(NULL, bytes, rights, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static void count_at(unsigned long done, unsigned long every)
{
	if (done % every == 0)
		runner_count(every);
}

/* Write one word in each @step of @most steps, in mappings of @bytes. */
static void touch(unsigned long most, unsigned long bytes, unsigned long step, unsigned long report)
{
	volatile char *at = NULL;

	for (unsigned long i = 0; i < most; i++) {
		if (i % (bytes / step) == 0)
			at = map(bytes, PROT_READ | PROT_WRITE);
		if (at == NULL) {
			runner_count(i % report);
			runner_met(errno);
			return;
		}
		at[i % (bytes / step) * step] = 1;
		count_at(i + 1, report);
	}
	runner_count(most % report);
}

void exhaust_fill(unsigned long most)
{
	touch(most, FILL_BYTES, PAGE, REPORT);
}

void exhaust_sparse(unsigned long most)
{
	touch(most, GIB, TABLE_BYTES, 1);
}

void exhaust_map(unsigned long most)
{
	for (unsigned long i = 0; i < most; i++) {
		if (map(GIB, PROT_READ | PROT_WRITE) == NULL) {
			runner_met(errno);
			return;
		}
		runner_count(1);
	}
}

/* What is left of the address space is taken by halves. */
void exhaust_huge(unsigned long most)
{
	unsigned long left = most;
	int error = 0;

	for (unsigned long bytes = 1ul << 46; bytes >= MIB && left > 0; bytes /= 2)
		while (bytes / MIB <= left && left > 0) {
			if (map(bytes, PROT_READ | PROT_WRITE) == NULL) {
				error = errno;
				break;
			}
			left -= bytes / MIB;
			runner_count(bytes / MIB);
		}
	if (left > 0)
		runner_met(error);
}

/* Neighbours have other rights, so each page stays an area of its own. */
void exhaust_areas(unsigned long most)
{
	for (unsigned long i = 0; i < most; i++) {
		if (map(PAGE, i % 2 ? PROT_READ : PROT_READ | PROT_WRITE) == NULL) {
			runner_count(i % REPORT);
			runner_met(errno);
			return;
		}
		count_at(i + 1, REPORT);
	}
	runner_count(most % REPORT);
}

/* Every second page out of a mapping that nobody has touched, then children that have all of those areas,
 * too. */
void exhaust_cuts(unsigned long most)
{
	volatile char *at = map(CUT_PAGES * PAGE, PROT_READ | PROT_WRITE);
	unsigned long cuts = 0, done;

	while (at != NULL && cuts < most && munmap((char *)at + (2 * cuts + 1) * PAGE, PAGE) == 0)
		count_at(++cuts, REPORT);
	runner_count(cuts % REPORT);
	for (done = cuts; done < most; done += cuts + 1) {
		pid_t pid = fork();

		if (pid == 0) {
			runner_count(cuts + 1);
			runner_wait();
			_exit(0);
		}
		if (pid < 0) {
			runner_met(errno);
			return;
		}
	}
}
