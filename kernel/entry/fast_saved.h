/* SPDX-License-Identifier: MIT */
/* Saved Replies on the fast paths: of calls, not of faults. */
#ifndef ENTRY_FAST_SAVED_H
#define ENTRY_FAST_SAVED_H

#include "entry/fast.h"
#include "object/reply.h"

/*
 * What reply_save() checks: @keep is CAP_NULL and no answer is owed, or an empty slot, and a caller is there
 * whose answer has no bounds.
 */
HOT bool fast_may_keep(const struct thread *server, uint64_t keep, struct slot **slot)
{
	*slot = NULL;
	if (keep == CAP_NULL)
		return LIKELY(server->caller == NULL);
	return LIKELY(server->caller != NULL && !server->caller->forwarded) &&
	       LIKELY(fast_slot(server, keep, slot)) && LIKELY(slot_is_empty(*slot));
}

/* What it does; nothing without @slot. */
HOT void fast_keep(struct thread *server, struct slot *slot)
{
	struct thread *caller = server->caller;

	if (slot == NULL)
		return;
	slot->kind = KIND_REPLY;
	slot->rights = RIGHTS_ALL;
	slot->extra32 = REPLY_ALL_WORD;
	slot->a = (uint64_t)caller;
	slot->b = caller->sequence;
	slot->extra = REPLY_ALL_PAGES;
	slot_insert_child(&caller->self, slot);
	info->slots_used++;
	info->objects[KIND_REPLY]++;
	caller->replies++;
	caller->replier = NULL;
	server->caller = NULL;
}

/* The thread whose call the Reply in slot @index answers, which is nobody's current caller; NULL: look
 * closer. */
HOT struct thread *fast_saved_caller(const struct thread *server, uint64_t index, struct slot **slot)
{
	const uint32_t mask = 0xffu | SLOT_DYING << 16;
	struct thread *thread;

	if (UNLIKELY(!fast_slot(server, index, slot) ||
		     (*(const uint32_t *)(const void *)*slot & mask) != KIND_REPLY))
		return NULL;
	thread = (struct thread *)(*slot)->a;
	if (UNLIKELY((*slot)->b != thread->sequence || thread->state != THREAD_CALLED ||
		     thread->replier != NULL))
		return NULL;
	return thread;
}

/* It has its answer, a3 to a5 by the caller of this; then it is ready, and the slot empty. */
void fast_saved_answer(struct thread *thread, uint64_t tag, uint64_t word, struct slot *slot);

#endif
