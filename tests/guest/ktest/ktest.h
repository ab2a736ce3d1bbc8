/* SPDX-License-Identifier: MIT */
/*
 * Kernel tests that run in the guest in init's place, with nothing but the kernel below them.
 *
 * A scenario is a function listed in scenarios.def. Each starts in a fresh world: a Pool of one arena, USER
 * memory that is mapped at PAGES_VA, an endpoint for faults. When it ends, or fails anywhere, the memory of
 * the world is revoked, which must take every capability, object, mapping and table made from it along: the
 * kernel's own counts are compared with those before. In a checked build each scenario runs twice, the second
 * time without the kernel's fast path, and must have seen the same.
 *
 * Only the main thread may use EXPECT and the like. Workers are threads of lower priority in the same space:
 * they run when the main thread waits, and leave what they saw in struct worker.
 */
#ifndef KTEST_H
#define KTEST_H

#include "../../../apps/bench/kernel/report.h"
#include "uapi/boot.h"
#include "uapi/fault.h"
#include "uapi/message.h"
#include "uapi/trace.h"
#include <pagoda/ipc.h>
#include <pagoda/syscall.h>
#include <string.h>

/* Slots of the world; those from SLOT_TEST on are the scenario's. All of them are empty between scenarios. */
enum ktest_slot {
	SLOT_RAM = 64,	  /* Memory: WORLD_ARENAS arenas */
	SLOT_POOL_MEMORY, /* Memory: the first of them */
	SLOT_POOL,
	SLOT_PAGES,	  /* Memory: the others, all rights; the first of its arenas is mapped at PAGES_VA */
	SLOT_FAULTS,	  /* Endpoint: faults of workers, badge FAULT_BADGE + worker */
	SLOT_WORKER = 80, /* WORKER_SLOTS each */
	SLOT_TEST = 160,
	SLOT_TEST_END = 960,
};

#define WORLD_ARENAS	   8
#define PAGES_VA	   0x10000000ul /* one superpage */
#define FAULT_VA	   0x18000000ul /* nothing is mapped here at the start; whole arenas */
#define DEVICE_VA	   0x20000000ul /* UART, then sifive_test */
#define SOURCE_PAGES	   12		/* own space: SLOT_PAGES */
#define SOURCE_DEVICE	   13
#define ALL_SOURCES	   ((1u << SPACE_SOURCES) - 1)
#define FAULT_BADGE	   100
#define MAIN_PRIORITY	   INIT_PRIORITY
#define WORKER_PRIORITY	   20

#define WORKERS		   8
#define WORKER_SLOTS	   4
#define WORKER_STACK_BYTES 4096
#define WORKER_PAGE(index) (480 + (index)) /* its message page: this page of SLOT_PAGES */

enum worker_slot { WORKER_THREAD = 0, WORKER_PAGER = 1, WORKER_MESSAGE = 2 };

struct worker {
	unsigned index;
	void (*run)(struct worker *worker);
	uint64_t argument;
	volatile uint64_t seen[8]; /* what it wants to tell */
	volatile uint64_t progress;
	volatile uint64_t done;
	struct message m;
};

extern const struct boot_info *boot;
extern struct worker workers[WORKERS];

/* world.c */
void world_open(void);	/* once */
void world_begin(void); /* before a scenario */
/* After a scenario: NULL, or what did not come back. */
const char *world_end(void);
const struct info_page *world_info(void);

/* The memory of page @page (0 to 479) of SLOT_PAGES, as the main thread sees it. */
static inline void *page_at(unsigned page)
{
	return (void *)(PAGES_VA + page * PAGE_BYTES);
}

/* A new object of @kind in @slot, from SLOT_POOL. */
void create(unsigned slot, enum object_kind kind, uint64_t argument);

/* Slots of worker @index. */
static inline uint64_t worker_slot(unsigned index, enum worker_slot what)
{
	return SLOT_WORKER + index * WORKER_SLOTS + what;
}

static inline uint64_t worker_thread(unsigned index)
{
	return worker_slot(index, WORKER_THREAD);
}

/* Make a thread with everything bound, at WORKER_PRIORITY; not started. */
struct worker *worker_make(unsigned index, void (*run)(struct worker *worker), uint64_t argument);

/* The same, started. */
struct worker *worker_start(unsigned index, void (*run)(struct worker *worker), uint64_t argument);

/*
 * A new Space in @space with a copy of this image, and PAGES_VA as here: what runs there has globals of its
 * own. Uses pages 100 to 299 of SLOT_PAGES.
 */
void space_make_abroad(unsigned space);

/* worker_make() for a thread in that Space with @cspace; struct worker lies in page 470 + @index, seen by
 * both. */
struct worker *worker_make_abroad(unsigned index, unsigned space, unsigned cspace,
				  void (*run)(struct worker *worker), uint64_t argument);

/* Let others run until @worker is done; a failure after 20 seconds. */
void worker_join(struct worker *worker);

/* Start it (again) at @run with its stack empty. */
void worker_go(struct worker *worker);

static inline struct message_page *worker_page(unsigned index)
{
	return page_at(WORKER_PAGE(index));
}

/* Let others run until @worker is blocked or stopped; a failure after 20 seconds. Uses the message page. */
void worker_settle(unsigned index);

/* Let others run until it holds; a failure after 20 seconds. */
#define UNTIL(condition)                                              \
	do {                                                          \
		uint64_t until_end = ticks_from_now(2000000);         \
		while (!(condition) && ticks_from_now(0) < until_end) \
			rest(200);                                    \
		EXPECT(condition);                                    \
	} while (0)

/* Wait for nothing for @microseconds. */
void rest(uint64_t microseconds);
uint64_t ticks_from_now(uint64_t microseconds);

/* Wait at @endpoint; a failure after 20 seconds. Returns the kernel's error otherwise. */
void take(cap_t endpoint, struct message *m);

/* Is nobody waiting to be received at @endpoint? */
bool is_quiet(cap_t endpoint);

/* runner (main.c) */
_Noreturn void fail(const char *file, int line, const char *what, uint64_t got, uint64_t wanted);

/* Goes into the digest in which both ways through the kernel must agree. */
void observe(uint64_t value);

/* TRACE_FLAG_GENERAL_ONLY while that way is tested, else 0. */
extern uint64_t trace_flags_now;

/* What a refused call must not change. */
struct counts {
	uint64_t objects[16];
	uint64_t slots, tables, frames_kernel;
};
struct counts counts_now(void);
/* Whole arenas of the largest RAM range, past those of the world, as Memory in @slot. */
void take_arenas(unsigned slot, uint64_t arenas);

/*
 * The longest stretch without a look at the interrupts, of what @operation does from irq_begin() on: printed,
 * in the checked build, for the host to hold against its bound.
 */
void irq_begin(void);
void irq_end(const char *operation);
bool counts_equal(const struct counts *a, const struct counts *b);

#define EXPECT_EQ(got, wanted)                                                                 \
	do {                                                                                   \
		uint64_t got_value = (uint64_t)(got), wanted_value = (uint64_t)(wanted);       \
		if (got_value != wanted_value)                                                 \
			fail(__FILE__, __LINE__, #got " = " #wanted, got_value, wanted_value); \
	} while (0)

#define EXPECT(condition)                                           \
	do {                                                        \
		if (!(condition))                                   \
			fail(__FILE__, __LINE__, #condition, 0, 1); \
	} while (0)

/* A system call that must succeed; gives its value. */
#define MUST(call)                                                                \
	({                                                                        \
		struct result must_result = call;                                 \
		if (must_result.error != E_OK)                                    \
			fail(__FILE__, __LINE__, #call, must_result.error, E_OK); \
		must_result.value;                                                \
	})

/* A system call that must be refused with @wanted and change nothing; gives its value. */
#define REFUSED(wanted, call)                                                          \
	({                                                                             \
		struct counts counts_before = counts_now(), counts_after;              \
		struct result refused_result = call;                                   \
		counts_after = counts_now();                                           \
		if (refused_result.error != (wanted))                                  \
			fail(__FILE__, __LINE__, #call, refused_result.error, wanted); \
		if (!counts_equal(&counts_before, &counts_after))                      \
			fail(__FILE__, __LINE__, "unchanged after " #call, 1, 0);      \
		observe(refused_result.error);                                         \
		refused_result.value;                                                  \
	})

/* A message call that must answer @wanted. */
#define ANSWERS(wanted, call)                                                   \
	do {                                                                    \
		uint64_t answers_error = (uint64_t)(call);                      \
		observe(answers_error);                                         \
		if (answers_error != (wanted))                                  \
			fail(__FILE__, __LINE__, #call, answers_error, wanted); \
	} while (0)

/* Kind, rights and children of a slot, as cap_info packs them; 0: empty. */
static inline uint64_t slot_kind(uint64_t slot)
{
	struct result r = sys_cap_info(CAP_NULL, slot);

	return r.error == E_OK ? r.value & 0xff : 0;
}

#define SCENARIO(name) void scenario_##name(void);
#include "scenarios.def"
#undef SCENARIO

/* Reads as: void scenario_NAME(void), the claim is the name. */
#define SCENARIO_BODY(name) void scenario_##name(void)

#endif
