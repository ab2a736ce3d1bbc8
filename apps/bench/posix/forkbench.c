/* SPDX-License-Identifier: MIT */
/* fork + _exit + waitpid with 0/1/8/64 MiB of touched private memory.
 * argv[1]: name suffix */
#include "bench.h"
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#define PG 4096UL
static char nm[12][64];
static int nn;
static const char *mk(const char *a, const char *b)
{
	snprintf(nm[nn], sizeof nm[nn], "%s%s", a, b);
	return nm[nn++];
}
static void one(void)
{
	pid_t p = fork();
	if (p == 0)
		_exit(0);
	if (p < 0 || waitpid(p, 0, 0) != p)
		bench_die("fork");
}
static void forkonly(const char *name, int n)
{
	/* time of the fork() call alone as the parent sees it (child may or
	 * may not have run yet) */
	struct bench b = BENCH_INIT(name, n);
	int r, i;
	for (r = -1; r < 11; r++) {
		uint64_t sum = 0;
		for (i = 0; i < n; i++) {
			uint64_t t = bench_ticks();
			pid_t p = fork();
			if (p == 0)
				_exit(0);
			sum += bench_ticks() - t;
			waitpid(p, 0, 0);
		}
		if (r >= 0)
			bench_add(&b, sum);
	}
	bench_report(&b);
}
static void sized(const char *name, size_t mb, int n)
{
	size_t len = mb << 20, i;
	volatile char *p = mmap(0, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		bench_die("mmap");
	for (i = 0; i < len; i += PG)
		p[i] = 1;
	BENCH_LOOP(name, n, 11, one());
	munmap((void *)p, len);
}
int main(int argc, char **argv)
{
	const char *s = argc > 1 ? argv[1] : "";
	bench_begin();
	BENCH_LOOP(mk("fork_exit_wait_small", s), 50, 15, one());
	forkonly(mk("fork_call_only_small", s), 50);
	sized(mk("fork_exit_wait_1MiB", s), 1, 20);
	sized(mk("fork_exit_wait_8MiB", s), 8, 10);
	sized(mk("fork_exit_wait_64MiB", s), 64, 4);
	return 0;
}
