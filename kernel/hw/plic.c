/* SPDX-License-Identifier: MIT */
/*
 * PLIC of the virt machine: context 2 * hart + 1 is the hart's supervisor mode.
 * Source: RISC-V PLIC specification 1.0.0, chapter 3 (memory map).
 */
#include "hw/plic.h"
#include "base/spot.h"

#define PLIC_ENABLE    0x2000ul
#define PLIC_THRESHOLD 0x200000ul
#define PLIC_CLAIM     0x200004ul

static volatile uint8_t *plic; /* [I] after plic_init */
static uint64_t context;       /* [I] after plic_init */

static volatile uint32_t *plic_register(uint64_t offset)
{
	return (volatile uint32_t *)(plic + offset);
}

static volatile uint32_t *enable_word(unsigned line)
{
	return plic_register(PLIC_ENABLE + context * 0x80 + line / 32 * 4);
}

AT_BOOT void plic_init(paddr_t base, uint64_t hart)
{
	plic = spot_of(base);
	context = 2 * hart + 1;
	*plic_register(PLIC_THRESHOLD + context * 0x1000) = 0;
}

void plic_line_enable(unsigned line)
{
	*plic_register(line * 4) = 1;
	*enable_word(line) |= 1u << line % 32;
}

void plic_line_disable(unsigned line)
{
	*enable_word(line) &= ~(1u << line % 32);
}

unsigned plic_claim(void)
{
	return *plic_register(PLIC_CLAIM + context * 0x1000);
}

void plic_complete(unsigned line)
{
	*plic_register(PLIC_CLAIM + context * 0x1000) = line;
}
