/* SPDX-License-Identifier: MIT */
/* boot: tells how many instructions passed from power-on to this program's first one (boot_first.S). */
#include "samples.h"
#include <stdint.h>
#include <stdio.h>

extern uint64_t boot_first_instret, boot_first_ticks;

int main(void)
{
	printf("RESULT boot med %lu min %lu max %lu n 1\n", boot_first_instret, boot_first_instret,
	       boot_first_instret);
	printf("CLOCK %lu instructions %lu ns\n", boot_first_instret, boot_first_ticks * NS_PER_TICK);
	return 0;
}
