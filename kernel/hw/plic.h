/* SPDX-License-Identifier: MIT */
/* The platform-level interrupt controller of the boot hart. */
#ifndef HW_PLIC_H
#define HW_PLIC_H

#include "uapi/types.h"

#define PLIC_LINES 96

void plic_init(paddr_t base, uint64_t hart);
void plic_line_enable(unsigned line);
void plic_line_disable(unsigned line);
/** Take the pending line with the highest priority: it stays quiet until completed. 0: none. */
unsigned plic_claim(void);
void plic_complete(unsigned line);

#endif
