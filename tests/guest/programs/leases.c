/* SPDX-License-Identifier: MIT */
/*
 * leases: a child maps and reads a page of each 64 KiB of an empty file until it is ended for that; the next
 * ones want fewer and fewer, until one has all that it wants. It keeps them: prints `held=N`, and waits to be
 * killed.
 */
#include "check.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define GROUP_BYTES 65536l
#define PAGE	    4096l
#define GROUPS	    8192l

/* Ends with the parent, or when it is ended. A byte goes up for each page, and one more at the end. */
static _Noreturn void hold(int file, long count, int up, int down)
{
	char byte;

	for (long i = 0; i < count; i++) {
		const volatile char *page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, file, i * GROUP_BYTES);

		if (page == MAP_FAILED)
			_exit(1);
		(void)*page;
		if (write(up, "p", 1) != 1)
			_exit(1);
	}
	if (write(up, "w", 1) == 1)
		(void)read(down, &byte, 1);
	_exit(0);
}

/* How many a child got that wants @count; more than that: it has them all, and waits. */
static long try(int file, long count)
{
	int up[2], down[2];
	long got = 0;
	char byte = 0;

	CHECK(pipe(up) == 0 && pipe(down) == 0);
	pid_t pid = fork();

	if (pid == 0) {
		close(up[0]);
		close(down[1]);
		hold(file, count, up[1], down[0]);
	}
	CHECK(pid > 0 && close(up[1]) == 0 && close(down[0]) == 0);
	while (byte != 'w' && read(up[0], &byte, 1) == 1)
		got++;
	if (byte == 'w')
		return got;
	CHECK(waitpid(pid, NULL, 0) == pid && close(up[0]) == 0 && close(down[1]) == 0);
	return got;
}

int main(void)
{
	int file = open("/tmp/leases", O_RDWR | O_CREAT | O_EXCL, 0600);
	long count = GROUPS, got;

	CHECK(file >= 0 && unlink("/tmp/leases") == 0 && ftruncate(file, GROUPS * GROUP_BYTES) == 0);
	while ((got = try(file, count)) <= count)
		count = got - 1;
	printf("held=%ld\n", count);
	fflush(stdout);
	pause();
	return 0;
}
