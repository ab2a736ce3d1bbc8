/* SPDX-License-Identifier: MIT */
/* What clients of the pager do. */
#include "rawpager.h"

err_t object_try(const char *name, int prot, int flags, volatile uint64_t **at)
{
	struct message m = {.w = {0, OBJECT_PAGES * PAGE_BYTES}};
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "/pagers/%s", name);
	fd = open(path, O_RDWR);
	CHECK(fd >= 0);
	m.tag = TAG(PAGER_MAP_FILE, MESSAGE_REGISTERS + 2);
	m.w[2] = (uint64_t)prot | (flags & MAP_SHARED ? SHARED_BIT : 0);
	message_page()->words[MESSAGE_REGISTERS] = (uint64_t)fd;
	message_page()->words[MESSAGE_REGISTERS + 1] = 0;
	ipc_call(SLOT_PAGER, &m);
	CHECK(close(fd) == 0);
	*at = (volatile uint64_t *)m.w[0];
	return message_error(&m);
}

volatile uint64_t *object_map(const char *name, int prot, int flags)
{
	volatile uint64_t *at;

	CHECK(object_try(name, prot, flags, &at) == E_OK);
	return at;
}

void page_holds(const volatile uint64_t *at, uint64_t page)
{
	for (uint64_t i = 0; i < PAGE_WORDS; i += 37)
		CHECK(at[page * PAGE_WORDS + i] == pattern(page, i));
}

void check_whole(void)
{
	uint64_t broken;

	CHECK(inspect_check_server(INSPECT_PAGER, &broken) == E_OK);
	if (broken)
		printf("check: line %lu\n", broken);
	CHECK(broken == 0);
}

uint64_t custom_count(void)
{
	struct message m = {0};
	uint64_t count = 0, cursor = 0;

	for (;; count++) {
		m.w[0] = cursor;
		if (ask(&m, PAGER_PAGERS, NULL) != E_OK)
			return count;
		cursor = message_page()->words[MESSAGE_REGISTERS];
	}
}

int child_touches(const volatile uint64_t *at, uint64_t page, bool store)
{
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		if (store)
			*(volatile uint64_t *)&at[page * PAGE_WORDS] = 1;
		else
			page_holds(at, page);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	return status;
}

void memory_works(uint64_t *at, uint64_t pages, uint64_t salt)
{
	for (uint64_t page = 0; page < pages; page++) {
		CHECK(at[page * PAGE_WORDS + 7] == 0);
		at[page * PAGE_WORDS + 7] = page + salt;
	}
	for (uint64_t page = 0; page < pages; page++)
		CHECK(at[page * PAGE_WORDS + 7] == page + salt);
}

void read_pager(struct pager_custom *record)
{
	struct message m = {.w = {0}};

	CHECK(ask(&m, PAGER_PAGERS, NULL) == E_OK);
	memcpy(record, &message_page()->words[MESSAGE_REGISTERS], sizeof(*record));
}

void object_unmap(const volatile uint64_t *at)
{
	CHECK(munmap((void *)at, OBJECT_PAGES * PAGE_BYTES) == 0);
}
