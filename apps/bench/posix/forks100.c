/* SPDX-License-Identifier: MIT */
/* SUSTech-like totals: 100 forks (child exits at once, parent waits), and 100
 * fork+exec of argv[1] (prints a line).  argv[2]=="null": its stdout is
 * /dev/null.  n = 1, so the reported figure is the total. */
#include "bench.h"
#include <fcntl.h>
#include <sys/types.h>
#include <sys/wait.h>
int main(int argc, char **argv)
{
	char *av[2] = {argc > 1 ? argv[1] : "/bin/hello", 0};
	int null = argc > 2, i, fd = -1;

	bench_begin();
	if (null)
		fd = open("/dev/null", O_WRONLY);
	BENCH_LOOP(
		"total_100_forks", 1, 5, for (i = 0; i < 100; i++) {
			pid_t p = fork();
			if (p == 0)
				_exit(0);
			waitpid(p, 0, 0);
		});
	BENCH_LOOP(
		null ? "total_100_fork_exec_hello_devnull" : "total_100_fork_exec_hello_console", 1, 5,
		for (i = 0; i < 100; i++) {
			pid_t p = fork();
			if (p == 0) {
				if (null)
					dup2(fd, 1);
				execv(av[0], av);
				_exit(127);
			}
			waitpid(p, 0, 0);
		});
	return 0;
}
