/* SPDX-License-Identifier: MIT */
/* Pages of an object, supplied and refused. */
#include "rawpager.h"

void part_shared(void)
{
	pid_t pager = pager_start("raw", 1);
	volatile uint64_t *one = object_map("raw", PROT_READ | PROT_WRITE, MAP_SHARED);
	volatile uint64_t *two = object_map("raw", PROT_READ, MAP_SHARED);

	for (uint64_t page = 0; page < 40; page += 3) {
		page_holds(one, page);
		page_holds(two, page);
	}
	one[5 * PAGE_WORDS] = 77; /* absent: a store */
	one[3 * PAGE_WORDS] = 78; /* present already */
	CHECK(two[5 * PAGE_WORDS] == 77 && two[3 * PAGE_WORDS] == 78);
	CHECK(child_touches(two, 5, true) == SIGSEGV);
	CHECK(child_touches(one, 6, true) == 0);
	CHECK(two[6 * PAGE_WORDS] == 1);
	page_holds(one, 7);
	check_whole();
	object_unmap(one);
	page_holds(two, 9);
	object_unmap(two);
	check_whole();
	pager_stop(pager);
	CHECK(custom_count() == 0);
}

void part_private(void)
{
	pid_t pager = pager_start("raw", 1);
	volatile uint64_t *shared = object_map("raw", PROT_READ | PROT_WRITE, MAP_SHARED);
	volatile uint64_t *copy = object_map("raw", PROT_READ | PROT_WRITE, MAP_PRIVATE);

	page_holds(copy, 1);
	copy[1 * PAGE_WORDS] = 5; /* present: copied */
	copy[2 * PAGE_WORDS] = 6; /* absent: asked for as by a load, then copied */
	CHECK(copy[1 * PAGE_WORDS] == 5 && copy[2 * PAGE_WORDS] == 6);
	CHECK(copy[1 * PAGE_WORDS + 1] == pattern(1, 1) && copy[2 * PAGE_WORDS + 9] == pattern(2, 9));
	page_holds(shared, 1);
	page_holds(shared, 2);
	CHECK(child_touches(copy, 3, true) == 0);
	CHECK(child_touches(copy, 4, false) == 0);
	page_holds(copy, 3);
	CHECK(copy[1 * PAGE_WORDS] == 5);
	CHECK(child_touches(copy, 1, true) == 0);
	CHECK(copy[1 * PAGE_WORDS] == 5);
	check_whole();
	pager_stop(pager);
	check_whole();
	CHECK(copy[1 * PAGE_WORDS] == 5); /* what is there stays */
	page_holds(copy, 3);
	CHECK(copy[2 * PAGE_WORDS] == 6);
	copy[3 * PAGE_WORDS] = 9;
	CHECK(child_touches(copy, 10, false) == SIGBUS);
	CHECK(custom_count() == 1);
	object_unmap(shared);
	object_unmap(copy);
	CHECK(custom_count() == 0);
	check_whole();
}

/* Many pages in an answer, two processes, and what the counters make of it. */
void part_many(void)
{
	pid_t pager = pager_start("raw", MANY_PAGES);
	volatile uint64_t *at = object_map("raw", PROT_READ, MAP_SHARED);
	struct pager_faults *faults = (struct pager_faults *)&message_page()->words[MESSAGE_REGISTERS];
	struct message m = {.w = {0}};

	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (pid == 0) {
			for (uint64_t page = 0; page < HONEST; page++)
				page_holds(at, page);
			CHECK(ask(&m, PAGER_FAULTS, NULL) == E_OK);
			CHECK(faults->other == 0);
			CHECK(faults->faults < faults->prefetched);
			_exit(0);
		}
	}
	for (int i = 0; i < 3; i++) {
		int status;

		CHECK(wait(&status) > 0 && status == 0);
	}
	check_whole();
	pager_stop(pager);
	object_unmap(at);
}

void part_refused(void)
{
	static const struct {
		uint64_t page;
		int status;
	} rows[] = {
		{FAILS, SIGBUS},    {FAILS_ODDLY, SIGBUS},  {NEVER, SIGBUS},   {DROPS, SIGBUS},
		{LATER, 0},	    {LATER_ALWAYS, SIGBUS}, {RETRIES, SIGBUS}, {RUNS_AGAIN, SIGBUS},
		{NO_FRAME, SIGBUS}, {ZEROES, SIGBUS},	    {GIVES, SIGBUS},   {NONSENSE, SIGBUS},
		{OUTSIDE, 0},	    {DIES, SIGBUS},
	};
	pid_t pager = pager_start("raw", 1);
	volatile uint64_t *at = object_map("raw", PROT_READ | PROT_WRITE, MAP_SHARED);

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status = child_touches(at, rows[i].page, false);

		if (status != rows[i].status)
			printf("page %lu ended with status %d\n", rows[i].page, status);
		CHECK(status == rows[i].status);
		check_whole();
	}
	CHECK(waitpid(pager, NULL, 0) == pager);
	CHECK(child_touches(at, 1, false) == SIGBUS);
	object_unmap(at);
	CHECK(custom_count() == 0);
}

/* A private area may be answered with zeroes. */
void part_zeroes(void)
{
	pid_t pager = pager_start("raw", 1);
	volatile uint64_t *at = object_map("raw", PROT_READ | PROT_WRITE, MAP_PRIVATE);

	CHECK(at[ZEROES * PAGE_WORDS + 3] == 0);
	at[ZEROES * PAGE_WORDS + 3] = 4;
	CHECK(at[ZEROES * PAGE_WORDS + 3] == 4);
	check_whole();
	pager_stop(pager);
	object_unmap(at);
	CHECK(custom_count() == 0);
}

/* A space has room for the grants of so many pagers; when one of them has gone there is room for another. */
void part_sources(void)
{
	volatile uint64_t *at[SPACE_SOURCES] = {0};
	pid_t pager[SPACE_SOURCES];
	err_t error = E_OK;
	char name[16];
	int i;

	for (i = 0; i < SPACE_SOURCES && !error; i++) {
		(void)snprintf(name, sizeof(name), "raw%d", i);
		pager[i] = pager_start(name, 1);
		error = object_try(name, PROT_READ, MAP_SHARED, &at[i]);
		if (!error)
			page_holds(at[i], (uint64_t)i);
	}
	CHECK(error == E_TOO_MANY && i > 6);
	object_unmap(at[2]);
	CHECK(object_try(name, PROT_READ, MAP_SHARED, &at[2]) == E_OK);
	page_holds(at[2], 7);
	page_holds(at[3], 8);
	check_whole();
	while (i--)
		pager_stop(pager[i]);
	page_holds(at[2], 7); /* what is mapped stays */
	check_whole();
	for (i = 0; at[i]; i++)
		object_unmap(at[i]);
	CHECK(custom_count() == 0);
}

static pid_t child_waits(const volatile uint64_t *at)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0)
		_exit((int)at[NEVER * PAGE_WORDS]);
	return pid;
}

static void wait_pending(uint64_t count)
{
	struct pager_custom custom;
	int tries = 0;

	do {
		CHECK(tries++ < 100000);
		read_pager(&custom);
	} while (custom.pending != count);
}

/* Clients are killed while their faults are on the way, then the pager while others' are. */
void part_killed(void)
{
	pid_t pager = pager_start("raw", 1), pid[CLIENTS];
	volatile uint64_t *at = object_map("raw", PROT_READ, MAP_SHARED);
	int status;

	for (int i = 0; i < CLIENTS; i++)
		pid[i] = child_waits(at);
	wait_pending(CLIENTS);
	for (int i = 0; i < CLIENTS; i += 2) {
		CHECK(kill(pid[i], SIGKILL) == 0);
		CHECK(waitpid(pid[i], &status, 0) == pid[i] && WTERMSIG(status) == SIGKILL);
	}
	check_whole();
	page_holds(at, 1);
	pager_stop(pager);
	for (int i = 1; i < CLIENTS; i += 2)
		CHECK(waitpid(pid[i], &status, 0) == pid[i] && WTERMSIG(status) == SIGBUS);
	check_whole();
	object_unmap(at);
	CHECK(custom_count() == 0);
}
