/* SPDX-License-Identifier: MIT */
/*
 * The kernel objects of a process. What is bound to a Thread is held by it alone: the slots in which CSpace,
 * endpoint, Space and message page arrived are emptied, and all goes with the Thread's one capability.
 */
#include "proc.h"
#include <pagoda/syscall.h>

/* One endpoint for the program, its badge the pid. */
static err_t endpoint_give(uint64_t slot, cap_t endpoint, uint32_t pid)
{
	return sys_cap_mint(SLOT_NEW_CSPACE, slot, CAP_NULL, endpoint, RIGHT_WRITE, pid).error;
}

static err_t cspace_create(uint32_t pid)
{
	err_t error = sys_object_create(PROC_POOL, SLOT_NEW_CSPACE, KIND_CSPACE, PROGRAM_CSPACE_SLOTS).error;

	if (error == E_OK)
		error = endpoint_give(SLOT_PROC, SERVER_ENDPOINT, pid);
	if (error == E_OK)
		error = endpoint_give(SLOT_PAGER, PROC_PAGER_ALL, pid);
	if (error == E_OK)
		error = endpoint_give(SLOT_VFS, PROC_VFS_ALL, pid);
	return error;
}

static err_t thread_bind_all(cap_t thread)
{
	err_t error = sys_thread_bind(thread, BIND_CSPACE, SLOT_NEW_CSPACE).error;

	if (error == E_OK)
		error = sys_thread_bind(thread, BIND_PAGER, SLOT_NEW_ENDPOINT).error;
	if (error == E_OK)
		error = sys_thread_priority(thread, PRIORITY_PROGRAM).error;
	return error;
}

err_t thread_create(struct process *process)
{
	cap_t thread = thread_slot(process);
	err_t error = cspace_create(process->pid);

	if (error == E_OK)
		error = sys_cap_mint(CAP_NULL, SLOT_NEW_ENDPOINT, CAP_NULL, PROC_PAGER_ALL, RIGHT_WRITE,
				     process->pid)
				.error;
	if (error == E_OK)
		error = sys_object_create(PROC_POOL, thread, KIND_THREAD, 0).error;
	if (error == E_OK)
		error = thread_bind_all(thread);
	slot_clear(SLOT_NEW_ENDPOINT);
	slot_clear(SLOT_NEW_CSPACE);
	if (error != E_OK)
		slot_clear(thread);
	return error == E_MEMORY ? E_NO_MEMORY : error;
}

err_t thread_take_space(struct process *process)
{
	err_t error = sys_thread_bind(thread_slot(process), BIND_SPACE, SLOT_NEW_SPACE).error;

	if (error == E_OK)
		error = sys_thread_bind(thread_slot(process), BIND_MESSAGE, SLOT_NEW_PAGE).error;
	slot_clear(SLOT_NEW_PAGE);
	slot_clear(SLOT_NEW_SPACE);
	return error;
}

/* Its saved Reply goes with it. */
void thread_destroy(struct process *process)
{
	slot_clear(thread_slot(process));
}

err_t reply_keep(struct process *process)
{
	err_t error = sys_reply_save(reply_slot(process)).error;

	return error == E_OK ? E_LATER : error;
}

/* The thread may have been stopped by the pager meanwhile; then there is nobody to answer. */
void reply_give(struct process *process, err_t error, uint64_t w0, uint64_t w1)
{
	struct message m = message_make(error, w0, w1);

	if (ipc_reply_send(reply_slot(process), &m) != E_OK)
		slot_clear(reply_slot(process));
}
