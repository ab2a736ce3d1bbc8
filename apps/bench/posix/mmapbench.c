/* SPDX-License-Identifier: MIT */
/* mapping calls without faults */
#include "bench.h"
#include <sys/mman.h>
#define PG 4096UL
#define RW (PROT_READ | PROT_WRITE)
#define PA (MAP_PRIVATE | MAP_ANONYMOUS)
int main(void)
{
	volatile char *q;
	void *v;
	bench_begin();
	BENCH_LOOP("mmap_munmap_1page_untouched", 1000, 15, v = mmap(0, PG, RW, PA, -1, 0); munmap(v, PG));
	BENCH_LOOP("mmap_touch_munmap_1page", 1000, 15, q = mmap(0, PG, RW, PA, -1, 0); *q = 1;
		   munmap((void *)q, PG));
	BENCH_LOOP("mmap_munmap_64MiB_untouched", 1000, 15, v = mmap(0, 64UL << 20, RW, PA, -1, 0);
		   munmap(v, 64UL << 20));
	/* one isolated page, present: two mprotect calls per iteration */
	q = mmap(0, 3 * PG, PROT_NONE, PA, -1, 0);
	q += PG;
	mprotect((void *)q, PG, RW);
	*q = 1;
	BENCH_LOOP("mprotect_1page_pair_RO_RW", 1000, 15, mprotect((void *)q, PG, PROT_READ);
		   mprotect((void *)q, PG, RW));
	return 0;
}
