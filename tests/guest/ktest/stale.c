/* SPDX-License-Identifier: MIT */
/*
 * What is gone is gone: no translation outlives its mapping, no register its thread's start. Everything
 * happens in one Space: a switch to another one would hide a missing fence in emulators that drop all
 * translations then.
 */
#include "ktest.h"

#define PART	    SLOT_TEST
#define OTHER	    (SLOT_TEST + 1)
#define EP	    (SLOT_TEST + 2)
#define TIMER	    (SLOT_TEST + 3)
#define NOTE	    (SLOT_TEST + 4)
#define SOURCE_PART 14

#define HOME	    BOOT_SLOT_SPACE
#define R	    RIGHT_READ
#define RW	    (RIGHT_READ | RIGHT_WRITE)
#define ONE_SUPER   (MAP_SOURCE(SOURCE_PAGES, 1) | MAP_SUPERPAGE)

static void map_here(uint64_t at, unsigned rights, uint64_t pages, uint64_t offset)
{
	MUST(sys_space_map(HOME, at | rights, MAP_SOURCE(SOURCE_PAGES, pages), offset));
}

static volatile uint64_t *word_at(uint64_t page)
{
	return (volatile uint64_t *)(FAULT_VA + page * PAGE_BYTES);
}

/* Pages 0 to 9 of the world's memory say which they are. */
static void number_pages(void)
{
	for (unsigned i = 0; i < 10; i++)
		*(volatile uint64_t *)page_at(i) = 1000 + i;
}

SCENARIO_BODY(page_that_takes_the_place_of_another_is_seen_at_once)
{
	number_pages();
	map_here(FAULT_VA, RW, 1, 3);
	EXPECT_EQ(*word_at(0), 1003);
	map_here(FAULT_VA, RW, 1, 4);
	EXPECT_EQ(*word_at(0), 1004);
}

/* A new entry has no fence of its own: what is seen after it is what was forgotten before. */
SCENARIO_BODY(unmapped_page_is_forgotten_at_once)
{
	number_pages();
	for (uint64_t pages = 1; pages <= 3; pages += 2) {
		map_here(FAULT_VA, RW, pages, 3);
		for (uint64_t i = 0; i < pages; i++)
			EXPECT_EQ(*word_at(i), 1003 + i);
		EXPECT_EQ(MUST(sys_space_unmap(HOME, FAULT_VA, pages)), pages);
		map_here(FAULT_VA, RW, pages, 6);
		for (uint64_t i = 0; i < pages; i++)
			EXPECT_EQ(*word_at(i), 1006 + i);
		MUST(sys_space_unmap(HOME, FAULT_VA, pages));
	}
}

/* Arenas 2 and 3 say which they are. Nothing maps them after: it would be cleared with them, and fenced. */
static void number_arenas(void)
{
	for (unsigned i = 2; i < 4; i++) {
		MUST(sys_space_map(HOME, FAULT_VA | RW, ONE_SUPER, i * ARENA_PAGES));
		*word_at(0) = 2000 + i;
		MUST(sys_space_unmap(HOME, FAULT_VA, ARENA_PAGES));
	}
}

SCENARIO_BODY(unmapped_superpage_is_forgotten_at_once)
{
	number_arenas();
	MUST(sys_space_map(HOME, FAULT_VA | RW, ONE_SUPER, 2 * ARENA_PAGES));
	EXPECT_EQ(*word_at(0), 2002);
	EXPECT_EQ(MUST(sys_space_unmap(HOME, FAULT_VA, ARENA_PAGES)), ARENA_PAGES);
	MUST(sys_space_map(HOME, FAULT_VA | RW, ONE_SUPER, 3 * ARENA_PAGES));
	EXPECT_EQ(*word_at(0), 2003);
}

SCENARIO_BODY(detached_memory_is_forgotten_at_once)
{
	number_arenas();
	MUST(sys_memory_carve(SLOT_PAGES, PART, 2 * ARENA_PAGES, ARENA_PAGES));
	for (unsigned super = 0; super < 2; super++) {
		if (!super) /* keeps the table: the end of a table is a fence of its own */
			map_here(FAULT_VA + PAGE_BYTES, R, 1, 3);
		MUST(sys_space_attach(HOME, SOURCE_PART, PART, RW));
		MUST(sys_space_map(HOME, FAULT_VA | RW,
				   MAP_SOURCE(SOURCE_PART, 1) | (super ? MAP_SUPERPAGE : 0), 0));
		EXPECT_EQ(*word_at(0), 2002);
		MUST(sys_space_detach(HOME, SOURCE_PART));
		MUST(sys_space_map(HOME, FAULT_VA | RW, super ? ONE_SUPER : MAP_SOURCE(SOURCE_PAGES, 1),
				   3 * ARENA_PAGES));
		EXPECT_EQ(*word_at(0), 2003);
		MUST(sys_space_unmap(HOME, FAULT_VA, ARENA_PAGES));
	}
}

/* The end of a Space of many superpages is interrupted somewhere, in most rounds; who goes on asserts it. */
SCENARIO_BODY(space_that_is_interrupted_dying_owes_no_fence)
{
	create(NOTE, KIND_NOTIFICATION, 0);
	create(TIMER, KIND_TIMER, 0);
	MUST(sys_timer_bind(TIMER, NOTE));
	for (uint64_t round = 0; round < 64; round++) {
		create(PART, KIND_SPACE, 3);
		MUST(sys_space_attach(PART, 0, SLOT_PAGES, R));
		for (uint64_t i = 0; i < 64; i++)
			MUST(sys_space_map(PART, (FAULT_VA + i * ARENA_BYTES) | R,
					   MAP_SOURCE(0, 1) | MAP_SUPERPAGE, ARENA_PAGES));
		MUST(sys_timer_set(TIMER, ticks_from_now(round)));
		MUST(sys_cap_delete(CAP_NULL, PART));
	}
}

static void do_store(struct worker *worker)
{
	*(volatile uint64_t *)worker->argument = 1;
}

static void do_load(struct worker *worker)
{
	worker->seen[0] = *(volatile uint64_t *)worker->argument;
}

/* The worker's access must fault; then it is stopped. */
static void expect_refused(void (*run)(struct worker *worker), uint64_t at, unsigned flags)
{
	struct worker *worker = worker_make(0, run, at);
	struct message m;

	worker_go(worker);
	ANSWERS(E_OK, ipc_wait(SLOT_FAULTS, ticks_from_now(500000), &m));
	EXPECT_EQ(m.w[0], at);
	EXPECT_EQ(FAULT_INFO_FLAGS(m.w[2]), flags);
	m = message_make(E_FAULT, 0, 0);
	ANSWERS(E_OK, ipc_reply(&m));
}

SCENARIO_BODY(right_that_was_taken_is_gone_at_once)
{
	map_here(FAULT_VA, RW, 1, 3);
	*word_at(0) = 7;
	EXPECT_EQ(MUST(sys_space_protect(HOME, FAULT_VA, 1, R)), 1);
	expect_refused(do_store, FAULT_VA, FAULT_PRESENT);
	EXPECT_EQ(*(volatile uint64_t *)page_at(3), 7);
}

SCENARIO_BODY(parked_page_is_out_of_reach_at_once)
{
	map_here(FAULT_VA, RW, 1, 3);
	*word_at(0) = 7;
	EXPECT_EQ(MUST(sys_space_park(HOME, FAULT_VA, 1)), 1);
	expect_refused(do_load, FAULT_VA, FAULT_PARKED);
}

SCENARIO_BODY(write_after_a_harvest_is_told_by_the_next)
{
	map_here(FAULT_VA, RW, 1, 3);
	for (unsigned round = 0; round < 3; round++) {
		*word_at(0) = round;
		EXPECT_EQ(MUST(sys_space_harvest(HOME, FAULT_VA, 1)), 1);
		EXPECT_EQ(message_page()->words[4], 1);
		EXPECT_EQ(message_page()->words[12], 1);
	}
}

/* Reads a neighbour, which is there, before and after a fault whose answer brings another neighbour. */
static void do_look_twice(struct worker *worker)
{
	worker->seen[0] = *word_at(1);
	worker->seen[1] = *word_at(0);
	worker->seen[2] = *word_at(1);
}

SCENARIO_BODY(answer_that_replaces_pages_is_seen_at_once)
{
	struct worker *worker;
	struct message m;

	number_pages();
	map_here(FAULT_VA + PAGE_BYTES, R, 1, 3);
	worker = worker_start(0, do_look_twice, 0);
	take(SLOT_FAULTS, &m);
	m = (struct message){.tag = TAG_MAP | 1 << 16, .w = {FAULT_VA | R, MAP_SOURCE(SOURCE_PAGES, 2), 5}};
	ANSWERS(E_TIMEOUT, ipc_reply_wait(SLOT_FAULTS, ticks_from_now(100000), &m));
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], 1003);
	EXPECT_EQ(worker->seen[1], 1005);
	EXPECT_EQ(worker->seen[2], 1006);
}

/* The same when the server waits for ever: the fast path. The second fault tells that it is over. */
static void do_look_and_fault(struct worker *worker)
{
	do_look_twice(worker);
	worker->seen[3] = *word_at(9);
}

SCENARIO_BODY(fast_answer_that_replaces_pages_is_seen_at_once)
{
	struct worker *worker;
	struct message m;

	number_pages();
	map_here(FAULT_VA + PAGE_BYTES, R, 1, 3);
	worker = worker_start(0, do_look_and_fault, 0);
	take(SLOT_FAULTS, &m);
	m = (struct message){.tag = TAG_MAP | 1 << 16, .w = {FAULT_VA | R, MAP_SOURCE(SOURCE_PAGES, 2), 5}};
	ANSWERS(E_OK, ipc_reply_wait(SLOT_FAULTS, DEADLINE_NEVER, &m));
	EXPECT_EQ(m.w[0], (uint64_t)word_at(9));
	m = message_make(E_FAULT, 0, 0);
	ANSWERS(E_OK, ipc_reply(&m));
	EXPECT_EQ(worker->seen[0], 1003);
	EXPECT_EQ(worker->seen[1], 1005);
	EXPECT_EQ(worker->seen[2], 1006);
}

/* Writes a page, runs what is there, and writes it again. */
static void do_write_and_run(struct worker *worker)
{
	*word_at(0) = 0x8082; /* ret */
	((void (*)(void))worker->argument)();
	*word_at(0) = worker->seen[0];
}

SCENARIO_BODY(fast_answer_that_changes_rights_holds_at_once)
{
	struct message m;

	map_here(FAULT_VA, R, 1, 3);
	MUST(sys_memory_harvest(SLOT_PAGES, 3, 1));
	(void)worker_start(0, do_write_and_run, FAULT_VA);
	for (unsigned i = 0; i < 3; i++) {
		unsigned rights = i == 1 ? R | RIGHT_EXECUTE : RW;

		if (i == 0)
			take(SLOT_FAULTS, &m);
		EXPECT_EQ(m.w[0], FAULT_VA);
		EXPECT_EQ(FAULT_INFO_FLAGS(m.w[2]), FAULT_PRESENT);
		EXPECT_EQ(FAULT_INFO_ACCESS(m.w[2]), i == 1 ? ACCESS_EXECUTE : ACCESS_WRITE);
		if (i == 2)
			break;
		m = (struct message){.tag = TAG_MAP | 1 << 16,
				     .w = {FAULT_VA | rights, MAP_SOURCE(SOURCE_PAGES, 1), 3}};
		ANSWERS(E_OK, ipc_reply_wait(SLOT_FAULTS, DEADLINE_NEVER, &m));
	}
	m = message_make(E_FAULT, 0, 0);
	ANSWERS(E_OK, ipc_reply(&m));
	EXPECT_EQ(*(volatile uint64_t *)page_at(3), 0x8082);
	/* What was done with the page is not forgotten with the old entry. */
	MUST(sys_memory_harvest(SLOT_PAGES, 3, 1));
	EXPECT_EQ(message_page()->words[4], 1);
	EXPECT_EQ(message_page()->words[12], 1);
}

/* Nothing is mapped by the answer: the access is tried again, and finds what came meanwhile. */
SCENARIO_BODY(fast_answer_of_nothing_lets_the_access_be_tried_again)
{
	struct worker *worker;
	struct message m, nothing = message_make(E_OK, 0, 0);

	number_pages();
	map_here(FAULT_VA + PAGE_BYTES, R, 1, 3);
	worker = worker_start(0, do_look_and_fault, 0);
	take(SLOT_FAULTS, &m);
	m = nothing;
	ANSWERS(E_OK, ipc_reply_wait(SLOT_FAULTS, DEADLINE_NEVER, &m));
	EXPECT_EQ(m.w[0], FAULT_VA);
	map_here(FAULT_VA, R, 1, 5);
	m = nothing;
	ANSWERS(E_OK, ipc_reply_wait(SLOT_FAULTS, DEADLINE_NEVER, &m));
	EXPECT_EQ(m.w[0], (uint64_t)word_at(9));
	m = message_make(E_FAULT, 0, 0);
	ANSWERS(E_OK, ipc_reply(&m));
	EXPECT_EQ(worker->seen[1], 1005);
}

/* The store of every register, a0 where to. */
static __attribute__((naked)) void store_registers(void)
{
	__asm__ volatile(
		".irp r,1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n\t"
		"sd x\\r, 8 * \\r(a0)\n\t"
		".endr\n\t"
		"1: j 1b");
}

static __attribute__((naked)) void fill_registers(void)
{
	__asm__ volatile(
		"sd a1, 8 * 31(a0)\n\t"
		".irp "
		"r,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n\t"
		"li x\\r, 0x5ec4e7\n\t"
		".endr\n\t"
		"1: j 1b");
}

SCENARIO_BODY(thread_started_again_has_clear_registers)
{
	volatile uint64_t *at = page_at(50);

	at[31] = 0;
	(void)worker_make(0, do_load, 0);
	MUST(sys_thread_start(worker_thread(0), (uint64_t)fill_registers, 0, (uint64_t)at, 7));
	UNTIL(at[31] == 7);
	rest(2000);
	MUST(sys_thread_suspend(worker_thread(0)));
	at[31] = ~0ul;
	MUST(sys_thread_start(worker_thread(0), (uint64_t)store_registers, 0, (uint64_t)at, 7));
	UNTIL(at[31] != ~0ul);
	rest(2000);
	for (unsigned i = 1; i < 32; i++) {
		if (i != 10)
			EXPECT_EQ(at[i], i == 11 ? 7 : 0);
	}
}

static void float_write(uint64_t value)
{
	__asm__ volatile(".option push\n\t.option arch, +d\n\tfmv.d.x f9, %0\n\t.option pop" : : "r"(value));
}

static uint64_t float_read(void)
{
	uint64_t value;

	__asm__ volatile(".option push\n\t.option arch, +d\n\tfmv.x.d %0, f9\n\t.option pop" : "=r"(value));
	return value;
}

static void do_float_write(struct worker *worker)
{
	float_write(worker->argument);
}

static void do_float_read(struct worker *worker)
{
	worker->seen[0] = float_read();
}

SCENARIO_BODY(thread_started_again_has_clear_floating_point)
{
	struct worker *worker = worker_start(0, do_float_write, 0x5ec4e7);

	worker_join(worker);
	MUST(sys_thread_suspend(worker_thread(0)));
	worker->run = do_float_read;
	worker->seen[0] = 1;
	worker_go(worker);
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], 0);
}

/* Written, saved by the first call, unchanged since; then another call hands the hart over. */
static void do_float_then_call(struct worker *worker)
{
	float_write(worker->argument);
	for (unsigned i = 0; i < 2; i++) {
		worker->m = message_make(1, 0, 0);
		worker->seen[0] |= ipc_call(EP, &worker->m);
	}
	worker->seen[1] = float_read();
}

static void do_serve_and_read(struct worker *worker)
{
	worker->seen[0] = ipc_wait(EP, DEADLINE_NEVER, &worker->m);
	worker->m = message_make(E_OK, 0, 0);
	worker->seen[0] |= ipc_reply_wait(EP, DEADLINE_NEVER, &worker->m);
	worker->seen[1] = float_read();
	worker->m = message_make(E_OK, 0, 0);
	worker->seen[2] = ipc_reply(&worker->m);
}

SCENARIO_BODY(thread_that_is_called_finds_its_own_floating_point)
{
	struct worker *server, *caller;

	create(EP, KIND_ENDPOINT, 0);
	server = worker_start(0, do_serve_and_read, 0);
	worker_settle(0);
	caller = worker_start(1, do_float_then_call, 0x5ec4e7);
	worker_join(caller);
	worker_join(server);
	EXPECT_EQ(server->seen[0] | caller->seen[0], 0);
	EXPECT_EQ(server->seen[1], 0);
	EXPECT_EQ(caller->seen[1], 0x5ec4e7);
}
