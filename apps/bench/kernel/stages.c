/* SPDX-License-Identifier: MIT */
/*
 * One operation with the kernel's trace on: the records it left, each with the instructions since the one
 * before (the first: since the operation began). Writing a record costs instructions itself; ./bench takes
 * them away by the difference to the operation without the trace.
 *
 *   STAGE path event thread instructions       the last has the event END
 */
#include "kbench.h"

#define RECORDS_MAX 32

static const struct trace_ring *ring;

static const char *event_name(uint32_t event)
{
	switch (event) {
#define TRACE(name, number, ...) \
	case number:             \
		return #name;
#include "uapi/trace.def"
#undef TRACE
	default:
		return "?";
	}
}

static void trace_open(void)
{
	uint64_t pages = TRACE_RING_BYTES / PAGE_BYTES;

	must(sys_space_attach(BOOT_SLOT_SPACE, SOURCE_TRACE, BOOT_SLOT_TRACE, RIGHT_READ), "space_attach");
	must(sys_space_map(BOOT_SLOT_SPACE, TRACE_VA | RIGHT_READ, MAP_SOURCE(SOURCE_TRACE, pages), 0),
	     "space_map");
	ring = (const struct trace_ring *)TRACE_VA;
}

/* Records from number @first on, of an operation that lasted from @start to @end. */
static void stages_print(const char *path, uint64_t first, uint64_t start, uint64_t end)
{
	uint64_t last = start, next = ring->next;

	for (uint64_t i = first; i < next && i < first + RECORDS_MAX; i++) {
		const struct trace_record *record = &ring->records[i % TRACE_RECORDS];

		if (record->instret > end)
			break; /* switching the trace off */
		print("STAGE %s %s %u %lu\n", path, event_name(record->event), record->thread,
		      record->instret - last);
		last = record->instret;
	}
	print("STAGE %s END 0 %lu\n", path, end - last);
}

static void stages_of(const char *path, void (*once)(void))
{
	uint64_t first, start, end;

	must(sys_trace_control(BOOT_SLOT_IRQ_ALL, TRACE_FLAG_ON), "trace_control");
	once();
	first = ring->next;
	start = instret();
	once();
	end = instret();
	must(sys_trace_control(BOOT_SLOT_IRQ_ALL, 0), "trace_control");
	stages_print(path, first, start, end);
	start = instret();
	once();
	end = instret();
	print("UNTRACED %s %lu\n", path, end - start);
}

static void null_once(void)
{
	(void)sys_null();
}

void bench_stages(void)
{
	trace_open();
	stages_of("null-call", null_once);
	ipc_prepare();
	stages_of("ipc", ipc_once);
	fault_prepare();
	stages_of("bare-fault", fault_once);
}
