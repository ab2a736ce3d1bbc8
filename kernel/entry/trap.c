/* SPDX-License-Identifier: MIT */
/*
 * From cause to action: what the fast path (entry/fast.c) declines. The lock is held; when all is done, pick
 * who runs and drop it.
 */
#include "base/lock.h"
#include "base/panic.h"
#include "entry/offsets.h"
#include "entry/path.h"
#include "hw/csr.h"
#include "hw/mmu.h"
#include "object/notification.h"
#include "object/reply.h"
#include "object/sched.h"
#include "object/tables.h"
#include "object/trace.h"
#include "uapi/fault.h"
#include "uapi/syscall.h"

_Static_assert(offsetof(struct thread, regs) == THREAD_REGS, "entry/offsets.h");
_Static_assert(offsetof(struct thread, cpu) == THREAD_CPU, "entry/offsets.h");
_Static_assert(offsetof(struct cpu, stack_top) == CPU_STACK_TOP, "entry/offsets.h");

static void fault_is(struct thread *thread, enum fault_kind kind, unsigned access)
{
	thread->fault_kind = (uint8_t)kind;
	thread->fault_info = FAULT_INFO(thread->id, thread->space->asid, 0, access);
	thread->fault_address = csr_read(stval);
	thread->fault_word = csr_read(instret);
}

/* First use of floating point: give the registers to @thread. false: it owned them, so it is a fault. */
static SELDOM bool fpu_claim(struct thread *thread)
{
	struct cpu *cpu = thread->cpu;

	if ((csr_read(sstatus) & SSTATUS_FS) != 0)
		return false;
	csr_set(sstatus, SSTATUS_FS_CLEAN);
	fpu_restore(&thread->fpu);
	csr_clear(sstatus, SSTATUS_FS);
	csr_set(sstatus, SSTATUS_FS_CLEAN);
	cpu->fpu_owner = thread;
	info->fpu_restores++;
	return true;
}

static unsigned access_of(uint64_t cause)
{
	if (cause == CAUSE_FETCH_PAGE || cause == CAUSE_FETCH_ACCESS || cause == CAUSE_FETCH_MISALIGNED)
		return ACCESS_EXECUTE;
	if (cause == CAUSE_STORE_PAGE || cause == CAUSE_STORE_ACCESS || cause == CAUSE_STORE_MISALIGNED)
		return ACCESS_WRITE;
	return ACCESS_READ;
}

/*
 * What the tables say about a page fault. true: the entry allows the access, so the fault is spurious
 * (an invalid translation was remembered, or the machine wants the A or D bit set by hand).
 */
static bool page_fault_is_spurious(struct thread *thread, vaddr_t at, unsigned access)
{
	unsigned level;
	pte_t *entry;

	if (at >= USER_END)
		return false;
	entry = space_walk(thread->space, at, &level);
	if (level == 1 && pte_is_parked(*entry))
		thread->fault_info |= FAULT_INFO(0, 0, FAULT_PARKED, 0);
	if (!pte_is_leaf(*entry))
		return false;
	if ((access & ~pte_rights(*entry)) != 0) {
		thread->fault_info |= FAULT_INFO(0, 0, FAULT_PRESENT, 0);
		return false;
	}
	__atomic_fetch_or(entry, PTE_A | (access == ACCESS_WRITE ? PTE_D : 0), __ATOMIC_RELAXED);
	mmu_fence_asid(
		thread->space->asid); /* of one page would leave what is remembered of tables above it */
	return true;
}

static SELDOM void page_fault(struct thread *thread, uint64_t cause)
{
	unsigned access = access_of(cause);

	fault_is(thread, FAULT_PAGE, access);
	if (page_fault_is_spurious(thread, thread->fault_address, access))
		return;
	trace(TRACE_FAULT, thread->id, thread->fault_address, thread->regs[REG_PC]);
	fault_send(thread);
}

static SELDOM void exception(struct thread *thread, uint64_t cause)
{
	switch (cause) {
	case CAUSE_ILLEGAL:
		if (fpu_claim(thread))
			return;
		fault_is(thread, FAULT_ILLEGAL, ACCESS_EXECUTE);
		break;
	case CAUSE_BREAKPOINT:
		fault_is(thread, FAULT_BREAKPOINT, ACCESS_EXECUTE);
		break;
	case CAUSE_FETCH_MISALIGNED:
	case CAUSE_LOAD_MISALIGNED:
	case CAUSE_STORE_MISALIGNED:
		fault_is(thread, FAULT_MISALIGNED, access_of(cause));
		break;
	case CAUSE_FETCH_ACCESS:
	case CAUSE_LOAD_ACCESS:
	case CAUSE_STORE_ACCESS:
		fault_is(thread, FAULT_ACCESS, access_of(cause));
		break;
	default:
		fault_is(thread, FAULT_OTHER, 0);
		thread->fault_address = cause;
		break;
	}
	trace(TRACE_FAULT, thread->id, thread->fault_address, thread->regs[REG_PC]);
	fault_send(thread);
}

static SELDOM void interrupt(uint64_t cause)
{
	if ((cause & ~CAUSE_INTERRUPT) == 5)
		sched_timer_interrupt();
	else if ((cause & ~CAUSE_INTERRUPT) == 9)
		irq_interrupt();
	else
		panic("interrupt 0x%lx is not enabled", cause);
}

struct thread *trap_general(struct thread *thread)
{
	uint64_t cause = csr_read(scause);

	if (cause == CAUSE_USER_ECALL)
		return syscall_general(thread);
	if (cause & CAUSE_INTERRUPT)
		interrupt(cause);
	else if (cause == CAUSE_LOAD_PAGE || cause == CAUSE_STORE_PAGE || cause == CAUSE_FETCH_PAGE)
		page_fault(thread, cause);
	else
		exception(thread, cause);
	return path_leave();
}
