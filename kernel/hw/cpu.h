/* SPDX-License-Identifier: MIT */
/* What belongs to one hart. In the kernel tp points to it. */
#ifndef HW_CPU_H
#define HW_CPU_H

#include "uapi/trace.h"
#include "uapi/types.h"

#define CPU_MAX		16
#define CPU_STACK_BYTES 8192

struct thread;

/* All members: [h] this hart only, but id [I]. */
struct cpu {
	struct thread *current; /* the thread whose registers are in the hart, or NULL when idle */
	uint64_t stack_top;
	uint64_t satp;		  /* as the register holds it: spares a write when it stays the same */
	struct thread *fpu_owner; /* whose floating point registers are in the hart */
	struct trace_ring *trace;
	uint64_t id;
	uint64_t entered_instret; /* checked build: rdinstret at the last entry or look at interrupts */
	uint64_t entered_cause;	  /* checked build: scause | a7 << 8 of this visit */
	uint64_t armed_ticks;	  /* what the timer is set to */
	uint64_t slice_end_ticks; /* from then on equals take turns */
};

extern struct cpu cpus[CPU_MAX];

static inline struct cpu *cpu_this(void)
{
	struct cpu *cpu;

	__asm__("mv %0, tp" : "=r"(cpu));
	return cpu;
}

/*
 * @thread has the hart. A load-reserved of the one before must not let a store-conditional of this one
 * succeed: the one here ends it, never succeeds itself, and would store what is there already.
 */
static inline void cpu_set_current(struct cpu *cpu, struct thread *thread)
{
	cpu->current = thread;
	__asm__ volatile("sc.d zero, %1, (%0)" : : "r"(&cpu->current), "r"(thread) : "memory");
}

#endif
