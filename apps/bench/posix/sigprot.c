/* SPDX-License-Identifier: MIT */
/* signals: self kill() with a handler; write to a PROT_READ page, SIGSEGV
 * handler mprotect()s that one page read-write, retry succeeds */
#include "bench.h"
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#define PG  4096UL
#define NPG 1024UL
static volatile char *p;
static volatile long hits;
static void nop(int s)
{
	(void)s;
	hits++;
}
static void segv(int s, siginfo_t *si, void *uc)
{
	(void)s;
	(void)uc;
	hits++;
	mprotect((void *)((uintptr_t)si->si_addr & ~(PG - 1)), PG, PROT_READ | PROT_WRITE);
}
static volatile char *one;
static void segv1(int s, siginfo_t *si, void *uc)
{
	(void)s;
	(void)uc;
	(void)si;
	hits++;
	mprotect((void *)one, PG, PROT_READ | PROT_WRITE);
}
int main(void)
{
	struct sigaction sa;
	struct bench b = BENCH_INIT("sigsegv_mprotect_sweep_fault", NPG);
	pid_t me = getpid();
	size_t len = NPG * PG, i;
	int rep;

	bench_begin();
	memset(&sa, 0, sizeof sa);
	sa.sa_handler = nop;
	sigaction(SIGUSR1, &sa, 0);
	BENCH_LOOP("signal_self_kill_handler", 2000, 15, kill(me, SIGUSR1));

	memset(&sa, 0, sizeof sa);
	sa.sa_sigaction = segv;
	sa.sa_flags = SA_SIGINFO;
	sigaction(SIGSEGV, &sa, 0);
	p = mmap(0, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		bench_die("mmap");
	for (i = 0; i < len; i += PG)
		p[i] = 1;
	for (rep = -1; rep < 11; rep++) {
		uint64_t t;
		if (mprotect((void *)p, len, PROT_READ))
			bench_die("mprotect");
		hits = 0;
		t = bench_ticks();
		for (i = 0; i < len; i += PG)
			p[i] = 2;
		t = bench_ticks() - t;
		if (rep >= 0)
			bench_add(&b, t);
		b.faults = hits;
	}
	bench_report(&b);

	/* one isolated page: fault + handler(mprotect RW) + mprotect RO again */
	sa.sa_sigaction = segv1;
	sigaction(SIGSEGV, &sa, 0);
	one = mmap(0, 3 * PG, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	one += PG;
	mprotect((void *)one, PG, PROT_READ | PROT_WRITE);
	*one = 1;
	mprotect((void *)one, PG, PROT_READ);
	BENCH_LOOP("sigsegv_mprotect_1page_plus_reprotect", 1000, 15, *one = 2;
		   mprotect((void *)one, PG, PROT_READ));
	return 0;
}
