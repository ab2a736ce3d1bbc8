/* SPDX-License-Identifier: MIT */
/* The one lock around the kernel. Taken on every entry, dropped on every exit to user space or idle. */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include "uapi/types.h"

extern uint32_t kernel_lock_word;

static inline void kernel_lock(void)
{
	uint64_t old; /* of 32 bits, as amoswap.w extends them */

	do {
		__asm__ volatile("amoswap.w.aq %0, %1, (%2)"
				 : "=r"(old)
				 : "r"(1), "r"(&kernel_lock_word)
				 : "memory");
	} while (__builtin_expect(old != 0, 0));
}

static inline void kernel_unlock(void)
{
	__asm__ volatile("amoswap.w.rl x0, x0, (%0)" : : "r"(&kernel_lock_word) : "memory");
}

#endif
