/* SPDX-License-Identifier: MIT */
/*
 * The fast path: what is done in a few stores if nothing unusual is about.
 *
 *   call        a receiver waits, no capability
 *   fault       the pager's receiver waits
 *   in files of their own: reply_wait, forward_wait, reply_send, notify, wait
 *
 * In call and fault the thread that is woken runs at once, so it must not be of lower priority
 * than one ready.
 */
#include "entry/fast.h"
#include "base/panic.h"
#include "base/spot.h"
#include "hw/mmu.h"
#include "object/tables.h"
#include "object/trace.h"
#include "uapi/fault.h"
#include "uapi/syscall.h"

/* The trace is on, or floating point registers are to be saved. */
static SELDOM struct thread *switch_watched(struct thread *to)
{
	sched_switch_to(to);
	if (trace_is_on())
		trace_write(TRACE_LEAVE, to->id, 0, 0);
	kernel_unlock();
	return to;
}

/*
 * The floating point registers matter only while somebody owns them: nobody else can have them on. What was
 * changed since is saved elsewhere; else they are off for all but the owner. false: it must be saved.
 */
HOT bool fast_fpu_switch(const struct cpu *cpu, const struct thread *to)
{
	uint64_t state;

	if (LIKELY(cpu->fpu_owner == NULL))
		return true;
	state = csr_read(sstatus) & SSTATUS_FS;
	if (state == SSTATUS_FS_DIRTY)
		return false;
	if (cpu->fpu_owner == to)
		csr_set(sstatus, SSTATUS_FS_CLEAN);
	else if (state != 0)
		csr_clear(sstatus, SSTATUS_FS);
	return true;
}

__attribute__((noinline)) struct thread *fast_switch(struct thread *to, bool traced)
{
	struct cpu *cpu = cpu_this();
	uint64_t satp = to->space->satp;

	to->state = THREAD_READY;
	if (UNLIKELY(traced || !fast_fpu_switch(cpu, to)))
		return switch_watched(to);
	cpu_set_current(cpu, to);
	if (cpu->satp != satp) {
		cpu->satp = satp;
		csr_write(satp, satp);
	}
	kernel_unlock();
	return to;
}

HOT struct thread *fast_call(struct thread *thread, bool traced)
{
	uint64_t tag = thread->regs[REG_A1];
	struct thread *receiver;
	struct slot *slot;

	if (UNLIKELY(!fast_find(thread, thread->regs[REG_A0], KIND_ENDPOINT, RIGHT_WRITE, &slot) ||
		     (tag & TAG_SLOW)))
		return trap_general(thread);
	receiver = fast_receiver((struct endpoint *)slot->a);
	if (UNLIKELY(receiver == NULL || !fast_words_fit(thread, receiver, TAG_WORDS(tag))))
		return trap_general(thread);
	if (TAG_WORDS(tag) > MESSAGE_REGISTERS)
		fast_words(thread, receiver, TAG_WORDS(tag));
	fast_dequeue((struct endpoint *)slot->a, receiver);
	thread->regs[REG_PC] += 4;
	thread->send_kind = SEND_CALL;
	thread->state = THREAD_CALLED;
	thread->replier = receiver;
	receiver->caller = thread;
	if (tag & TAG_BUFFER) {
		thread->buffer_address = thread->regs[REG_A4];
		thread->buffer_word = thread->regs[REG_A5];
	}
	receiver->regs[REG_A0] = E_OK;
	receiver->regs[REG_A1] = tag;
	receiver->regs[REG_A2] = thread->regs[REG_A2];
	receiver->regs[REG_A3] = thread->regs[REG_A3];
	receiver->regs[REG_A4] = thread->regs[REG_A4];
	receiver->regs[REG_A5] = thread->regs[REG_A5];
	receiver->regs[REG_A6] = slot->b;
	return fast_switch(receiver, traced);
}

/* Does the machine itself explain this fault, or is it of a superpage? Then the general path looks at it. */
HOT bool fault_is_usual(const struct thread *thread, vaddr_t at, unsigned *flags, unsigned access)
{
	pte_t entry;

	*flags = 0;
	if (UNLIKELY(at >= USER_END))
		return false;
	entry = thread->space->root[at >> 30];
	if (!pte_is_table(entry))
		return entry == 0;
	entry = table_below(entry)[at >> 21 & 511];
	if (UNLIKELY(!pte_is_table(entry))) {
		*flags = pte_is_parked(entry) ? FAULT_PARKED : 0;
		return !pte_is_leaf(entry);
	}
	entry = table_below(entry)[at >> PAGE_SHIFT & 511];
	if (entry == 0)
		return true;
	*flags = FAULT_PRESENT;
	return (access & ~pte_rights(entry)) != 0;
}

static struct thread *fast_fault(struct thread *thread, unsigned access, bool traced)
{
	struct endpoint *endpoint = thread->pager;
	vaddr_t at = csr_read(stval);
	uint64_t now = csr_read(instret), badge = thread->pager_badge, fault;
	struct thread *receiver;
	unsigned flags;

	if (UNLIKELY(endpoint == NULL || traced || !fault_is_usual(thread, at, &flags, access)))
		return trap_general(thread);
	receiver = fast_receiver(endpoint);
	if (UNLIKELY(receiver == NULL))
		return trap_general(thread);
	fast_dequeue(endpoint, receiver);
	info->fault_count++;
	thread->fault_kind = FAULT_PAGE;
	fault = FAULT_INFO(thread->id, thread->space->asid, flags, access);
	thread->fault_info = fault;
	thread->fault_address = at;
	thread->fault_word = now;
	thread->send_kind = SEND_FAULT;
	thread->send_badge = badge;
	thread->state = THREAD_FAULTED;
	thread->replier = receiver;
	receiver->caller = thread;
	receiver->regs[REG_A0] = E_OK;
	receiver->regs[REG_A1] = TAG(FAULT_PAGE, 4) | TAG_FAULT;
	receiver->regs[REG_A2] = at;
	receiver->regs[REG_A3] = thread->regs[REG_PC];
	receiver->regs[REG_A4] = fault;
	receiver->regs[REG_A5] = now;
	receiver->regs[REG_A6] = badge;
	return fast_switch(receiver, false);
}

/* READ, WRITE or EXECUTE of a page fault; 0: another cause. */
HOT unsigned access_of_page_fault(uint64_t cause)
{
	if (cause == CAUSE_STORE_PAGE)
		return ACCESS_WRITE;
	if (cause == CAUSE_LOAD_PAGE)
		return ACCESS_READ;
	return cause == CAUSE_FETCH_PAGE ? ACCESS_EXECUTE : 0;
}

HOT struct thread *fast_syscall(struct thread *thread, bool traced)
{
	uint64_t number = thread->regs[REG_A7];

	if (number == SYS_reply_wait)
		return fast_reply_wait(thread, traced);
	if (number == SYS_call)
		return fast_call(thread, traced);
	if (number == SYS_null && !traced && sched_is_first(thread))
		return fast_stay(thread, E_OK);
	if (number > SYS_notify)
		return syscall_general(thread);
	if (number == SYS_wait)
		return fast_wait(thread, traced);
	if (number == SYS_reply_send)
		return fast_reply_send(thread, traced);
	if (number == SYS_forward_wait)
		return fast_forward_wait(thread, traced);
	if (number == SYS_notify)
		return fast_notify(thread, traced);
	return syscall_general(thread);
}

static __attribute__((noinline, noclone)) struct thread *path_fast(struct thread *thread, uint64_t cause,
								   bool traced)
{
	unsigned access;

	if (cause == CAUSE_USER_ECALL)
		return fast_syscall(thread, traced);
	access = access_of_page_fault(cause);
	return access != 0 ? fast_fault(thread, access, traced) : trap_general(thread);
}

/* The trace is on, or a test wants the general path. */
static SELDOM struct thread *path_watched(struct thread *thread, uint64_t cause)
{
	bool traced = trace_is_on();

	if (traced)
		trace_write(TRACE_ENTER, thread->id, cause, thread->regs[REG_A7]);
	if (trace_flags & TRACE_FLAG_GENERAL_ONLY)
		return trap_general(thread);
	return path_fast(thread, cause, traced);
}

struct thread *trap_user(struct thread *thread, uint64_t cause);
struct thread *trap_user(struct thread *thread, uint64_t cause)
{
#if PAGODA_CHECKED
	KASSERT(!mmu_fence_owed);
	thread->cpu->entered_cause = cause == CAUSE_USER_ECALL ? cause | thread->regs[REG_A7] << 8 : cause;
	thread->cpu->entered_instret = csr_read(instret);
#endif
	kernel_lock();
	if (UNLIKELY(trace_flags != 0))
		return path_watched(thread, cause);
	return path_fast(thread, cause, false);
}
