/* SPDX-License-Identifier: MIT */
/*
 * Buddy allocator of a Pool: hands out blocks of 64 B to 2 MiB from whole arenas, and keeps all of its
 * state inside them.
 *
 *   base                    + reserved                              + bytes
 *    | caller's struct (with | bitmap |  blocks ...                   |
 *    | struct carve in it)   |        |  opened arenas  | not opened  |
 *
 * One bit for each 64 B says: a free block starts here. Only then are the words at that place read, for
 * a taken block may contain anything. A block of order n (2^n bytes) lies at a multiple of 2^n from the
 * base; the base lies at a multiple of 2 MiB. Arenas are opened (their bits cleared, their block put on
 * the list) when first needed: so starting a pool of any size is short.
 *
 * Pages that come back known to be zero (empty page tables) wait on a short list of their own and are
 * not merged until somebody needs larger blocks.
 */
#ifndef PURE_CARVE_H
#define PURE_CARVE_H

#include "pure/list.h"

#define CARVE_ORDER_MIN	 6u
#define CARVE_ORDER_PAGE 12u
#define CARVE_ORDER_MAX	 21u
#define CARVE_ORDERS	 (CARVE_ORDER_MAX - CARVE_ORDER_MIN + 1)
#define CARVE_ZEROED_MAX 64u

struct carve {
	uint8_t *base;			/* [I] */
	uint64_t *bitmap;		/* [I] */
	uint64_t bytes;			/* [I] all arenas */
	uint64_t reserved_bytes;	/* [I] at the start, never handed out */
	uint64_t opened_bytes;		/* [K] offsets from here on are not on the lists yet */
	uint64_t free_bytes;		/* [K] all that is not taken */
	uint64_t *zeroed;		/* [K] first known-zero page; its first word points at the next */
	uint64_t zeroed_count;		/* [K] */
	struct list free[CARVE_ORDERS]; /* [K] */
};

/* Bytes of bitmap for @bytes of memory. */
static inline uint64_t carve_header_bytes(uint64_t bytes)
{
	return bytes >> (CARVE_ORDER_MIN + 3);
}

/**
 * Start with everything free.
 *
 * @base            at a multiple of 2 MiB
 * @bytes           multiple of 2 MiB
 * @reserved_bytes  what the caller's struct takes, rounded up to 64, plus carve_header_bytes(@bytes);
 *                  the bitmap is the end of it. Less than @bytes.
 */
void carve_init(struct carve *carve, void *base, uint64_t bytes, uint64_t reserved_bytes);

/* A block of 2^@order bytes, contents unknown; NULL: no room. Order CARVE_ORDER_MIN to _MAX. */
void *carve_take(struct carve *carve, unsigned order);

/* Give back what carve_take() gave, with the same order. */
void carve_give(struct carve *carve, void *block, unsigned order);

/* A page; *is_zero says whether all of it is known to be 0. NULL: no room. */
void *carve_take_zeroed(struct carve *carve, bool *is_zero);

/* Give back a page all of whose bytes are 0. */
void carve_give_zeroed(struct carve *carve, void *page);

/* Bytes that are not taken, in whatever pieces. */
static inline uint64_t carve_free_bytes(const struct carve *carve)
{
	return carve->free_bytes;
}

/* Nothing is taken but the reserved part. */
static inline bool carve_is_empty(const struct carve *carve)
{
	return carve->free_bytes == carve->bytes - carve->reserved_bytes;
}

/* Does [block, block + 2^order) lie in the part that is handed out? */
bool carve_contains(const struct carve *carve, const void *block, unsigned order);

/* 0, or the line of the broken invariant. Cost: a walk of all free blocks and the opened bitmap. */
int carve_check(const struct carve *carve);

#endif
