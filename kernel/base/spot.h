/* SPDX-License-Identifier: MIT */
/*
 * Where the kernel sees physical memory: all of it, from DIRECT_BASE up, the kernel's image included.
 *
 *   0x0000000000000000  user space (256 GiB of Sv39's lower half)
 *   0xffffffc000000000  DIRECT_BASE: physical address 0 (256 GiB), readable and writable,
 *                       but the image: text r-x, constants r--, data rw-
 */
#ifndef BASE_SPOT_H
#define BASE_SPOT_H

/* Code that runs at boot only, in files with other code. */
#define AT_BOOT __attribute__((section(".text.boot")))

/* What is reached seldom, in files compiled for speed: it is compiled for size. */
#define SELDOM __attribute__((cold, noinline))

#ifdef __ASSEMBLER__
#define DIRECT_BASE 0xffffffc000000000
#else
#include "uapi/layout.h"
#include "uapi/types.h"

#define DIRECT_BASE 0xffffffc000000000ul

static inline void *spot_of(paddr_t address)
{
	return (void *)(DIRECT_BASE + address);
}

static inline paddr_t spot_physical(const void *pointer)
{
	return (uint64_t)pointer - DIRECT_BASE;
}

static inline uint64_t spot_pfn(const void *pointer)
{
	return spot_physical(pointer) >> PAGE_SHIFT;
}

static inline void *spot_of_pfn(uint64_t pfn)
{
	return (void *)(DIRECT_BASE + (pfn << PAGE_SHIFT));
}
#endif

#endif
