/* SPDX-License-Identifier: MIT */
/*
 * What an answer may map, where the server waits for ever after it: that is the fast path's, and it must
 * refuse what the general one refuses. An answer that is let through shows at once: the worker goes on to
 * another fault, which ends the wait.
 */
#include "ktest.h"

#define SECOND	     SLOT_TEST
#define READ_ONLY    (SLOT_TEST + 1)
#define SOURCE_RAM   14
#define SOURCE_OTHER 10

#define HOME	     BOOT_SLOT_SPACE
#define R	     RIGHT_READ
#define RW	     (RIGHT_READ | RIGHT_WRITE)
#define PAGES	     ((WORLD_ARENAS - 1) * ARENA_PAGES)
#define KERNEL_IMAGE 0xffffffc080200000ul
#define WINDOW_PAGES 2

static void do_load_two(struct worker *worker)
{
	worker->seen[0] = *(volatile uint64_t *)worker->argument;
	worker->seen[1] = *(volatile uint64_t *)(worker->argument + 64 * PAGE_BYTES);
}

static struct message item(uint64_t at_rights, uint64_t source, uint64_t pages, uint64_t offset)
{
	return (struct message){.tag = TAG_MAP | 1 << 16,
				.w = {at_rights, MAP_SOURCE(source, pages), offset}};
}

static void refused(cap_t endpoint, err_t wanted, struct message m)
{
	ANSWERS(wanted, ipc_reply_wait(endpoint, DEADLINE_NEVER, &m));
}

/* The right answer, then the worker's next fault, which ends it. */
static void finish(cap_t endpoint, uint64_t page)
{
	struct message m = item(FAULT_VA | R, SOURCE_PAGES, 1, page);

	if (endpoint != SLOT_FAULTS) {
		ANSWERS(E_OK, ipc_reply(&m));
		take(SLOT_FAULTS, &m);
	} else {
		ANSWERS(E_OK, ipc_reply_wait(endpoint, DEADLINE_NEVER, &m));
	}
	EXPECT_EQ(m.w[0], FAULT_VA + 64 * PAGE_BYTES);
	EXPECT_EQ(workers[0].seen[0], *(uint64_t *)page_at((unsigned)page));
	m = message_make(E_FAULT, 0, 0);
	ANSWERS(E_OK, ipc_reply(&m));
}

/* Sources of this space that lack something. */
static void attach_sources(void)
{
	MUST(sys_cap_copy(CAP_NULL, READ_ONLY, CAP_NULL, SLOT_PAGES, R));
	MUST(sys_space_attach(HOME, SOURCE_OTHER, READ_ONLY, R));
	MUST(sys_space_attach(HOME, SOURCE_RAM, SLOT_RAM, RW));
	*(uint64_t *)page_at(1) = 0x600d;
}

SCENARIO_BODY(answers_on_the_way_to_a_wait_are_checked)
{
	struct message m;

	attach_sources();
	/* A table for the place is there: nothing else keeps the fast path from it. */
	MUST(sys_space_map(HOME, (FAULT_VA + 300 * PAGE_BYTES) | R, MAP_SOURCE(SOURCE_PAGES, 1), 9));
	(void)worker_start(0, do_load_two, FAULT_VA);
	take(SLOT_FAULTS, &m);
	for (uint64_t pages = 1; pages <= 2; pages++) {
		refused(SLOT_FAULTS, E_RIGHTS, item(FAULT_VA | RW, SOURCE_OTHER, pages, 0));
		refused(SLOT_FAULTS, E_WX, item(FAULT_VA | RIGHTS_RWX, SOURCE_PAGES, pages, 0));
		refused(SLOT_FAULTS, E_RIGHTS, item(FAULT_VA | RIGHT_WRITE, SOURCE_PAGES, pages, 0));
		refused(SLOT_FAULTS, E_RIGHTS, item(FAULT_VA, SOURCE_PAGES, pages, 0));
		refused(SLOT_FAULTS, E_RANGE, item(FAULT_VA | R, SOURCE_PAGES, pages, PAGES));
		refused(SLOT_FAULTS, E_RANGE, item(FAULT_VA | R, SOURCE_PAGES, pages, PAGES + 1 - pages));
		refused(SLOT_FAULTS, E_RANGE, item(FAULT_VA | R, SOURCE_PAGES, pages, ~0ul));
		refused(SLOT_FAULTS, E_RANGE, item(FAULT_VA | R, 5, pages, 0)); /* nothing is attached */
		refused(SLOT_FAULTS, E_RANGE, item(FAULT_VA | R, SPACE_SOURCES, pages, 0));
		refused(SLOT_FAULTS, E_RANGE, item(KERNEL_IMAGE | R, SOURCE_PAGES, pages, 0));
		refused(SLOT_FAULTS, E_RANGE, item(USER_END | R, SOURCE_PAGES, pages, 0));
		refused(SLOT_FAULTS, E_FRAME, item(FAULT_VA | R, SOURCE_RAM, pages, 0)); /* of the Pool */
	}
	refused(SLOT_FAULTS, E_RANGE, item(FAULT_VA | R, SOURCE_PAGES, MAP_PAGES_MAX + 1, 0));
	EXPECT_EQ(MUST(sys_space_mapped(HOME, FAULT_VA, 512)), 1);
	finish(SLOT_FAULTS, 1);
}

/* Two pages, the second of them in another leaf table. */
SCENARIO_BODY(answer_across_two_tables_maps_in_both)
{
	uint64_t last = FAULT_VA + 511 * PAGE_BYTES;
	struct message m;

	MUST(sys_space_map(HOME, FAULT_VA | R, MAP_SOURCE(SOURCE_PAGES, 1), 9));
	(void)worker_start(0, do_load_two, last);
	take(SLOT_FAULTS, &m);
	m = item(last | R, SOURCE_PAGES, 2, 20);
	ANSWERS(E_OK, ipc_reply_wait(SLOT_FAULTS, DEADLINE_NEVER, &m));
	EXPECT_EQ(m.w[0], last + 64 * PAGE_BYTES);
	EXPECT(MUST(sys_space_lookup(HOME, last)) != 0);
	EXPECT(MUST(sys_space_lookup(HOME, last + PAGE_BYTES)) != 0);
	EXPECT_EQ(MUST(sys_space_mapped(HOME, last, 3)), 2);
	m = message_make(E_FAULT, 0, 0);
	ANSWERS(E_OK, ipc_reply(&m));
}

SCENARIO_BODY(forwarded_answers_on_the_way_to_a_wait_keep_to_the_window)
{
	struct message m;

	create(SECOND, KIND_ENDPOINT, 0);
	attach_sources();
	MUST(sys_space_map(HOME, (FAULT_VA + 300 * PAGE_BYTES) | R, MAP_SOURCE(SOURCE_PAGES, 1), 9));
	(void)worker_start(0, do_load_two, FAULT_VA);
	take(SLOT_FAULTS, &m);
	MUST(sys_reply_forward(CAP_NULL, SECOND, FAULT_VA,
			       FORWARD_BOUNDS(WINDOW_PAGES, R, 1ul << SOURCE_PAGES), CAP_NULL, 7));
	take(SECOND, &m);
	for (uint64_t pages = 1; pages <= WINDOW_PAGES; pages++) {
		refused(SECOND, E_WINDOW, item((FAULT_VA - PAGE_BYTES) | R, SOURCE_PAGES, pages, 0));
		refused(SECOND, E_WINDOW,
			item((FAULT_VA + WINDOW_PAGES * PAGE_BYTES) | R, SOURCE_PAGES, pages, 0));
		refused(SECOND, E_WINDOW,
			item((FAULT_VA + (WINDOW_PAGES + 1 - pages) * PAGE_BYTES) | R, SOURCE_PAGES, pages,
			     0));
		refused(SECOND, E_WINDOW, item(FAULT_VA | R, SOURCE_OTHER, pages, 0));
		refused(SECOND, E_RIGHTS, item(FAULT_VA | RW, SOURCE_PAGES, pages, 0));
	}
	refused(SECOND, E_WINDOW, item(FAULT_VA | R, SOURCE_PAGES, WINDOW_PAGES + 1, 0));
	EXPECT_EQ(MUST(sys_space_mapped(HOME, FAULT_VA, 512)), 1);
	finish(SECOND, 1);
}
