/* SPDX-License-Identifier: MIT */
/* The hart's one timer interrupt: the next deadline, or the next tick of the round robin. */
#ifndef HW_TIMER_H
#define HW_TIMER_H

#include "hw/cpu.h"
#include "hw/csr.h"

extern uint64_t timer_tick_ticks; /* [I] length of a time slice, 10 ms, in rdtime ticks */

static inline uint64_t timer_now(void)
{
	return csr_read(time);
}

void timer_init(uint64_t timebase_hz);

/** Interrupt no later than at @ticks; an earlier setting stays. */
void timer_arm_by(uint64_t ticks);

/** True: the time slice is over, and another one begins. */
bool timer_end_slice(void);

/** After a timer interrupt: the next one at @deadline or at the end of the time slice, whatever is first. */
void timer_rearm(uint64_t deadline);

#endif
