/* SPDX-License-Identifier: MIT */
/*
 * The fast path. Each part first makes sure that nothing unusual is about (and gives up with NULL before
 * the first change), then does in a few stores what the general path would have done.
 *
 *   call        a receiver waits, at most four words, no capability
 *   reply_wait  the current caller made a call, four words; nobody queued, no deadline, no flags pending
 *               or the current caller faulted, one map item in one leaf table that exists
 *   fault       the pager's receiver waits
 *
 * In all of them the thread that is woken runs at once, so it must not be of lower priority than one ready.
 */
#include "base/lock.h"
#include "entry/path.h"
#include "hw/mmu.h"
#include "object/notification.h"
#include "object/reply.h"
#include "object/sched.h"
#include "object/tables.h"
#include "object/trace.h"
#include "uapi/fault.h"
#include "uapi/syscall.h"

#define LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define HOT		    static inline __attribute__((always_inline))

/* Tags that need more than the four registers. TAG_BUFFER is fine for a call. */
#define TAG_SLOW (TAG_CAP | TAG_MAP | TAG_NOTIFY | TAG_FAULT)

HOT struct slot *fast_slot(const struct thread *thread, uint64_t index)
{
	const struct cspace *cspace = thread->cspace;

	if (UNLIKELY(cspace == NULL || index - 1 >= (uint64_t)cspace->slots - 1))
		return NULL;
	return &cspace->pages[index / CSPACE_PAGE_SLOTS][index % CSPACE_PAGE_SLOTS];
}

/* An endpoint capability with @right that is not dying. */
HOT struct slot *fast_endpoint(const struct thread *thread, uint64_t index, unsigned right)
{
	struct slot *slot = fast_slot(thread, index);

	if (UNLIKELY(slot == NULL || slot->kind != KIND_ENDPOINT || !(slot->rights & right) ||
		     (slot->flags & SLOT_DYING)))
		return NULL;
	return slot;
}

/* The first receiver of @endpoint if it can run at once. */
HOT struct thread *fast_receiver(const struct endpoint *endpoint)
{
	struct thread *receiver;

	if (UNLIKELY(endpoint->state != ENDPOINT_RECEIVERS))
		return NULL;
	receiver = container_of(endpoint->queue.head.next, struct thread, queue);
	return LIKELY(sched_is_first(receiver) && !receiver->alarm.node.armed) ? receiver : NULL;
}

HOT void fast_dequeue(struct endpoint *endpoint, struct thread *receiver)
{
	struct list_node *head = &endpoint->queue.head, *next = receiver->queue.next;

	head->next = next;
	next->prev = head;
	list_node_init(&receiver->queue);
	if (next == head)
		endpoint->state = ENDPOINT_IDLE;
	receiver->blocked_on = NULL;
}

/* The floating point registers matter only while somebody owns them: nobody else can have them on. */
HOT bool fast_fpu_matters(const struct cpu *cpu, const struct thread *to)
{
	return cpu->fpu_owner != NULL && (cpu->fpu_owner == to || (csr_read(sstatus) & SSTATUS_FS) != 0);
}

HOT void fast_switch(struct thread *to, bool traced)
{
	struct cpu *cpu = cpu_this();
	uint64_t satp = to->space->satp;

	to->state = THREAD_READY;
	if (UNLIKELY(traced || fast_fpu_matters(cpu, to))) {
		sched_switch_to(to);
		return;
	}
	cpu_set_current(cpu, to);
	if (cpu->satp != satp) {
		cpu->satp = satp;
		csr_write(satp, satp);
	}
}

/* Words 4.. of a long message, both pages there. */
HOT void fast_words(const struct thread *from, struct thread *to, unsigned words)
{
	const uint64_t *in = from->page->words + MESSAGE_REGISTERS;
	uint64_t *out = to->page->words + MESSAGE_REGISTERS;
	unsigned i = words - MESSAGE_REGISTERS;

	for (; i >= 8; i -= 8, in += 8, out += 8) {
		uint64_t a = in[0], b = in[1], c = in[2], d = in[3];
		uint64_t e = in[4], f = in[5], g = in[6], h = in[7];

		out[0] = a, out[1] = b, out[2] = c, out[3] = d;
		out[4] = e, out[5] = f, out[6] = g, out[7] = h;
	}
	for (; i > 0; i--)
		*out++ = *in++;
}

HOT bool fast_words_fit(const struct thread *from, const struct thread *to, unsigned words)
{
	return words <= MESSAGE_REGISTERS ||
	       (words <= MESSAGE_WORDS && from->page != NULL && to->page != NULL);
}

HOT struct thread *fast_call(struct thread *thread, bool traced)
{
	uint64_t tag = thread->regs[REG_A1];
	struct slot *slot = fast_endpoint(thread, thread->regs[REG_A0], RIGHT_WRITE);
	struct thread *receiver;

	if (UNLIKELY(slot == NULL || (tag & TAG_SLOW)))
		return NULL;
	receiver = fast_receiver((struct endpoint *)slot->a);
	if (UNLIKELY(receiver == NULL || !fast_words_fit(thread, receiver, TAG_WORDS(tag))))
		return NULL;
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
	fast_switch(receiver, traced);
	return receiver;
}

/* What reply_settle() does for a thread whose current-caller link is @server's. */
HOT void fast_settle(struct thread *server, struct thread *thread)
{
	thread->sequence++;
	thread->replies = 0;
	thread->buffer_word = 0;
	thread->replier = NULL;
	server->caller = NULL;
}

/*
 * One map item, at most MAP_PAGES_MAX pages, into a leaf table that is there. false: not the usual case,
 * nothing has changed.
 */
HOT bool fast_map(const struct thread *server, const struct thread *faulter, bool traced)
{
	struct space *space = faulter->space;
	uint64_t at = server->regs[REG_A2], item = server->regs[REG_A3], offset = server->regs[REG_A4];
	uint64_t rights = at & RIGHTS_RWX, pages = item >> 16, pfn;
	const struct slot *source = &space->sources[item & (SPACE_SOURCES - 1)];
	uint32_t *words;
	pte_t upper, *entry, leaf;

	if (UNLIKELY((at & 0xff8) || at >= USER_END || (item & 0xffff) >= SPACE_SOURCES ||
		     pages - 1 >= MAP_PAGES_MAX || ((at >> PAGE_SHIFT & 511) + pages) > 512))
		return false;
	if (UNLIKELY(source->kind != KIND_MEMORY || (source->flags & (SLOT_DYING | SLOT_DEVICE)) ||
		     (rights & ~source->rights) || (rights & (RIGHT_WRITE | RIGHT_EXECUTE)) == 6 ||
		     (rights & (RIGHT_READ | RIGHT_EXECUTE)) == 0 ||
		     (rights & (RIGHT_READ | RIGHT_WRITE)) == RIGHT_WRITE))
		return false;
	if (UNLIKELY(offset >= source->b >> PAGE_SHIFT || pages > (source->b >> PAGE_SHIFT) - offset))
		return false;
	upper = space->root[at >> 30];
	if (UNLIKELY(!pte_is_table(upper)))
		return false;
	upper = table_below(upper)[at >> 21 & 511];
	if (UNLIKELY(!pte_is_table(upper)))
		return false;
	entry = table_below(upper) + (at >> PAGE_SHIFT & 511);
	pfn = (source->a >> PAGE_SHIFT) + offset;
	words = frame_word(pfn);
	for (uint64_t i = 0; i < pages; i++) {
		if (UNLIKELY(word_kind(words[i]) != FRAME_USER))
			return false;
	}
	leaf = pte_make_leaf(pfn, (unsigned)rights, PTE_U);
	if (LIKELY(pages == 1 && *entry == 0)) {
		++*words;
		__atomic_store_n(entry, leaf, __ATOMIC_RELAXED);
		table_note(table_below(upper), entry);
		goto stored;
	}
	for (uint64_t i = 0; i < pages; i++, leaf += 1ul << PTE_PFN_SHIFT) {
		words[i]++;
		if (UNLIKELY(entry[i] != 0)) {
			space_drop_entry(&entry[i], 0);
			mmu_fence_page((at & ~(PAGE_BYTES - 1)) + i * PAGE_BYTES, space->asid);
		} else {
			table_note(table_below(upper), &entry[i]);
		}
		__atomic_store_n(&entry[i], leaf, __ATOMIC_RELAXED);
	}
stored:
	space->stored += pages;
	if (rights & RIGHT_EXECUTE)
		mmu_fence_fetch();
	if (UNLIKELY(traced))
		trace_write(TRACE_FAULT_ANSWER, faulter->id, at & ~(PAGE_BYTES - 1), pages);
	return true;
}

/* The answer of fast_reply_wait() to a call: four words, both sides as they are. */
HOT bool fast_answer_call(const struct thread *server, struct thread *caller, uint64_t tag)
{
	if (UNLIKELY((tag & (TAG_SLOW | TAG_BUFFER)) || !fast_words_fit(server, caller, TAG_WORDS(tag))))
		return false;
	if (TAG_WORDS(tag) > MESSAGE_REGISTERS)
		fast_words(server, caller, TAG_WORDS(tag));
	caller->regs[REG_A0] = E_OK;
	caller->regs[REG_A1] = tag;
	caller->regs[REG_A2] = server->regs[REG_A2];
	caller->regs[REG_A3] = server->regs[REG_A3];
	caller->regs[REG_A4] = server->regs[REG_A4];
	caller->regs[REG_A5] = server->regs[REG_A5];
	caller->regs[REG_A6] = 0;
	return true;
}

HOT bool fast_answer_fault(const struct thread *server, const struct thread *caller, uint64_t tag,
			   bool traced)
{
	if (UNLIKELY((tag & (TAG_SLOW | TAG_BUFFER)) != TAG_MAP || TAG_ITEMS(tag) != 1 || caller->forwarded))
		return false;
	return fast_map(server, caller, traced);
}

HOT struct thread *fast_reply_wait(struct thread *server, bool traced)
{
	uint64_t tag = server->regs[REG_A1];
	struct thread *caller = server->caller;
	struct slot *slot = fast_endpoint(server, server->regs[REG_A0], RIGHT_READ);
	struct endpoint *endpoint;
	bool answered;

	if (UNLIKELY(slot == NULL || caller == NULL || server->regs[REG_A6] != DEADLINE_NEVER))
		return NULL;
	endpoint = (struct endpoint *)slot->a;
	if (UNLIKELY(endpoint->state == ENDPOINT_SENDERS || !sched_is_first(caller) ||
		     (server->notification != NULL && server->notification->flags != 0)))
		return NULL;
	answered = caller->send_kind == SEND_FAULT ? fast_answer_fault(server, caller, tag, traced)
						   : fast_answer_call(server, caller, tag);
	if (UNLIKELY(!answered))
		return NULL;
	fast_settle(server, caller);
	server->regs[REG_PC] += 4;
	server->state = THREAD_WAITING;
	server->blocked_on = endpoint;
	server->waits_on_notification = false;
	list_push_back(&endpoint->queue, &server->queue);
	endpoint->state = ENDPOINT_RECEIVERS;
	fast_switch(caller, traced);
	return caller;
}

/* Would the machine, or a parked table, explain this fault? Then the general path looks at it. */
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
	if (!pte_is_table(entry))
		return entry == 0;
	entry = table_below(entry)[at >> PAGE_SHIFT & 511];
	if (entry == 0)
		return true;
	*flags = FAULT_PRESENT;
	return (access & ~pte_rights(entry)) != 0;
}

HOT struct thread *fast_fault(struct thread *thread, unsigned access, bool traced)
{
	struct endpoint *endpoint = thread->pager;
	vaddr_t at = csr_read(stval);
	struct thread *receiver;
	unsigned flags;

	if (UNLIKELY(endpoint == NULL || traced || !fault_is_usual(thread, at, &flags, access)))
		return NULL;
	receiver = fast_receiver(endpoint);
	if (UNLIKELY(receiver == NULL))
		return NULL;
	fast_dequeue(endpoint, receiver);
	info->fault_count++;
	thread->fault_kind = FAULT_PAGE;
	thread->fault_access = (uint8_t)access;
	thread->fault_flags = (uint8_t)flags;
	thread->fault_address = at;
	thread->fault_word = csr_read(instret);
	thread->send_kind = SEND_FAULT;
	thread->send_badge = thread->pager_badge;
	thread->state = THREAD_FAULTED;
	thread->replier = receiver;
	receiver->caller = thread;
	receiver->regs[REG_A0] = E_OK;
	receiver->regs[REG_A1] = TAG(FAULT_PAGE, 4) | TAG_FAULT;
	receiver->regs[REG_A2] = at;
	receiver->regs[REG_A3] = thread->regs[REG_PC];
	receiver->regs[REG_A4] = FAULT_INFO(thread->id, thread->space->asid, flags, access);
	receiver->regs[REG_A5] = thread->fault_word;
	receiver->regs[REG_A6] = thread->pager_badge;
	fast_switch(receiver, traced);
	return receiver;
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

HOT struct thread *path_fast(struct thread *thread, uint64_t cause, bool traced)
{
	unsigned access;

	if (cause == CAUSE_USER_ECALL) {
		if (thread->regs[REG_A7] == SYS_reply_wait)
			return fast_reply_wait(thread, traced);
		if (thread->regs[REG_A7] == SYS_call)
			return fast_call(thread, traced);
		if (thread->regs[REG_A7] == SYS_null && !traced && sched_is_first(thread)) {
			thread->regs[REG_PC] += 4;
			thread_result(thread, E_OK, 0);
			return thread;
		}
		return NULL;
	}
	access = access_of_page_fault(cause);
	return access != 0 ? fast_fault(thread, access, traced) : NULL;
}

struct thread *trap_user(struct thread *thread, uint64_t cause);
struct thread *trap_user(struct thread *thread, uint64_t cause)
{
	struct thread *next;
	bool traced;

#if PAGODA_CHECKED
	thread->cpu->entered_cause = cause == CAUSE_USER_ECALL ? cause | thread->regs[REG_A7] << 8 : cause;
	thread->cpu->entered_instret = csr_read(instret);
#endif
	kernel_lock();
	traced = trace_is_on();
	if (UNLIKELY(traced))
		trace_write(TRACE_ENTER, thread->id, cause, thread->regs[REG_A7]);
#if PAGODA_CHECKED
	next = trace_flags & TRACE_FLAG_GENERAL_ONLY ? NULL : path_fast(thread, cause, traced);
#else
	next = path_fast(thread, cause, traced);
#endif
	if (UNLIKELY(next == NULL)) {
		next = trap_general(thread, cause);
		traced = trace_is_on();
	}
	if (UNLIKELY(traced))
		trace_write(TRACE_LEAVE, next->id, 0, 0);
	kernel_unlock();
	return next;
}
