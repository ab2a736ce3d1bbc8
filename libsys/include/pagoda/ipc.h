/* SPDX-License-Identifier: MIT */
/*
 * Messages between programs and servers: stubs of the message calls, registers as uapi/message.h says.
 * Two errors can come back from a call: that of the kernel (the message did not pass: m->error) and that
 * of the server (the label of the answer); message_error() gives whichever there is.
 */
#ifndef PAGODA_IPC_H
#define PAGODA_IPC_H

#include "uapi/error.h"
#include "uapi/message.h"
#include "uapi/syscall.h"
#include <pagoda/program.h>

/* Where the thread's message page lies; a build with another layout says so with -D. */
#if PAGODA_HOST
#include <pagoda/host.h>
#define PAGODA_MESSAGE_PAGE &host_message_page
#elif !defined(PAGODA_MESSAGE_PAGE)
#define PAGODA_MESSAGE_PAGE PROGRAM_MESSAGE_PAGE
#endif

/* In: tag and w. Out: all. */
struct message {
	uint64_t error; /* enum error of the kernel */
	uint64_t tag;
	uint64_t w[MESSAGE_REGISTERS];
	uint64_t badge; /* of the sender, after a wait */
};

static inline struct message_page *message_page(void)
{
	return (struct message_page *)PAGODA_MESSAGE_PAGE;
}

#if PAGODA_HOST
static inline err_t ipc_perform(uint64_t number, cap_t target, uint64_t deadline, struct message *m)
{
	host_message_call(number, target, deadline, m);
	return (err_t)m->error;
}

/* Waits as below: the slot to keep a Reply in travels where others have a tag. */
static inline err_t ipc_wait_keeping(cap_t endpoint, uint64_t deadline, struct message *m, cap_t keep)
{
	m->tag = keep;
	return ipc_perform(SYS_wait, endpoint, deadline, m);
}
#else
/* One message call. @target in a0 (endpoint or Reply slot), @deadline in a6. */
static inline __attribute__((always_inline)) err_t ipc_perform(uint64_t number, cap_t target,
							       uint64_t deadline, struct message *m)
{
	register uint64_t a0 __asm__("a0") = target;
	register uint64_t a1 __asm__("a1") = m->tag;
	register uint64_t a2 __asm__("a2") = m->w[0];
	register uint64_t a3 __asm__("a3") = m->w[1];
	register uint64_t a4 __asm__("a4") = m->w[2];
	register uint64_t a5 __asm__("a5") = m->w[3];
	register uint64_t a6 __asm__("a6") = deadline;
	register uint64_t a7 __asm__("a7") = number;

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5), "+r"(a6), "+r"(a7)
			 :
			 : "memory");
	*m = (struct message){.error = a0, .tag = a1, .w = {a2, a3, a4, a5}, .badge = a6};
	return (err_t)a0;
}

/*
 * Wait at an endpoint or a notification until @deadline (absolute ticks); what m held is lost. The current
 * caller's Reply is kept in the slot @keep first; CAP_NULL: there is none.
 */
static inline err_t ipc_wait_keeping(cap_t endpoint, uint64_t deadline, struct message *m, cap_t keep)
{
	register uint64_t a0 __asm__("a0") = endpoint;
	register uint64_t a1 __asm__("a1") = keep;
	register uint64_t a2 __asm__("a2");
	register uint64_t a3 __asm__("a3");
	register uint64_t a4 __asm__("a4");
	register uint64_t a5 __asm__("a5");
	register uint64_t a6 __asm__("a6") = deadline;
	register uint64_t a7 __asm__("a7") = SYS_wait;

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1), "=r"(a2), "=r"(a3), "=r"(a4), "=r"(a5), "+r"(a6), "+r"(a7)
			 :
			 : "memory");
	*m = (struct message){.error = a0, .tag = a1, .w = {a2, a3, a4, a5}, .badge = a6};
	return (err_t)a0;
}
#endif

/* Send m to an endpoint and wait for the answer, which replaces m. */
static inline err_t ipc_call(cap_t endpoint, struct message *m)
{
	return ipc_perform(SYS_call, endpoint, DEADLINE_NEVER, m);
}

/* Send m and wait until it was received. */
static inline err_t ipc_send(cap_t endpoint, struct message *m)
{
	return ipc_perform(SYS_send, endpoint, DEADLINE_NEVER, m);
}

static inline err_t ipc_wait(cap_t endpoint, uint64_t deadline, struct message *m)
{
	return ipc_wait_keeping(endpoint, deadline, m, CAP_NULL);
}

/* Answer the current caller. */
static inline err_t ipc_reply(struct message *m)
{
	return ipc_perform(SYS_reply, CAP_NULL, DEADLINE_NEVER, m);
}

/* Answer the current caller with m, then wait; the next message replaces m. A failed answer consumes nothing.
 */
static inline err_t ipc_reply_wait(cap_t endpoint, uint64_t deadline, struct message *m)
{
	return ipc_perform(SYS_reply_wait, endpoint, deadline, m);
}

/* The answer that passes @bytes from the current caller's buffer to that of the call whose Reply is saved in
 * @reply_slot, and answers both with E_OK and @bytes; for ipc_reply_wait(). */
static inline struct message message_pass(uint64_t bytes, cap_t reply_slot)
{
	return (struct message){.tag = TAG(E_OK, 0) | TAG_BUFFER, .w = {bytes, reply_slot, 0, 0}};
}

/* What ipc_forward_wait() takes: the arguments of sys_reply_forward() for the current caller. */
static inline struct message message_forward(cap_t endpoint, vaddr_t at, uint64_t pages_bounds, uint64_t keep,
					     uint64_t badge)
{
	return (struct message){.tag = endpoint, .w = {at, pages_bounds, keep, badge}};
}

/* Forward the current caller's fault as m says, then wait at @endpoint; the next message replaces m. */
static inline err_t ipc_forward_wait(cap_t endpoint, uint64_t deadline, struct message *m)
{
	return ipc_perform(SYS_forward_wait, endpoint, deadline, m);
}

/* The same, but the next message goes to @next, which keeps what it holds (but its error) if the answer
 * failed. */
static inline err_t ipc_reply_wait_next(cap_t endpoint, uint64_t deadline, const struct message *answer,
					struct message *next)
{
	struct message m = *answer;

	(void)ipc_reply_wait(endpoint, deadline, &m);
	if (__builtin_expect(m.error != E_OK, 0)) {
		next->error = m.error;
		return (err_t)m.error;
	}
	*next = m;
	return E_OK;
}

/* Answer through a saved Reply; its slot is empty afterwards. */
static inline err_t ipc_reply_send(cap_t reply_slot, struct message *m)
{
	return ipc_perform(SYS_reply_send, reply_slot, DEADLINE_NEVER, m);
}

/*
 * Call with a buffer that the receiver may read (BUFFER_READ) or write (BUFFER_WRITE) until it answers.
 * m: the tag with label and words, and w[0], w[1]; w[2] and w[3] describe the buffer.
 */
static inline err_t ipc_call_buffer(cap_t endpoint, struct message *m, const void *buffer, size_t bytes,
				    uint64_t access)
{
	m->tag |= TAG_BUFFER;
	m->w[2] = (uint64_t)buffer;
	m->w[3] = BUFFER_LENGTH((uint64_t)bytes) | access;
	return ipc_call(endpoint, m);
}

/* After a call: the kernel's error if there is one, else the server's. */
static inline err_t message_error(const struct message *m)
{
	return m->error != E_OK ? (err_t)m->error : (err_t)TAG_LABEL(m->tag);
}

/* A message with a label and up to two words, for calls with short requests. */
static inline struct message message_make(uint32_t label, uint64_t w0, uint64_t w1)
{
	return (struct message){.tag = TAG(label, 0), .w = {w0, w1, 0, 0}};
}

#endif
