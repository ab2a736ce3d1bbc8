/* SPDX-License-Identifier: MIT */
/* reading a 64 MiB cached file: mapped (memcpy per page), mapped (one byte per
 * page), read() 4 KiB, read() 64 KiB.  All per 4 KiB.  argv[1]: directory,
 * argv[2]: suffix */
#include "bench.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#define PG  4096UL
#define LEN (64UL << 20)
static char buf[65536] __attribute__((aligned(4096)));
static char nm[6][64];
int main(int argc, char **argv)
{
	const char *s = argc > 2 ? argv[2] : "";
	char path[256];
	struct bench mc = BENCH_INIT(nm[0], LEN / PG), mt = BENCH_INIT(nm[1], LEN / PG),
		     r4 = BENCH_INIT(nm[2], LEN / PG), r64 = BENCH_INIT(nm[3], LEN / PG),
		     cp = BENCH_INIT(nm[4], 1000);
	size_t i;
	int fd, rep;

	bench_begin();
	snprintf(nm[0], 64, "map64M_memcpy_per_page%s", s);
	snprintf(nm[1], 64, "map64M_touch_per_page%s", s);
	snprintf(nm[2], 64, "read64M_4K_per_page%s", s);
	snprintf(nm[3], 64, "read64M_64K_per_page%s", s);
	snprintf(nm[4], 64, "memcpy_4K_user_warm%s", s);
	snprintf(path, sizeof path, "%s/fileread.dat", argc > 1 ? argv[1] : "/tmp");
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		bench_die(path);
	memset(buf, 0x5a, sizeof buf);
	for (i = 0; i < LEN; i += sizeof buf)
		if (write(fd, buf, sizeof buf) != sizeof buf)
			bench_die("write");
	for (rep = -1; rep < 5; rep++) {
		char *p;
		uint64_t t;
		long f;

		p = mmap(0, LEN, PROT_READ, MAP_PRIVATE, fd, 0);
		if (p == MAP_FAILED)
			bench_die("mmap");
		f = bench_minflt();
		t = bench_ticks();
		for (i = 0; i < LEN; i += PG) {
			memcpy(buf, p + i, PG);
			__asm__ volatile("" ::: "memory");
		}
		t = bench_ticks() - t;
		if (rep >= 0) {
			bench_add(&mc, t);
			mc.faults = bench_minflt() - f;
		}
		munmap(p, LEN);

		p = mmap(0, LEN, PROT_READ, MAP_PRIVATE, fd, 0);
		t = bench_ticks();
		for (i = 0; i < LEN; i += PG)
			(void)*(volatile char *)(p + i);
		t = bench_ticks() - t;
		if (rep >= 0)
			bench_add(&mt, t);
		munmap(p, LEN);

		lseek(fd, 0, SEEK_SET);
		t = bench_ticks();
		for (i = 0; i < LEN; i += PG)
			if (read(fd, buf, PG) != (ssize_t)PG)
				bench_die("read");
		t = bench_ticks() - t;
		if (rep >= 0)
			bench_add(&r4, t);

		lseek(fd, 0, SEEK_SET);
		t = bench_ticks();
		for (i = 0; i < LEN; i += 65536)
			if (read(fd, buf, 65536) != 65536)
				bench_die("read");
		t = bench_ticks() - t;
		if (rep >= 0)
			bench_add(&r64, t);

		t = bench_ticks();
		for (i = 0; i < 1000; i++) {
			memcpy(buf, buf + 8192, PG);
			__asm__ volatile("" ::: "memory");
		}
		t = bench_ticks() - t;
		if (rep >= 0)
			bench_add(&cp, t);
	}
	unlink(path);
	bench_report(&mc);
	bench_report(&mt);
	bench_report(&r4);
	bench_report(&r64);
	bench_report(&cp);
	return 0;
}
