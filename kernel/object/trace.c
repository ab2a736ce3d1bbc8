/* SPDX-License-Identifier: MIT */
/* Writing a record into this hart's ring. */
#include "object/trace.h"

uint64_t trace_flags;

void trace_write(enum trace_event event, uint32_t thread, uint64_t a, uint64_t b)
{
	struct trace_ring *ring = cpu_this()->trace;
	struct trace_record *record = &ring->records[ring->next % TRACE_RECORDS];

	*record = (struct trace_record){csr_read(instret), event, thread, a, b};
	ring->next++;
}
