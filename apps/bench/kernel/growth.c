/* SPDX-License-Identifier: MIT */
/*
 * The cost of a call and its answer while many other threads exist: half of them wait at an endpoint of their
 * own, half are ready at a lower priority.
 *
 *   GROWTH ipc threads 100 431        operation, what grows, how many, median instructions
 */
#include "kbench.h"

#define CALLS	     101 /* a size */
#define STACK_BYTES  256 /* of a thread that only waits */
#define THREADS_MAX  500
#define LOW_PRIORITY 1

static uint8_t stacks[THREADS_MAX][STACK_BYTES] __attribute__((aligned(16)));
static cap_t idle_endpoint;

static _Noreturn void idle_enter(uint64_t unused, uint64_t waits)
{
	struct message m;

	(void)unused;
	for (;;) {
		if (waits)
			(void)ipc_wait(idle_endpoint, DEADLINE_NEVER, &m);
	}
}

/* A thread of this very space. */
static void idle_start(uint64_t number)
{
	cap_t thread = object_new(KIND_THREAD, 0);
	uint64_t waits = number % 2;

	must(sys_thread_bind(thread, BIND_CSPACE, BOOT_SLOT_CSPACE), "thread_bind");
	must(sys_thread_bind(thread, BIND_SPACE, BOOT_SLOT_SPACE), "thread_bind");
	must(sys_thread_priority(thread, waits ? INIT_PRIORITY : LOW_PRIORITY), "thread_priority");
	must(sys_thread_start(thread, (uint64_t)idle_enter, (uint64_t)(stacks[number] + STACK_BYTES), 0,
			      waits),
	     "thread_start");
	(void)sys_yield();
}

static void growth_report(uint64_t threads)
{
	ipc_once();
	for (unsigned i = 0; i < CALLS; i++) {
		uint64_t start = instret();

		ipc_once();
		sample_add(instret() - start);
	}
	print("GROWTH ipc threads %lu %lu\n", threads, sample_take_median());
}

void bench_growth(void)
{
	static const uint64_t sizes[] = {1, 8, 64, THREADS_MAX};
	uint64_t threads = 0;

	idle_endpoint = object_new(KIND_ENDPOINT, 0);
	ipc_prepare();
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (; threads < sizes[i]; threads++)
			idle_start(threads);
		growth_report(threads);
	}
}
