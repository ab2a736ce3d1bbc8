/* SPDX-License-Identifier: MIT */
/* Revocation of much memory, and of what threads hold on to. */
#include "ktest.h"

#define BIG		      SLOT_TEST
#define BIG_PART	      (SLOT_TEST + 1)
#define BIG_POOL	      (SLOT_TEST + 2)
#define EP		      (SLOT_TEST + 3)
#define TABLES		      (SLOT_TEST + 4) /* Memory of TABLE_POOL */
#define TABLE_POOL	      (SLOT_TEST + 5)
#define N		      (SLOT_TEST + 6)
#define TIMER		      (SLOT_TEST + 7)
#define COPY		      (SLOT_TEST + 8)
#define SPACE		      (SLOT_TEST + 10)

#define SPACES		      8
#define SPACES_4K	      4	  /* of them with every page mapped by itself */
#define BIG_ARENAS	      128 /* 256 MiB */
#define BIG_PAGES	      (BIG_ARENAS * ARENA_PAGES)
#define RW		      (RIGHT_READ | RIGHT_WRITE)
#define ECALL_LOW	      0x73 /* low half of the instruction */
#define INTERVAL_MICROSECONDS 30
#define SMALL_VA	      (FAULT_VA + BIG_ARENAS * ARENA_BYTES)

static void take_big(void)
{
	take_arenas(BIG, BIG_ARENAS);
	MUST(sys_cap_copy(CAP_NULL, BIG_PART, CAP_NULL, BIG, RIGHTS_ALL));
}

/* Spaces that need many tables come from a Pool of their own. */
static void make_spaces(unsigned count)
{
	MUST(sys_memory_carve(SLOT_PAGES, TABLES, 2 * ARENA_PAGES, 4 * ARENA_PAGES));
	MUST(sys_pool_create(TABLES, TABLE_POOL));
	for (unsigned i = 0; i < count; i++) {
		MUST(sys_object_create(TABLE_POOL, SPACE + i, KIND_SPACE, 2 * BIG_ARENAS));
		MUST(sys_space_attach(SPACE + i, 3, BIG_PART, RIGHTS_RWX));
	}
}

/* Every page by itself. */
static void map_pages(unsigned space)
{
	uint64_t before = MUST(sys_space_stored(space));

	for (uint64_t page = 0; page < BIG_PAGES; page += MAP_PAGES_MAX)
		MUST(sys_space_map(space, (SMALL_VA + page * PAGE_BYTES) | RW, MAP_SOURCE(3, MAP_PAGES_MAX),
				   page));
	EXPECT_EQ(MUST(sys_space_stored(space)), before + BIG_PAGES);
}

/* Every arena as a superpage, and 64 pages of every eighth once more one by one. */
static void map_arenas(unsigned space)
{
	for (uint64_t a = 0; a < BIG_ARENAS; a++)
		MUST(sys_space_map(space, (FAULT_VA + a * ARENA_BYTES) | RW, MAP_SOURCE(3, 1) | MAP_SUPERPAGE,
				   a * ARENA_PAGES));
	for (uint64_t a = 0; a < BIG_ARENAS; a += 8)
		MUST(sys_space_map(space, (SMALL_VA + a * ARENA_BYTES) | RW, MAP_SOURCE(3, MAP_PAGES_MAX),
				   a * ARENA_PAGES + 9));
}

static uint64_t count_mapped(unsigned space, uint64_t at)
{
	uint64_t count = 0;

	for (uint64_t a = 0; a < BIG_ARENAS; a++)
		count += MUST(sys_space_mapped(space, at + a * ARENA_BYTES, ARENA_PAGES));
	return count;
}

/* No count stayed behind in any arena: they can become Pools. Then everything goes. */
static void finish_big(void)
{
	for (uint64_t a = 0; a < BIG_ARENAS; a += POOL_ARENAS_MAX) {
		MUST(sys_memory_carve(BIG, BIG_PART, a * ARENA_PAGES, POOL_ARENAS_MAX * ARENA_PAGES));
		MUST(sys_pool_create(BIG_PART, BIG_POOL));
		MUST(sys_cap_revoke(CAP_NULL, BIG));
	}
	MUST(sys_cap_delete(CAP_NULL, BIG));
}

SCENARIO_BODY(revoke_clears_a_large_range_in_eight_spaces)
{
	take_big();
	make_spaces(SPACES);
	for (unsigned i = 0; i < SPACES; i++) {
		MUST(sys_space_attach(SPACE + i, 0, SLOT_PAGES, RW));
		MUST(sys_space_map(SPACE + i, PAGES_VA | RW, MAP_SOURCE(0, 2), i));
		if (i < SPACES_4K)
			map_pages(SPACE + i);
		else
			map_arenas(SPACE + i);
		EXPECT_EQ(count_mapped(SPACE + i, i < SPACES_4K ? SMALL_VA : FAULT_VA), BIG_PAGES);
	}
	irq_begin();
	MUST(sys_cap_revoke(CAP_NULL, BIG));
	irq_end("revoke_of_256_MiB_in_8_spaces");
	EXPECT_EQ(slot_kind(BIG_PART), 0);
	for (unsigned i = 0; i < SPACES; i++) {
		EXPECT_EQ(count_mapped(SPACE + i, FAULT_VA), 0);
		EXPECT_EQ(count_mapped(SPACE + i, SMALL_VA), 0);
		REFUSED(E_RANGE, sys_space_map(SPACE + i, FAULT_VA | RW, MAP_SOURCE(3, 1), 0));
		EXPECT(MUST(sys_space_lookup(SPACE + i, PAGES_VA)) != 0);
		EXPECT_EQ(MUST(sys_space_tables(SPACE + i)) & 0xffffffff, 3);
	}
	print("ktest: revoked %lu MiB in %u spaces\n", BIG_ARENAS * 2ul, SPACES);
	finish_big();
}

/* progress 1: about to call; 2: the call has ended. */
static void do_unmap(struct worker *worker)
{
	struct result done;

	worker->progress = 1;
	done = sys_space_unmap(SPACE, SMALL_VA, BIG_PAGES);
	worker->seen[0] = done.error;
	worker->seen[1] = done.value;
	worker->progress = 2;
}

static void do_revoke(struct worker *worker)
{
	worker->progress = 1;
	worker->seen[0] = sys_cap_revoke(CAP_NULL, BIG).error;
	worker->progress = 2;
}

/* Is the worker, while this thread runs, in front of the ecall of @number that it has begun? */
static bool is_restarted(uint64_t number)
{
	const uint64_t *registers = &message_page()->words[MESSAGE_REGISTERS];

	return MUST(sys_thread_read(worker_thread(0))) == THREAD_READY && workers[0].progress == 1 &&
	       registers[17] == number && *(const uint16_t *)registers[0] == ECALL_LOW;
}

/*
 * Let worker 0 make the long call @number while a Timer signals this thread, which is of higher priority;
 * how often it ran in the middle of the call.
 */
static uint64_t count_interruptions(void (*run)(struct worker *worker), uint64_t number)
{
	uint64_t count = 0;
	struct message m;

	workers[0].run = run;
	workers[0].progress = 0;
	worker_go(&workers[0]);
	while (workers[0].progress != 2) {
		MUST(sys_timer_set(TIMER, ticks_from_now(INTERVAL_MICROSECONDS)));
		take(N, &m);
		if (!is_restarted(number))
			continue;
		count++;
		if (number == SYS_cap_revoke) /* what goes is not mapped anew meanwhile */
			EXPECT_EQ(sys_space_map(SPACE, FAULT_VA | RW, MAP_SOURCE(3, 1), 0).error, E_RANGE);
	}
	worker_join(&workers[0]);
	MUST(sys_thread_suspend(worker_thread(0)));
	EXPECT_EQ(workers[0].seen[0], E_OK);
	return count;
}

static uint64_t interrupt_unmap(void)
{
	uint64_t count;

	map_pages(SPACE);
	count = count_interruptions(do_unmap, SYS_space_unmap);
	/* What was done before each interruption is in the sum. */
	EXPECT_EQ(workers[0].seen[1], BIG_PAGES);
	EXPECT_EQ(MUST(sys_space_tables(SPACE)) & 0xffffffff, 1);
	return count;
}

static uint64_t interrupt_revoke(void)
{
	uint64_t count;

	map_pages(SPACE);
	count = count_interruptions(do_revoke, SYS_cap_revoke);
	EXPECT_EQ(slot_kind(BIG_PART), 0);
	EXPECT_EQ(count_mapped(SPACE, SMALL_VA), 0);
	MUST(sys_cap_copy(CAP_NULL, BIG_PART, CAP_NULL, BIG, RIGHTS_ALL));
	MUST(sys_space_attach(SPACE, 3, BIG_PART, RIGHTS_RWX));
	return count;
}

/* A busy host can deliver its timer too late for a call of less than a millisecond: then once more. */
static uint64_t interrupt_often(uint64_t (*once)(void))
{
	uint64_t count = 0;

	for (unsigned attempt = 0; attempt < 100 && count < 2; attempt++)
		count += once();
	return count;
}

SCENARIO_BODY(long_call_lets_a_higher_thread_run_and_goes_on)
{
	uint64_t unmapping, revoking;

	take_big();
	make_spaces(1);
	create(N, KIND_NOTIFICATION, 0);
	MUST(sys_cap_mint(CAP_NULL, EP, CAP_NULL, N, RIGHTS_ALL, 1));
	create(TIMER, KIND_TIMER, 0);
	MUST(sys_timer_bind(TIMER, EP));
	(void)worker_make(0, do_unmap, 0);
	unmapping = interrupt_often(interrupt_unmap);
	revoking = interrupt_often(interrupt_revoke);
	print("ktest: interrupted unmap %lu times, revoke %lu times\n", unmapping, revoking);
	EXPECT(unmapping >= 2 && revoking >= 2);
	MUST(sys_cap_revoke(CAP_NULL, BIG));
	finish_big();
}

static void do_delete(struct worker *worker)
{
	worker->progress = 1;
	worker->seen[0] = sys_cap_delete(CAP_NULL, (cap_t)worker->argument).error;
	worker->progress = 2;
}

static void do_answer(struct worker *worker)
{
	worker->seen[0] = ipc_wait(EP, DEADLINE_NEVER, &worker->m);
	worker->m = message_make(E_OK, 0, 0);
	worker->seen[1] = ipc_reply(&worker->m);
}

/*
 * Worker 0 deletes a Space, which takes long; worker 1, of higher priority, deletes COPY meanwhile, which
 * ends only when all that dies is gone. How often this thread found COPY half gone: then nothing finds it.
 */
static uint64_t count_half_gone(void)
{
	uint64_t count = 0;
	bool has_begun = false;
	struct message m;

	map_pages(SPACE);
	MUST(sys_cap_copy(CAP_NULL, COPY, CAP_NULL, EP, RIGHTS_ALL));
	workers[0].progress = workers[1].progress = 0;
	worker_go(&workers[0]);
	while (workers[1].progress != 2) {
		MUST(sys_timer_set(TIMER, ticks_from_now(INTERVAL_MICROSECONDS)));
		take(N, &m);
		if (!has_begun && (workers[0].progress == 2 || is_restarted(SYS_cap_delete))) {
			worker_go(&workers[1]); /* too late, if the other one has ended */
			has_begun = true;
		}
		if (workers[1].progress != 1 || sys_cap_info(CAP_NULL, COPY).error != E_EMPTY)
			continue;
		m = message_make(0, 0, 0);
		EXPECT_EQ(ipc_call(COPY, &m), E_EMPTY);
		count++;
	}
	for (unsigned i = 0; i < 2; i++) {
		worker_join(&workers[i]);
		EXPECT_EQ(workers[i].seen[0], E_OK);
		MUST(sys_thread_suspend(worker_thread(i)));
	}
	MUST(sys_object_create(TABLE_POOL, SPACE, KIND_SPACE, 2 * BIG_ARENAS));
	MUST(sys_space_attach(SPACE, 3, BIG_PART, RIGHTS_RWX));
	return count;
}

/* Somebody above all others waits for a call, so the fast path could take it. */
SCENARIO_BODY(capability_that_is_being_deleted_is_not_found)
{
	uint64_t count;

	take_big();
	make_spaces(1);
	create(EP, KIND_ENDPOINT, 0);
	create(N, KIND_NOTIFICATION, 0);
	MUST(sys_cap_mint(CAP_NULL, BIG_POOL, CAP_NULL, N, RIGHTS_ALL, 1));
	create(TIMER, KIND_TIMER, 0);
	MUST(sys_timer_bind(TIMER, BIG_POOL));
	(void)worker_make(0, do_delete, SPACE);
	(void)worker_make(1, do_delete, COPY);
	MUST(sys_thread_priority(worker_thread(1), WORKER_PRIORITY + 1));
	(void)worker_make(2, do_answer, 0);
	MUST(sys_thread_priority(worker_thread(2), WORKER_PRIORITY + 2));
	worker_go(&workers[2]);
	worker_settle(2);
	count = interrupt_often(count_half_gone);
	print("ktest: found half gone %lu times\n", count);
	EXPECT(count >= 2);
	MUST(sys_cap_delete(CAP_NULL, BIG_POOL));
	MUST(sys_cap_revoke(CAP_NULL, BIG));
	finish_big();
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
