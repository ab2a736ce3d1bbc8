/* SPDX-License-Identifier: MIT */
/* What only the director sees: its slots, and the world that it makes for the others. */
#ifndef KTEST_FUZZ_WORLD_H
#define KTEST_FUZZ_WORLD_H

#include "fuzz.h"

/* Slots of the director. */
enum {
	SPACE = SLOT_TEST, /* of the hands */
	VICTIM_SPACE,
	EMPTY_SPACE,
	CSPACE, /* HANDS of them */
	MEMORY = CSPACE + HANDS,
	POOL_MEMORY,
	POOL,
	ARENA,
	BIG,
	ENDPOINT,
	BADGED,
	NOTIFICATION,
	TIMER,
	LINE,
	DEVICE,
	TEXT,
	DATA,
	SCRATCH,
	MESSAGES,
};

/* The slot of the largest piece of memory of this kind. */
unsigned find_memory(enum boot_memory_kind kind);

/* @object as the hands see it: in their copy of the image. */
void *of_hands(void *object);

/* Everything, once; list_read() was called, and the seed is set: the image is copied as it is. */
void make_toys(void);

/* Toys of @hand that were deleted come back in the slots they had, if these are empty. */
void mend_toys(unsigned hand);

/* The victims' Space again as it was, whatever the hands have done to it. */
void mend_victim_space(void);

#endif
