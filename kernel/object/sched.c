/* SPDX-License-Identifier: MIT */
/* The ready queue, deadlines, and the switch from thread to thread. */
#include "object/sched.h"
#include "base/lock.h"
#include "base/panic.h"
#include "base/spot.h"
#include "hw/timer.h"
#include "object/notification.h"
#include "object/space.h"
#include "object/trace.h"

#define DEADLINES_A_VISIT 16 /* more wait for the next interrupt, which comes at once */

struct ready ready_queue;
struct deadline_set deadline_set;

AT_BOOT void sched_init(void)
{
	ready_init(&ready_queue);
	deadline_init(&deadline_set);
}

/* Into the queue of its priority, at its head or tail. */
static __attribute__((noinline)) void enqueue(struct thread *thread, bool first)
{
	if (first)
		ready_push_front(&ready_queue, &thread->queue, thread->priority);
	else
		ready_push(&ready_queue, &thread->queue, thread->priority);
}

void sched_wake(struct thread *thread)
{
	thread->state = THREAD_READY;
	if (thread != cpu_this()->current)
		enqueue(thread, false);
}

void sched_resume(struct thread *thread)
{
	thread->state = THREAD_READY;
	enqueue(thread, ready_queue.owed != thread->priority);
}

void sched_remove(struct thread *thread)
{
	if (list_is_linked(&thread->queue))
		ready_remove(&ready_queue, &thread->queue, thread->priority);
}

#if PAGODA_CHECKED
void sched_note_visit(void)
{
	struct cpu *cpu = cpu_this();
	uint64_t now = csr_read(instret), spent = now - cpu->entered_instret;

	if (spent > info->irq_off_max) {
		info->irq_off_max = spent;
		info->irq_off_call = cpu->entered_cause;
	}
	cpu->entered_instret = csr_read(instret);
}

uint64_t check_walk_begin(void)
{
	return csr_read(instret);
}

void check_walk_end(uint64_t begun)
{
	cpu_this()->entered_instret += csr_read(instret) - begun;
}
#endif

/* Floating point: what the hart holds is saved if it changed; @thread finds it off unless it is the owner. */
static void fpu_switch(struct cpu *cpu, struct thread *thread)
{
	uint64_t state = csr_read(sstatus) & SSTATUS_FS;

	if (state == SSTATUS_FS_DIRTY && cpu->fpu_owner != NULL) {
		fpu_save(&cpu->fpu_owner->fpu);
		info->fpu_saves++;
	}
	csr_clear(sstatus, SSTATUS_FS);
	if (cpu->fpu_owner == thread)
		csr_set(sstatus, SSTATUS_FS_CLEAN);
}

void sched_switch_to(struct thread *thread)
{
	struct cpu *cpu = cpu_this();

	KASSERT(thread->state == THREAD_READY && thread->space != NULL);
	if (trace_is_on())
		trace_write(TRACE_SWITCH, thread->id, cpu->current == NULL ? 0 : cpu->current->id,
			    thread->id);
	cpu_set_current(cpu, thread);
	if (cpu->satp != thread->space->satp) {
		cpu->satp = thread->space->satp;
		csr_write(satp, thread->space->satp);
	}
	if ((csr_read(sstatus) & SSTATUS_FS) != 0 || cpu->fpu_owner == thread)
		fpu_switch(cpu, thread);
}

SELDOM static void handle_pending(void)
{
	uint64_t pending = csr_read(sip);

	if (pending & INTERRUPT_TIMER)
		sched_timer_interrupt();
	if (pending & INTERRUPT_EXTERNAL)
		irq_interrupt();
}

/* Nobody is ready: first what is dying, then sleep until an interrupt. */
static void idle(void)
{
	while (ready_top(&ready_queue) < 0) {
		if (object_reap_pending()) {
			object_reap_step();
			handle_pending();
			continue;
		}
		kernel_unlock();
		__asm__ volatile("wfi" : : : "memory");
		kernel_lock();
		handle_pending();
	}
}

static __attribute__((noinline)) struct thread *switch_to_first(void)
{
	struct thread *first = container_of(ready_pop_highest(&ready_queue), struct thread, queue);

	sched_switch_to(first);
	return first;
}

struct thread *sched_pick(void)
{
	struct cpu *cpu = cpu_this();
	struct thread *current = cpu->current;

	if (current != NULL && current->state == THREAD_READY) {
		if (sched_is_first(current))
			return current;
		enqueue(current, true);
	} else {
		cpu->current = NULL;
		idle();
	}
	return switch_to_first();
}

void sched_yield(void)
{
	struct thread *current = cpu_this()->current;

	KASSERT(current->state == THREAD_READY);
	if (ready_top(&ready_queue) < (int)current->priority)
		return;
	enqueue(current, false);
	(void)switch_to_first();
}

void sched_arm(struct alarm *alarm, uint64_t deadline)
{
	deadline_insert(&deadline_set, &alarm->node, deadline);
	timer_arm_by(deadline);
}

static void deadline_passed(struct deadline_node *node)
{
	deadline_remove(&deadline_set, node);
	if (container_of(node, struct alarm, node)->is_timer) {
		timer_fired(container_of(node, struct timer, alarm.node));
	} else {
		struct thread *thread = container_of(node, struct thread, alarm.node);

		thread_cancel(thread);
		thread_result(thread, E_TIMEOUT, 0);
		sched_wake(thread);
	}
}

void sched_timer_interrupt(void)
{
	struct deadline_node *first = deadline_first(&deadline_set);
	uint64_t now = timer_now();
	const struct thread *current = cpu_this()->current;
	bool slice_is_over = timer_end_slice();

	trace(TRACE_TIMER, 0, 0, 0);
	for (unsigned i = 0; i < DEADLINES_A_VISIT && first != NULL && first->time <= now; i++) {
		deadline_passed(first);
		first = deadline_first(&deadline_set);
	}
	timer_rearm(first == NULL ? DEADLINE_NEVER : first->time);
	if (current == NULL || !slice_is_over) /* another's deadline is nobody's end of turn */
		return;
	if ((int)current->priority > ready_top(&ready_queue))
		ready_owe_turn(&ready_queue);
	else
		sched_yield();
}
