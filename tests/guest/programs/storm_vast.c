/* SPDX-License-Identifier: MIT */
/*
 * Storms of requests that would be as long as what was heaped up before them. Each prints how much that was
 * when the first such request is done, so that nobody takes a storm for one that did nothing.
 */
#include "check.h"
#include "proto/proto.h"
#include "proto/records.h"
#include "storm.h"
#include <fcntl.h>
#include <pagoda/ipc.h>
#include <pagoda/program.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define BEGIN_MS	100 /* from ready() to the first long request: they measure by then */
#define PAGE		4096ul
#define VERSIONS	6000ul
#define VERSIONS_LEAST	1000ul
#define GROUPS		3500ul
#define GROUPS_LEAST	16l
#define GROUP_STRIDE	(2 * PAGE) /* areas of groups do not touch */
#define GROUP_BYTES	65536ul
#define GROUPS_OF_FILE	(1ul << 22)
#define TABLE_HASHES	(1ul << 50)
#define WINDOW_ONE	(7ul << 37)
#define WINDOW_MANY	(TABLE_HASHES / 8)
#define PIPE_BYTES	65536ul
#define READERS		200ul
#define POLLERS		900
#define POLLED		120
#define POLL_ROOM_BYTES 1000 /* less than a pipe must have to be ready for writing */

static void tried(const char *name, long count)
{
	static bool is_told;

	if (is_told)
		return;
	is_told = true;
	printf("TRIED %s %ld\n", name, count);
	fflush(stdout);
}

static char *reserve(unsigned long bytes)
{
	char *at = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(at != MAP_FAILED);
	return at;
}

static int nameless(off_t bytes)
{
	int file = open("/tmp/vast", O_RDWR | O_CREAT | O_EXCL, 0600);

	CHECK(file >= 0 && unlink("/tmp/vast") == 0 && ftruncate(file, bytes) == 0);
	return file;
}

/* Map the file and write to it, again and again: each area keeps a version of its own. How many were made. */
static unsigned long versions_map(int file, char *at)
{
	unsigned long made = 0;

	for (; made < VERSIONS; made++) {
		if (mmap(at + made * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, file, 0) == MAP_FAILED)
			break;
		CHECK(pwrite(file, "x", 1, 0) == 1);
	}
	CHECK(made >= VERSIONS_LEAST);
	return made;
}

void versions(void)
{
	int file = nameless(PAGE);

	for (;;) {
		char *at = reserve(VERSIONS * PAGE);
		unsigned long made = versions_map(file, at);

		ready();
		sleep_ms(BEGIN_MS);
		CHECK(munmap(at, VERSIONS * PAGE) == 0);
		tried("versions", (long)made);
	}
}

/* The next group that the vfs looks for in the first part of its table (servers/vfs/core/lease.c). */
static uint64_t group_next(uint64_t group, uint64_t window)
{
	do
		group++;
	while ((group * 0x9e3779b97f4a7c15 & (TABLE_HASHES - 1)) >= window);
	return group;
}

/* Groups of a file that share few chains, then one munmap. A byte goes up for each. A page that the vfs does
 * not lend ends the process. */
static _Noreturn void groups_fill(int file, uint64_t window, int up)
{
	char *at = reserve(GROUPS * GROUP_STRIDE);
	uint64_t group = 0;

	for (unsigned long i = 0; i < GROUPS; i++) {
		char *page = at + i * GROUP_STRIDE;

		group = group_next(group, window);
		CHECK(group < GROUPS_OF_FILE);
		CHECK(mmap(page, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, file,
			   (off_t)(group * GROUP_BYTES)) == page);
		(void)*(volatile char *)page;
		CHECK(write(up, "g", 1) == 1);
	}
	ready();
	sleep_ms(BEGIN_MS);
	CHECK(munmap(at, GROUPS * GROUP_STRIDE) == 0);
	_exit(0);
}

/* How many groups a process got. */
static long groups_try(int file, uint64_t window)
{
	char bytes[GROUPS];
	int ends[2], status;
	ssize_t count;
	pid_t child;

	CHECK(pipe(ends) == 0);
	child = fork();
	if (child == 0)
		groups_fill(file, window, ends[1]);
	CHECK(child > 0 && waitpid(child, &status, 0) == child);
	CHECK(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	count = read(ends[0], bytes, sizeof(bytes));
	CHECK(close(ends[0]) == 0 && close(ends[1]) == 0);
	return count;
}

/* As many groups of one chain as there may be; as many as there may be at all, in an eighth of the chains. */
void bucket(void)
{
	int file = nameless(GROUPS_OF_FILE * GROUP_BYTES);
	long one, many;

	for (;;) {
		one = groups_try(file, WINDOW_ONE);
		many = groups_try(file, WINDOW_MANY);
		CHECK(one >= GROUPS_LEAST && many == GROUPS);
		tried("bucket", many);
	}
}

static void readers_start(int from)
{
	static char to[PIPE_BYTES];

	for (unsigned long i = 0; i < READERS; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (pid == 0)
			memset(to, 1, sizeof(to));
		while (pid == 0)
			CHECK(read(from, to, sizeof(to)) > 0);
	}
}

/* As much of it as one request takes, whatever its size; write() would ask for less. */
static unsigned long write_once(int file, const char *from, unsigned long bytes)
{
	struct message m = message_make(VFS_WRITE, (uint64_t)file, 0);

	CHECK(ipc_call_buffer(SLOT_VFS, &m, (void *)from, bytes, BUFFER_READ) == E_OK &&
	      message_error(&m) == E_OK && m.w[0] > 0);
	return m.w[0];
}

void readers(void)
{
	unsigned long bytes = READERS * PIPE_BYTES;
	char *from = malloc(bytes);
	int ends[2];

	CHECK(from && pipe(ends) == 0);
	readers_start(ends[0]);
	memset(from, 1, bytes);
	ready();
	for (;;) {
		sleep_ms(BEGIN_MS); /* by then all of them wait */
		for (unsigned long done = 0; done < bytes;)
			done += write_once(ends[1], from + done, bytes - done);
		tried("readers", READERS);
	}
}

static void pollers_start(int to)
{
	struct pollfd polled[POLLED];

	for (int i = 0; i < POLLED; i++)
		polled[i] = (struct pollfd){.fd = to, .events = POLLOUT};
	for (int i = 0; i < POLLERS; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		while (pid == 0)
			CHECK(poll(polled, POLLED, -1) >= 0);
	}
}

/* Byte by byte, while the pipe takes them; then a page is read to its end, before which it gives no room. */
static void pipe_turn(const int ends[2], char *bytes)
{
	const ssize_t rest = PAGE - POLL_ROOM_BYTES;

	for (int i = 0; i < POLL_ROOM_BYTES; i++) {
		CHECK(write(ends[1], bytes, 1) == 1 && read(ends[0], bytes, 1) == 1);
		tried("pollers", POLLERS);
	}
	CHECK(read(ends[0], bytes, (size_t)rest) == rest && write(ends[1], bytes, (size_t)rest) == rest);
}

void pollers(void)
{
	static char bytes[PIPE_BYTES - POLL_ROOM_BYTES];
	int ends[2];

	CHECK(pipe(ends) == 0 && write(ends[1], bytes, sizeof(bytes)) == sizeof(bytes));
	pollers_start(ends[1]);
	sleep_ms(BEGIN_MS);
	ready();
	for (;;)
		pipe_turn(ends, bytes);
}
