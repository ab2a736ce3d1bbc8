/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own map and the machine's fences.
 *
 * Only the boot hart runs user space; the others are started, counted and parked in wfi with the kernel's
 * map and never walk a user table. So a fence on this hart reaches every translation there is. Whoever lets
 * more harts run adds the remote fence here: nobody else issues one.
 */
#ifndef HW_MMU_H
#define HW_MMU_H

#include "pure/dtb.h"
#include "pure/sv39.h"

/* Build the direct map with exact rights for the image, and switch to it. */
void mmu_init(const struct dtb_machine *machine);

/* The frames of boot's code are a program's from now on: make them data. Called once, by code that stays. */
void mmu_close_boot(void);

/*
 * Checked build: verify the kernel's own map as the tables have it: text r-x, constants r--, all else rw-,
 * each page where it belongs, nothing for user mode. 0, or the line of what does not hold.
 */
int mmu_check(void);

/* The same for the upper half of a space's root: it is the kernel's own map. */
int mmu_check_kernel_half(const pte_t *root);

/* Copy the kernel's upper half into a new root; and take it out again. */
void mmu_fill_kernel_half(pte_t *root);
void mmu_clear_kernel_half(pte_t *root);

extern uint64_t mmu_kernel_satp; /* [I] after mmu_init */

/* Checked builds: an entry has lost something, and no fence came after. Nobody runs while it is so. */
extern bool mmu_fence_owed; /* [K] */

static inline void mmu_owe_fence(bool owed)
{
	if (PAGODA_CHECKED)
		mmu_fence_owed = owed;
}

static inline void mmu_fence_page(vaddr_t at, uint64_t asid)
{
	__asm__ volatile("sfence.vma %0, %1" : : "r"(at), "r"(asid) : "memory");
	mmu_owe_fence(false);
}

static inline void mmu_fence_asid(uint64_t asid)
{
	__asm__ volatile("sfence.vma x0, %0" : : "r"(asid) : "memory");
	mmu_owe_fence(false);
}

static inline void mmu_fence_all(void)
{
	__asm__ volatile("sfence.vma" : : : "memory");
	mmu_owe_fence(false);
}

/* Instructions that were written through another mapping can be fetched from now on. */
static inline void mmu_fence_fetch(void)
{
	__asm__ volatile("fence.i" : : : "memory");
}

#endif
