/* SPDX-License-Identifier: MIT */
/* Who runs: fixed priorities, round robin within one, preemption at once. */
#ifndef OBJECT_SCHED_H
#define OBJECT_SCHED_H

#include "object/thread.h"
#include "pure/ready.h"

extern struct ready ready_queue;	 /* [K] READY threads that are on no hart */
extern struct deadline_set deadline_set; /* [K] waits and timers */

void sched_init(void);

/* @thread can run (and is in no queue): READY, behind others of its priority. */
void sched_wake(struct thread *thread);

/* The same for a caller that has its answer: its turn goes on, it is before others of its priority; not if a
 * turn is owed to them. */
void sched_resume(struct thread *thread);

/* Take a READY thread out of the ready queue or off the hart. */
void sched_remove(struct thread *thread);

/**
 * The thread to run next, its space and floating point state in place; idles until there is one.
 *
 * Needs     kernel lock (idling drops it in between); the current thread's registers saved
 */
struct thread *sched_pick(void);

/* sched_pick(), without a call if the current thread just goes on. */
static inline struct thread *sched_next(void)
{
	struct thread *current = cpu_this()->current;

	if (current != NULL && current->state == THREAD_READY &&
	    (int)current->priority >= ready_top(&ready_queue))
		return current;
	return sched_pick();
}

/* Give the hart to @thread now: it is READY and in no queue. */
void sched_switch_to(struct thread *thread);

/* The current thread goes behind others of its priority. */
void sched_yield(void);

/* The timer interrupt: deadlines that passed, then round robin. */
void sched_timer_interrupt(void);

/* The alarm of a wait or a Timer goes off at @deadline, absolute ticks. */
void sched_arm(struct alarm *alarm, uint64_t deadline);

static inline void sched_disarm(struct thread *thread)
{
	if (__builtin_expect(thread->alarm.node.armed, 0))
		deadline_remove(&deadline_set, &thread->alarm.node);
}

/* May @thread run before everybody who is ready? */
static inline bool sched_is_first(const struct thread *thread)
{
	return (int)thread->priority >= ready_top(&ready_queue);
}

/* Checked build: how long this visit went on without a look at the interrupts; the longest is kept. */
#if PAGODA_CHECKED
void sched_note_visit(void);
#else
static inline void sched_note_visit(void)
{
}
#endif

/* An interrupt is pending: a long operation stops here and is run again. */
static inline bool sched_should_stop(void)
{
	sched_note_visit();
	return (csr_read(sip) & csr_read(sie)) != 0;
}

/* Does a long call go on in this visit? A step can stop the thread that makes it. */
static inline bool sched_goes_on(const struct thread *thread)
{
	return thread->state == THREAD_READY && !sched_should_stop();
}

#endif
