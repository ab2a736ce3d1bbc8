/* SPDX-License-Identifier: MIT */
/*
 * shown wide|areas|filled: looks at a space of its own that is hard to look at, and tells how many pages it
 * finds mapped, how many were touched, how many requests that took and the instructions of the longest one.
 *
 *   wide    200 GiB, of which 3 pages were read and 2 written
 *   areas   65,000 areas of a page each, each hundredth written
 *   filled  300 MiB, all written
 *
 * shown pools N: N processes at once that leave no Space behind that could be kept.
 */
#include "check.h"
#include <pagoda/counter.h>
#include <pagoda/inspect.h>
#include <pagoda/ipc.h>
#include <pagoda/syscall.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define GIB	  (1ul << 30)
#define WIDE	  (200 * GIB)
#define AREAS	  65000ul
#define FILLED	  (300ul << 20)
#define POOLS_MAX 256

static struct {
	uint64_t pages, requests, longest;
} found;

static volatile char *map(uint64_t bytes, int prot)
{
	void *at = mmap(NULL, bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(at != MAP_FAILED);
	return at;
}

static struct message ask_of(cap_t server, struct message m)
{
	uint64_t start = counter_instructions(), taken;

	ipc_call(server, &m);
	taken = counter_instructions() - start;
	found.longest = taken > found.longest ? taken : found.longest;
	found.requests++;
	return m;
}

static struct message ask(uint32_t request, uint64_t from, uint64_t to)
{
	struct message m = message_make(request, 0, from);

	m.w[2] = to;
	return ask_of(SLOT_PAGER, m);
}

static void look(volatile char *at, uint64_t bytes)
{
	uint64_t from = (uint64_t)at, to = from + bytes;
	struct message m;

	while (from < to) {
		m = ask(PAGER_PRESENT, from, to);
		CHECK(message_error(&m) == E_OK && m.w[1] > from && m.w[1] <= to);
		found.pages += m.w[0];
		from = m.w[1];
	}
	m = ask(PAGER_AREAS, (uint64_t)at, 0);
	CHECK(message_error(&m) == E_OK);
	m = ask(PAGER_COUNTS, 0, 0);
	CHECK(message_error(&m) == E_OK);
	m = ask_of(SLOT_PROC, message_make(PROC_LIST, (uint64_t)getpid() - 1, 0));
	CHECK(message_error(&m) == E_OK);
}

/* Requests that cannot be. */
static void look_wrong(void)
{
	struct message unaligned = ask(PAGER_PRESENT, 1, PAGE_BYTES),
		       back = ask(PAGER_PRESENT, PAGE_BYTES, 0);
	struct message above = ask(PAGER_PRESENT, 0, USER_END + PAGE_BYTES);

	CHECK(message_error(&unaligned) == E_ARGUMENT && message_error(&back) == E_ARGUMENT);
	CHECK(message_error(&above) == E_ARGUMENT);
}

static uint64_t look_wide(void)
{
	volatile char *at = map(WIDE, PROT_READ | PROT_WRITE);
	char sum = 0;

	for (uint64_t i = 0; i < 3; i++)
		sum += at[i * 60 * GIB];
	for (uint64_t i = 0; i < 2; i++)
		at[(i * 60 + 100) * GIB] = 1;
	CHECK(sum == 0);
	look(at, WIDE);
	return 5;
}

static uint64_t look_areas(void)
{
	volatile char *at = map(2 * AREAS * PAGE_BYTES, PROT_READ | PROT_WRITE);
	uint64_t touched = 0;

	for (uint64_t i = 0; i < AREAS; i++)
		CHECK(munmap((char *)at + (2 * i + 1) * PAGE_BYTES, PAGE_BYTES) == 0);
	for (uint64_t i = 0; i < AREAS; i += 100, touched++)
		at[2 * i * PAGE_BYTES] = 1;
	look(at, 2 * AREAS * PAGE_BYTES);
	return touched;
}

static uint64_t look_filled(void)
{
	volatile char *at = map(FILLED, PROT_READ | PROT_WRITE);

	for (uint64_t i = 0; i < FILLED; i += PAGE_BYTES)
		at[i] = 1;
	look(at, FILLED);
	return FILLED / PAGE_BYTES;
}

/* An area of a GiB: its space is too large to be emptied and kept. */
static int pools(int count)
{
	static pid_t pid[POOLS_MAX];

	CHECK(count > 0 && count <= POOLS_MAX);
	(void)map(GIB, PROT_READ);
	for (int i = 0; i < count; i++) {
		pid[i] = fork();
		CHECK(pid[i] >= 0);
		if (pid[i] == 0)
			for (;;)
				pause();
	}
	for (int i = 0; i < count; i++) {
		CHECK(kill(pid[i], SIGKILL) == 0);
		CHECK(waitpid(pid[i], NULL, 0) == pid[i]);
	}
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t touched;

	CHECK(argc > 1);
	if (strcmp(argv[1], "pools") == 0)
		return pools(argc > 2 ? atoi(argv[2]) : 0);
	look_wrong();
	if (strcmp(argv[1], "wide") == 0)
		touched = look_wide();
	else if (strcmp(argv[1], "areas") == 0)
		touched = look_areas();
	else
		touched = look_filled();
	printf("shown %s: pages=%lu touched=%lu requests=%lu longest=%lu\n", argv[1], found.pages, touched,
	       found.requests, found.longest);
	return 0;
}
