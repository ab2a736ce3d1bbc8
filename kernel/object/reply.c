/* SPDX-License-Identifier: MIT */
/*
 * Answers, saved replies, narrowing and forwarding.
 *
 * A thread that waits for an answer is reachable from: one server's current-caller link, or an endpoint's
 * queue (while a forwarded fault is not yet received), and any number of Reply slots with its sequence
 * number (thread->replies counts them). The first answer moves the number; all others find E_STALE. When the
 * last of them goes without an answer the thread is orphaned: a call ends with E_DEAD, a fault is sent to the
 * thread's own pager again, marked FAULT_BOUNCED. The same becomes of a fault that is refused by whoever got
 * it from that pager.
 *
 * Only the Reply of whom the thread itself turned to has RIGHT_MANAGE, which recall needs: one made by
 * narrow, or saved from a forwarded fault, can answer but not void the one it comes from.
 */
#include "object/reply.h"
#include "base/panic.h"
#include "object/sched.h"
#include "object/space.h"
#include "object/trace.h"
#include "uapi/fault.h"

const struct reply_bounds reply_unbounded = {0, REPLY_ALL_PAGES, REPLY_ALL_WORD >> 16, RIGHTS_RWX};

static bool waits_for_answer(const struct thread *thread)
{
	return thread->state == THREAD_CALLED || thread->state == THREAD_FAULTED ||
	       (thread->state == THREAD_SENDING && thread->forwarded);
}

static struct reply_bounds slot_bounds(const struct slot *slot)
{
	return (struct reply_bounds){slot->extra >> 32, slot->extra & UINT32_MAX, slot->extra32 >> 16,
				     slot->extra32 & RIGHTS_RWX};
}

/* @bounds: &reply_unbounded itself for a Reply that can recall. */
static void fill_slot(struct slot *parent, struct slot *to, struct thread *thread,
		      const struct reply_bounds *bounds)
{
	cap_make(parent, to, KIND_REPLY, (uint64_t)thread, thread->sequence);
	if (bounds != &reply_unbounded)
		to->rights = 0;
	to->extra = bounds->first_page << 32 | bounds->pages;
	to->extra32 = bounds->sources << 16 | bounds->rights;
	thread->replies++;
}

err_t reply_find(struct thread *server, uint64_t reply, struct reply_target *target)
{
	err_t error;

	target->slot = NULL;
	if (reply == CAP_NULL) {
		target->thread = server->caller;
		if (server->caller == NULL)
			return E_STALE;
		target->bounds = server->caller->forwarded ? server->caller->bounds : reply_unbounded;
		return E_OK;
	}
	error = cap_find(server, reply, KIND_REPLY, 0, &target->slot);
	if (error != E_OK)
		return error;
	target->thread = (struct thread *)target->slot->a;
	target->bounds = slot_bounds(target->slot);
	if (target->slot->b != target->thread->sequence || !waits_for_answer(target->thread))
		return E_STALE;
	return E_OK;
}

void reply_settle(struct thread *thread)
{
	thread->sequence++;
	thread->replies = 0;
	thread->buffer_word = 0;
	thread->forwarded = false;
	if (thread->replier != NULL) {
		thread->replier->caller = NULL;
		thread->replier = NULL;
	}
	if (thread->blocked_on != NULL)
		endpoint_dequeue(thread);
}

/* Items of a TAG_MAP answer: the first in registers, the others in the message page. */
static err_t read_items(const struct thread *server, uint64_t tag, struct map_item *items)
{
	unsigned count = (unsigned)TAG_ITEMS(tag);
	const uint64_t *more;

	if (count == 0 || count > MAP_ITEMS_MAX || (count > 1 && server->page == NULL))
		return E_MESSAGE;
	items[0] = (struct map_item){server->regs[REG_A2], server->regs[REG_A3], server->regs[REG_A4]};
	more = count > 1 ? &server->page->words[MESSAGE_REGISTERS] : NULL;
	for (unsigned i = 1; i < count; i++, more += 3)
		items[i] = (struct map_item){more[0], more[1], more[2]};
	return E_OK;
}

static err_t answer_with_map(struct thread *server, const struct reply_target *target, uint64_t *missing)
{
	struct map_item items[MAP_ITEMS_MAX];
	struct map_plan plans[MAP_ITEMS_MAX];
	uint64_t tag = server->regs[REG_A1];
	struct space *space = target->thread->space;
	err_t error = read_items(server, tag, items);

	if (error == E_OK)
		error = map_check(space, items, (unsigned)TAG_ITEMS(tag), &target->bounds, plans, missing);
	if (error != E_OK)
		return error;
	map_apply(space, plans, (unsigned)TAG_ITEMS(tag));
	trace(TRACE_FAULT_ANSWER, target->thread->id, plans[0].at, plans[0].pages);
	return E_OK;
}

/* Did the thread's own pager give this away, to whoever answers now? */
static bool is_for_another(const struct reply_target *target)
{
	return target->slot == NULL ? target->thread->forwarded : !(target->slot->rights & RIGHT_MANAGE);
}

static err_t answer_fault(struct thread *server, const struct reply_target *target, uint64_t *missing)
{
	uint64_t tag = server->regs[REG_A1];

	if (tag & (TAG_CAP | TAG_BUFFER | TAG_NOTIFY | TAG_FAULT))
		return E_MESSAGE;
	return tag & TAG_MAP ? answer_with_map(server, target, missing) : E_OK;
}

/* A plain answer with a label other than E_OK. */
static void refuse_fault(const struct reply_target *target, uint32_t label)
{
	bool bounces = is_for_another(target);

	reply_settle(target->thread);
	if (bounces) {
		fault_bounce(target->thread, label);
		return;
	}
	target->thread->state = THREAD_STOPPED;
	trace(TRACE_FAULT_REFUSE, target->thread->id, label, 0);
}

static err_t answer_call(struct thread *server, const struct reply_target *target)
{
	uint64_t tag = server->regs[REG_A1];
	err_t error = tag & TAG_BUFFER ? E_MESSAGE : message_check_send(server, NULL, tag);

	if (error == E_OK)
		error = message_carry(server, target->thread, tag, 0);
	if (error == E_OK)
		trace(TRACE_ANSWER, target->thread->id, tag, 0);
	return error;
}

err_t reply_answer(struct thread *server, const struct reply_target *target, struct thread **woken,
		   uint64_t *missing)
{
	bool is_fault = target->thread->send_kind == SEND_FAULT;
	uint64_t tag = server->regs[REG_A1];
	err_t error = is_fault ? answer_fault(server, target, missing) : answer_call(server, target);

	*woken = NULL;
	if (error != E_OK)
		return error;
	if (is_fault && !(tag & TAG_MAP) && TAG_LABEL(tag) != E_OK) {
		refuse_fault(target, TAG_LABEL(tag));
		return E_OK;
	}
	if (is_fault && !(tag & TAG_MAP))
		trace(TRACE_FAULT_ANSWER, target->thread->id, 0, 0);
	reply_settle(target->thread);
	target->thread->state = THREAD_READY;
	*woken = target->thread;
	return E_OK;
}

void reply_orphaned(struct thread *thread)
{
	bool is_fault = thread->send_kind == SEND_FAULT;

	if (!is_fault && thread->replies != 0)
		return;
	reply_settle(thread);
	if (is_fault) {
		fault_bounce(thread, 0);
		return;
	}
	thread_result(thread, E_DEAD, 0);
	sched_wake(thread);
}

void reply_slot_deleted(struct slot *slot)
{
	struct thread *thread = (struct thread *)slot->a;

	if (slot->b != thread->sequence || !waits_for_answer(thread))
		return;
	if (--thread->replies == 0 && thread->replier == NULL && thread->blocked_on == NULL)
		reply_orphaned(thread);
}

void reply_keep(struct thread *thread, struct slot *slot)
{
	if (!thread->forwarded && reply_is_spent(slot, thread)) {
		reply_renew(thread, slot);
		return;
	}
	cap_unhold(slot);
	fill_slot(&thread->self, slot, thread, thread->forwarded ? &thread->bounds : &reply_unbounded);
}

static void let_go(struct thread *server, struct thread *caller)
{
	server->caller = NULL;
	caller->replier = NULL;
}

err_t reply_save(struct thread *server, uint64_t to)
{
	struct slot *slot;
	err_t error = cap_find_empty(server, to, &slot);

	if (error == E_OK && server->caller == NULL)
		error = E_STALE;
	if (error != E_OK)
		return error;
	reply_keep(server->caller, slot);
	let_go(server, server->caller);
	return E_OK;
}

/* Is @inner within @outer? E_WINDOW, E_RIGHTS. */
static err_t check_within(const struct reply_bounds *inner, const struct reply_bounds *outer)
{
	if (inner->first_page < outer->first_page ||
	    !range_fits(inner->first_page - outer->first_page, inner->pages, outer->pages) ||
	    (inner->sources & ~outer->sources) != 0)
		return E_WINDOW;
	return (inner->rights & ~outer->rights) != 0 ? E_RIGHTS : E_OK;
}

err_t reply_narrow(struct thread *server, uint64_t reply, uint64_t to, const struct reply_bounds *bounds)
{
	struct reply_target target;
	struct slot *slot;
	err_t error = reply_find(server, reply, &target);

	if (error == E_OK)
		error = cap_find_empty(server, to, &slot);
	if (error == E_OK)
		error = check_within(bounds, &target.bounds);
	if (error != E_OK)
		return error;
	fill_slot(target.slot == NULL ? &target.thread->self : target.slot, slot, target.thread, bounds);
	return E_OK;
}

/* Where the current caller's Reply is kept: NULL when it is not, or lies there already. */
static err_t find_keep(const struct thread *server, const struct forward *wanted,
		       const struct reply_target *target, struct slot **keep)
{
	err_t error;

	*keep = NULL;
	if (wanted->keep == CAP_NULL)
		return E_OK;
	if (target->slot != NULL)
		return wanted->keep == wanted->reply ? E_OK : E_RANGE;
	error = cap_find_in(server, CAP_NULL, wanted->keep, keep);
	if (error == E_OK && !slot_is_empty(*keep) &&
	    ((*keep)->kind != KIND_REPLY || ((*keep)->flags & SLOT_DYING)))
		return E_OCCUPIED;
	return error;
}

static err_t check_forward(const struct thread *server, const struct forward *wanted,
			   const struct reply_target *target)
{
	const struct thread *thread = target->thread;

	if (thread->state != THREAD_FAULTED || (thread->replier != NULL && thread->replier != server))
		return E_STATE;
	if (wanted->badge != 0 && (wanted->endpoint->b != 0 || !(wanted->endpoint->rights & RIGHT_MANAGE)))
		return E_RIGHTS;
	return check_within(&wanted->bounds, &target->bounds);
}

err_t reply_forward(struct thread *server, const struct forward *wanted)
{
	struct reply_target target;
	struct thread *thread;
	struct slot *keep;
	err_t error = reply_find(server, wanted->reply, &target);

	if (error == E_OK)
		error = check_forward(server, wanted, &target);
	if (error == E_OK)
		error = find_keep(server, wanted, &target, &keep);
	if (error != E_OK)
		return error;
	thread = target.thread;
	if (keep != NULL)
		reply_keep(thread, keep);
	if (thread->replier != NULL)
		let_go(server, thread);
	thread->forwarded = true;
	thread->bounds = wanted->bounds;
	thread->send_badge = wanted->badge != 0 ? wanted->badge : wanted->endpoint->b;
	trace(TRACE_FORWARD, thread->id, 0, 0);
	endpoint_send(thread, (struct endpoint *)wanted->endpoint->a);
	return E_OK;
}

err_t reply_recall(struct thread *server, uint64_t reply)
{
	struct reply_target target;
	err_t error = reply == CAP_NULL ? E_EMPTY : reply_find(server, reply, &target);
	uint64_t buffer_word;

	if (error == E_OK && !(target.slot->rights & RIGHT_MANAGE))
		error = E_RIGHTS;
	if (error != E_OK)
		return error;
	buffer_word = target.thread->buffer_word;
	reply_settle(target.thread);
	target.thread->buffer_word = buffer_word; /* it still waits for the answer */
	target.thread->state = target.thread->send_kind == SEND_FAULT ? THREAD_FAULTED : THREAD_CALLED;
	target.slot->b = target.thread->sequence;
	target.thread->replies = 1;
	trace(TRACE_RECALL, target.thread->id, 0, 0);
	return E_OK;
}
