/* SPDX-License-Identifier: MIT */
/*
 * The timer is always armed, at most one slice ahead: it drives round robin, and an idle hart in wfi
 * wakes by it (under QEMU's icount with sleep=off a wfi without a live timer would never see input).
 */
#include "hw/timer.h"
#include "base/sbi.h"
#include "base/spot.h"

uint64_t timer_tick_ticks;

AT_BOOT void timer_init(uint64_t timebase_hz)
{
	timer_tick_ticks = timebase_hz / 100;
	cpu_this()->armed_ticks = ~0ul;
	(void)timer_end_slice();
	timer_rearm(~0ul);
	csr_set(sie, INTERRUPT_TIMER | INTERRUPT_EXTERNAL);
}

void timer_arm_by(uint64_t ticks)
{
	if (ticks >= cpu_this()->armed_ticks)
		return;
	cpu_this()->armed_ticks = ticks;
	sbi_timer_set(ticks);
}

void timer_rearm(uint64_t deadline)
{
	uint64_t slice_end = cpu_this()->slice_end_ticks;

	cpu_this()->armed_ticks = ~0ul;
	timer_arm_by(deadline < slice_end ? deadline : slice_end);
}

bool timer_end_slice(void)
{
	struct cpu *cpu = cpu_this();
	uint64_t now = timer_now();

	if (now < cpu->slice_end_ticks)
		return false;
	cpu->slice_end_ticks = now + timer_tick_ticks;
	return true;
}
