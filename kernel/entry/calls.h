/* SPDX-License-Identifier: MIT */
/*
 * One function a system call, declared from the list; bodies are in entry/calls_*.c. Arguments are as the
 * registers have them, wider than a cap_t: cap_find() answers E_SLOT to a slot number that is none.
 */
#ifndef ENTRY_CALLS_H
#define ENTRY_CALLS_H

#include "object/thread.h"

#define MESSAGE_CALL(number, name, ...)	    void syscall_##name(struct thread *self);
#define SYSCALL0(number, name, ...)	    struct result syscall_##name(struct thread *self);
#define SYSCALL1(number, name, t1, a1, ...) struct result syscall_##name(struct thread *self, uint64_t a1);
#define SYSCALL2(number, name, t1, a1, t2, a2, ...) \
	struct result syscall_##name(struct thread *self, uint64_t a1, uint64_t a2);
#define SYSCALL3(number, name, t1, a1, t2, a2, t3, a3, ...) \
	struct result syscall_##name(struct thread *self, uint64_t a1, uint64_t a2, uint64_t a3);
#define SYSCALL4(number, name, t1, a1, t2, a2, t3, a3, t4, a4, ...) \
	struct result syscall_##name(struct thread *self, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4);
#define SYSCALL5(number, name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, ...)                      \
	struct result syscall_##name(struct thread *self, uint64_t a1, uint64_t a2, uint64_t a3, \
				     uint64_t a4, uint64_t a5);
#define SYSCALL6(number, name, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5, t6, a6, ...)              \
	struct result syscall_##name(struct thread *self, uint64_t a1, uint64_t a2, uint64_t a3, \
				     uint64_t a4, uint64_t a5, uint64_t a6);
#include "uapi/syscall.def"
#include "uapi/syscall_undef.h"

/* reply_forward() with the arguments from endpoint to badge in @words. */
err_t forward(struct thread *thread, uint64_t reply, const uint64_t *words) MUST_USE;

/* Results that are no results. */
#define RESULT_NONE    0x1000ul /* leave the registers alone: the call set them, or its thread is elsewhere */
#define RESULT_RESTART 0x1001ul /* interrupted: execute the ecall again */

static inline struct result result(uint64_t error, uint64_t value)
{
	return (struct result){error, value};
}

static inline struct result failed(err_t error)
{
	return (struct result){(uint64_t)error, 0};
}

#endif
