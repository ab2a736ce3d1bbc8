/* SPDX-License-Identifier: MIT */
/* Writes where nothing is: ends by SIGSEGV. */
#include <stdint.h>

int main(void)
{
	*(volatile uint8_t *)0xdeadbeeful = 1;
	return 0;
}
