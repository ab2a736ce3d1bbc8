/* SPDX-License-Identifier: MIT */
/* faults on a file wholly in the page cache; per 4 KiB page touched.
 * argv[1]: directory of the file; argv[2]: name suffix */
#include "bench.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#define PG  4096UL
#define NPG 4096UL /* 16 MiB */
static char nm[8][64];
static int nn;
static const char *mk(const char *a, const char *b)
{
	snprintf(nm[nn], sizeof nm[nn], "%s%s", a, b);
	return nm[nn++];
}
static int fd;
static void run(const char *name, int prot, int flags, int wr)
{
	struct bench b = BENCH_INIT(name, NPG);
	size_t len = NPG * PG, i;
	int rep;

	for (rep = -1; rep < 11; rep++) {
		volatile char *p = mmap(0, len, prot, flags, fd, 0);
		uint64_t t;
		long f;

		if (p == MAP_FAILED)
			bench_die("mmap");
		f = bench_minflt();
		t = bench_ticks();
		if (wr)
			for (i = 0; i < len; i += PG)
				p[i] = 1;
		else
			for (i = 0; i < len; i += PG)
				(void)p[i];
		t = bench_ticks() - t;
		if (rep >= 0) {
			b.faults = bench_minflt() - f;
			bench_add(&b, t);
		}
		munmap((void *)p, len);
	}
	bench_report(&b);
}
int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "/tmp";
	const char *sfx = argc > 2 ? argv[2] : "";
	char path[256];
	static char buf[65536];
	size_t i;

	bench_begin();
	snprintf(path, sizeof path, "%s/filefault.dat", dir);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		bench_die(path);
	memset(buf, 0x5a, sizeof buf);
	for (i = 0; i < NPG * PG; i += sizeof buf)
		if (write(fd, buf, sizeof buf) != sizeof buf)
			bench_die("write");
	run(mk("file_private_read_fault", sfx), PROT_READ, MAP_PRIVATE, 0);
	run(mk("file_private_write_fault", sfx), PROT_READ | PROT_WRITE, MAP_PRIVATE, 1);
	run(mk("file_shared_read_fault", sfx), PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	run(mk("file_shared_write_fault", sfx), PROT_READ | PROT_WRITE, MAP_SHARED, 1);
	unlink(path);
	return 0;
}
