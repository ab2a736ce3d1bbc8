/* SPDX-License-Identifier: MIT */
/* null system calls */
#include "bench.h"
#include <fcntl.h>
int main(void)
{
	char c = 0;
	int fd;
	bench_begin();
	BENCH_LOOP("rdtime_loop_overhead", 10000, 15, __asm__ volatile("" ::: "memory"));
	BENCH_LOOP("getppid", 10000, 15, (void)getppid());
	fd = open("/dev/null", O_WRONLY);
	if (fd >= 0)
		BENCH_LOOP("write1_devnull", 10000, 15, if (write(fd, &c, 1) != 1) break);
	return 0;
}
