/* SPDX-License-Identifier: MIT */
/* Runs every bench of the kernel alone, then the stages, and switches the machine off. */
#include "kbench.h"

_Noreturn void init_main(const struct boot_info *boot);

_Noreturn void init_main(const struct boot_info *boot)
{
	world_open(boot);
	print("RESULT kernel-boot med %lu min %lu max %lu n 1\n", boot->boot_instret, boot->boot_instret,
	      boot->boot_instret);
	bench_calls();
	bench_faults();
	bench_stages(); /* with the pager of bench_faults() */
	bench_forward();
	power_off(true);
}
