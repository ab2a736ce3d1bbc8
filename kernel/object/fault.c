/* SPDX-License-Identifier: MIT */
/* A fault becomes a call to the thread's pager; a message made by the kernel (uapi/fault.h). */
#include "uapi/fault.h"
#include "base/panic.h"
#include "object/reply.h"
#include "object/sched.h"
#include "object/space.h"
#include "object/trace.h"

#define THREAD_ID_INIT 1

void fault_carry(const struct thread *thread, struct thread *receiver)
{
	receiver->regs[REG_A0] = E_OK;
	receiver->regs[REG_A1] = TAG(thread->fault_kind, 4) | TAG_FAULT;
	receiver->regs[REG_A2] = thread->fault_address;
	receiver->regs[REG_A3] = thread->regs[REG_PC];
	receiver->regs[REG_A4] = thread->fault_info;
	receiver->regs[REG_A5] = thread->fault_word;
	receiver->regs[REG_A6] = thread->send_badge;
}

void fault_bounce(struct thread *thread, uint64_t why)
{
	thread->fault_info |= FAULT_INFO(0, 0, FAULT_BOUNCED, 0);
	thread->fault_word = why;
	trace(TRACE_BOUNCE, thread->id, why, 0);
	fault_send(thread);
}

void fault_send(struct thread *thread)
{
	info->fault_count++;
	thread->send_kind = SEND_FAULT;
	thread->send_badge = thread->pager_badge;
	if (thread->pager != NULL) {
		endpoint_send(thread, thread->pager);
		return;
	}
	if (thread->id == THREAD_ID_INIT)
		panic("init faulted: kind %lu address 0x%lx pc 0x%lx ra 0x%lx", (uint64_t)thread->fault_kind,
		      thread->fault_address, thread->regs[REG_PC], thread->regs[REG_RA]);
	thread->state = THREAD_STOPPED;
}
