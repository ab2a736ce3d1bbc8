/* SPDX-License-Identifier: MIT */
/*
 * Benches of the kernel alone: an image in init's place, so that nothing but the kernel is counted. The main
 * thread measures; what it measures against is a peer, a thread in a space of its own. Figures are guest
 * instructions by rdinstret, the cost of the measurement taken away.
 */
#ifndef KBENCH_H
#define KBENCH_H

#include "report.h"
#include "samples.h"
#include "uapi/boot.h"
#include "uapi/fault.h"
#include "uapi/message.h"
#include <pagoda/ipc.h>
#include <pagoda/syscall.h>

#define PAGES_VA     0x10000000ul /* one superpage: the first arena of world.pages */
#define FAULT_VA     0x18000000ul /* faults happen here; whole arenas */
#define DEVICE_VA    0x20000000ul
#define FAULT_FRAMES ARENA_PAGES /* page of world.pages from which faults are served */

/* Sources of the own space. */
enum kbench_source {
	SOURCE_PAGES = 12,
	SOURCE_DEVICE = 13,
};

struct world {
	const struct boot_info *boot;
	cap_t pool;
	cap_t pages; /* Memory: several arenas */
	uint64_t next_slot;
	uint64_t next_page; /* of the first arena of pages */
	uint64_t overhead;  /* instructions that one measurement of nothing shows */
};
extern struct world world;

/* world.c. All of it ends the machine with a line when the kernel refuses. */
void world_open(const struct boot_info *boot);
cap_t slot_new(void);
cap_t object_new(enum object_kind kind, uint64_t argument);
void must(struct result result, const char *what);

/* What a peer runs, with a word of its own; its data is a copy of ours as it is now. */
typedef void peer_function(uint64_t argument);
void peer_start(peer_function *run, uint64_t argument);

/* sample.c: one row of the table. */
void sample_add(uint64_t instructions); /* overhead still in it */
void sample_report(const char *name);
uint64_t sample_take_median(void);
void value_report(const char *name, uint64_t value); /* a row of one value */

/* calls.c, faults.c, objects.c: the benches. */
void bench_calls(void);
void bench_faults(void);
void bench_forward(void);
void bench_objects(void);

/* One operation each, for the stages. */
void ipc_prepare(void);
void ipc_once(void);
void ipc_long_once(void);
void notification_once(void); /* with the other side of bench_calls() */
void fault_prepare(void);
void fault_once(void);
void forward_prepare(void); /* then fault_prepare(), fault_once() as before */

/* stages.c */
void run_stages(void);
void run_stages_forward(void);

/* growth.c: the cost of a call against the number of threads. */
void bench_growth(void);

#endif
