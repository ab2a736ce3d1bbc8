/* SPDX-License-Identifier: MIT */
/* Revocation of much memory, and of what threads hold on to. */
#include "ktest.h"

#define BIG	   SLOT_TEST
#define BIG_PART   (SLOT_TEST + 1)
#define BIG_POOL   (SLOT_TEST + 2)
#define EP	   (SLOT_TEST + 3)
#define SPACE	   (SLOT_TEST + 10)

#define SPACES	   8
#define BIG_ARENAS 128 /* 256 MiB */
#define RW	   (RIGHT_READ | RIGHT_WRITE)
#define SMALL_VA   (FAULT_VA + BIG_ARENAS * ARENA_BYTES)

/* Whole arenas of the largest RAM range, past those of the world. */
static uint64_t take_big(void)
{
	unsigned best = 0;
	uint64_t skip, arenas;

	for (unsigned i = 0; i < boot->memory_count; i++) {
		if (boot->memory[i].kind == BOOT_MEMORY_RAM &&
		    (boot->memory[best].kind != BOOT_MEMORY_RAM ||
		     boot->memory[i].bytes > boot->memory[best].bytes))
			best = i;
	}
	skip = (0 - boot->memory[best].base) % ARENA_BYTES + WORLD_ARENAS * ARENA_BYTES;
	arenas = (boot->memory[best].bytes - skip) / ARENA_BYTES;
	if (arenas > BIG_ARENAS)
		arenas = BIG_ARENAS;
	MUST(sys_memory_carve(BOOT_SLOT_MEMORY + best, BIG, skip / PAGE_BYTES, arenas * ARENA_PAGES));
	MUST(sys_cap_copy(CAP_NULL, BIG_PART, CAP_NULL, BIG, RIGHTS_ALL));
	return arenas;
}

/* Every arena as a superpage, and 64 pages of every eighth once more one by one. */
static void map_big(unsigned space, uint64_t arenas)
{
	MUST(sys_space_attach(space, 3, BIG_PART, RIGHTS_RWX));
	for (uint64_t a = 0; a < arenas; a++)
		MUST(sys_space_map(space, (FAULT_VA + a * ARENA_BYTES) | RW, MAP_SOURCE(3, 1) | MAP_SUPERPAGE,
				   a * ARENA_PAGES));
	for (uint64_t a = 0; a < arenas; a += 8)
		MUST(sys_space_map(space, (SMALL_VA + a * ARENA_BYTES) | RW, MAP_SOURCE(3, MAP_PAGES_MAX),
				   a * ARENA_PAGES + 9));
}

SCENARIO_BODY(revoke_clears_a_large_range_in_eight_spaces)
{
	uint64_t arenas = take_big();

	for (unsigned i = 0; i < SPACES; i++) {
		create(SPACE + i, KIND_SPACE, 40);
		MUST(sys_space_attach(SPACE + i, 0, SLOT_PAGES, RW));
		MUST(sys_space_map(SPACE + i, PAGES_VA | RW, MAP_SOURCE(0, 2), i));
		map_big(SPACE + i, arenas);
	}
	MUST(sys_cap_revoke(CAP_NULL, BIG));
	EXPECT_EQ(slot_kind(BIG_PART), 0);
	for (unsigned i = 0; i < SPACES; i++) {
		for (uint64_t a = 0; a < arenas; a++) {
			EXPECT_EQ(MUST(sys_space_lookup(SPACE + i, FAULT_VA + a * ARENA_BYTES)), 0);
			EXPECT_EQ(MUST(sys_space_lookup(SPACE + i, SMALL_VA + a * ARENA_BYTES)), 0);
		}
		REFUSED(E_RANGE, sys_space_map(SPACE + i, FAULT_VA | RW, MAP_SOURCE(3, 1), 0));
		EXPECT(MUST(sys_space_lookup(SPACE + i, PAGES_VA)) != 0);
		EXPECT_EQ(MUST(sys_space_tables(SPACE + i)) & 0xffffffff, 3);
	}
	print("ktest: revoked %lu MiB in %u spaces, irq_off_max=%lu irq_off_call=%lu\n", arenas * 2, SPACES,
	      world_info()->irq_off_max, world_info()->irq_off_call);
	/* No count stayed behind in any arena: they can become a Pool. */
	MUST(sys_memory_carve(BIG, BIG_PART, 0, ARENA_PAGES));
	MUST(sys_pool_create(BIG_PART, BIG_POOL));
	MUST(sys_cap_revoke(CAP_NULL, BIG));
	MUST(sys_cap_delete(CAP_NULL, BIG));
}

static void do_call(struct worker *worker)
{
	worker->seen[0] = ipc_call((cap_t)worker->argument, &worker->m);
}

SCENARIO_BODY(revoke_takes_bound_capabilities_from_threads)
{
	struct worker *worker;

	create(EP, KIND_ENDPOINT, 0);
	worker = worker_make(0, do_call, EP);
	worker->m.tag = TAG(0, 10);
	/* The message page is carved memory: without it a long message cannot be sent. */
	MUST(sys_cap_delete(CAP_NULL, worker_slot(0, WORKER_PAGER)));
	MUST(sys_cap_revoke(CAP_NULL, worker_slot(0, WORKER_MESSAGE)));
	worker_go(worker);
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], E_MESSAGE);
	/* Without a pager a fault stops the thread. */
	MUST(sys_cap_revoke(CAP_NULL, SLOT_FAULTS));
	MUST(sys_thread_suspend(worker_thread(0)));
	MUST(sys_thread_start(worker_thread(0), FAULT_VA, 0, 0, 0));
	worker_settle(0);
	EXPECT_EQ(MUST(sys_thread_read(worker_thread(0))), THREAD_STOPPED);
}

static void do_load(struct worker *worker)
{
	worker->seen[0] = *(volatile uint64_t *)worker->argument;
}

SCENARIO_BODY(revoked_pager_stops_those_who_wait_for_it)
{
	struct message m;

	/* One fault is received and owed, the other is queued. */
	(void)worker_start(0, do_load, FAULT_VA);
	take(SLOT_FAULTS, &m);
	(void)worker_start(1, do_load, FAULT_VA);
	worker_settle(1);
	MUST(sys_cap_revoke(CAP_NULL, SLOT_FAULTS));
	MUST(sys_cap_delete(CAP_NULL, SLOT_FAULTS));
	EXPECT_EQ(MUST(sys_thread_read(worker_thread(1))), THREAD_STOPPED);
	EXPECT_EQ(MUST(sys_thread_read(worker_thread(0))), THREAD_FAULTED);
	m = message_make(E_DENIED, 0, 0);
	ANSWERS(E_OK, ipc_reply(&m));
	EXPECT_EQ(MUST(sys_thread_read(worker_thread(0))), THREAD_STOPPED);
}
