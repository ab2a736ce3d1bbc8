/* SPDX-License-Identifier: MIT */
/*
 * Kernel stubs, made from uapi/syscall.def: sys_NAME(arguments) for every SYSCALLn of that list. The
 * message calls have their own stubs in <pagoda/ipc.h>. All argument registers are lost in a call. On the
 * host the calls go to a played kernel, <pagoda/host.h>.
 */
#ifndef PAGODA_SYSCALL_H
#define PAGODA_SYSCALL_H

#include "uapi/error.h"
#include "uapi/object.h"
#include "uapi/syscall.h"
#include "uapi/types.h"

#define SYSCALL_STUB static inline __attribute__((always_inline)) struct result

#if PAGODA_HOST
#include <pagoda/host.h>

static inline struct result syscall_6(uint64_t number, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3,
				      uint64_t w4, uint64_t w5)
{
	const uint64_t argument[6] = {w0, w1, w2, w3, w4, w5};

	return host_syscall(number, argument);
}
#define syscall_0(number)		  syscall_6(number, 0, 0, 0, 0, 0, 0)
#define syscall_1(number, w0)		  syscall_6(number, w0, 0, 0, 0, 0, 0)
#define syscall_2(number, w0, w1)	  syscall_6(number, w0, w1, 0, 0, 0, 0)
#define syscall_3(number, w0, w1, w2)	  syscall_6(number, w0, w1, w2, 0, 0, 0)
#define syscall_4(number, w0, w1, w2, w3) syscall_6(number, w0, w1, w2, w3, 0, 0)
#else
#define SYSCALL_REGISTER(name, value) register uint64_t name __asm__(#name) = (uint64_t)(value)
#define SYSCALL_ANSWER                   \
	(struct result)                  \
	{                                \
		.error = a0, .value = a1 \
	}

SYSCALL_STUB syscall_0(uint64_t number)
{
	SYSCALL_REGISTER(a7, number);
	register uint64_t a0 __asm__("a0");
	register uint64_t a1 __asm__("a1");

	__asm__ volatile("ecall" : "=r"(a0), "=r"(a1), "+r"(a7) : : "a2", "a3", "a4", "a5", "a6", "memory");
	return SYSCALL_ANSWER;
}

SYSCALL_STUB syscall_1(uint64_t number, uint64_t w0)
{
	SYSCALL_REGISTER(a7, number);
	SYSCALL_REGISTER(a0, w0);
	register uint64_t a1 __asm__("a1");

	__asm__ volatile("ecall" : "+r"(a0), "=r"(a1), "+r"(a7) : : "a2", "a3", "a4", "a5", "a6", "memory");
	return SYSCALL_ANSWER;
}

SYSCALL_STUB syscall_2(uint64_t number, uint64_t w0, uint64_t w1)
{
	SYSCALL_REGISTER(a7, number);
	SYSCALL_REGISTER(a0, w0);
	SYSCALL_REGISTER(a1, w1);

	__asm__ volatile("ecall" : "+r"(a0), "+r"(a1), "+r"(a7) : : "a2", "a3", "a4", "a5", "a6", "memory");
	return SYSCALL_ANSWER;
}

SYSCALL_STUB syscall_3(uint64_t number, uint64_t w0, uint64_t w1, uint64_t w2)
{
	SYSCALL_REGISTER(a7, number);
	SYSCALL_REGISTER(a0, w0);
	SYSCALL_REGISTER(a1, w1);
	SYSCALL_REGISTER(a2, w2);

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a7)
			 :
			 : "a3", "a4", "a5", "a6", "memory");
	return SYSCALL_ANSWER;
}

SYSCALL_STUB syscall_4(uint64_t number, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3)
{
	SYSCALL_REGISTER(a7, number);
	SYSCALL_REGISTER(a0, w0);
	SYSCALL_REGISTER(a1, w1);
	SYSCALL_REGISTER(a2, w2);
	SYSCALL_REGISTER(a3, w3);

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a7)
			 :
			 : "a4", "a5", "a6", "memory");
	return SYSCALL_ANSWER;
}

SYSCALL_STUB syscall_6(uint64_t number, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3, uint64_t w4,
		       uint64_t w5)
{
	SYSCALL_REGISTER(a7, number);
	SYSCALL_REGISTER(a0, w0);
	SYSCALL_REGISTER(a1, w1);
	SYSCALL_REGISTER(a2, w2);
	SYSCALL_REGISTER(a3, w3);
	SYSCALL_REGISTER(a4, w4);
	SYSCALL_REGISTER(a5, w5);

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5), "+r"(a7)
			 :
			 : "a6", "memory");
	return SYSCALL_ANSWER;
}

#endif

/* clang-format off */
#define MESSAGE_CALL(number, name, ...)
#define SYSCALL0(number, name, ...) \
	SYSCALL_STUB sys_##name(void) { return syscall_0(number); }
#define SYSCALL1(number, name, t0, x0, ...) \
	SYSCALL_STUB sys_##name(t0 x0) { return syscall_1(number, x0); }
#define SYSCALL2(number, name, t0, x0, t1, x1, ...) \
	SYSCALL_STUB sys_##name(t0 x0, t1 x1) { return syscall_2(number, x0, x1); }
#define SYSCALL3(number, name, t0, x0, t1, x1, t2, x2, ...) \
	SYSCALL_STUB sys_##name(t0 x0, t1 x1, t2 x2) { return syscall_3(number, x0, x1, x2); }
#define SYSCALL4(number, name, t0, x0, t1, x1, t2, x2, t3, x3, ...) \
	SYSCALL_STUB sys_##name(t0 x0, t1 x1, t2 x2, t3 x3) { return syscall_4(number, x0, x1, x2, x3); }
#define SYSCALL5(number, name, t0, x0, t1, x1, t2, x2, t3, x3, t4, x4, ...) \
	SYSCALL_STUB sys_##name(t0 x0, t1 x1, t2 x2, t3 x3, t4 x4) \
	{ return syscall_6(number, x0, x1, x2, x3, x4, 0); }
#define SYSCALL6(number, name, t0, x0, t1, x1, t2, x2, t3, x3, t4, x4, t5, x5, ...) \
	SYSCALL_STUB sys_##name(t0 x0, t1 x1, t2 x2, t3 x3, t4 x4, t5 x5) \
	{ return syscall_6(number, x0, x1, x2, x3, x4, x5); }
#include "uapi/syscall.def"
#include "uapi/syscall_undef.h"
/* clang-format on */

/* Everything cap_info answers: value = kind | rights << 8 | has_children << 16. */
struct cap_facts {
	uint64_t error, value;
	uint64_t identity; /* address, asid or badge */
	uint64_t bytes;
};

#if PAGODA_HOST
static inline struct cap_facts sys_cap_info_full(cap_t cs, uint64_t slot)
{
	uint64_t answer[4];

	host_cap_info(cs, slot, answer);
	return (struct cap_facts){answer[0], answer[1], answer[2], answer[3]};
}
#else
static inline struct cap_facts sys_cap_info_full(cap_t cs, uint64_t slot)
{
	SYSCALL_REGISTER(a7, SYS_cap_info);
	SYSCALL_REGISTER(a0, cs);
	SYSCALL_REGISTER(a1, slot);
	register uint64_t a2 __asm__("a2");
	register uint64_t a3 __asm__("a3");

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1), "=r"(a2), "=r"(a3), "+r"(a7)
			 :
			 : "a4", "a5", "a6", "memory");
	return (struct cap_facts){.error = a0, .value = a1, .identity = a2, .bytes = a3};
}
#endif

#endif
