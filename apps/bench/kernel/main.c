/* SPDX-License-Identifier: MIT */
/* Runs every bench of the kernel alone, then what --stages follows, and switches the machine off. */
#include "kbench.h"

_Noreturn void init_main(const struct boot_info *boot);

_Noreturn void init_main(const struct boot_info *boot)
{
	uint64_t begin = instret(), begin_ticks = time_ticks();

	world_open(boot);
	value_report("kernel-boot", boot->boot_instret);
	bench_calls();
	bench_faults();
	bench_objects();
	run_stages(); /* with the pager of bench_faults(), before other threads are there */
	bench_growth();
	print(CLOCK_FORMAT, CLOCK_ARGUMENTS(begin, begin_ticks));
	bench_forward();
	run_stages_forward(); /* with its pagers */
	power_off(true);
}
