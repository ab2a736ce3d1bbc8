/* SPDX-License-Identifier: MIT */
/* IPC round trip, two processes, 1 byte through two pipes; and the same
 * write+read inside one process (no switch), for the context-switch estimate */
#include "bench.h"
#include <sys/types.h>
#include <sys/wait.h>
int main(void)
{
	int a[2], b[2], s[2];
	char c = 'x';
	pid_t p;

	bench_begin();
	if (pipe(a) || pipe(b) || pipe(s))
		bench_die("pipe");
	if ((p = fork()) < 0)
		bench_die("fork");
	if (p == 0) {
		close(a[1]);
		close(b[0]);
		while (read(a[0], &c, 1) == 1)
			if (write(b[1], &c, 1) != 1)
				break;
		_exit(0);
	}
	close(a[0]);
	close(b[1]);
	BENCH_LOOP("pipe_roundtrip", 2000, 15,
		   if (write(a[1], &c, 1) != 1 || read(b[0], &c, 1) != 1) bench_die("pp"));
	close(a[1]);
	waitpid(p, 0, 0);
	BENCH_LOOP("pipe_self_write_read", 2000, 15,
		   if (write(s[1], &c, 1) != 1 || read(s[0], &c, 1) != 1) bench_die("self"));
	return 0;
}
