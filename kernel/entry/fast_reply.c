/* SPDX-License-Identifier: MIT */
/*
 * The fast path of reply_wait: no deadline, no flags pending, nobody queued at the endpoint, and the thread
 * that is answered runs at once. It made a call; or it faulted and gets one map item in one leaf table that
 * is there.
 */
#include "entry/fast_map.h"
#include "entry/fast_saved.h"
#include "object/buffer.h"
#include "object/notification.h"
#include "object/trace.h"

/* @caller has its answer: what reply_settle() does, then @server waits and the caller runs. */
static __attribute__((noinline)) struct thread *answered(struct thread *server, struct thread *caller,
							 struct endpoint *endpoint, bool traced)
{
	caller->sequence++;
	caller->replies = 0;
	caller->buffer_word = 0;
	caller->forwarded = false;
	caller->replier = NULL;
	server->caller = NULL;
	server->regs[REG_PC] += 4;
	fast_await(server, endpoint);
	return fast_switch(caller, traced);
}

/* Bytes go from @caller's buffer to that of a saved call; both have their answer, and @caller runs first. */
static __attribute__((noinline)) struct thread *answer_both(struct thread *server, struct thread *caller,
							    struct endpoint *endpoint, bool traced)
{
	uint64_t tag = server->regs[REG_A1] & ~TAG_BUFFER, bytes = server->regs[REG_A2];
	struct thread *other;
	struct slot *slot;

	if (UNLIKELY((tag & TAG_SLOW) || TAG_WORDS(tag) > MESSAGE_REGISTERS))
		return trap_general(server);
	other = fast_saved_caller(server, server->regs[REG_A3], &slot);
	if (UNLIKELY(other == NULL || other->priority > caller->priority ||
		     buffer_pass(caller, other, bytes) != E_OK))
		return trap_general(server);
	other->regs[REG_A3] = other->regs[REG_A4] = other->regs[REG_A5] = 0;
	fast_saved_answer(other, tag, bytes, slot);
	caller->regs[REG_A0] = E_OK;
	caller->regs[REG_A1] = tag;
	caller->regs[REG_A2] = bytes;
	caller->regs[REG_A3] = caller->regs[REG_A4] = caller->regs[REG_A5] = caller->regs[REG_A6] = 0;
	return answered(server, caller, endpoint, traced);
}

/* Four words or more, both sides as they are. */
HOT struct thread *answer_call(struct thread *server, struct thread *caller, struct endpoint *endpoint,
			       uint64_t tag, bool traced)
{
	if (UNLIKELY((tag & (TAG_SLOW | TAG_BUFFER)) || !fast_words_fit(server, caller, TAG_WORDS(tag))))
		return tag & TAG_BUFFER ? answer_both(server, caller, endpoint, traced)
					: trap_general(server);
	if (TAG_WORDS(tag) > MESSAGE_REGISTERS)
		fast_words(server, caller, TAG_WORDS(tag));
	caller->regs[REG_A0] = E_OK;
	caller->regs[REG_A1] = tag;
	caller->regs[REG_A2] = server->regs[REG_A2];
	caller->regs[REG_A3] = server->regs[REG_A3];
	caller->regs[REG_A4] = server->regs[REG_A4];
	caller->regs[REG_A5] = server->regs[REG_A5];
	caller->regs[REG_A6] = 0;
	return answered(server, caller, endpoint, traced);
}

/* Several pages, or one that takes the place of another frame's, or the trace is on. */
static __attribute__((noinline)) struct thread *answer_with_many(struct thread *server, struct thread *caller,
								 struct endpoint *endpoint, bool traced)
{
	if (!fast_map_many(server, caller))
		return trap_general(server);
	trace(TRACE_FAULT_ANSWER, caller->id, align_down(server->regs[REG_A2], PAGE_BYTES),
	      MAP_ITEM_PAGES(server->regs[REG_A3]));
	return answered(server, caller, endpoint, traced);
}

HOT struct thread *answer_fault(struct thread *server, struct thread *caller, struct endpoint *endpoint,
				uint64_t tag, bool traced)
{
	uint64_t item = server->regs[REG_A3];
	struct fast_plan plan;

	if (UNLIKELY((tag & (TAG_SLOW | TAG_BUFFER)) != TAG_MAP || TAG_ITEMS(tag) != 1))
		return tag == TAG(E_OK, 0) && !traced ? answered(server, caller, endpoint, traced)
						      : trap_general(server);
	if (item - MAP_SOURCE(0, 1) >= SPACE_SOURCES)
		return answer_with_many(server, caller, endpoint, traced);
	if (UNLIKELY(!fast_plan_item(server, caller, 1, &plan)))
		return trap_general(server);
	if (UNLIKELY(traced) || UNLIKELY(*plan.entry != 0 && !fast_is_same(&plan)))
		return answer_with_many(server, caller, endpoint, traced);
	if (UNLIKELY(word_kind(*plan.words) != FRAME_USER))
		return trap_general(server);
	if (*plan.entry != 0)
		fast_replace_rights(&plan, server->regs[REG_A2], caller->space->asid);
	else
		fast_count(&plan);
	__atomic_store_n(plan.entry, plan.leaf, __ATOMIC_RELAXED);
	fast_mapped(server, caller->space, 1);
	return answered(server, caller, endpoint, traced);
}

struct thread *fast_reply_wait(struct thread *server, bool traced)
{
	uint64_t tag = server->regs[REG_A1];
	struct thread *caller = server->caller;
	struct endpoint *endpoint;
	struct slot *slot;

	if (UNLIKELY(!fast_find(server, server->regs[REG_A0], KIND_ENDPOINT, RIGHT_READ, &slot) ||
		     caller == NULL || server->regs[REG_A6] != DEADLINE_NEVER))
		return trap_general(server);
	endpoint = (struct endpoint *)slot->a;
	if (UNLIKELY(endpoint->state == ENDPOINT_SENDERS || !sched_is_first(caller) ||
		     (server->notification != NULL && server->notification->flags != 0)))
		return trap_general(server);
	if (caller->send_kind == SEND_FAULT)
		return answer_fault(server, caller, endpoint, tag, traced);
	return answer_call(server, caller, endpoint, tag, traced);
}
