/* SPDX-License-Identifier: MIT */
/* The trace ring of a hart: written by the kernel, read by whoever holds BOOT_SLOT_TRACE. */
#ifndef UAPI_TRACE_H
#define UAPI_TRACE_H

#include "uapi/layout.h"
#include "uapi/types.h"

enum trace_event {
#define TRACE(name, number, a, b) TRACE_##name = number,
#include "uapi/trace.def"
#undef TRACE
};

/* trace_control() flags. */
enum trace_flag {
	TRACE_FLAG_ON = 1,
	TRACE_FLAG_GENERAL_ONLY = 2, /* checked build: never take the fast path */
	TRACE_FLAG_IRQ_ANEW = 4,     /* checked build: irq_off_max begins anew; the others stay as they are */
};

struct trace_record {
	uint64_t instret; /* rdinstret when written */
	uint32_t event;	  /* enum trace_event */
	uint32_t thread;  /* id of the thread concerned */
	uint64_t a, b;
};

#define TRACE_RING_BYTES (16 * PAGE_BYTES)
#define TRACE_RECORDS	 ((TRACE_RING_BYTES - 32) / sizeof(struct trace_record))

struct trace_ring {
	uint64_t next; /* records written so far; the newest is at (next - 1) % TRACE_RECORDS */
	uint64_t capacity;
	uint64_t unused[2];
	struct trace_record records[TRACE_RECORDS];
};

_Static_assert(sizeof(struct trace_record) == 32, "a record is 32 bytes");
_Static_assert(sizeof(struct trace_ring) <= TRACE_RING_BYTES, "a ring fits its pages");

#endif
