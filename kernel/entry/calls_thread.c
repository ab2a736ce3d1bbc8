/* SPDX-License-Identifier: MIT */
/* System calls on threads. */
#include "entry/calls.h"
#include "object/sched.h"

static err_t find_thread(struct thread *thread, uint64_t index, struct thread **found)
{
	struct slot *slot;
	err_t error = cap_find(thread, index, KIND_THREAD, RIGHT_MANAGE, &slot);

	if (error == E_OK)
		*found = (struct thread *)slot->a;
	return error;
}

struct result syscall_thread_bind(struct thread *thread, uint64_t other, uint64_t what, uint64_t cap)
{
	struct slot *slot = NULL;
	struct thread *bound;
	err_t error = find_thread(thread, other, &bound);

	if (error == E_OK && what >= BIND_COUNT)
		error = E_RANGE;
	if (error == E_OK && cap != CAP_NULL)
		error = cap_find(thread, cap, KIND_NONE, 0, &slot);
	if (error == E_OK)
		error = thread_bind(bound, (enum thread_binding)what, slot);
	return failed(error);
}

struct result syscall_thread_priority(struct thread *thread, uint64_t other, uint64_t priority)
{
	struct thread *changed;
	err_t error = find_thread(thread, other, &changed);
	bool queued;

	if (error == E_OK && (priority >= PRIORITIES || priority > thread->priority))
		error = E_RANGE;
	if (error != E_OK)
		return failed(error);
	queued = changed->state == THREAD_READY && list_is_linked(&changed->queue);
	if (queued)
		sched_remove(changed);
	changed->priority = (uint32_t)priority;
	if (queued)
		sched_wake(changed);
	return failed(E_OK);
}

struct result syscall_thread_start(struct thread *thread, uint64_t other, uint64_t pc, uint64_t sp,
				   uint64_t a0, uint64_t a1)
{
	struct thread *started;
	err_t error = find_thread(thread, other, &started);

	if (error == E_OK)
		error = thread_start(started, pc, sp, a0, a1);
	return failed(error);
}

struct result syscall_thread_suspend(struct thread *thread, uint64_t other)
{
	struct thread *stopped;
	err_t error = find_thread(thread, other, &stopped);

	if (error != E_OK)
		return failed(error);
	if (stopped == thread)
		thread_result(thread, E_OK, 0);
	thread_stop(stopped);
	return stopped == thread ? result(RESULT_NONE, 0) : failed(E_OK);
}

struct result syscall_thread_resume(struct thread *thread, uint64_t other)
{
	struct thread *resumed;
	err_t error = find_thread(thread, other, &resumed);

	if (error == E_OK)
		error = thread_resume(resumed);
	return failed(error);
}

struct result syscall_thread_read(struct thread *thread, uint64_t other)
{
	struct thread *read;
	err_t error = find_thread(thread, other, &read);

	if (error == E_OK)
		error = thread_read(thread, read);
	return error == E_OK ? result(E_OK, read->state) : failed(error);
}

struct result syscall_thread_write(struct thread *thread, uint64_t other)
{
	struct thread *written;
	err_t error = find_thread(thread, other, &written);

	if (error == E_OK)
		error = thread_write(thread, written);
	return failed(error);
}

/* A thread that diverts itself finds E_OK in the registers that are saved. */
struct result syscall_thread_divert(struct thread *thread, uint64_t other, uint64_t pc, uint64_t sp,
				    uint64_t reason)
{
	struct thread *diverted;
	err_t error = find_thread(thread, other, &diverted);

	if (error == E_OK && diverted == thread) {
		uint64_t a0 = thread->regs[REG_A0], a1 = thread->regs[REG_A1];

		thread_result(thread, E_OK, 0);
		error = thread_divert(thread, pc, sp, reason);
		if (error == E_OK)
			return result(RESULT_NONE, 0);
		thread_result(thread, a0, a1);
	} else if (error == E_OK) {
		error = thread_divert(diverted, pc, sp, reason);
	}
	return failed(error);
}

struct result syscall_divert_return(struct thread *thread)
{
	err_t error = thread_divert_return(thread);

	return error == E_OK ? result(RESULT_NONE, 0) : failed(error);
}
