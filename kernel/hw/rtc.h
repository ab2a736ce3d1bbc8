/* SPDX-License-Identifier: MIT */
/* The machine's clock: read once at boot, since ticks tell how much later it is. */
#ifndef HW_RTC_H
#define HW_RTC_H

#include "pure/dtb.h"
#include "uapi/types.h"

/** The time of day in ns since 1970 when the time base was 0; 0 without a clock. Needs the direct map. */
uint64_t rtc_read_epoch(const struct dtb_machine *machine);

#endif
