/* SPDX-License-Identifier: MIT */
/*
 * Spaces: Sv39 tables, and the sources that may be mapped in them.
 *
 * Tables come from the space's pool and are counted against its limit. The frame word of a table counts
 * its live entries (parked ones too), so an empty one is known without looking and goes back as zero.
 * The upper half of every root is the kernel's: the same global entries everywhere.
 */
#ifndef OBJECT_SPACE_H
#define OBJECT_SPACE_H

#include "object/cap.h"
#include "pure/sv39.h"
#include "uapi/message.h"

struct thread;

struct space {
	struct object object;
	pte_t *root;			    /* [I] */
	uint64_t satp;			    /* [I] */
	uint32_t asid;			    /* [I] */
	uint32_t tables;		    /* [K] root included */
	uint32_t table_limit;		    /* [K] */
	uint64_t stored;		    /* [K] leaf entries ever stored */
	struct slot sources[SPACE_SOURCES]; /* [K] Memory, PLACE_SOURCE */
};
_Static_assert(sizeof(struct space) <= 1024, "a block of the pool");

err_t space_create(struct pool *pool, uint64_t table_limit, struct space **made) MUST_USE;
bool space_reap_step(struct space *space);

err_t space_attach(struct space *space, uint64_t index, struct slot *memory, unsigned rights) MUST_USE;

/* Clear a bounded piece of a dying source's mappings; false: none is left. */
bool source_clear_step(struct slot *source);

/**
 * A map item, checked against the space and its sources but not yet done.
 */
struct map_plan {
	vaddr_t at;
	uint64_t pfn;
	uint64_t pages; /* 4 KiB or 2 MiB ones */
	unsigned rights;
	bool is_super;
};

struct reply_bounds;

/**
 * Check @count items and say what they would do.
 *
 * @bounds   of the reply they come with, or NULL
 * @missing  with E_TABLES: how many tables are lacking
 * Errors    E_RANGE, E_ALIGN, E_RIGHTS, E_WX, E_WINDOW, E_FRAME, E_PARKED, E_MAPPED, E_TABLES
 */
err_t map_check(struct space *space, const struct map_item *items, unsigned count,
		const struct reply_bounds *bounds, struct map_plan *plans, uint64_t *missing) MUST_USE;

/* Do what map_check() allowed; nothing can fail any more. */
void map_apply(struct space *space, const struct map_plan *plans, unsigned count);

/**
 * Walk to the entry for @at.
 *
 * @level    out: 0 for an entry of a leaf table, 1 and 2 when the walk ended above it
 * After     NULL never; the entry may be invalid, parked (level 1) or a superpage (level 1)
 */
pte_t *space_walk(const struct space *space, vaddr_t at, unsigned *level);

/* Forget translations: one page, or all of the space's. */
void space_fence_page(const struct space *space, vaddr_t at);
void space_fence_all(const struct space *space);

/* Remove one leaf entry: counts, sticky bits; the caller fences before the lock is dropped. */
void space_drop_entry(pte_t *entry, unsigned level);

/* Free the leaf table below @at, and the one above it, if they are empty. */
void space_free_empty_tables(struct space *space, vaddr_t at);

/* Is [at, at + pages) page aligned and inside user space? E_ALIGN, E_RANGE. */
err_t space_check_range(vaddr_t at, uint64_t pages) MUST_USE;

#endif
