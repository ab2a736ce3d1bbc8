/* SPDX-License-Identifier: MIT */
/*
 * Goldfish RTC: nanoseconds since 1970; reading the low half keeps the high one for the next read.
 * Source: QEMU 7.2, hw/rtc/goldfish_rtc.c; Android goldfish, docs/GOLDFISH-VIRTUAL-HARDWARE.TXT.
 */
#include "hw/rtc.h"
#include "base/spot.h"
#include "hw/timer.h"

#define RTC_LOW	 0
#define RTC_HIGH 1
#define NS_PER_S 1000000000ul

AT_BOOT uint64_t rtc_read_epoch(const struct dtb_machine *machine)
{
	uint64_t ticks = timer_now(), hz = machine->timebase_hz;

	if (machine->rtc.bytes == 0)
		return 0;
	volatile const uint32_t *registers = spot_of(machine->rtc.base);
	uint64_t now = registers[RTC_LOW];
	now |= (uint64_t)registers[RTC_HIGH] << 32;
	return now - (ticks / hz * NS_PER_S + ticks % hz * NS_PER_S / hz);
}
