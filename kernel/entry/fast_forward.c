/* SPDX-License-Identifier: MIT */
/*
 * The fast path of forward_wait: a fault that was not forwarded before, to an endpoint where a receiver waits
 * who runs at once; its Reply is kept where none lives, or not at all. Nobody is queued where the server then
 * waits, there is no deadline and no flag is set.
 */
#include "entry/fast.h"
#include "object/notification.h"
#include "object/reply.h"
#include "uapi/fault.h"

/* Window, rights and sources as the call has them; a Reply that is not forwarded allows all of that. */
HOT bool read_bounds(uint64_t at, uint64_t word)
{
	return LIKELY(at < USER_END && at % PAGE_BYTES == 0 && word >> 32 <= (USER_END - at) / PAGE_BYTES &&
		      (word & 0xfff8) == 0);
}

/* Where the Reply of an earlier fault of this thread lies, its own one can be with a new number. */
HOT bool find_keep(const struct thread *server, const struct thread *thread, uint64_t keep,
		   struct slot **kept)
{
	*kept = NULL;
	return keep == CAP_NULL ||
	       (LIKELY(fast_slot(server, keep, kept)) && LIKELY(reply_is_spent(*kept, thread)));
}

HOT bool may_choose(const struct slot *endpoint, uint64_t *badge)
{
	if (*badge == 0)
		*badge = endpoint->b;
	else if (UNLIKELY(endpoint->b != 0 || !(endpoint->rights & RIGHT_MANAGE)))
		return false;
	return true;
}

/* @thread's fault goes from @server to @receiver: who it answers to, and the message. */
HOT void hand_on(struct thread *server, struct thread *thread, struct thread *receiver, uint64_t badge)
{
	uint64_t word = server->regs[REG_A3];

	thread->forwarded = true;
	thread->bounds.first_page = server->regs[REG_A2] / PAGE_BYTES;
	thread->bounds.pages = word >> 32;
	thread->bounds.sources = (uint32_t)word >> 16;
	thread->bounds.rights = word & RIGHTS_RWX;
	thread->send_badge = badge;
	thread->replier = receiver;
	server->caller = NULL;
	receiver->caller = thread;
	receiver->regs[REG_A0] = E_OK;
	receiver->regs[REG_A1] = TAG(thread->fault_kind, 4) | TAG_FAULT;
	receiver->regs[REG_A2] = thread->fault_address;
	receiver->regs[REG_A3] = thread->regs[REG_PC];
	receiver->regs[REG_A4] = thread->fault_info;
	receiver->regs[REG_A5] = thread->fault_word;
	receiver->regs[REG_A6] = badge;
}

struct thread *fast_forward_wait(struct thread *server, bool traced)
{
	struct thread *thread = server->caller, *receiver;
	uint64_t badge = server->regs[REG_A5];
	struct slot *to, *kept, *own;

	if (UNLIKELY(traced || thread == NULL || thread->send_kind != SEND_FAULT || thread->forwarded ||
		     !read_bounds(server->regs[REG_A2], server->regs[REG_A3]) ||
		     !fast_find(server, server->regs[REG_A1], KIND_ENDPOINT, RIGHT_WRITE, &to) ||
		     !fast_find(server, server->regs[REG_A0], KIND_ENDPOINT, RIGHT_READ, &own) ||
		     server->regs[REG_A6] != DEADLINE_NEVER || to->a == own->a || !may_choose(to, &badge)))
		return trap_general(server);
	if (UNLIKELY(((struct endpoint *)own->a)->state == ENDPOINT_SENDERS ||
		     (server->notification != NULL && server->notification->flags != 0) ||
		     !find_keep(server, thread, server->regs[REG_A4], &kept)))
		return trap_general(server);
	receiver = fast_receiver((struct endpoint *)to->a);
	if (UNLIKELY(receiver == NULL))
		return trap_general(server);
	if (kept != NULL)
		reply_renew(thread, kept);
	fast_dequeue((struct endpoint *)to->a, receiver);
	hand_on(server, thread, receiver, badge);
	server->regs[REG_PC] += 4;
	fast_await(server, (struct endpoint *)own->a);
	return fast_switch(receiver, false);
}
