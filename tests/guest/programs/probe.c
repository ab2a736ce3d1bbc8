/* SPDX-License-Identifier: MIT */
/* probe: the instructions that the hart has executed since power-on, of all programs: instret=N. */
#include <stdint.h>
#include <stdio.h>

int main(void)
{
	uint64_t count;

	__asm__ volatile("rdinstret %0" : "=r"(count));
	printf("instret=%lu\n", (unsigned long)count);
	return 0;
}
