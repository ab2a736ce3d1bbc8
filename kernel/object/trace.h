/* SPDX-License-Identifier: MIT */
/* The trace ring: one record an event, dropped unless tracing is on. */
#ifndef OBJECT_TRACE_H
#define OBJECT_TRACE_H

#include "hw/cpu.h"
#include "hw/csr.h"

extern uint64_t trace_flags; /* [K] enum trace_flag */

void trace_write(enum trace_event event, uint32_t thread, uint64_t a, uint64_t b);

static inline bool trace_is_on(void)
{
	return __builtin_expect(trace_flags & TRACE_FLAG_ON, 0);
}

static inline void trace(enum trace_event event, uint32_t thread, uint64_t a, uint64_t b)
{
	if (trace_is_on())
		trace_write(event, thread, a, b);
}

#endif
