/* SPDX-License-Identifier: MIT */
/*
 * Threads.
 *
 *   STOPPED --start, resume--> READY --call, send, fault--> SENDING --received--> CALLED or FAULTED
 *      ^                       ^  | '--wait--> WAITING --message, flags, deadline--.      |
 *      '----suspend, denied----'  '<-----------------------------------------------'<-----'  answered
 *
 * A thread in CALLED or FAULTED is answered once: whoever answers first makes its sequence number move
 * on, and with it every other Reply for it stale.
 */
#ifndef OBJECT_THREAD_H
#define OBJECT_THREAD_H

#include "hw/cpu.h"
#include "hw/fpu.h"
#include "object/cap.h"
#include "pure/deadline.h"
#include "pure/list.h"
#include "uapi/message.h"

struct endpoint;
struct notification;
struct space;

enum register_name {
	REG_PC = 0,
	REG_RA = 1,
	REG_SP = 2,
	REG_FP = 8,
	REG_A0 = 10,
	REG_A1,
	REG_A2,
	REG_A3,
	REG_A4,
	REG_A5,
	REG_A6,
	REG_A7
};

enum send_kind {
	SEND_PLAIN = 0,
	SEND_CALL = 1,
	SEND_FAULT = 2,
};

/* Bounds of an answer to a fault: where it may map, from which sources, with which rights. */
struct reply_bounds {
	uint64_t first_page; /* virtual page number */
	uint64_t pages;
	uint32_t sources; /* mask */
	uint32_t rights;
};

/* A deadline and whose it is. */
struct alarm {
	struct deadline_node node;
	bool is_timer; /* in a struct timer, else in a struct thread */
};

struct thread {
	struct object object;
	/* hot: entry and the fast path */
	uint64_t regs[32];		   /* [K] pc, x1..x31; valid while the thread is not on a hart */
	struct cpu *cpu;		   /* [K] the hart it runs on */
	struct space *space;		   /* [K] bound */
	struct cspace *cspace;		   /* [K] bound */
	struct endpoint *pager;		   /* [K] bound */
	uint64_t pager_badge;		   /* [K] of the bound endpoint capability */
	struct message_page *page;	   /* [K] bound message page in the kernel's map, or NULL */
	struct notification *notification; /* [K] bound */
	uint32_t state;			   /* [K] enum thread_state */
	uint32_t priority;		   /* [K] */
	uint64_t sequence;	    /* [K] moves when it blocks for an answer and when it is answered */
	struct thread *caller;	    /* [K] whose answer this thread owes, not saved: its "current caller" */
	struct thread *replier;	    /* [K] the thread whose current caller this is, or NULL */
	struct reply_bounds bounds; /* [K] for the current caller's answer; whole space unless forwarded */
	struct list_node queue;	    /* [K] in the ready queue, or at what it waits for */
	/* blocked */
	void *blocked_on;	       /* [K] endpoint or notification in whose queue it is, else NULL */
	uint8_t send_kind;	       /* [K] enum send_kind, while SENDING, CALLED or FAULTED */
	uint8_t forwarded;	       /* [K] the fault is with another endpoint than its own pager's */
	uint8_t fault_kind;	       /* [K] */
	uint8_t waits_on_notification; /* [K] blocked_on is a notification */
	uint32_t id;		       /* [I] */
	uint64_t send_badge;	       /* [K] badge of the capability it sent through */
	uint64_t fault_address;	       /* [K] stval */
	uint64_t fault_info;	       /* [K] as the message has it */
	uint64_t fault_word;	       /* [K] rdinstret at the fault; of a bounced one why it came back */
	uint64_t buffer_address, buffer_word; /* [K] caller's buffer while CALLED; word 0: none */
	uint64_t progress, progress_at;	  /* [K] of an interrupted range call: pages done, where to go on */
	uint64_t replies;		  /* [K] Reply slots for the current sequence */
	struct alarm alarm;		  /* [K] deadline of a wait */
	struct slot bindings[BIND_COUNT]; /* [K] */
	struct slot self;		  /* [K] parent of every Reply for this thread */
	struct fpu_state fpu;		  /* [K] valid while no hart owns it */
};

struct thread *thread_create(struct pool *pool);
bool thread_reap_step(struct thread *thread);

err_t thread_bind(struct thread *thread, enum thread_binding what, struct slot *slot) MUST_USE;

/* A binding's capability goes (deleted or revoked): stop using what it named. */
void thread_unbound(struct thread *thread, struct slot *slot);

/* Leave whatever it waits for: READY threads leave the ready queue. The thread is in no queue after. */
void thread_cancel(struct thread *thread);

/* thread_cancel(), and its waiting call or fault ends: state is STOPPED. */
void thread_stop(struct thread *thread);

err_t thread_start(struct thread *thread, uint64_t pc, uint64_t sp, uint64_t a0, uint64_t a1) MUST_USE;
err_t thread_resume(struct thread *thread) MUST_USE;
err_t thread_divert(struct thread *thread, uint64_t pc, uint64_t sp, uint64_t reason) MUST_USE;
err_t thread_divert_return(struct thread *thread) MUST_USE;
err_t thread_read(struct thread *reader, struct thread *thread) MUST_USE;
err_t thread_write(struct thread *writer, struct thread *thread) MUST_USE;

static inline void thread_result(struct thread *thread, uint64_t error, uint64_t value)
{
	thread->regs[REG_A0] = error;
	thread->regs[REG_A1] = value;
}

#endif
