/* SPDX-License-Identifier: MIT */
/*
 * A fault served by a pager without policy in a space of its own: it maps the next ready frame where the
 * fault was. The faulting thread is the main thread; the page tables are there already.
 */
#include "kbench.h"

#define FAULTS 480 /* in one leaf table; its last page is mapped for good */
#define RW     (RIGHT_READ | RIGHT_WRITE)

static uint64_t next_fault; /* page behind FAULT_VA */

static void pager_serve(uint64_t endpoint)
{
	uint64_t frame = FAULT_FRAMES;
	struct message m;

	(void)ipc_wait((cap_t)endpoint, DEADLINE_NEVER, &m);
	for (;;) {
		m.tag = TAG_MAP | 1 << 16;
		m.w[0] = (m.w[0] & ~(PAGE_BYTES - 1)) | RW;
		m.w[1] = MAP_SOURCE(SOURCE_PAGES, 1);
		m.w[2] = frame++;
		(void)ipc_reply_wait((cap_t)endpoint, DEADLINE_NEVER, &m);
	}
}

/* Each use of this runs in a leaf table of its own. */
void fault_prepare(void)
{
	static bool has_pager;
	uint64_t last;

	if (!has_pager) {
		cap_t endpoint = object_new(KIND_ENDPOINT, 0);

		peer_start(pager_serve, endpoint);
		must(sys_thread_bind(BOOT_SLOT_THREAD, BIND_PAGER, endpoint), "thread_bind");
		has_pager = true;
	}
	next_fault = (next_fault + ARENA_PAGES - 1) / ARENA_PAGES * ARENA_PAGES;
	last = FAULT_VA + (next_fault + ARENA_PAGES - 1) * PAGE_BYTES;
	must(sys_space_map(BOOT_SLOT_SPACE, last | RW, MAP_SOURCE(SOURCE_PAGES, 1), 0), "space_map");
	fault_once();
}

void fault_once(void)
{
	*(volatile uint64_t *)(FAULT_VA + next_fault++ * PAGE_BYTES) = 1;
}

void bench_faults(void)
{
	fault_prepare();
	for (unsigned i = 0; i < FAULTS; i++) {
		volatile uint64_t *at = (volatile uint64_t *)(FAULT_VA + next_fault++ * PAGE_BYTES);
		uint64_t start = instret();

		*at = 1;
		sample_add(instret() - start);
	}
	sample_report("bare-fault");
}
