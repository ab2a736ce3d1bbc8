/* SPDX-License-Identifier: MIT */
/* Processes: who has which descriptors. */
#include "files.h"
#include "proto/inject.h"
#include "proto/records.h"

err_t process_create(struct files *files, uint32_t pid, struct process **process)
{
	uint16_t index = files->free_process, *bucket = files_bucket(files, pid);
	struct process *taken;

	if (pid == 0)
		return E_ARGUMENT;
	if (process_find(files, pid))
		return E_EXISTS;
	if ((index == 0 && files->top_process == FILES_PROCESSES) || allocation_refused("process"))
		return E_TOO_MANY;
	if (index != 0)
		files->free_process = files->processes[index - 1].next;
	else
		index = ++files->top_process;
	taken = &files->processes[index - 1];
	*taken = (struct process){.pid = pid,
				  .next = *bucket,
				  .index = index - 1,
				  .limit = FILES_DESCRIPTORS,
				  .cwd = TREE_ROOT};
	files->store->tree->inodes[TREE_ROOT].opens++;
	*bucket = index;
	files->process_count++;
	*process = taken;
	return E_OK;
}

/* All but the descriptors. */
static err_t process_like(struct files *files, const struct process *parent, uint32_t pid, uint64_t account,
			  struct process **child)
{
	err_t error = account < ACCOUNTS_MAX ? process_create(files, pid, child) : E_ARGUMENT;

	if (error != E_OK)
		return error;
	process_enter(files, *child, parent->cwd);
	(*child)->limit = parent->limit;
	(*child)->account = (uint32_t)account;
	return E_OK;
}

err_t process_spawn(struct files *files, const struct process *parent, uint32_t pid, uint64_t account)
{
	struct process *child;
	err_t error = process_like(files, parent, pid, account, &child);

	if (error != E_OK)
		return error;
	for (uint32_t fd = 0; fd < parent->top; fd++) {
		if (parent->descriptors[fd] == 0 || file_is_cloexec(parent, fd))
			continue;
		child->descriptors[fd] = parent->descriptors[fd];
		child->top = fd + 1;
		files->open[child->descriptors[fd] - 1].references++;
	}
	return E_OK;
}

err_t process_fork(struct files *files, const struct process *parent, uint32_t pid, uint64_t account)
{
	struct process *child;
	err_t error = process_like(files, parent, pid, account, &child);

	if (error != E_OK)
		return error;
	child->top = parent->top;
	for (uint32_t fd = 0; fd < parent->top; fd++) {
		child->descriptors[fd] = parent->descriptors[fd];
		if (child->descriptors[fd] != 0)
			files->open[child->descriptors[fd] - 1].references++;
	}
	for (uint32_t i = 0; i < FILES_DESCRIPTORS / 64; i++)
		child->cloexec[i] = parent->cloexec[i];
	return E_OK;
}

void process_exec(struct files *files, struct process *process)
{
	for (uint32_t i = 0; i < FILES_DESCRIPTORS / 64; i++) {
		while (process->cloexec[i] != 0) {
			err_t error =
				file_close(files, process, i * 64 + __builtin_ctzll(process->cloexec[i]));

			(void)error; /* a bit is set only where a descriptor is open */
		}
	}
}

void process_enter(struct files *files, struct process *process, uint32_t directory)
{
	uint32_t old = process->cwd;

	files->store->tree->inodes[directory].opens++;
	process->cwd = directory;
	files->store->tree->inodes[old].opens--;
	store_settle(files->store, old);
}

void process_destroy(struct files *files, struct process *process)
{
	uint16_t index = process - files->processes + 1, *link = files_bucket(files, process->pid);

	for (uint32_t fd = 0; fd < process->top; fd++) {
		if (process->descriptors[fd] != 0) {
			err_t error = file_close(files, process, fd);

			(void)error; /* it is open */
		}
	}
	files->store->tree->inodes[process->cwd].opens--;
	store_settle(files->store, process->cwd);
	while (*link != index)
		link = &files->processes[*link - 1].next;
	*link = process->next;
	process->pid = 0;
	process->next = files->free_process;
	files->free_process = index;
	files->process_count--;
}
