/* SPDX-License-Identifier: MIT */
/* anonymous private memory: demand-zero write faults, read (zero page) faults,
 * and write after read.  Per page of 4 KiB touched. argv[1]: name suffix */
#include "bench.h"
#include <string.h>
#include <sys/mman.h>
#define PG  4096UL
#define NPG 4096UL /* 16 MiB */
static char nm[6][64];
static int nn;
static const char *mk(const char *a, const char *b)
{
	snprintf(nm[nn], sizeof nm[nn], "%s%s", a, b);
	return nm[nn++];
}
int main(int argc, char **argv)
{
	const char *sfx = argc > 1 ? argv[1] : "";
	struct bench w = BENCH_INIT(mk("anon_write_fault", sfx), NPG);
	struct bench r = BENCH_INIT(mk("anon_read_fault_zeropage", sfx), NPG);
	struct bench rw = BENCH_INIT(mk("anon_write_after_read_fault", sfx), NPG);
	struct bench again = BENCH_INIT(mk("anon_touch_mapped", sfx), NPG);
	struct bench um = BENCH_INIT(mk("anon_munmap_touched", sfx), NPG);
	size_t len = NPG * PG, al = 2UL << 20;
	int rep;

	bench_begin();
	for (rep = -1; rep < 11; rep++) {
		volatile char *p, *base;
		size_t i;
		uint64_t t;
		long f;

		base = mmap(0, len + al, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (base == MAP_FAILED)
			bench_die("mmap");
		p = (char *)(((uintptr_t)base + al - 1) & ~(al - 1));
		f = bench_minflt();
		t = bench_ticks();
		for (i = 0; i < len; i += PG)
			p[i] = 1;
		t = bench_ticks() - t;
		if (rep >= 0) {
			w.faults = bench_minflt() - f;
			bench_add(&w, t);
		}
		t = bench_ticks();
		for (i = 0; i < len; i += PG)
			p[i] = 2;
		t = bench_ticks() - t;
		if (rep >= 0)
			bench_add(&again, t);
		t = bench_ticks();
		munmap((void *)base, len + al);
		t = bench_ticks() - t;
		if (rep >= 0)
			bench_add(&um, t);

		base = mmap(0, len + al, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (base == MAP_FAILED)
			bench_die("mmap");
		p = (char *)(((uintptr_t)base + al - 1) & ~(al - 1));
		f = bench_minflt();
		t = bench_ticks();
		for (i = 0; i < len; i += PG)
			(void)p[i];
		t = bench_ticks() - t;
		if (rep >= 0) {
			r.faults = bench_minflt() - f;
			bench_add(&r, t);
		}
		f = bench_minflt();
		t = bench_ticks();
		for (i = 0; i < len; i += PG)
			p[i] = 1;
		t = bench_ticks() - t;
		if (rep >= 0) {
			rw.faults = bench_minflt() - f;
			bench_add(&rw, t);
		}
		munmap((void *)base, len + al);
	}
	bench_report(&w);
	bench_report(&r);
	bench_report(&rw);
	bench_report(&again);
	bench_report(&um);
	return 0;
}
