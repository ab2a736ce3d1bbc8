/* SPDX-License-Identifier: MIT */
/*
 * Sv39 page tables: the bits of an entry and of satp. Values only; whoever stores them knows about
 * atomics and fences.
 *
 *   virtual address       38    30 29    21 20    12 11      0
 *                        | index 2| index 1| index 0| offset  |     bits 63..39 equal bit 38
 *                          1 GiB    2 MiB    4 KiB
 *
 *   entry   63 62  61 60   54 53             10 9    8    7 6 5 4 3 2 1 0
 *          | N |PBMT |  0    |      PFN        |RSW1|RSW0|D|A|G|U|X|W|R|V|
 *
 *   V=0            absent, unless parked
 *   V=1 RWX=0      points at a table one level down
 *   V=1 RWX!=0     leaf; W without R is reserved
 *   V=0 RSW0=1     parked (level 1 only): the table below is kept, the machine sees nothing
 *
 * Source: RISC-V Privileged 20211203, 4.4 (Sv39), 4.1.11 (satp).
 */
#ifndef PURE_SV39_H
#define PURE_SV39_H

#include "uapi/layout.h"
#include "uapi/object.h"
#include "uapi/types.h"

typedef uint64_t pte_t;

#define PTE_V		   (1ul << 0)
#define PTE_R		   (1ul << 1)
#define PTE_W		   (1ul << 2)
#define PTE_X		   (1ul << 3)
#define PTE_U		   (1ul << 4)
#define PTE_G		   (1ul << 5)
#define PTE_A		   (1ul << 6)
#define PTE_D		   (1ul << 7)
#define PTE_PARKED	   (1ul << 8) /* RSW0 */
#define PTE_RSW1	   (1ul << 9)
#define PTE_RWX		   (PTE_R | PTE_W | PTE_X)
#define PTE_PFN_SHIFT	   10
#define PTE_PFN_BITS	   44
#define PTE_PFN_MASK	   (((1ul << PTE_PFN_BITS) - 1) << PTE_PFN_SHIFT)

#define SV39_LEVELS	   3 /* 2 is the root, 0 has the 4 KiB leaves */
#define SV39_INDEX_BITS	   9
#define SV39_TABLE_ENTRIES (1ul << SV39_INDEX_BITS)

#define SATP_MODE_SV39	   (8ul << 60)
#define SATP_ASID_SHIFT	   44

_Static_assert(RIGHT_READ << 1 == PTE_R && RIGHT_WRITE << 1 == PTE_W && RIGHT_EXECUTE << 1 == PTE_X,
	       "rights are the entry's bits shifted by one");

/* Bytes that one entry of @level spans. */
static inline uint64_t sv39_level_bytes(unsigned level)
{
	return PAGE_BYTES << (SV39_INDEX_BITS * level);
}

static inline unsigned sv39_index(vaddr_t va, unsigned level)
{
	return (unsigned)(va >> (PAGE_SHIFT + SV39_INDEX_BITS * level)) & (SV39_TABLE_ENTRIES - 1);
}

/*
 * A leaf. @rights RIGHT_READ, _WRITE, _EXECUTE (others are ignored), at least one; writing brings reading,
 * since the machine reserves W without R. @flags PTE_U and PTE_G as wanted. Accessed is set, dirty too
 * if it is writable: so no machine needs to fault for them.
 */
static inline pte_t pte_make_leaf(uint64_t pfn, unsigned rights, pte_t flags)
{
	pte_t bits = (pte_t)(rights & RIGHTS_RWX) << 1;

	if (bits & PTE_W)
		bits |= PTE_R | PTE_D;
	return pfn << PTE_PFN_SHIFT | bits | flags | PTE_A | PTE_V;
}

static inline pte_t pte_make_table(uint64_t pfn)
{
	return pfn << PTE_PFN_SHIFT | PTE_V;
}

static inline bool pte_is_valid(pte_t pte)
{
	return pte & PTE_V;
}

static inline bool pte_is_leaf(pte_t pte)
{
	return (pte & PTE_V) && (pte & PTE_RWX);
}

static inline bool pte_is_table(pte_t pte)
{
	return (pte & (PTE_V | PTE_RWX)) == PTE_V;
}

static inline uint64_t pte_pfn(pte_t pte)
{
	return (pte & PTE_PFN_MASK) >> PTE_PFN_SHIFT;
}

/* RIGHT_READ, _WRITE, _EXECUTE of a leaf; 0 of anything else. */
static inline unsigned pte_rights(pte_t pte)
{
	return pte & PTE_V ? (unsigned)(pte >> 1) & RIGHTS_RWX : 0;
}

/* The leaf with no more than @rights. What becomes read-only is no longer dirty-able but stays dirty. */
static inline pte_t pte_limit_rights(pte_t pte, unsigned rights)
{
	return pte & ~((pte_t)(~rights & RIGHTS_RWX) << 1);
}

/* @pte is a table. */
static inline pte_t pte_park(pte_t pte)
{
	return (pte & ~PTE_V) | PTE_PARKED;
}

/* @pte is parked. */
static inline pte_t pte_unpark(pte_t pte)
{
	return (pte & ~PTE_PARKED) | PTE_V;
}

static inline bool pte_is_parked(pte_t pte)
{
	return (pte & (PTE_V | PTE_PARKED)) == PTE_PARKED;
}

static inline uint64_t satp_make(uint64_t asid, uint64_t root_pfn)
{
	return SATP_MODE_SV39 | asid << SATP_ASID_SHIFT | root_pfn;
}

#endif
