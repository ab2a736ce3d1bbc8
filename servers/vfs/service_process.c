/* SPDX-License-Identifier: MIT */
/* Requests of the process server: processes come, copy themselves, change and go. */
#include "proto/inject.h"
#include "vfs.h"

/* Descriptors 0, 1, 2 of a new process. */
static err_t process_open_console(struct process *process)
{
	static const struct open_request standard[] = {
		{.flags = OPEN_READ, .channel = CHANNEL_STDOUT},
		{.flags = OPEN_WRITE, .channel = CHANNEL_STDOUT},
		{.flags = OPEN_WRITE, .channel = CHANNEL_STDERR},
	};
	err_t error = E_OK;
	uint32_t fd;

	for (uint32_t i = 0; i < 3 && error == E_OK; i++) {
		struct open_request wanted = standard[i];

		wanted.inode = vfs.console;
		error = allocation_refused("descriptor") ? E_TOO_MANY
							 : file_open(&vfs.files, process, &wanted, &fd);
	}
	return error;
}

err_t service_process_create(struct request *r)
{
	struct process *process;
	uint64_t pid = r->m.w[0];
	err_t error;

	if (pid == 0 || pid > BADGE_PID_MAX)
		return E_ARGUMENT;
	error = process_create(&vfs.files, pid, &process);
	if (error != E_OK)
		return error;
	error = process_open_console(process);
	if (error != E_OK)
		process_destroy(&vfs.files, process);
	return error;
}

/* The process of the request's first word. */
static struct process *process_of(const struct request *r)
{
	return r->m.w[0] <= BADGE_PID_MAX ? process_find(&vfs.files, r->m.w[0]) : NULL;
}

err_t service_process_destroy(struct request *r)
{
	struct process *process = process_of(r);

	if (!process)
		return E_NO_ENTRY;
	move_cancel(process, E_STALE);
	process_destroy(&vfs.files, process);
	return E_OK;
}

err_t service_process_fork(struct request *r)
{
	struct process *parent = process_of(r);

	if (!parent)
		return E_NO_ENTRY;
	if ((uint32_t)r->m.w[1] == 0 || (uint32_t)r->m.w[1] > BADGE_PID_MAX ||
	    r->m.w[2] & ~(uint64_t)PROCESS_FORK_EXEC)
		return E_ARGUMENT;
	if (r->m.w[2] & PROCESS_FORK_EXEC)
		return process_spawn(&vfs.files, parent, (uint32_t)r->m.w[1], r->m.w[1] >> 32);
	return process_fork(&vfs.files, parent, (uint32_t)r->m.w[1], r->m.w[1] >> 32);
}

err_t service_account(struct request *r)
{
	if (r->m.w[0] >= ACCOUNTS_MAX)
		return E_ARGUMENT;
	r->w[0] = vfs.files.account_files[r->m.w[0]];
	return E_OK;
}

err_t service_process_exec(struct request *r)
{
	struct process *process = process_of(r);

	if (!process)
		return E_NO_ENTRY;
	process_exec(&vfs.files, process);
	return E_OK;
}

err_t service_process_limit(struct request *r)
{
	struct process *process = process_of(r);

	if (!process)
		return E_NO_ENTRY;
	process->limit = r->m.w[1] < FILES_DESCRIPTORS ? r->m.w[1] : FILES_DESCRIPTORS;
	return E_OK;
}

err_t service_cancel(struct request *r)
{
	struct process *process = process_of(r);

	if (!process)
		return E_NO_ENTRY;
	move_cancel(process, E_INTERRUPTED);
	return E_OK;
}

err_t service_tty_news(struct request *r)
{
	r->w[0] = console_take_interrupt() ? TTY_NEWS_INTERRUPT : 0;
	return E_OK;
}

/* What proc will give the pager: a number that changes with the contents. */
static err_t lookup_from(struct request *r, uint32_t from)
{
	struct request_path path;
	struct path_end end;
	err_t error = request_path(r, from, &path);

	if (error == E_OK)
		error = path_walk(&vfs.tree, &path.path, &end);
	if (error != E_OK)
		return error;
	tree_show(&vfs.tree, end.inode);
	request_put_stat(r, end.inode, tree_handle(&vfs.tree, end.inode));
	return E_OK;
}

err_t service_lookup(struct request *r)
{
	return lookup_from(r, TREE_ROOT);
}

err_t service_process_lookup(struct request *r)
{
	struct process *process = process_of(r);

	return process ? lookup_from(r, process->cwd) : E_NO_ENTRY;
}

err_t service_inode_read(struct request *r)
{
	static const uint8_t zeros[PAGE_BYTES];
	uint32_t number = tree_by_handle(&vfs.tree, r->m.w[0]);
	const struct inode *inode = tree_inode(&vfs.tree, number);
	struct transfer t;
	err_t error;

	if (!inode)
		return E_NO_ENTRY;
	if (inode_is_directory(inode))
		return E_IS_DIRECTORY;
	if (!inode_is_regular(inode))
		return E_ARGUMENT;
	error = transfer_open(&t, &r->m, BUFFER_WRITE);
	if (error != E_OK)
		return error;
	while (error == E_OK && transfer_left(&t) > 0 && r->m.w[1] <= STORE_BYTES_MAX) {
		const uint8_t *from;
		uint64_t bytes = store_read(&vfs.store, number, r->m.w[1] + t.done, &from);

		if (bytes == 0)
			break;
		error = transfer_to_caller(&t, from ? from : zeros, bytes);
	}
	r->w[0] = t.done;
	return error;
}
