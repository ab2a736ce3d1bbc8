/* SPDX-License-Identifier: MIT */
/*
 * A fault served by a pager without policy in a space of its own: it maps the next ready frame where the
 * fault was. Then the same with a pager between that forwards each fault to it, keeps its own Reply and names
 * a page by the badge. The faulting thread is the main thread; the page tables are there already.
 */
#include "kbench.h"

#define FAULTS 480 /* in one leaf table; its last page is mapped for good */
#define RW     (RIGHT_READ | RIGHT_WRITE)

static uint64_t next_fault;		    /* page behind FAULT_VA */
static uint64_t first_frame = FAULT_FRAMES; /* for the next pager that is started */

static void pager_serve(uint64_t endpoint)
{
	uint64_t frame = first_frame;
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

struct forwarder {
	cap_t own, second, keep;
};
static struct forwarder forwarder;

static void forward_serve(uint64_t unused)
{
	uint64_t badge = 0;
	struct message m;

	(void)unused;
	(void)ipc_wait(forwarder.own, DEADLINE_NEVER, &m);
	for (;;) {
		m = message_forward(forwarder.second, m.w[0] & ~(PAGE_BYTES - 1),
				    FORWARD_BOUNDS(1, RW, 1ul << SOURCE_PAGES), forwarder.keep, ++badge);
		(void)ipc_forward_wait(forwarder.own, DEADLINE_NEVER, &m);
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

static void bench_row(const char *name)
{
	fault_prepare();
	for (unsigned i = 0; i < FAULTS; i++) {
		volatile uint64_t *at = (volatile uint64_t *)(FAULT_VA + next_fault++ * PAGE_BYTES);
		uint64_t start = instret();

		*at = 1;
		sample_add(instret() - start);
	}
	sample_report(name);
}

/* From now on another pager serves the main thread: it sends everything on to the one before. */
void forward_prepare(void)
{
	cap_t minting = object_new(KIND_ENDPOINT, 0);

	forwarder = (struct forwarder){object_new(KIND_ENDPOINT, 0), minting, slot_new()};
	first_frame += ARENA_PAGES;
	peer_start(pager_serve, minting);
	peer_start(forward_serve, 0);
	must(sys_thread_bind(BOOT_SLOT_THREAD, BIND_PAGER, forwarder.own), "thread_bind");
}

void bench_faults(void)
{
	bench_row("bare-fault");
}

void bench_forward(void)
{
	forward_prepare();
	bench_row("forward-fault");
}
