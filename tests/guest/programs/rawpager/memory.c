/* SPDX-License-Identifier: MIT */
/* Anonymous memory that a custom pager supplies. */
#include "rawpager.h"

static void anonymous_client(void)
{
	uint64_t pages = 40, *at;
	struct message m = {.w = {0}};
	int status;
	pid_t pid;

	CHECK(ask(&m, PAGER_SUPPLIER, "raw") == E_OK);
	at = mmap(NULL, pages * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(at != MAP_FAILED);
	m = (struct message){.w = {(uint64_t)at, PAGE_BYTES, ACCESS_READ}};
	CHECK(ask(&m, PAGER_POPULATE, NULL) == E_LATER);
	memory_works(at, pages, 1);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		for (uint64_t page = 0; page < pages; page += 3)
			at[page * PAGE_WORDS + 7] = 0;
		at = mmap(NULL, pages * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0);
		memory_works(at, pages, 5);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	for (uint64_t page = 0; page < pages; page++)
		CHECK(at[page * PAGE_WORDS + 7] == page + 1);
	check_whole();
	m = (struct message){.w = {0}};
	CHECK(ask(&m, PAGER_FAULTS, NULL) == E_OK);
	CHECK(((struct pager_faults *)&message_page()->words[MESSAGE_REGISTERS])->other == 0);
	CHECK(execlp("rawpager", "rawpager", "plain", NULL) == 0);
}

void part_anonymous(void)
{
	pid_t pager = pager_start("raw", 1), pid = fork();
	int status;

	CHECK(pid >= 0);
	if (pid == 0)
		anonymous_client();
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	check_whole();
	pager_stop(pager);
	CHECK(custom_count() == 0);
	check_whole();
}

/* A supplier's memory outlives it; what it should have supplied later does not come. */
void part_supplier_ends(void)
{
	pid_t pager = pager_start("raw", 1), pid = fork();
	int status;

	CHECK(pid >= 0);
	if (pid == 0) {
		struct message m = {.w = {0}};
		uint64_t *at;

		CHECK(ask(&m, PAGER_SUPPLIER, "raw") == E_OK);
		at = mmap(NULL, 20 * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		memory_works(at, 10, 1);
		CHECK(kill(pager, SIGKILL) == 0);
		for (uint64_t page = 0; page < 10; page++)
			CHECK(at[page * PAGE_WORDS + 7] == page + 1);
		at[3 * PAGE_WORDS] = 1;
		check_whole();
		at[15 * PAGE_WORDS] = 1; /* nobody supplies it */
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == SIGBUS);
	CHECK(waitpid(pager, NULL, 0) == pager);
	check_whole();
	CHECK(custom_count() == 0);
}

/* Frames given away are the system's until nobody uses them, also when only a forked child does. */
void part_in_use(void)
{
	pid_t pager = pager_start("raw", 1), pid = fork();
	struct pager_custom custom;
	int status;

	CHECK(pid >= 0);
	if (pid == 0) {
		struct message m = {.w = {0}};
		uint64_t *at;
		pid_t child;

		CHECK(ask(&m, PAGER_SUPPLIER, "raw") == E_OK);
		at = mmap(NULL, 20 * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		CHECK(at != MAP_FAILED);
		read_pager(&custom);
		CHECK(custom.supplied_spaces == 2 && custom.given_frames == 0); /* now, and after exec */
		for (uint64_t page = 0; page < 20; page += 2)
			at[page * PAGE_WORDS] = page;
		read_pager(&custom);
		CHECK(custom.given_frames == 20);
		child = fork();
		CHECK(child >= 0);
		if (child == 0)
			_exit(0);
		CHECK(waitpid(child, &status, 0) == child && status == 0);
		CHECK(munmap(at, 10 * PAGE_BYTES) == 0);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	read_pager(&custom);
	CHECK(custom.given_frames == 0 && custom.supplied_spaces == 0);
	check_whole();
	pager_stop(pager);
}

/* For exec: memory of a program works, whoever supplies it. */
void part_plain(void)
{
	uint64_t *at = calloc(30, PAGE_BYTES);

	CHECK(at);
	memory_works(at, 30, 3);
	free(at);
}
