/* SPDX-License-Identifier: MIT */
/* Calls into OpenSBI (RISC-V SBI specification 1.0; legacy console of chapter 5). */
#ifndef BASE_SBI_H
#define BASE_SBI_H

#include "uapi/types.h"

struct sbi_result {
	int64_t error; /* 0 or a negative SBI error */
	uint64_t value;
};

struct sbi_result sbi_call(uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1, uint64_t a2);
void sbi_console_put(char character);
void sbi_timer_set(uint64_t ticks);
struct sbi_result sbi_hart_start(uint64_t hart, paddr_t entry, uint64_t opaque);
_Noreturn void sbi_shutdown(void);

#endif
