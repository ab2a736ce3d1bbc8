/* SPDX-License-Identifier: MIT */
/* The general path of system calls: dispatch from the list, and the message calls. */
#include "uapi/syscall.h"
#include "base/spot.h"
#include "entry/calls.h"
#include "entry/path.h"
#include "object/buffer.h"
#include "object/notification.h"
#include "object/reply.h"
#include "object/sched.h"
#include "object/trace.h"

/*
 * What each number does. A handler takes as many of a0..a5 as the list says, so all can be called alike with
 * six; its struct result comes back in two registers. Message calls take only the thread and set registers.
 */
typedef struct result (*handler_t)(struct thread *, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
				   uint64_t);
typedef void (*message_handler_t)(struct thread *);

static const void *const handlers[SYS_COUNT] = {
#define MESSAGE_CALL(number, name, ...) [number] = (const void *)syscall_##name,
#define SYSCALL0(number, name, ...)	[number] = (const void *)syscall_##name,
#define SYSCALL1(number, name, ...)	[number] = (const void *)syscall_##name,
#define SYSCALL2(number, name, ...)	[number] = (const void *)syscall_##name,
#define SYSCALL3(number, name, ...)	[number] = (const void *)syscall_##name,
#define SYSCALL4(number, name, ...)	[number] = (const void *)syscall_##name,
#define SYSCALL5(number, name, ...)	[number] = (const void *)syscall_##name,
#define SYSCALL6(number, name, ...)	[number] = (const void *)syscall_##name,
#include "uapi/syscall.def"
#include "uapi/syscall_undef.h"
};

/* Message calls have the first numbers: so they are told from others by one comparison. */
#define MESSAGE_CALL(number, name, ...) _Static_assert(number < SYS_null, "a message call: " #name);
#define SYSCALL0(number, name, ...)	_Static_assert(number >= SYS_null, "no message call: " #name);
#define SYSCALL1			SYSCALL0
#define SYSCALL2			SYSCALL0
#define SYSCALL3			SYSCALL0
#define SYSCALL4			SYSCALL0
#define SYSCALL5			SYSCALL0
#define SYSCALL6			SYSCALL0
#include "uapi/syscall.def"
#include "uapi/syscall_undef.h"

static inline struct result dispatch(struct thread *thread, uint64_t number, const uint64_t *a)
{
	if (number >= SYS_COUNT || handlers[number] == NULL)
		return failed(E_SYSCALL);
	if (number < SYS_null) {
		((message_handler_t)handlers[number])(thread);
		return result(RESULT_NONE, 0);
	}
	return ((handler_t)handlers[number])(thread, a[0], a[1], a[2], a[3], a[4], a[5]);
}

struct thread *syscall_general(struct thread *thread)
{
	uint64_t number = thread->regs[REG_A7];
	struct result done;

	thread->regs[REG_PC] += 4;
	done = dispatch(thread, number, &thread->regs[REG_A0]);
	trace(TRACE_SYSCALL, thread->id, number, done.error);
	if (done.error < RESULT_NONE)
		thread_result(thread, done.error, done.value);
	else if (done.error == RESULT_RESTART)
		thread->regs[REG_PC] -= 4;
	return path_leave();
}

/* A call of a batch, which no longer matters to it. false: not one that may stand in a batch. */
static bool may_be_in_batch(uint64_t number)
{
	return number < SYS_COUNT && number != SYS_batch && number >= SYS_null;
}

static struct result batch_step(struct thread *thread, uint64_t index)
{
	const struct batch_call *call = &thread->page->batch[index];
	uint64_t number = call->number;
	struct result done =
		may_be_in_batch(number) ? dispatch(thread, number, call->argument) : failed(E_SYSCALL);

	trace(TRACE_SYSCALL, thread->id, number, done.error);
	if (done.error == E_OK && thread->page != NULL)
		thread->page->batch[index].argument[0] = done.value;
	return done;
}

/*
 * Long ones are interrupted between calls, or inside one: then a1 says where to go on. A call that has set
 * the thread's registers, because it stopped it or sent it elsewhere, is the last. One can take the message
 * page away.
 */
struct result syscall_batch(struct thread *thread, uint64_t count, uint64_t first)
{
	if (count > BATCH_CALLS || first > count)
		return failed(E_RANGE);
	for (uint64_t i = first; i < count; i++) {
		struct result done;

		if (i != first && !sched_goes_on(thread)) {
			thread->regs[REG_A1] = i;
			return result(RESULT_RESTART, 0);
		}
		if (thread->page == NULL)
			return result(E_MESSAGE, i);
		done = batch_step(thread, i);
		if (done.error == RESULT_RESTART)
			thread->regs[REG_A1] = i;
		if (done.error != E_OK)
			return done.error < RESULT_NONE ? result(done.error, i) : done;
	}
	return result(E_OK, count);
}

/* Messages: registers as uapi/message.h says. */

static SELDOM void send(struct thread *thread, enum send_kind kind)
{
	uint64_t tag = thread->regs[REG_A1];
	struct slot *slot;
	err_t error = cap_find(thread, thread->regs[REG_A0], KIND_ENDPOINT, RIGHT_WRITE, &slot);

	if (error == E_OK)
		error = message_check_send(thread, slot, tag);
	if (error == E_OK && kind == SEND_PLAIN && (tag & TAG_BUFFER))
		error = E_MESSAGE;
	if (error != E_OK) {
		thread_result(thread, error, 0);
		return;
	}
	thread->send_kind = (uint8_t)kind;
	thread->send_badge = slot->b;
	thread->buffer_word = 0;
	if (tag & TAG_BUFFER) {
		thread->buffer_address = thread->regs[REG_A4];
		thread->buffer_word = thread->regs[REG_A5];
	}
	endpoint_send(thread, (struct endpoint *)slot->a);
}

SELDOM void syscall_call(struct thread *thread)
{
	send(thread, SEND_CALL);
}

SELDOM void syscall_send(struct thread *thread)
{
	send(thread, SEND_PLAIN);
}

/* What a wait waits at: an endpoint, a notification, or nothing but the bound one. */
struct waited {
	struct endpoint *endpoint;
	struct notification *notification;
};

static SELDOM err_t find_waited(struct thread *thread, uint64_t index, struct waited *waited)
{
	struct slot *slot;
	err_t error;

	*waited = (struct waited){NULL, NULL};
	if (index == CAP_NULL)
		return E_OK;
	error = cap_find(thread, index, KIND_NONE, RIGHT_READ, &slot);
	if (error != E_OK)
		return error;
	if (slot->kind == KIND_ENDPOINT)
		waited->endpoint = (struct endpoint *)slot->a;
	else if (slot->kind == KIND_NOTIFICATION)
		waited->notification = (struct notification *)slot->a;
	else
		return E_KIND;
	return E_OK;
}

SELDOM void syscall_wait(struct thread *thread)
{
	uint64_t keep = thread->regs[REG_A1];
	struct waited waited;
	err_t error = find_waited(thread, thread->regs[REG_A0], &waited);

	if (error == E_OK && keep != CAP_NULL)
		error = reply_save(thread, keep);
	else if (error == E_OK && waited.endpoint != NULL && thread->caller != NULL)
		error = E_BUSY;
	if (error != E_OK)
		thread_result(thread, error, 0);
	else
		endpoint_wait(thread, waited.endpoint, waited.notification, thread->regs[REG_A6]);
}

/* Answer; the thread that can go on is awake after. */
static err_t answer(struct thread *thread, uint64_t reply, struct reply_target *target, uint64_t *missing)
{
	struct thread *woken = NULL;
	err_t error = reply_find(thread, reply, target);

	if (error == E_OK)
		error = reply_answer(thread, target, &woken, missing);
	if (error == E_OK && woken != NULL)
		(reply == CAP_NULL ? sched_resume : sched_wake)(woken);
	return error;
}

SELDOM void syscall_reply(struct thread *thread)
{
	struct reply_target target;
	uint64_t missing = 0;
	err_t error = answer(thread, CAP_NULL, &target, &missing);

	thread_result(thread, error, missing);
}

/* What TAG_BUFFER asks for; the answer to both has no such tag, and can only succeed. */
static SELDOM err_t pass_buffer(struct thread *thread)
{
	uint64_t tag = thread->regs[REG_A1], reply = thread->regs[REG_A3];
	struct reply_target target;
	err_t error = reply == CAP_NULL ? E_SLOT : reply_find(thread, reply, &target);

	if (thread->caller == NULL)
		return E_STALE;
	if ((tag & (TAG_CAP | TAG_MAP | TAG_NOTIFY | TAG_FAULT)) != 0 || TAG_WORDS(tag) > MESSAGE_REGISTERS ||
	    thread->caller->send_kind != SEND_CALL)
		return E_MESSAGE;
	if (error == E_OK && (target.thread->send_kind != SEND_CALL || target.thread == thread->caller))
		error = E_MESSAGE;
	if (error == E_OK)
		error = buffer_pass(thread->caller, target.thread, thread->regs[REG_A2]);
	if (error != E_OK)
		return error;
	thread->regs[REG_A1] = tag & ~TAG_BUFFER;
	thread->regs[REG_A3] = thread->regs[REG_A4] = thread->regs[REG_A5] = 0;
	return E_OK;
}

/* Answer through a saved Reply, which goes. */
static err_t answer_saved(struct thread *thread, uint64_t reply, uint64_t *missing)
{
	struct reply_target target;
	err_t error = answer(thread, reply, &target, missing);

	if (error == E_OK)
		cap_unhold(target.slot);
	return error;
}

SELDOM void syscall_reply_wait(struct thread *thread)
{
	struct reply_target target;
	struct waited waited;
	bool passes = thread->regs[REG_A1] & TAG_BUFFER;
	uint64_t missing = 0, deadline = thread->regs[REG_A6], passed_to = thread->regs[REG_A3];
	err_t error = find_waited(thread, thread->regs[REG_A0], &waited);

	if (error == E_OK && passes)
		error = pass_buffer(thread);
	if (error == E_OK)
		error = answer(thread, CAP_NULL, &target, &missing);
	if (error == E_OK && passes)
		error = answer_saved(thread, passed_to, &missing);
	if (error != E_OK)
		thread_result(thread, error, missing);
	else
		endpoint_wait(thread, waited.endpoint, waited.notification, deadline);
}

SELDOM void syscall_forward_wait(struct thread *thread)
{
	struct waited waited;
	uint64_t deadline = thread->regs[REG_A6];
	err_t error = find_waited(thread, thread->regs[REG_A0], &waited);

	if (error == E_OK)
		error = forward(thread, CAP_NULL, &thread->regs[REG_A1]);
	if (error != E_OK)
		thread_result(thread, error, 0);
	else
		endpoint_wait(thread, waited.endpoint, waited.notification, deadline);
}

void syscall_reply_send(struct thread *thread)
{
	uint64_t missing = 0, reply = thread->regs[REG_A0];
	err_t error = reply == CAP_NULL ? E_SLOT : answer_saved(thread, reply, &missing);

	thread_result(thread, error, missing);
}

struct result syscall_null(struct thread *thread)
{
	(void)thread;
	return result(E_OK, 0);
}

SELDOM struct result syscall_yield(struct thread *thread)
{
	thread_result(thread, E_OK, 0);
	sched_yield();
	return result(RESULT_NONE, 0);
}

struct result syscall_notify(struct thread *thread, uint64_t notification)
{
	struct slot *slot;
	err_t error = cap_find(thread, notification, KIND_NOTIFICATION, RIGHT_WRITE, &slot);

	if (error == E_OK)
		notification_signal((struct notification *)slot->a, slot->b);
	return failed(error);
}
