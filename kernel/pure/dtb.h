/* SPDX-License-Identifier: MIT */
/*
 * Reads what the kernel needs from a flattened device tree. The bytes may be anything: every access is
 * bounded, nothing recurses, and a malformed tree is E_BAD_FORMAT.
 * Source: Devicetree Specification v0.4, chapter 5 (flattened format), 2.3 (standard properties), 3 (nodes).
 */
#ifndef PURE_DTB_H
#define PURE_DTB_H

#include "uapi/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DTB_MEMORY_MAX	 4
#define DTB_HARTS_MAX	 16
#define DTB_RESERVED_MAX 8
#define DTB_DEPTH_MAX	 16

struct dtb_range {
	uint64_t base, bytes;
};

/* What is absent from the tree is 0. */
struct dtb_machine {
	uint64_t tree_bytes; /* length of the tree itself */
	struct dtb_range memory[DTB_MEMORY_MAX];
	uint64_t memory_count;
	struct dtb_range reserved[DTB_RESERVED_MAX]; /* memory reservations and /reserved-memory */
	uint64_t reserved_count;
	uint64_t initrd_start, initrd_end; /* end is exclusive */
	uint64_t timebase_hz;
	uint64_t hart_ids[DTB_HARTS_MAX]; /* those not disabled, in the tree's order */
	uint64_t hart_count;
	struct dtb_range plic;
	struct dtb_range uart;
	uint64_t uart_irq;
	struct dtb_range test; /* sifive_test: power off */
	struct dtb_range rtc;  /* goldfish: the time of day */
};

/**
 * Read the tree at @tree, of which no more than @max_bytes may be touched. No alignment is needed.
 *
 * Errors    E_BAD_FORMAT  not a device tree, or broken; E_TOO_MANY  more than the arrays hold.
 *           On an error *machine holds zeros.
 * After     no range wraps around; initrd_start <= initrd_end
 */
err_t dtb_read_machine(const void *tree, size_t max_bytes, struct dtb_machine *machine) MUST_USE;

#endif
