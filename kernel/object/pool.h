/* SPDX-License-Identifier: MIT */
/*
 * Pools: whole arenas turned from USER to KERNEL memory, for objects and page tables.
 *
 * The pool's own record and its bitmap lie at the start of its first arena, so nobody else pays.
 */
#ifndef OBJECT_POOL_H
#define OBJECT_POOL_H

#include "object/object.h"

struct pool {
	struct object object;
	struct carve carve;
	uint64_t first_pfn; /* [I] */
	uint64_t pages;	    /* [I] whole arenas */
};

/**
 * Turn [@first_pfn, +@pages) into a pool.
 *
 * Errors    E_ALIGN not whole arenas; E_FRAME not all of it RAM in USER arenas; E_MAPPED something there
 *           is mapped; on error nothing has changed
 */
err_t pool_create(uint64_t first_pfn, uint64_t pages, struct pool **made) MUST_USE;

/* The last capability of an empty pool has gone: its arenas are USER memory again, zeroed by no one. */
void pool_destroy(struct pool *pool);

/* A zeroed page table; NULL: no room. */
void *pool_take_table(struct pool *pool);

/* A table all of whose entries are zero. */
void pool_give_table(struct pool *pool, void *table);

#endif
