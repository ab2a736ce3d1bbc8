/* SPDX-License-Identifier: MIT */
/* copy-on-write after fork: child writes every page (copies), then, the child
 * gone, the parent writes every page (write-protect faults that reuse) */
#include "bench.h"
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#define PG  4096UL
#define NPG 2048UL /* 8 MiB */
int main(int argc, char **argv)
{
	struct bench c = BENCH_INIT(argc > 1 ? "cow_child_write_fault_thp" : "cow_child_write_fault", NPG);
	struct bench u = BENCH_INIT(argc > 1 ? "cow_parent_reuse_fault_thp" : "cow_parent_reuse_fault", NPG);
	size_t len = NPG * PG, i;
	volatile char *p;
	int rep;

	bench_begin();
	p = mmap(0, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		bench_die("mmap");
	for (i = 0; i < len; i += PG)
		p[i] = 1;
	for (rep = -1; rep < 11; rep++) {
		int fd[2];
		pid_t pid;
		uint64_t t[2];
		long f;

		if (pipe(fd))
			bench_die("pipe");
		if ((pid = fork()) < 0)
			bench_die("fork");
		if (pid == 0) {
			f = bench_minflt();
			t[0] = bench_ticks();
			for (i = 0; i < len; i += PG)
				p[i] = 2;
			t[0] = bench_ticks() - t[0];
			t[1] = bench_minflt() - f;
			if (write(fd[1], t, sizeof t) != sizeof t)
				_exit(1);
			_exit(0);
		}
		if (read(fd[0], t, sizeof t) != sizeof t)
			bench_die("read");
		waitpid(pid, 0, 0);
		close(fd[0]);
		close(fd[1]);
		if (rep >= 0) {
			bench_add(&c, t[0]);
			c.faults = t[1];
		}
		f = bench_minflt();
		t[0] = bench_ticks();
		for (i = 0; i < len; i += PG)
			p[i] = 3;
		t[0] = bench_ticks() - t[0];
		if (rep >= 0) {
			bench_add(&u, t[0]);
			u.faults = bench_minflt() - f;
		}
	}
	bench_report(&c);
	bench_report(&u);
	return 0;
}
