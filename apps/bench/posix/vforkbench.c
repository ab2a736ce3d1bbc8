/* SPDX-License-Identifier: MIT */
/* vfork + _exit + wait (vfork is XSI, removed in POSIX.1-2008) */
#include "bench.h"
#include <sys/types.h>
#include <sys/wait.h>
int main(void)
{
	bench_begin();
	BENCH_LOOP("vfork_exit_wait", 100, 15, pid_t p = vfork(); if (p == 0) _exit(0); waitpid(p, 0, 0));
	return 0;
}
