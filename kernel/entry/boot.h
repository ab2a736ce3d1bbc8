/* SPDX-License-Identifier: MIT */
/* The steps of boot_main(). */
#ifndef ENTRY_BOOT_H
#define ENTRY_BOOT_H

#include "object/pool.h"
#include "object/space.h"
#include "object/thread.h"
#include "pure/dtb.h"

/* What boot hands from step to step. */
struct boot {
	struct dtb_machine machine;
	uint64_t next_pfn; /* frames below are taken, from the image up */
	struct pool *pool;
	struct cspace *cspace;
	struct space *space;
	struct thread *thread;
	struct boot_info *boot_info;
};

/* @pages consecutive zeroed frames that are never given back; their frame number. */
uint64_t boot_take(struct boot *boot, uint64_t pages);

/* Objects, image, stack and capabilities of init; its thread is ready. */
void boot_make_init(struct boot *boot);

/* Start the harts that are not ours: they are counted and parked. */
void boot_start_harts(const struct dtb_machine *machine, uint64_t our_hart);

#endif
