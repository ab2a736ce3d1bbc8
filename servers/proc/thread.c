/* SPDX-License-Identifier: MIT */
/*
 * The kernel objects of a process. What is bound to a Thread is held by it alone: the slots in which CSpace
 * and endpoint arrived are emptied, and all goes with the Thread's one capability. Space and message page are
 * bound by the pager, which keeps them; nobody else ever holds them.
 */
#include "proc.h"
#include "proto/inject.h"
#include <pagoda/syscall.h>

/* The program's CSpace, with three endpoints whose badge is the pid. */
static void cspace_create(struct batch *batch, uint32_t pid)
{
	batch_object_create(batch, PROC_POOL, SLOT_NEW_CSPACE, KIND_CSPACE, PROGRAM_CSPACE_SLOTS);
	batch_cap_mint(batch, SLOT_NEW_CSPACE, SLOT_PROC, CAP_NULL, SERVER_ENDPOINT, RIGHT_WRITE, pid);
	batch_cap_mint(batch, SLOT_NEW_CSPACE, SLOT_PAGER, CAP_NULL, PROC_PAGER_ALL, RIGHT_WRITE, pid);
	batch_cap_mint(batch, SLOT_NEW_CSPACE, SLOT_VFS, CAP_NULL, PROC_VFS_ALL, RIGHT_WRITE, pid);
}

void thread_create(struct batch *batch, struct process *process)
{
	cap_t thread = thread_slot(process);

	cspace_create(batch, process->pid);
	batch_cap_mint(batch, CAP_NULL, SLOT_NEW_ENDPOINT, CAP_NULL, PROC_PAGER_ALL, RIGHT_WRITE,
		       process->pid);
	batch_object_create(batch, PROC_POOL, thread, KIND_THREAD, 0);
	batch_thread_bind(batch, thread, BIND_CSPACE, SLOT_NEW_CSPACE);
	batch_thread_bind(batch, thread, BIND_PAGER, SLOT_NEW_ENDPOINT);
	process->priority = account_priority(process);
	batch_thread_priority(batch, thread, process->priority);
	batch_cap_delete(batch, CAP_NULL, SLOT_NEW_ENDPOINT);
	batch_cap_delete(batch, CAP_NULL, SLOT_NEW_CSPACE);
}

/* true: @batch ends before an object that is refused. */
static bool batch_is_cut(struct batch *batch)
{
	for (uint64_t i = 0; i < batch->count; i++) {
		if (message_page()->batch[i].number != SYS_object_create || !allocation_refused("object"))
			continue;
		batch->count = i;
		return true;
	}
	return false;
}

err_t thread_build(struct batch *batch)
{
	bool cut = batch_is_cut(batch);
	err_t error = batch_run(batch).error;

	if (cut)
		error = E_MEMORY;
	if (error != E_OK) {
		slot_clear(SLOT_NEW_CSPACE);
		slot_clear(SLOT_NEW_ENDPOINT);
	}
	return error == E_MEMORY ? E_NO_MEMORY : error;
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
