/* SPDX-License-Identifier: MIT */
/*
 * spawn: a child that runs another program from its beginning, without a copy of the parent's space in
 * between. The parent waits in its call. What fork and exec would have handed on the child has: files but
 * those that close on exec, working directory, limits, ignored signals, the supplier of anonymous memory, the
 * account. A failure at any step takes apart what was made, and the parent hears of the error: nothing has
 * changed for it.
 */
#include "proc.h"

static err_t child_build(const struct process *parent, struct process *child, const struct program *program)
{
	struct batch batch = {0};
	err_t error;

	thread_create(&batch, child);
	error = thread_build(&batch);
	if (error == E_OK)
		error = image_build(child, program, parent);
	if (error == E_OK) {
		error = call_vfs_three(VFS_PROCESS_FORK, parent->pid,
				       child->pid | (uint64_t)child->account << 32, PROCESS_FORK_EXEC);
		child->has_files = error == E_OK;
		if (error == E_TOO_MANY)
			error = E_BUSY;
	}
	return error == E_OK ? image_start(child, program) : error;
}

err_t request_spawn(struct process *caller, const struct message *in, struct answer *out)
{
	struct program program;
	struct process *child;
	err_t error = program_wanted(caller, in, &program, &out->w0);

	if (error != E_OK)
		return error;
	error = process_create(&proc.table, caller, caller->account, &child);
	if (error != E_OK)
		return error == E_TOO_MANY ? E_BUSY : error;
	child->start_ticks = counter_ticks();
	child->ignored = caller->ignored;
	image_name(child, &program);
	return child_born(child, child_build(caller, child, &program), out);
}
