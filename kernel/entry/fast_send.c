/* SPDX-License-Identifier: MIT */
/*
 * The fast path of reply_send: a call that is nobody's current caller is answered with four words. Its thread
 * is ready after, and the server, whose priority is no lower, goes on.
 */
#include "entry/fast_saved.h"

void fast_saved_answer(struct thread *thread, uint64_t tag, uint64_t word, struct slot *slot)
{
	thread->sequence++;
	thread->replies = 0;
	thread->buffer_word = 0;
	thread->regs[REG_A0] = E_OK;
	thread->regs[REG_A1] = tag;
	thread->regs[REG_A2] = word;
	thread->regs[REG_A6] = 0;
	thread->state = THREAD_READY;
	ready_push(&ready_queue, &thread->queue, thread->priority);
	slot_remove(slot);
	info->slots_used--;
	info->objects[KIND_REPLY]--;
}

struct thread *fast_reply_send(struct thread *server, bool traced)
{
	uint64_t tag = server->regs[REG_A1];
	struct thread *thread;
	struct slot *slot;

	if (UNLIKELY(traced || (tag & (TAG_SLOW | TAG_BUFFER)) || TAG_WORDS(tag) > MESSAGE_REGISTERS ||
		     !sched_is_first(server)))
		return trap_general(server);
	thread = fast_saved_caller(server, server->regs[REG_A0], &slot);
	if (UNLIKELY(thread == NULL || thread->priority > server->priority))
		return trap_general(server);
	thread->regs[REG_A3] = server->regs[REG_A3];
	thread->regs[REG_A4] = server->regs[REG_A4];
	thread->regs[REG_A5] = server->regs[REG_A5];
	fast_saved_answer(thread, tag, server->regs[REG_A2], slot);
	return fast_stay(server, E_OK);
}
