/* SPDX-License-Identifier: MIT */
/*
 * Several calls in one visit: batch_NAME(&batch, arguments) for every SYSCALLn adds one to the message page,
 * batch_run() makes them in order and stops at the first that fails. Values: batch_value().
 */
#ifndef PAGODA_BATCH_H
#define PAGODA_BATCH_H

#include <pagoda/ipc.h>
#include <pagoda/syscall.h>

struct batch {
	uint64_t count;
};

static inline void batch_add(struct batch *batch, uint64_t number, uint64_t w0, uint64_t w1, uint64_t w2,
			     uint64_t w3, uint64_t w4, uint64_t w5)
{
	/* one too many is refused as a whole by the kernel */
	if (batch->count < BATCH_CALLS)
		message_page()->batch[batch->count] = (struct batch_call){number, {w0, w1, w2, w3, w4, w5}};
	batch->count++;
}

/* Errors: those of the call that failed; value is its index then. The calls before it are done. */
static inline struct result batch_run(struct batch *batch)
{
	uint64_t count = batch->count;

	batch->count = 0;
	return sys_batch(count, 0);
}

static inline uint64_t batch_value(uint64_t index)
{
	return message_page()->batch[index].argument[0];
}

/* clang-format off */
#define BATCH_STUB static inline void
#define MESSAGE_CALL(number, name, ...)
#define SYSCALL0(number, name, ...) \
	BATCH_STUB batch_##name(struct batch *batch) { batch_add(batch, number, 0, 0, 0, 0, 0, 0); }
#define SYSCALL1(number, name, t0, x0, ...) \
	BATCH_STUB batch_##name(struct batch *batch, t0 x0) { batch_add(batch, number, x0, 0, 0, 0, 0, 0); }
#define SYSCALL2(number, name, t0, x0, t1, x1, ...) \
	BATCH_STUB batch_##name(struct batch *batch, t0 x0, t1 x1) \
	{ batch_add(batch, number, x0, x1, 0, 0, 0, 0); }
#define SYSCALL3(number, name, t0, x0, t1, x1, t2, x2, ...) \
	BATCH_STUB batch_##name(struct batch *batch, t0 x0, t1 x1, t2 x2) \
	{ batch_add(batch, number, x0, x1, x2, 0, 0, 0); }
#define SYSCALL4(number, name, t0, x0, t1, x1, t2, x2, t3, x3, ...) \
	BATCH_STUB batch_##name(struct batch *batch, t0 x0, t1 x1, t2 x2, t3 x3) \
	{ batch_add(batch, number, x0, x1, x2, x3, 0, 0); }
#define SYSCALL5(number, name, t0, x0, t1, x1, t2, x2, t3, x3, t4, x4, ...) \
	BATCH_STUB batch_##name(struct batch *batch, t0 x0, t1 x1, t2 x2, t3 x3, t4 x4) \
	{ batch_add(batch, number, x0, x1, x2, x3, x4, 0); }
#define SYSCALL6(number, name, t0, x0, t1, x1, t2, x2, t3, x3, t4, x4, t5, x5, ...) \
	BATCH_STUB batch_##name(struct batch *batch, t0 x0, t1 x1, t2 x2, t3 x3, t4 x4, t5 x5) \
	{ batch_add(batch, number, x0, x1, x2, x3, x4, x5); }
#include "uapi/syscall.def"
#include "uapi/syscall_undef.h"
/* clang-format on */

#endif
