/* SPDX-License-Identifier: MIT */
/* Send, wait, and what a message carries: the general path. The short ones are in entry/fast.c. */
#include "base/panic.h"
#include "hw/timer.h"
#include "object/notification.h"
#include "object/reply.h"
#include "object/sched.h"
#include "object/trace.h"

#define REFUSED_A_VISIT 16

struct endpoint *endpoint_create(struct pool *pool)
{
	struct endpoint *endpoint = object_new(pool, KIND_ENDPOINT, sizeof *endpoint);

	if (endpoint != NULL)
		list_init(&endpoint->queue);
	return endpoint;
}

static struct thread *first_in(const struct endpoint *endpoint)
{
	return container_of(list_first(&endpoint->queue), struct thread, queue);
}

static void enqueue(struct endpoint *endpoint, struct thread *thread, enum endpoint_state state)
{
	KASSERT(endpoint->state == ENDPOINT_IDLE || endpoint->state == state);
	list_push_back(&endpoint->queue, &thread->queue);
	endpoint->state = state;
	thread->blocked_on = endpoint;
	thread->waits_on_notification = false;
}

void endpoint_dequeue(struct thread *thread)
{
	struct endpoint *endpoint = thread->blocked_on;

	list_remove(&thread->queue);
	if (!thread->waits_on_notification && list_is_empty(&endpoint->queue))
		endpoint->state = ENDPOINT_IDLE;
	thread->blocked_on = NULL;
}

/* The capability that a TAG_CAP message of @from sends. */
static err_t find_sent(const struct thread *from, struct slot **sent)
{
	err_t error = cap_find(from, from->page->cap_send, KIND_NONE, 0, sent);

	if (error == E_OK && (*sent)->kind == KIND_REPLY)
		return E_KIND;
	return error;
}

err_t message_check_send(const struct thread *thread, const struct slot *endpoint, uint64_t tag)
{
	struct slot *sent;

	if (TAG_WORDS(tag) > MESSAGE_WORDS || (tag & (TAG_MAP | TAG_NOTIFY | TAG_FAULT)) != 0)
		return E_MESSAGE;
	if ((TAG_WORDS(tag) > MESSAGE_REGISTERS || (tag & TAG_CAP)) && thread->page == NULL)
		return E_MESSAGE;
	if (!(tag & TAG_CAP))
		return E_OK;
	if (endpoint != NULL && !(endpoint->rights & RIGHT_GRANT))
		return E_RIGHTS;
	return find_sent(thread, &sent);
}

/* Where the one capability goes: an empty slot that the receiver declared. */
static err_t find_receiving(const struct thread *to, struct slot **slot)
{
	if (to->page == NULL || cap_find_empty(to, to->page->cap_receive, slot) != E_OK)
		return E_OCCUPIED;
	return E_OK;
}

err_t message_carry(struct thread *from, struct thread *to, uint64_t tag, uint64_t badge)
{
	struct slot *sent = NULL, *received = NULL;
	err_t error;

	if (TAG_WORDS(tag) > MESSAGE_REGISTERS && (to->page == NULL || from->page == NULL))
		return E_MESSAGE;
	if (tag & TAG_CAP) {
		error = from->page == NULL ? E_MESSAGE : find_sent(from, &sent);
		if (error == E_OK)
			error = find_receiving(to, &received);
		if (error != E_OK)
			return error;
		cap_derive(sent, received, (unsigned)from->page->cap_send_rights);
	}
	for (unsigned i = MESSAGE_REGISTERS; i < TAG_WORDS(tag); i++)
		to->page->words[i] = from->page->words[i];
	for (unsigned i = 0; i < MESSAGE_REGISTERS; i++)
		to->regs[REG_A2 + i] = from->regs[REG_A2 + i];
	to->regs[REG_A0] = E_OK;
	to->regs[REG_A1] = tag;
	to->regs[REG_A6] = badge;
	return E_OK;
}

/* Give @sender's message to @receiver, who waits or is about to; E_OK: the sender is settled too. */
static err_t deliver(struct thread *sender, struct thread *receiver)
{
	err_t error = E_OK;

	if (sender->send_kind == SEND_FAULT)
		fault_carry(sender, receiver);
	else
		error = message_carry(sender, receiver, sender->regs[REG_A1], sender->send_badge);
	if (error != E_OK)
		return error;
	trace(TRACE_CALL, sender->id, receiver->regs[REG_A1], sender->send_badge);
	if (sender->send_kind == SEND_PLAIN) {
		thread_result(sender, E_OK, 0);
		return E_OK;
	}
	sender->state = sender->send_kind == SEND_FAULT ? THREAD_FAULTED : THREAD_CALLED;
	receiver->caller = sender;
	sender->replier = receiver;
	return E_OK;
}

/* The sender's own mistake ends its send. */
static void refuse(struct thread *sender, err_t error)
{
	thread_result(sender, error, 0);
	sender->buffer_word = 0;
}

void endpoint_send(struct thread *thread, struct endpoint *endpoint)
{
	struct thread *receiver;
	err_t error;

	if (endpoint->state != ENDPOINT_RECEIVERS) {
		thread->state = THREAD_SENDING;
		enqueue(endpoint, thread, ENDPOINT_SENDERS);
		return;
	}
	receiver = first_in(endpoint);
	error = deliver(thread, receiver);
	if (error != E_OK) {
		refuse(thread, error);
		return;
	}
	endpoint_dequeue(receiver);
	sched_disarm(receiver);
	sched_wake(receiver);
}

/*
 * Take the first message that can be delivered; false: there is none. After many senders whose messages
 * cannot be, the wait ends with CANCELLED: it can be begun again.
 */
static bool receive_now(struct thread *thread, struct endpoint *endpoint)
{
	for (unsigned refused = 0; endpoint->state == ENDPOINT_SENDERS; refused++) {
		struct thread *sender = first_in(endpoint);
		err_t error;

		if (refused == REFUSED_A_VISIT) {
			thread_result(thread, E_CANCELLED, 0);
			return true;
		}
		endpoint_dequeue(sender);
		error = deliver(sender, thread);
		if (error != E_OK)
			refuse(sender, error);
		if (error != E_OK || sender->send_kind == SEND_PLAIN)
			sched_wake(sender);
		if (error == E_OK)
			return true;
	}
	return false;
}

void endpoint_wait(struct thread *thread, struct endpoint *endpoint, struct notification *notification,
		   uint64_t deadline)
{
	if (thread->notification != NULL && notification_collect(thread->notification, thread))
		return;
	if (notification != NULL && notification_collect(notification, thread))
		return;
	if (endpoint != NULL && receive_now(thread, endpoint))
		return;
	if (deadline != DEADLINE_NEVER && deadline <= timer_now()) {
		thread_result(thread, E_TIMEOUT, 0);
		return;
	}
	thread->state = THREAD_WAITING;
	if (endpoint != NULL) {
		enqueue(endpoint, thread, ENDPOINT_RECEIVERS);
	} else if (notification != NULL) {
		list_push_back(&notification->waiters, &thread->queue);
		thread->blocked_on = notification;
		thread->waits_on_notification = true;
	}
	if (deadline != DEADLINE_NEVER)
		sched_arm(&thread->alarm, deadline);
}

/* One queued thread a step: its other side is dead. */
bool endpoint_reap_step(struct endpoint *endpoint)
{
	struct thread *thread;

	if (list_is_empty(&endpoint->queue))
		return false;
	thread = first_in(endpoint);
	endpoint_dequeue(thread);
	sched_disarm(thread);
	if (thread->state == THREAD_SENDING && thread->send_kind == SEND_FAULT) {
		reply_orphaned(thread);
		return true;
	}
	thread_result(thread, E_DEAD, 0);
	thread->buffer_word = 0;
	sched_wake(thread);
	return true;
}
