/* SPDX-License-Identifier: MIT */
/* The invariants of processes, descriptors and open files, and what they refer to. */
#include "files.h"
#include "proto/records.h"
#include <string.h>

/* What was counted on the way, to be compared with what is recorded. */
struct census {
	uint16_t references[FILES_OPEN];
	uint16_t opens[TREE_INODES_MAX + 1];
	uint8_t ends[PIPES][2];
};
static struct census census;

static int process_check(const struct files *files, const struct process *process)
{
	const struct inode *cwd = tree_inode(files->store->tree, process->cwd);

	if (!cwd || !inode_is_directory(cwd) || process->limit > FILES_DESCRIPTORS)
		return __LINE__;
	census.opens[process->cwd]++;
	for (uint32_t fd = 0; fd < FILES_DESCRIPTORS; fd++) {
		uint16_t index = process->descriptors[fd];

		if (index > files->top_open || (index != 0 && files->open[index - 1].references == 0))
			return __LINE__;
		if (index == 0 && file_is_cloexec(process, fd))
			return __LINE__;
		if (index != 0 && fd >= process->top)
			return __LINE__;
		if (index != 0)
			census.references[index - 1]++;
	}
	return 0;
}

static int processes_check(const struct files *files)
{
	uint32_t used = 0, free = 0;

	for (uint32_t bucket = 0; bucket < FILES_BUCKETS; bucket++) {
		for (uint16_t next = files->buckets[bucket]; next != 0;
		     next = files->processes[next - 1].next) {
			const struct process *process = &files->processes[next - 1];
			int broken;

			if (next > files->top_process || process->pid == 0 || ++used > files->top_process)
				return __LINE__;
			if ((process->pid & (FILES_BUCKETS - 1)) != bucket)
				return __LINE__;
			broken = process_check(files, process);
			if (broken)
				return broken;
		}
	}
	for (uint16_t next = files->free_process; next != 0; next = files->processes[next - 1].next) {
		if (next > files->top_process || files->processes[next - 1].pid != 0 ||
		    ++free > files->top_process)
			return __LINE__;
	}
	return used == files->process_count && used + free == files->top_process ? 0 : __LINE__;
}

static int file_check(const struct files *files, uint32_t index)
{
	const struct open_file *file = &files->open[index];

	if (file->references != census.references[index] + file->pins || file->offset > FILES_OFFSET_MAX)
		return __LINE__;
	if (file->kind == FILE_INODE) {
		if (!tree_inode(files->store->tree, file->target))
			return __LINE__;
		census.opens[file->target]++;
		return 0;
	}
	if (file->target >= files->pipes->top ||
	    !files->pipes->pipes[file->target].open[file->kind - FILE_PIPE_READER])
		return __LINE__;
	return ++census.ends[file->target][file->kind - FILE_PIPE_READER] == 1 ? 0 : __LINE__;
}

static int open_check(const struct files *files)
{
	uint32_t used = 0, free = 0, charged[ACCOUNTS_MAX] = {0};

	for (uint32_t i = 0; i < files->top_open; i++) {
		int broken = files->open[i].references != 0 ? file_check(files, i) : 0;

		if (broken)
			return broken;
		if (files->open[i].references == 0)
			continue;
		if (files->open[i].account >= ACCOUNTS_MAX)
			return __LINE__;
		used++;
		charged[files->open[i].account]++;
	}
	if (memcmp(charged, files->account_files, sizeof(charged)) != 0)
		return __LINE__;
	for (uint32_t next = files->free_open; next != 0; next = files->open[next - 1].next_free) {
		if (next > files->top_open || files->open[next - 1].references != 0 ||
		    ++free > files->top_open)
			return __LINE__;
	}
	return used == files->open_count && used + free == files->top_open ? 0 : __LINE__;
}

/* Inodes and pipes, against those who were found to refer to them. */
static int targets_check(const struct files *files)
{
	for (uint32_t number = 1; number <= files->store->tree->top; number++) {
		const struct inode *inode = tree_inode(files->store->tree, number);
		uint32_t kept = inode && inode->device != DEVICE_NONE && !inode_is_object(inode);

		if (inode && inode->opens != census.opens[number] + kept)
			return __LINE__; /* the vfs itself keeps the devices */
	}
	for (uint32_t i = 0; i < files->pipes->top; i++) {
		const struct pipe *pipe = &files->pipes->pipes[i];

		if (pipe->open[PIPE_READER] != census.ends[i][PIPE_READER] ||
		    pipe->open[PIPE_WRITER] != census.ends[i][PIPE_WRITER])
			return __LINE__;
	}
	return 0;
}

int files_check(const struct files *files)
{
	uint32_t pages;
	int broken;

	memset(&census, 0, sizeof(census));
	broken = processes_check(files);
	if (!broken)
		broken = open_check(files);
	if (!broken)
		broken = targets_check(files);
	return broken ? broken : pipes_check(files->pipes, &pages);
}
