/* SPDX-License-Identifier: MIT */
/*
 * fork: the parent waits in its call while the child is made, so its space and files do not change. A failure
 * at any step takes apart what was made, and the parent hears of the error: nothing has changed for it.
 */
#include "proc.h"
#include <pagoda/syscall.h>

#define POOL_RESERVE	   16u	 /* processes for which proc's Pool keeps room */
#define POOL_PROCESS_BYTES 8192u /* a Thread and a CSpace, rounded up */

#define WORD_OF(number)	   (MESSAGE_REGISTERS + (number)) /* of a register in the message page */
#define REGISTER_PC	   0
#define REGISTER_SP	   2
#define REGISTER_A0	   10

/* The child's Thread, and the parent's registers in the message page. */
static err_t thread_fork(const struct process *parent, struct process *child)
{
	struct batch batch = {0};

	thread_create(&batch, child);
	batch_thread_read(&batch, thread_slot(parent));
	return thread_build(&batch);
}

/*
 * The child begins with the parent's registers, which are in the message page still: the calls since then
 * carried no words there. The answer of its call is put in: E_OK, and 0 instead of the pid.
 */
static err_t thread_begin(const struct process *child)
{
	uint64_t *words = message_page()->words;
	struct batch batch = {0};

	words[WORD_OF(REGISTER_A0)] = E_OK;
	words[WORD_OF(REGISTER_A0 + 1)] = TAG(E_OK, 1);
	words[WORD_OF(REGISTER_A0 + 2)] = 0;
	batch_thread_write(&batch, thread_slot(child));
	batch_thread_resume(&batch, thread_slot(child));
	return thread_build(&batch);
}

static err_t space_fork(struct process *parent, struct process *child)
{
	const uint64_t *words = message_page()->words;
	struct message m =
		message_make(PAGER_SPACE_FORK, parent->pid, child->pid | (uint64_t)child->account << 32);
	err_t error;

	m.w[2] = words[WORD_OF(REGISTER_PC)];
	m.w[3] = words[WORD_OF(REGISTER_SP)];
	error = call_pager_with_thread(&m, child);
	child->has_space = error == E_OK;
	return error;
}

static err_t child_build(struct process *parent, struct process *child)
{
	err_t error = thread_fork(parent, child);

	if (error == E_OK)
		error = space_fork(parent, child);
	if (error == E_OK) {
		error = call_vfs(VFS_PROCESS_FORK, parent->pid, child->pid | (uint64_t)child->account << 32);
		child->has_files = error == E_OK;
	}
	return error == E_OK ? thread_begin(child) : error;
}

/* Its Pool has room for what an account that has little may still begin; the others leave that alone. */
static bool pool_has_room(uint32_t account)
{
	if (account == ACCOUNT_FIRST || proc.table.account_records[account] < RECORDS_SHARE)
		return true;
	return sys_pool_free_bytes(PROC_POOL).value >= POOL_RESERVE * POOL_PROCESS_BYTES;
}

err_t request_fork(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *child;
	uint32_t account;
	err_t error = account_choose(&proc.table, caller, in->w[0], &account);

	if (error == E_OK && account != caller->account)
		error = account_open(account, caller->limits[LIMIT_JOB]);
	if (error == E_OK && !pool_has_room(account))
		error = E_NO_MEMORY;
	if (error == E_OK)
		error = process_create(&proc.table, caller, account, &child);
	if (error != E_OK)
		return error;
	child->start_ticks = counter_ticks();
	child->ignored = caller->ignored;
	return child_born(child, child_build(caller, child), out);
}
