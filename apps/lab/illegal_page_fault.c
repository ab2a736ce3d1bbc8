/* SPDX-License-Identifier: MIT */
/* Writes into its own text, which is not writable: ends by SIGSEGV before the last line. */
#include <stdint.h>
#include <stdio.h>

int main(void)
{
	/* aligned, so that the access itself is a proper one */
	volatile uint32_t *text = (volatile uint32_t *)((uintptr_t)main & ~(uintptr_t)3);

	printf("illegal_addr: %lx\n", (unsigned long)text);
	*text = 0;
	printf("illegal page fault test failed!\n");
	return 1;
}
