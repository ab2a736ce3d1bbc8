/* SPDX-License-Identifier: MIT */
/* Open files and descriptors. */
#include "files.h"
#include "proto/inject.h"
#include "proto/records.h"
#include <string.h>

void files_init(struct files *files, struct store *store, struct pipes *pipes)
{
	memset(files, 0, sizeof(*files));
	files->store = store;
	files->pipes = pipes;
}

/* Take a free open file, at the cost of @account. Needs files_have_room(). */
static struct open_file *open_take(struct files *files, uint32_t account, uint32_t target,
				   enum open_kind kind, uint16_t flags)
{
	uint32_t index = files->free_open;

	if (index != 0)
		files->free_open = files->open[index - 1].next_free;
	else
		index = ++files->top_open;
	files->open_count++;
	files->account_files[account]++;
	files->open[index - 1] = (struct open_file){
		.target = target, .references = 1, .kind = kind, .flags = flags, .account = (uint8_t)account};
	return &files->open[index - 1];
}

static void open_close(struct files *files, const struct open_file *file)
{
	if (file->kind == FILE_PIPE_READER) {
		pipe_close(files->pipes, file->target, PIPE_READER);
	} else if (file->kind == FILE_PIPE_WRITER) {
		pipe_close(files->pipes, file->target, PIPE_WRITER);
	} else {
		files->store->tree->inodes[file->target].opens--;
		store_settle(files->store, file->target);
	}
}

static void open_drop(struct files *files, struct open_file *file)
{
	if (--file->references > 0)
		return;
	open_close(files, file);
	files->account_files[file->account]--;
	file->next_free = files->free_open;
	files->free_open = file - files->open + 1;
	files->open_count--;
}

void file_unpin(struct files *files, struct open_file *file)
{
	file->pins--;
	open_drop(files, file);
}

bool file_is_cloexec(const struct process *process, uint32_t fd)
{
	return process->cloexec[fd / 64] >> fd % 64 & 1;
}

void file_set_cloexec(struct process *process, uint32_t fd, bool on)
{
	process->cloexec[fd / 64] &= ~(1ull << fd % 64);
	process->cloexec[fd / 64] |= (uint64_t)on << fd % 64;
}

static void descriptor_set(struct files *files, struct process *process, uint32_t fd,
			   const struct open_file *file)
{
	process->descriptors[fd] = file - files->open + 1;
	if (process->top <= fd)
		process->top = fd + 1;
}

/* The lowest free one from @fd on; process->limit or more: none. */
static uint64_t descriptor_lowest(const struct process *process, uint64_t fd)
{
	while (fd < process->limit && process->descriptors[fd] != 0)
		fd++;
	return fd;
}

static bool is_rich(const struct files *files, const struct process *process)
{
	return process->account != ACCOUNT_FIRST && files->account_files[process->account] >= FILES_SHARE;
}

static err_t room_find(const struct files *files, const struct process *process, uint32_t count)
{
	uint32_t found = 0, kept = is_rich(files, process) ? FILES_RESERVE : 0;

	if (FILES_OPEN - files->open_count < kept + count)
		return E_TOO_MANY;
	for (uint32_t fd = 0; fd < process->limit && found < count; fd++)
		found += process->descriptors[fd] == 0;
	return found == count ? E_OK : E_TOO_MANY;
}

err_t files_have_room(const struct files *files, const struct process *process, uint32_t count)
{
	return allocation_refused("descriptor") ? E_TOO_MANY : room_find(files, process, count);
}

err_t file_open(struct files *files, struct process *process, const struct open_request *request,
		uint32_t *fd)
{
	err_t error = room_find(files, process, 1);
	struct open_file *file;

	if (error != E_OK)
		return error;
	*fd = descriptor_lowest(process, 0);
	file = open_take(files, process->account, request->inode, FILE_INODE,
			 request->flags & (OPEN_READ | OPEN_WRITE | OPEN_APPEND | OPEN_NONBLOCK));
	file->channel = request->channel;
	files->store->tree->inodes[request->inode].opens++;
	descriptor_set(files, process, *fd, file);
	file_set_cloexec(process, *fd, request->flags & OPEN_CLOEXEC);
	return E_OK;
}

err_t file_open_pipe(struct files *files, struct process *process, uint32_t flags, uint32_t fds[2])
{
	static const uint8_t kinds[2] = {FILE_PIPE_READER, FILE_PIPE_WRITER};
	static const uint8_t rights[2] = {OPEN_READ, OPEN_WRITE};
	err_t error = files_have_room(files, process, 2);
	uint32_t pipe;

	if (error == E_OK && is_rich(files, process) && PIPES - files->pipes->count <= PIPES_RESERVE)
		error = E_TOO_MANY;
	if (error == E_OK && is_rich(files, process) && !cache_may_hold(files->store->cache))
		error = E_NO_MEMORY;
	if (error == E_OK)
		error = pipe_create(files->pipes, &pipe);
	if (error != E_OK)
		return error;
	for (int end = 0; end < 2; end++) {
		fds[end] = descriptor_lowest(process, 0);
		descriptor_set(files, process, fds[end],
			       open_take(files, process->account, pipe, kinds[end],
					 rights[end] | (flags & OPEN_NONBLOCK)));
		file_set_cloexec(process, fds[end], flags & OPEN_CLOEXEC);
	}
	return E_OK;
}

err_t file_duplicate(struct files *files, struct process *process, uint64_t fd, uint64_t at_least,
		     uint32_t *new_fd)
{
	struct open_file *file = file_of(files, process, fd);
	uint64_t lowest;

	if (!file)
		return E_BAD_FD;
	if (at_least >= process->limit)
		return E_ARGUMENT;
	lowest = descriptor_lowest(process, at_least);
	if (lowest >= process->limit || allocation_refused("descriptor"))
		return E_TOO_MANY;
	file->references++;
	descriptor_set(files, process, lowest, file);
	file_set_cloexec(process, lowest, false);
	*new_fd = lowest;
	return E_OK;
}

err_t file_duplicate_to(struct files *files, struct process *process, uint64_t fd, uint64_t to)
{
	struct open_file *file = file_of(files, process, fd);

	if (!file || to >= process->limit)
		return E_BAD_FD;
	if (fd == to)
		return E_OK;
	file->references++;
	if (process->descriptors[to] != 0)
		open_drop(files, &files->open[process->descriptors[to] - 1]);
	descriptor_set(files, process, to, file);
	file_set_cloexec(process, to, false);
	return E_OK;
}

err_t file_close(struct files *files, struct process *process, uint64_t fd)
{
	struct open_file *file = file_of(files, process, fd);

	if (!file)
		return E_BAD_FD;
	process->descriptors[fd] = 0;
	file_set_cloexec(process, fd, false);
	open_drop(files, file);
	return E_OK;
}

err_t file_seek_target(uint64_t base, int64_t distance, uint64_t *target)
{
	int64_t sum;

	if (base > FILES_OFFSET_MAX || __builtin_add_overflow((int64_t)base, distance, &sum) || sum < 0)
		return E_ARGUMENT;
	*target = sum;
	return E_OK;
}
