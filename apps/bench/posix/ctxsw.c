/* SPDX-License-Identifier: MIT */
/* context switch by sched_yield() between two processes of equal priority.
 * "sched_yield_alone": nobody else runnable, no switch.
 * "sched_yield_pair_per_yield": one yield by the parent while the child yields
 * too; on a strict alternation it is 2 switches + 2 system calls. */
#include "bench.h"
#include <sched.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#ifdef BENCH_RUSAGE
static long csw(void)
{
	struct rusage ru;
	getrusage(RUSAGE_SELF, &ru);
	return ru.ru_nvcsw + ru.ru_nivcsw;
}
#endif
int main(void)
{
	pid_t p;
	bench_begin();
	BENCH_LOOP("sched_yield_alone", 4000, 15, sched_yield());
	if ((p = fork()) < 0)
		bench_die("fork");
	if (p == 0)
		for (;;)
			sched_yield();
#ifdef BENCH_RUSAGE
	long c0 = csw();
#endif
	BENCH_LOOP("sched_yield_pair_per_yield", 4000, 15, sched_yield());
#ifdef BENCH_RUSAGE
	printf("NOTE sched_yield_pair: %ld switches away from parent in %d yields\n", csw() - c0, 4000 * 16);
#endif
	kill(p, SIGKILL);
	waitpid(p, 0, 0);
	return 0;
}
