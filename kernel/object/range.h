/* SPDX-License-Identifier: MIT */
/*
 * Operations on a range of a space that is there already. Parked tables are treated like others: they are
 * only hidden from the machine.
 *
 * Each does at most one leaf table a step and returns in *at and *pages what is left.
 */
#ifndef OBJECT_RANGE_H
#define OBJECT_RANGE_H

#include "object/space.h"

struct range {
	vaddr_t at;
	uint64_t pages; /* left to do; 0: done */
	uint64_t done;	/* pages (park: tables) that were changed */
};

/* Clear entries; tables that become empty go back to the pool. E_ALIGN: a piece of a superpage. */
err_t range_unmap_step(struct space *space, struct range *range) MUST_USE;

/* Take away rights that are not in @rights. E_ALIGN: a piece of a superpage. */
err_t range_protect_step(struct space *space, struct range *range, unsigned rights) MUST_USE;

/* Park whole leaf tables; superpages are left alone. */
void range_park_step(struct space *space, struct range *range);

/* Accessed and dirty bits of at most 512 pages to two bitmaps of 8 words, and clear them. */
uint64_t range_harvest(struct space *space, vaddr_t at, uint64_t pages, uint64_t *accessed, uint64_t *dirty);

/* How many of the pages are mapped. */
uint64_t range_mapped(struct space *space, vaddr_t at, uint64_t pages);

/* Unpark the table at @at with no more than @rights. E_STATE: it is not parked. */
err_t range_unpark(struct space *space, vaddr_t at, unsigned rights, uint64_t *present) MUST_USE;

#endif
