/* SPDX-License-Identifier: MIT */
/*
 * What all kernel objects share.
 *
 * Life of an object: created in a Pool with one capability - copied, bound - its last capability goes:
 * object_release() puts it on the dying list - reaper steps take it apart, a bounded piece at a time -
 * its memory returns to the Pool. A dying object can be reached through no capability.
 */
#ifndef OBJECT_OBJECT_H
#define OBJECT_OBJECT_H

#include "pure/carve.h"
#include "pure/slots.h"
#include "uapi/boot.h"
#include "uapi/error.h"
#include "uapi/object.h"

struct pool;

/* First member of every object. */
struct object {
	uint32_t references;	   /* [K] capabilities that name it, bound ones too */
	uint8_t kind;		   /* [I] enum object_kind */
	uint8_t order;		   /* [I] 2^order bytes in its pool */
	uint16_t step;		   /* [K] reaper: which part is being taken apart */
	struct pool *pool;	   /* [I] where its memory comes from */
	struct object *next_dying; /* [K] */
};

/* Counters that user space may read; points into the info page. */
extern struct info_page *info;

/**
 * Memory for an object of @bytes from @pool, all zero but the header, with one reference.
 *
 * Errors    NULL: the pool has no room; nothing has changed
 */
void *object_new(struct pool *pool, enum object_kind kind, uint64_t bytes);

/* The memory of a dead object returns to its pool. */
void object_free(struct object *object);

/* One capability less; the last one begins the end of the object. */
void object_release(struct object *object);

/**
 * Take apart a bounded piece of the first dying object.
 *
 * After     false: nothing is dying any more
 */
bool object_reap_step(void);

bool object_reap_pending(void);

#endif
