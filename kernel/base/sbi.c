/* SPDX-License-Identifier: MIT */
/* The few SBI calls the kernel makes: console (panic and boot only), timer, harts, shutdown. */
#include "base/sbi.h"

#define SBI_LEGACY_PUTCHAR 1ul
#define SBI_TIME	   0x54494d45ul
#define SBI_HSM		   0x48534dul
#define SBI_SRST	   0x53525354ul

struct sbi_result sbi_call(uint64_t extension, uint64_t function, uint64_t arg0, uint64_t arg1, uint64_t arg2)
{
	register uint64_t a0 __asm__("a0") = arg0;
	register uint64_t a1 __asm__("a1") = arg1;
	register uint64_t a2 __asm__("a2") = arg2;
	register uint64_t a6 __asm__("a6") = function;
	register uint64_t a7 __asm__("a7") = extension;

	__asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
	return (struct sbi_result){(int64_t)a0, a1};
}

void sbi_console_put(char character)
{
	sbi_call(SBI_LEGACY_PUTCHAR, 0, (uint8_t)character, 0, 0);
}

void sbi_timer_set(uint64_t ticks)
{
	sbi_call(SBI_TIME, 0, ticks, 0, 0);
}

struct sbi_result sbi_hart_start(uint64_t hart, paddr_t entry, uint64_t opaque)
{
	return sbi_call(SBI_HSM, 0, hart, entry, opaque);
}

_Noreturn void sbi_shutdown(void)
{
	for (;;)
		sbi_call(SBI_SRST, 0, 0, 0, 0);
}
