/* SPDX-License-Identifier: MIT */
/* Control and status registers. Source: RISC-V Privileged 20211203, chapter 4. */
#ifndef HW_CSR_H
#define HW_CSR_H

#include "uapi/types.h"

#define csr_read(name)                                                           \
	({                                                                       \
		uint64_t value_;                                                 \
		__asm__ volatile("csrr %0, " #name : "=r"(value_) : : "memory"); \
		value_;                                                          \
	})
#define csr_write(name, value) __asm__ volatile("csrw " #name ", %0" : : "rK"((uint64_t)(value)) : "memory")
#define csr_set(name, bits)    __asm__ volatile("csrs " #name ", %0" : : "rK"((uint64_t)(bits)) : "memory")
#define csr_clear(name, bits)  __asm__ volatile("csrc " #name ", %0" : : "rK"((uint64_t)(bits)) : "memory")

#define SSTATUS_SIE	       (1ul << 1)
#define SSTATUS_VS	       (3ul << 9)
#define SSTATUS_SUM	       (1ul << 18)
#define SSTATUS_MXR	       (1ul << 19)
#define SSTATUS_SPP	       (1ul << 8)
#define SSTATUS_FS	       (3ul << 13)
#define SSTATUS_FS_CLEAN       (2ul << 13)
#define SSTATUS_FS_DIRTY       (3ul << 13)

#define INTERRUPT_SOFT	       (1ul << 1)
#define INTERRUPT_TIMER	       (1ul << 5)
#define INTERRUPT_EXTERNAL     (1ul << 9)

#define CAUSE_INTERRUPT	       (1ul << 63)

enum cause {
	CAUSE_FETCH_MISALIGNED = 0,
	CAUSE_FETCH_ACCESS = 1,
	CAUSE_ILLEGAL = 2,
	CAUSE_BREAKPOINT = 3,
	CAUSE_LOAD_MISALIGNED = 4,
	CAUSE_LOAD_ACCESS = 5,
	CAUSE_STORE_MISALIGNED = 6,
	CAUSE_STORE_ACCESS = 7,
	CAUSE_USER_ECALL = 8,
	CAUSE_FETCH_PAGE = 12,
	CAUSE_LOAD_PAGE = 13,
	CAUSE_STORE_PAGE = 15,
};

#endif
