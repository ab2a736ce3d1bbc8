/* SPDX-License-Identifier: MIT */
/* fork + exec + exit + wait of argv[1]; argv[2]: name suffix;
 * also posix_spawn of it */
#include "bench.h"
#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
extern char **environ;
static char *av[2];
static char nm[2][64];
static void fe(void)
{
	pid_t p = fork();
	if (p == 0) {
		execv(av[0], av);
		_exit(127);
	}
	if (p < 0 || waitpid(p, 0, 0) != p)
		bench_die("fork");
}
#ifndef NO_POSIX_SPAWN
static void sp(void)
{
	pid_t p;
	if (posix_spawn(&p, av[0], 0, 0, av, environ) || waitpid(p, 0, 0) != p)
		bench_die("spawn");
}
#endif
int main(int argc, char **argv)
{
	int st = 0;
	pid_t p;
	av[0] = argc > 1 ? argv[1] : "/bin/true";
	bench_begin();
	if ((p = fork()) == 0) {
		execv(av[0], av);
		_exit(127);
	}
	waitpid(p, &st, 0);
	if (st != 0)
		bench_die("exec check");
	snprintf(nm[0], 64, "fork_exec_wait%s", argc > 2 ? argv[2] : "");
	BENCH_LOOP(nm[0], 25, 15, fe());
#ifndef NO_POSIX_SPAWN
	snprintf(nm[1], 64, "posix_spawn_wait%s", argc > 2 ? argv[2] : "");
	BENCH_LOOP(nm[1], 25, 15, sp());
#endif
	return 0;
}
