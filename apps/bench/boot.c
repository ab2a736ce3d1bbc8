/* SPDX-License-Identifier: MIT */
/* boot: tells how many instructions passed from power-on to this program's first one (boot_first.S). */
#include <stdint.h>
#include <stdio.h>

extern uint64_t boot_first_instret;

int main(void)
{
	printf("RESULT boot med %lu min %lu max %lu n 1\n", boot_first_instret, boot_first_instret,
	       boot_first_instret);
	return 0;
}
