/* SPDX-License-Identifier: MIT */
/* Threads: creation, bindings, start and stop, registers from outside, the end. */
#include <string.h>

#include "base/panic.h"
#include "base/spot.h"
#include "object/frame.h"
#include "object/notification.h"
#include "object/reply.h"
#include "object/sched.h"
#include "object/space.h"
#include "object/trace.h"

static uint32_t next_id = 1; /* [K] */

#define DELETE_DESCENT 64

struct thread *thread_create(struct pool *pool)
{
	struct thread *thread = object_new(pool, KIND_THREAD, sizeof *thread);

	if (thread == NULL)
		return NULL;
	thread->id = next_id++;
	thread->cpu = &cpus[0];
	thread->state = THREAD_STOPPED;
	thread->sequence = 1;
	thread->self.kind = KIND_THREAD; /* a place in the tree, not a capability: nobody can reach it */
	thread->self.a = (uint64_t)thread;
	slot_insert_root(&thread->self);
	return thread;
}

static err_t check_binding(const struct thread *thread, enum thread_binding what, const struct slot *slot)
{
	static const struct {
		uint8_t kind, rights;
	} wanted[BIND_COUNT] = {
		[BIND_CSPACE] = {KIND_CSPACE, RIGHT_MANAGE},
		[BIND_SPACE] = {KIND_SPACE, RIGHT_MANAGE},
		[BIND_PAGER] = {KIND_ENDPOINT, RIGHT_WRITE},
		[BIND_NOTIFICATION] = {KIND_NOTIFICATION, RIGHT_READ},
		[BIND_MESSAGE] = {KIND_MEMORY, RIGHT_READ | RIGHT_WRITE},
	};

	if ((what == BIND_SPACE || what == BIND_CSPACE) && thread->state != THREAD_STOPPED)
		return E_STATE;
	if (slot == NULL)
		return E_OK;
	if (slot->kind != wanted[what].kind)
		return E_KIND;
	if ((wanted[what].rights & ~slot->rights) != 0)
		return E_RIGHTS;
	if (what == BIND_NOTIFICATION && ((struct notification *)slot->a)->bound != NULL &&
	    ((struct notification *)slot->a)->bound != thread)
		return E_BUSY;
	if (what == BIND_MESSAGE && slot->b != PAGE_BYTES)
		return E_RANGE;
	if (what == BIND_MESSAGE &&
	    ((slot->flags & SLOT_DEVICE) || word_kind(*frame_word(slot->a >> PAGE_SHIFT)) != FRAME_USER))
		return E_FRAME;
	return E_OK;
}

static void use_binding(struct thread *thread, enum thread_binding what, struct slot *held)
{
	switch (what) {
	case BIND_CSPACE:
		thread->cspace = (struct cspace *)held->a;
		break;
	case BIND_SPACE:
		thread->space = (struct space *)held->a;
		break;
	case BIND_PAGER:
		thread->pager = (struct endpoint *)held->a;
		thread->pager_badge = held->b;
		break;
	case BIND_NOTIFICATION:
		thread->notification = (struct notification *)held->a;
		thread->notification->bound = thread;
		notification_signal(thread->notification, 0); /* flags may be set, and it may wait already */
		break;
	default:
		held->flags |= SLOT_PINNED;
		(*frame_word(held->a >> PAGE_SHIFT))++;
		thread->page = spot_of(held->a);
		break;
	}
}

err_t thread_bind(struct thread *thread, enum thread_binding what, struct slot *slot)
{
	struct slot *held = &thread->bindings[what];
	err_t error = check_binding(thread, what, slot);

	if (error == E_OK && (held->flags & SLOT_DYING))
		error = E_BUSY;
	if (error != E_OK)
		return error;
	cap_unhold(held);
	if (slot != NULL) {
		cap_derive_held(slot, held, PLACE_BIND, thread);
		use_binding(thread, what, held);
	}
	return E_OK;
}

void thread_unbound(struct thread *thread, struct slot *slot)
{
	switch ((enum thread_binding)(slot - thread->bindings)) {
	case BIND_CSPACE:
		thread->cspace = NULL;
		break;
	case BIND_SPACE:
		thread_stop(thread);
		thread->space = NULL;
		break;
	case BIND_PAGER:
		thread->pager = NULL;
		break;
	case BIND_NOTIFICATION:
		thread->notification->bound = NULL;
		thread->notification = NULL;
		break;
	default:
		thread->page = NULL;
		break;
	}
}

void thread_cancel(struct thread *thread)
{
	if (thread->state == THREAD_READY)
		sched_remove(thread);
	else if (thread->blocked_on != NULL)
		endpoint_dequeue(thread);
	sched_disarm(thread);
}

void thread_stop(struct thread *thread)
{
	bool in_fault = thread->send_kind == SEND_FAULT &&
			(thread->state == THREAD_SENDING || thread->state == THREAD_FAULTED);
	bool was_blocked = thread->state >= THREAD_SENDING;

	thread_cancel(thread);
	if (was_blocked && !in_fault)
		thread_result(thread, E_CANCELLED, 0);
	reply_settle(thread);
	thread->state = THREAD_STOPPED;
	trace(TRACE_THREAD_STOP, thread->id, 0, 0);
}

/* It was stopped, and goes on. */
static void wake_stopped(struct thread *thread)
{
	trace(TRACE_THREAD_START, thread->id, 0, 0);
	sched_wake(thread);
}

static err_t check_runnable(const struct thread *thread)
{
	return thread->state == THREAD_STOPPED && thread->space != NULL ? E_OK : E_STATE;
}

err_t thread_start(struct thread *thread, uint64_t pc, uint64_t sp, uint64_t a0, uint64_t a1)
{
	err_t error = check_runnable(thread);

	if (error != E_OK)
		return error;
	if (pc >= USER_END || sp > USER_END || pc % 2 != 0)
		return E_RANGE;
	thread->progress = thread->progress_at = 0;
	memset(thread->regs, 0, sizeof thread->regs);
	memset(&thread->fpu, 0, sizeof thread->fpu);
	if (thread->cpu->fpu_owner == thread)
		thread->cpu->fpu_owner = NULL;
	thread->regs[REG_PC] = pc;
	thread->regs[REG_SP] = sp;
	thread->regs[REG_A0] = a0;
	thread->regs[REG_A1] = a1;
	wake_stopped(thread);
	return E_OK;
}

err_t thread_resume(struct thread *thread)
{
	err_t error = check_runnable(thread);

	if (error == E_OK)
		wake_stopped(thread);
	return error;
}

err_t thread_read(struct thread *reader, struct thread *thread)
{
	if (reader->page == NULL)
		return E_MESSAGE;
	for (unsigned i = 0; i < 32; i++)
		reader->page->words[MESSAGE_REGISTERS + i] = thread->regs[i];
	reader->page->words[MESSAGE_REGISTERS + 32] = thread->state;
	return E_OK;
}

/* Registers 1..31 from @from; the pc at [0] is checked by the caller. */
static void take_registers(struct thread *thread, const uint64_t *from)
{
	for (unsigned i = 1; i < 32; i++)
		thread->regs[i] = from[i];
}

err_t thread_write(struct thread *writer, struct thread *thread)
{
	uint64_t pc;

	if (writer->page == NULL)
		return E_MESSAGE;
	if (thread->state != THREAD_STOPPED)
		return E_STATE;
	pc = writer->page->words[MESSAGE_REGISTERS];
	if (pc >= USER_END || pc % 2 != 0)
		return E_RANGE;
	take_registers(thread, &writer->page->words[MESSAGE_REGISTERS]);
	thread->regs[REG_PC] = pc;
	thread->progress = thread->progress_at = 0;
	return E_OK;
}

err_t thread_divert(struct thread *thread, uint64_t pc, uint64_t sp, uint64_t reason)
{
	uint64_t *saved;

	if (thread->page == NULL)
		return E_MESSAGE;
	if (pc >= USER_END || sp > USER_END || pc % 2 != 0)
		return E_RANGE;
	saved = thread->page->saved;
	if (saved[MESSAGE_SAVED_VALID] != 0)
		return E_BUSY;
	if (thread->state != THREAD_STOPPED && thread->state != THREAD_READY) {
		thread_stop(thread);
		wake_stopped(thread);
	}
	memcpy(saved, thread->regs, sizeof thread->regs);
	thread->progress = thread->progress_at = 0;
	saved[MESSAGE_SAVED_REASON] = reason;
	saved[MESSAGE_SAVED_VALID] = 1;
	thread->regs[REG_PC] = pc;
	thread->regs[REG_SP] = sp;
	thread->regs[REG_A0] = reason;
	return E_OK;
}

err_t thread_divert_return(struct thread *thread)
{
	uint64_t *saved, pc;

	if (thread->page == NULL)
		return E_MESSAGE;
	saved = thread->page->saved;
	pc = saved[MESSAGE_SAVED_PC];
	if (saved[MESSAGE_SAVED_VALID] == 0 || pc >= USER_END || pc % 2 != 0)
		return E_STATE;
	take_registers(thread, saved);
	thread->regs[REG_PC] = pc;
	saved[MESSAGE_SAVED_VALID] = 0;
	return E_OK;
}

/* First it stops and lets go of everything, then its replies are deleted one a step. */
bool thread_reap_step(struct thread *thread)
{
	struct slot *below;

	if (thread->object.step == 0) {
		thread->object.step = 1;
		thread_stop(thread);
		if (thread->caller != NULL) {
			struct thread *caller = thread->caller;

			thread->caller = NULL;
			caller->replier = NULL;
			reply_orphaned(caller);
		}
		if (thread->cpu->fpu_owner == thread)
			thread->cpu->fpu_owner = NULL;
		for (unsigned i = 0; i < BIND_COUNT; i++)
			cap_unhold(&thread->bindings[i]);
		return true;
	}
	below = slot_leaf_below(&thread->self, DELETE_DESCENT);
	if (below == NULL) {
		slot_remove(&thread->self);
		return false;
	}
	cap_unhold(below);
	return true;
}
