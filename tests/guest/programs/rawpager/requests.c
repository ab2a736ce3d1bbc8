/* SPDX-License-Identifier: MIT */
/* Requests of a custom pager, and what others are shown of it. */
#include "rawpager.h"

/* What is asked wrongly is refused and changes nothing. */
void part_requests(void)
{
	struct message m = {.w = {GRANT_BYTES}};
	struct served served = {.supply = 1};
	int fd;

	CHECK(ask(&m, PAGER_GRANT, NULL) == E_STATE);
	CHECK(ask(&m, PAGER_WITHDRAW, NULL) == E_STATE);
	CHECK(ask(&m, PAGER_EVENT, NULL) == E_STATE);
	CHECK(ask(&m, PAGER_FRAMES_IN_USE, NULL) == E_STATE);
	CHECK(ask(&m, PAGER_PUBLISH, "x") == E_STATE);
	m.w[0] = GRANT_BYTES;
	CHECK(ask(&m, PAGER_REGISTER, "") == E_ARGUMENT);
	CHECK(ask(&m, PAGER_REGISTER, "a/b") == E_ARGUMENT);
	m.w[0] = 1ul << 50;
	CHECK(ask(&m, PAGER_REGISTER, "big") == E_NO_MEMORY);
	m.w[0] = 0;
	CHECK(ask(&m, PAGER_SUPPLIER, "nobody") == E_NO_ENTRY);
	CHECK(custom_count() == 0);
	pager_register(&served, "self");
	m.w[0] = GRANT_BYTES;
	CHECK(ask(&m, PAGER_REGISTER, "other") == E_EXISTS);
	CHECK(munmap(served.grant, PAGE_BYTES) == -1);
	CHECK(pager_publish("self", 0) == 1);
	CHECK(pager_publish("more", 0) == 2);
	m = (struct message){.w = {PAGE_BYTES, DEADLINE_MS, 0}};
	CHECK(ask(&m, PAGER_PUBLISH, "self") == E_EXISTS);
	m = (struct message){.w = {PAGE_BYTES, CUSTOM_DEADLINE_MAX_MS + 1, 0}};
	CHECK(ask(&m, PAGER_PUBLISH, "slow") == E_ARGUMENT);
	m = (struct message){.w = {0, 0, 0}};
	CHECK(ask(&m, PAGER_PUBLISH, "empty") == E_ARGUMENT);
	m = (struct message){.w = {0}};
	CHECK(ask(&m, PAGER_SUPPLIER, "self") == E_LOOP);
	fd = open("/pagers/self", O_RDONLY);
	CHECK(fd >= 0);
	CHECK(mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
	m = (struct message){.w = {1, CUSTOM_OPERATION_EVICT, 0, OBJECT_PAGES}};
	CHECK(ask(&m, PAGER_OBJECT_CONTROL, NULL) == E_UNSUPPORTED);
	m = (struct message){.w = {1, CUSTOM_OPERATION_EVICT, 1, OBJECT_PAGES}};
	CHECK(ask(&m, PAGER_OBJECT_CONTROL, NULL) == E_ARGUMENT);
	CHECK(ask(&m, PAGER_EVENT, NULL) == E_UNSUPPORTED);
	m.w[0] = 2;
	CHECK(ask(&m, PAGER_WITHDRAW, NULL) == E_OK);
	m.w[0] = 2;
	CHECK(ask(&m, PAGER_WITHDRAW, NULL) == E_ARGUMENT);
	CHECK(open("/pagers/more", O_RDONLY) == -1 && errno == ENOENT);
	CHECK(pager_publish("more", 0) == 2);
	m.w[0] = GRANT_BYTES / PAGE_BYTES;
	CHECK(ask(&m, PAGER_FRAMES_IN_USE, NULL) == E_RANGE);
	check_whole();
}

static void read_object(uint64_t number, uint64_t cursor, struct pager_object *record)
{
	struct message m = {.w = {number, cursor}};

	CHECK(ask(&m, PAGER_OBJECTS, NULL) == E_OK);
	memcpy(record, &message_page()->words[MESSAGE_REGISTERS], sizeof(*record));
}

static void read_why(uint64_t pid, uint64_t address, struct pager_why *record)
{
	struct message m = {.w = {pid, address}};

	CHECK(ask(&m, PAGER_WHY, NULL) == E_OK);
	memcpy(record, &message_page()->words[MESSAGE_REGISTERS], sizeof(*record));
}

static void why_is_told(const volatile uint64_t *at)
{
	struct pager_why why;
	pid_t pid = fork();
	int tries = 0;

	CHECK(pid >= 0);
	if (pid == 0)
		_exit((int)at[NEVER * PAGE_WORDS]);
	do {
		CHECK(tries++ < 100000);
		read_why((uint64_t)pid, (uint64_t)&at[NEVER * PAGE_WORDS], &why);
	} while (!why.pending);
	CHECK(strcmp(why.pager, "raw") == 0 && strcmp(why.object, "raw") == 0 && why.page == NEVER);
	CHECK(why.deadline_ms == DEADLINE_MS && why.frame == 0 && why.rule == RULE_NONE);
	CHECK(waitpid(pid, NULL, 0) == pid);
	page_holds(at, 0); /* the fork has parked it */
	read_why(0, (uint64_t)at, &why);
	CHECK(why.frame != 0 && why.rights == RIGHT_READ && !why.pending && why.page == 0);
	read_why(0, 0x30000000, &why);
	CHECK(why.rule == RULE_NO_AREA && why.pager[0] == 0);
}

void part_shown(void)
{
	pid_t pager = pager_start("raw", 1);
	volatile uint64_t *at = object_map("raw", PROT_READ, MAP_SHARED);
	struct pager_custom custom;
	struct pager_object object;

	page_holds(at, 0);
	why_is_told(at);
	read_pager(&custom);
	CHECK(custom.pid == (uint64_t)pager && strcmp(custom.name, "raw") == 0);
	CHECK(custom.grant_frames == GRANT_BYTES / PAGE_BYTES && custom.given_frames == 0);
	CHECK(custom.clients == 1 && custom.supplied_spaces == 0 && custom.pending == 0);
	CHECK(custom.forwarded == 2 && custom.late == 1 && custom.lied == 0 && custom.failed == 0);
	read_object(custom.number, 0, &object);
	CHECK(object.number == 0 && object.forwarded == 0);
	read_object(custom.number, 1, &object);
	CHECK(object.number == 1 && object.size_bytes == OBJECT_PAGES * PAGE_BYTES && object.areas == 1);
	CHECK(object.forwarded == 2 && object.late == 1 && strcmp(object.name, "raw") == 0);
	pager_stop(pager);
	read_pager(&custom);
	CHECK(custom.pid == 0 && custom.clients == 1);
	object_unmap(at);
	CHECK(custom_count() == 0);
}

/* Circles of two: each would wait for the other. */
void part_circle(void)
{
	pid_t pager = pager_start("raw", 1), pid = fork();
	int status;

	CHECK(pid >= 0);
	if (pid == 0) {
		struct served served = {.supply = 1};
		struct message m = {.w = {0}};

		CHECK(ask(&m, PAGER_SUPPLIER, "raw") == E_OK);
		pager_register(&served, "second"); /* itself supplied */
		CHECK(pager_publish("second", 0) == 1);
		m = (struct message){.w = {0}};
		CHECK(ask(&m, PAGER_SUPPLIER, "second") == E_LOOP);
		m = (struct message){.w = {1}};
		CHECK(ask(&m, PAGER_SUPPLIER, "second") == E_LOOP);
		CHECK(ask(&m, PAGER_SUPPLIER, "") == E_OK); /* the system again */
		CHECK(ask(&m, PAGER_SUPPLIER, "second") == E_LOOP);
		check_whole();
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	pager_stop(pager);
	CHECK(custom_count() == 0);
}

/* The pager execs: it is a pager no more. */
void part_exec(void)
{
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		struct served served = {.supply = 1};

		pager_register(&served, "gone");
		CHECK(pager_publish("gone", 0) == 1);
		CHECK(execlp("rawpager", "rawpager", "none", NULL) == 0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

void part_none(void)
{
	CHECK(custom_count() == 0);
	CHECK(open("/pagers/gone", O_RDONLY) == -1);
	check_whole();
}
