/* SPDX-License-Identifier: MIT */
/* The caller's buffer: both directions, absent pages, bounds. */
#include "ktest.h"

#define EP   SLOT_TEST

#define R    RIGHT_READ
#define RW   (RIGHT_READ | RIGHT_WRITE)
#define BOTH (BUFFER_READ | BUFFER_WRITE)

static uint8_t local[3 * PAGE_BYTES];

struct buffer {
	uint64_t at, bytes, access;
};
static struct buffer buffer;

static void do_call(struct worker *worker)
{
	worker->seen[0] = ipc_call_buffer(EP, &worker->m, (void *)buffer.at, buffer.bytes, buffer.access);
}

/* A worker whose call with this buffer has been received. */
static struct worker *start_call(uint64_t at, uint64_t bytes, uint64_t access)
{
	struct message m;
	struct worker *worker;

	create(EP, KIND_ENDPOINT, 0);
	buffer = (struct buffer){at, bytes, access};
	worker = worker_start(0, do_call, 0);
	take(EP, &m);
	EXPECT(m.tag & TAG_BUFFER);
	EXPECT_EQ(m.w[2], at);
	EXPECT_EQ(BUFFER_LENGTH(m.w[3]), bytes);
	return worker;
}

static void finish(struct worker *worker)
{
	struct message m = {0};

	ANSWERS(E_OK, ipc_reply(&m));
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], E_OK);
}

static struct result copy(uint64_t offset, uint64_t at, uint64_t bytes, enum copy_direction direction)
{
	return sys_buffer_copy(CAP_NULL, offset, at, bytes, direction);
}

SCENARIO_BODY(buffer_copies_both_ways)
{
	uint8_t *theirs = (uint8_t *)page_at(10) + 100; /* over three pages, aligned to nothing */
	struct worker *worker;

	for (unsigned i = 0; i < 2 * PAGE_BYTES; i++)
		theirs[i] = (uint8_t)(i * 7);
	memset(local, 0, sizeof(local));
	worker = start_call((uint64_t)theirs, 2 * PAGE_BYTES, BOTH);
	EXPECT_EQ(MUST(copy(0, (uint64_t)local + 3, 2 * PAGE_BYTES, COPY_FROM_CALLER)), 2 * PAGE_BYTES);
	EXPECT_EQ(memcmp(local + 3, theirs, 2 * PAGE_BYTES), 0);
	EXPECT_EQ(local[2] | local[3 + 2 * PAGE_BYTES], 0);
	memset(local, 0x5a, sizeof(local));
	EXPECT_EQ(MUST(copy(10, (uint64_t)local, 5000, COPY_TO_CALLER)), 5000);
	EXPECT_EQ(theirs[9], 63);
	EXPECT_EQ(theirs[10], 0x5a);
	EXPECT_EQ(theirs[5009], 0x5a);
	EXPECT_EQ(theirs[5010], (uint8_t)(5010 * 7));
	EXPECT_EQ(MUST(copy(0, (uint64_t)local, 0, COPY_FROM_CALLER)), 0);
	finish(worker);
	REFUSED(E_STALE, copy(0, (uint64_t)local, 1, COPY_FROM_CALLER));
}

SCENARIO_BODY(buffer_copy_stops_at_an_absent_page)
{
	struct worker *worker;

	MUST(sys_space_map(BOOT_SLOT_SPACE, FAULT_VA | R, MAP_SOURCE(SOURCE_PAGES, 1), 5));
	memset(page_at(5), 0x33, PAGE_BYTES);
	worker = start_call(FAULT_VA + 96, 2 * PAGE_BYTES, BOTH);
	EXPECT_EQ(REFUSED(E_ABSENT, copy(0, (uint64_t)local, 2 * PAGE_BYTES, COPY_FROM_CALLER)),
		  PAGE_BYTES - 96);
	EXPECT_EQ(local[PAGE_BYTES - 97], 0x33);
	/* Present, but not to be written. */
	EXPECT_EQ(REFUSED(E_ABSENT, copy(0, (uint64_t)local, 10, COPY_TO_CALLER)), 0);
	MUST(sys_space_map(BOOT_SLOT_SPACE, (FAULT_VA + PAGE_BYTES) | RW, MAP_SOURCE(SOURCE_PAGES, 2), 6));
	EXPECT_EQ(MUST(copy(PAGE_BYTES - 96, (uint64_t)local, 50, COPY_TO_CALLER)), 50);
	/* The own end is absent. */
	EXPECT_EQ(REFUSED(E_RANGE, copy(0, FAULT_VA + ARENA_BYTES, 10, COPY_FROM_CALLER)), 0);
	EXPECT_EQ(REFUSED(E_RANGE, copy(0, USER_END - 5, 10, COPY_FROM_CALLER)), 0);
	finish(worker);
}

SCENARIO_BODY(buffer_copy_keeps_to_the_buffer_and_its_rights)
{
	uint64_t mine = (uint64_t)local;
	struct worker *worker = start_call((uint64_t)page_at(10), 100, BUFFER_READ);

	REFUSED(E_RANGE, copy(0, mine, 101, COPY_FROM_CALLER));
	REFUSED(E_RANGE, copy(100, mine, 1, COPY_FROM_CALLER));
	REFUSED(E_RANGE, copy(~0ul, mine, 2, COPY_FROM_CALLER));
	REFUSED(E_RANGE, copy(1, mine, ~0ul, COPY_FROM_CALLER));
	REFUSED(E_RANGE, copy(0, mine, 1, 2));
	REFUSED(E_RIGHTS, copy(0, mine, 1, COPY_TO_CALLER));
	MUST(copy(99, mine, 1, COPY_FROM_CALLER));
	REFUSED(E_EMPTY, sys_buffer_copy(SLOT_TEST + 9, 0, mine, 1, COPY_FROM_CALLER));
	REFUSED(E_KIND, sys_buffer_copy(SLOT_POOL, 0, mine, 1, COPY_FROM_CALLER));
	finish(worker);
	/* A call without a buffer has none; one that wraps around reaches nothing. */
	MUST(sys_cap_delete(CAP_NULL, EP));
	MUST(sys_thread_suspend(worker_thread(0)));
	for (unsigned what = 0; what < WORKER_SLOTS - 1; what++)
		MUST(sys_cap_delete(CAP_NULL, worker_slot(0, what)));
	worker = start_call(~0ul - 10, 1ul << 60, BOTH);
	EXPECT_EQ(copy(0, mine, 1, COPY_FROM_CALLER).error, E_ABSENT);
	EXPECT_EQ(copy(20, mine, 1, COPY_FROM_CALLER).error, E_RANGE);
	finish(worker);
}

SCENARIO_BODY(buffer_copy_reaches_an_attached_source)
{
	uint64_t offset = 30 * PAGE_BYTES + 1000;
	struct worker *worker;

	memset(page_at(10), 0x77, PAGE_BYTES);
	worker = start_call((uint64_t)page_at(10), PAGE_BYTES, BOTH);
	EXPECT_EQ(
		MUST(sys_buffer_copy_source(CAP_NULL, 0, SOURCE_PAGES, offset, PAGE_BYTES, COPY_FROM_CALLER)),
		PAGE_BYTES);
	EXPECT_EQ(((uint8_t *)page_at(30))[999], 0);
	EXPECT_EQ(((uint8_t *)page_at(30))[1000], 0x77);
	EXPECT_EQ(((uint8_t *)page_at(31))[999], 0x77);
	EXPECT_EQ(((uint8_t *)page_at(31))[1000], 0);
	memset(page_at(40), 0x11, PAGE_BYTES);
	MUST(sys_buffer_copy_source(CAP_NULL, 8, SOURCE_PAGES, 40 * PAGE_BYTES, 8, COPY_TO_CALLER));
	EXPECT_EQ(((uint64_t *)page_at(10))[1], 0x1111111111111111);
	EXPECT_EQ(((uint64_t *)page_at(10))[2], 0x7777777777777777);
	REFUSED(E_RANGE, sys_buffer_copy_source(CAP_NULL, 0, SPACE_SOURCES, 0, 8, COPY_TO_CALLER));
	REFUSED(E_RANGE, sys_buffer_copy_source(CAP_NULL, 0, SOURCE_PAGES,
						(WORLD_ARENAS - 1) * ARENA_BYTES - 4, 8, COPY_TO_CALLER));
	REFUSED(E_RANGE, sys_buffer_copy_source(CAP_NULL, 0, SOURCE_PAGES, ~0ul, 8, COPY_TO_CALLER));
	REFUSED(E_FRAME, sys_buffer_copy_source(CAP_NULL, 0, SOURCE_DEVICE, 0, 8, COPY_TO_CALLER));
	finish(worker);
}

SCENARIO_BODY(buffer_copy_touches_no_device)
{
	struct worker *worker = start_call(DEVICE_VA, 8, BOTH);

	/* Neither as the caller's end, nor as the own one. */
	EXPECT(copy(0, (uint64_t)local, 8, COPY_FROM_CALLER).error != E_OK);
	EXPECT(copy(0, (uint64_t)local, 8, COPY_TO_CALLER).error != E_OK);
	finish(worker);
	MUST(sys_cap_delete(CAP_NULL, EP));
	MUST(sys_thread_suspend(worker_thread(0)));
	for (unsigned what = 0; what < WORKER_SLOTS - 1; what++)
		MUST(sys_cap_delete(CAP_NULL, worker_slot(0, what)));
	worker = start_call((uint64_t)page_at(10), 8, BOTH);
	EXPECT(copy(0, DEVICE_VA, 8, COPY_FROM_CALLER).error != E_OK);
	EXPECT(copy(0, DEVICE_VA, 8, COPY_TO_CALLER).error != E_OK);
	finish(worker);
}

/* The kernel's half is mapped in every space, for the kernel. */
SCENARIO_BODY(buffer_copy_stays_out_of_the_kernel)
{
	const uint64_t kernel = 0xffffffc080200000ul;
	struct worker *worker = start_call(kernel, 8, BOTH);

	REFUSED(E_ABSENT, copy(0, (uint64_t)local, 8, COPY_FROM_CALLER));
	REFUSED(E_ABSENT, copy(0, (uint64_t)local, 8, COPY_TO_CALLER));
	finish(worker);
	MUST(sys_cap_delete(CAP_NULL, EP));
	MUST(sys_thread_suspend(worker_thread(0)));
	for (unsigned what = 0; what < WORKER_SLOTS - 1; what++)
		MUST(sys_cap_delete(CAP_NULL, worker_slot(0, what)));
	worker = start_call((uint64_t)page_at(10), 8, BOTH);
	REFUSED(E_RANGE, copy(0, kernel, 8, COPY_FROM_CALLER));
	REFUSED(E_RANGE, copy(0, kernel, 8, COPY_TO_CALLER));
	finish(worker);
}

SCENARIO_BODY(buffer_copy_needs_the_rights_of_its_source)
{
	struct worker *worker;

	MUST(sys_space_attach(BOOT_SLOT_SPACE, 14, SLOT_PAGES, R));
	worker = start_call((uint64_t)page_at(10), 8, BOTH);
	MUST(sys_buffer_copy_source(CAP_NULL, 0, 14, 0, 8, COPY_TO_CALLER));
	REFUSED(E_RIGHTS, sys_buffer_copy_source(CAP_NULL, 0, 14, 0, 8, COPY_FROM_CALLER));
	finish(worker);
}
