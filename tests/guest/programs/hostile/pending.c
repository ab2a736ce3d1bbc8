/* SPDX-License-Identifier: MIT */
/* Many faults at once on their way to a pager that is killed, or that answers none. */
#include "hostile.h"

#define PENDING	   257
#define PATIENT_MS 60000 /* so that it is not the deadline that ends them */
#define SOON_MS	   1000
#define TRIES	   20000

/* Keeps as many replies as it has slots for; the other faults wait at its endpoint. */
static _Noreturn void keep_all(const struct served *served)
{
	for (cap_t slot = KEPT_REPLY; slot < PROGRAM_CSPACE_SLOTS; slot++) {
		struct message m;

		CHECK(ipc_wait(served->endpoint, DEADLINE_NEVER, &m) == E_OK);
		CHECK(sys_reply_save(slot).error == E_OK);
	}
	for (;;)
		CHECK(sleep(PATIENT_MS) == 0);
}

static pid_t keeper_start(uint64_t deadline_ms)
{
	struct message m = {.w = {OBJECT_PAGES * PAGE_BYTES, deadline_ms, 1}};
	struct served served = {.supply = 1};
	int ready[2];
	char byte;
	pid_t pid;

	CHECK(pipe(ready) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		pager_register(&served, NAME);
		CHECK(ask(&m, PAGER_PUBLISH, NAME) == E_OK);
		CHECK(write(ready[1], "r", 1) == 1);
		keep_all(&served);
	}
	CHECK(read(ready[0], &byte, 1) == 1 && close(ready[0]) == 0 && close(ready[1]) == 0);
	return pid;
}

/* Every seventh has its memory supplied; the others wait for pages of the object, some for the same one. */
static _Noreturn void client_wait(const volatile uint64_t *at, uint64_t number)
{
	struct message m = {.w = {0}};

	if (number % 7 == 0) {
		at = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		CHECK(at != MAP_FAILED);
		CHECK(ask(&m, PAGER_SUPPLIER, NAME) == E_OK);
		_exit((int)*at + 1);
	}
	_exit((int)at[number / 2 * PAGE_WORDS] + 1);
}

static void clients_start(pid_t *client)
{
	volatile uint64_t *at = object_map(NAME, PROT_READ, MAP_SHARED);

	for (uint64_t i = 0; i < PENDING; i++) {
		client[i] = fork();
		CHECK(client[i] >= 0);
		if (client[i] == 0)
			client_wait(at, i);
	}
	object_unmap(at);
}

static void wait_until_all_wait(void)
{
	struct pager_custom custom = {.pending = 0};

	for (int tries = 0; custom.pending != PENDING; tries++) {
		CHECK(tries < TRIES && usleep(1000) == 0);
		read_pager(&custom);
	}
}

static void clients_end(const pid_t *client, uint64_t limit_ms)
{
	uint64_t started = now_ms();

	for (uint64_t i = 0; i < PENDING; i++) {
		int status;

		CHECK(waitpid(client[i], &status, 0) == client[i] && status == SIGBUS);
	}
	printf("%d ended in %lu ms\n", PENDING, now_ms() - started);
	CHECK(now_ms() - started <= limit_ms);
}

static void nothing_is_left(void)
{
	check_whole();
	CHECK(custom_count() == 0);
}

void part_pending(void)
{
	static pid_t client[PENDING];
	pid_t pager = keeper_start(PATIENT_MS);

	clients_start(client);
	wait_until_all_wait();
	check_whole();
	CHECK(kill(pager, SIGKILL) == 0);
	clients_end(client, SOON_MS);
	CHECK(waitpid(pager, NULL, 0) == pager);
	nothing_is_left();
}

void part_pending_late(void)
{
	static pid_t client[PENDING];
	pid_t pager = keeper_start(DEADLINE_MS);

	clients_start(client);
	clients_end(client, CUSTOM_DEADLINE_MS + TICK_MS + slack_ms); /* some wait for anonymous memory */
	check_whole();
	pager_stop(pager);
	nothing_is_left();
}
