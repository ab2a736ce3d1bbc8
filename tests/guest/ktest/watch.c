/* SPDX-License-Identifier: MIT */
/* The trace ring, as whoever holds its Memory sees it. */
#include "ktest.h"

#define SOURCE_TRACE 11
#define TRACE_VA     FAULT_VA

static uint64_t count_events(const struct trace_ring *ring, uint64_t from, enum trace_event event)
{
	uint64_t found = 0;

	for (uint64_t i = from; i < ring->next; i++)
		found += ring->records[i % TRACE_RECORDS].event == event;
	return found;
}

static void trace_now(uint64_t flags)
{
	MUST(sys_trace_control(BOOT_SLOT_IRQ_ALL, flags | trace_flags_now));
}

SCENARIO_BODY(trace_ring_tells_what_happened)
{
	const struct trace_ring *ring = (const struct trace_ring *)TRACE_VA;
	uint64_t before, after;

	REFUSED(E_KIND, sys_trace_control(SLOT_POOL, 0));
	REFUSED(E_RANGE, sys_trace_control(BOOT_SLOT_IRQ_ALL, 1ul << 40));
	MUST(sys_space_attach(BOOT_SLOT_SPACE, SOURCE_TRACE, BOOT_SLOT_TRACE, RIGHT_READ));
	MUST(sys_space_map(BOOT_SLOT_SPACE, TRACE_VA | RIGHT_READ,
			   MAP_SOURCE(SOURCE_TRACE, TRACE_RING_BYTES / PAGE_BYTES), 0));
	before = ring->next;
	(void)sys_null();
	EXPECT_EQ(ring->next, before);
	trace_now(TRACE_FLAG_ON);
	for (unsigned i = 0; i < 10; i++)
		(void)sys_null();
	trace_now(0);
	after = ring->next;
	EXPECT(count_events(ring, before, TRACE_SYSCALL) >= 10);
	for (uint64_t i = before + 1; i < after; i++)
		EXPECT(ring->records[(i - 1) % TRACE_RECORDS].instret <=
		       ring->records[i % TRACE_RECORDS].instret);
	/* It wraps around. */
	trace_now(TRACE_FLAG_ON);
	for (unsigned i = 0; i < TRACE_RECORDS; i++)
		(void)sys_null();
	trace_now(0);
	EXPECT(ring->next > TRACE_RECORDS);
	EXPECT(ring->records[(ring->next - 1) % TRACE_RECORDS].event != 0);
	MUST(sys_space_detach(BOOT_SLOT_SPACE, SOURCE_TRACE));
}
