/* SPDX-License-Identifier: MIT */
/* Open files and descriptors. */
#include "files.h"
#include "proto/records.h"

void files_init(struct files *files)
{
	*files = (struct files){.free_process = 1, .free_open = 1};
	for (uint32_t i = 0; i + 1 < FILES_PROCESSES; i++)
		files->processes[i].next = i + 2;
	for (uint32_t i = 0; i + 1 < FILES_OPEN; i++)
		files->open[i].next_free = i + 2;
}

static uint16_t *files_bucket(struct files *files, uint32_t pid)
{
	return &files->buckets[pid & (FILES_BUCKETS - 1)];
}

struct process *process_find(struct files *files, uint32_t pid)
{
	uint16_t index = *files_bucket(files, pid);

	while (index != 0 && files->processes[index - 1].pid != pid)
		index = files->processes[index - 1].next;
	return index != 0 ? &files->processes[index - 1] : NULL;
}

err_t process_create(struct files *files, uint32_t pid, struct process **process)
{
	uint16_t index = files->free_process, *bucket = files_bucket(files, pid);
	struct process *taken;

	if (pid == 0)
		return E_ARGUMENT;
	if (process_find(files, pid))
		return E_EXISTS;
	if (index == 0)
		return E_TOO_MANY;
	taken = &files->processes[index - 1];
	files->free_process = taken->next;
	*taken = (struct process){.pid = pid, .next = *bucket};
	*bucket = index;
	files->process_count++;
	*process = taken;
	return E_OK;
}

static void open_drop(struct files *files, uint32_t index)
{
	struct open_file *file = &files->open[index];

	if (--file->references > 0)
		return;
	file->next_free = files->free_open;
	files->free_open = index + 1;
	files->open_count--;
}

static void descriptor_clear(struct files *files, struct process *process, uint32_t fd)
{
	uint32_t index = process->descriptors[fd] - 1;

	process->descriptors[fd] = 0;
	process->cloexec &= ~(1ull << fd);
	open_drop(files, index);
}

void process_destroy(struct files *files, struct process *process)
{
	uint16_t index = process - files->processes + 1, *link = files_bucket(files, process->pid);

	for (uint32_t fd = 0; fd < FILES_DESCRIPTORS; fd++) {
		if (process->descriptors[fd] != 0)
			descriptor_clear(files, process, fd);
	}
	while (*link != index)
		link = &files->processes[*link - 1].next;
	*link = process->next;
	process->pid = 0;
	process->next = files->free_process;
	files->free_process = index;
	files->process_count--;
}

static uint32_t descriptor_lowest(const struct process *process)
{
	uint32_t fd = 0;

	while (fd < FILES_DESCRIPTORS && process->descriptors[fd] != 0)
		fd++;
	return fd;
}

err_t file_open(struct files *files, struct process *process, const struct open_request *request,
		uint32_t *fd)
{
	uint32_t index = files->free_open, lowest = descriptor_lowest(process);
	struct open_file *file;

	if (index == 0 || lowest == FILES_DESCRIPTORS)
		return E_TOO_MANY;
	file = &files->open[index - 1];
	files->free_open = file->next_free;
	files->open_count++;
	*file = (struct open_file){.inode = request->inode,
				   .references = 1,
				   .channel = request->channel,
				   .flags = request->flags & (OPEN_READ | OPEN_WRITE)};
	process->descriptors[lowest] = index;
	if (request->flags & OPEN_CLOEXEC)
		process->cloexec |= 1ull << lowest;
	*fd = lowest;
	return E_OK;
}

struct open_file *file_of(struct files *files, const struct process *process, uint64_t fd)
{
	if (fd >= FILES_DESCRIPTORS || process->descriptors[fd] == 0)
		return NULL;
	return &files->open[process->descriptors[fd] - 1];
}

err_t file_close(struct files *files, struct process *process, uint64_t fd)
{
	if (!file_of(files, process, fd))
		return E_BAD_FD;
	descriptor_clear(files, process, fd);
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

/* Descriptors that refer to one open file. */
static uint32_t files_references(const struct files *files, uint32_t index)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < FILES_PROCESSES; i++) {
		for (uint32_t fd = 0; files->processes[i].pid != 0 && fd < FILES_DESCRIPTORS; fd++)
			count += files->processes[i].descriptors[fd] == index + 1;
	}
	return count;
}

static int open_check(const struct files *files)
{
	uint32_t used = 0, free = 0;

	for (uint32_t i = 0; i < FILES_OPEN; i++) {
		const struct open_file *file = &files->open[i];

		if (file->references == 0)
			continue;
		used++;
		if (file->references != files_references(files, i))
			return __LINE__;
		if (file->offset > FILES_OFFSET_MAX || file->inode == 0)
			return __LINE__;
	}
	for (uint32_t next = files->free_open; next != 0; next = files->open[next - 1].next_free) {
		if (next > FILES_OPEN || files->open[next - 1].references != 0 || ++free > FILES_OPEN)
			return __LINE__;
	}
	if (used != files->open_count)
		return __LINE__;
	return used + free == FILES_OPEN ? 0 : __LINE__;
}

static int process_check(const struct files *files, const struct process *process)
{
	for (uint32_t fd = 0; fd < FILES_DESCRIPTORS; fd++) {
		uint16_t index = process->descriptors[fd];

		if (index > FILES_OPEN || (index != 0 && files->open[index - 1].references == 0))
			return __LINE__;
		if (index == 0 && process->cloexec >> fd & 1)
			return __LINE__;
	}
	return 0;
}

int files_check(const struct files *files)
{
	uint32_t used = 0, free = 0;

	for (uint32_t bucket = 0; bucket < FILES_BUCKETS; bucket++) {
		for (uint16_t next = files->buckets[bucket]; next != 0;
		     next = files->processes[next - 1].next) {
			const struct process *process = &files->processes[next - 1];
			int broken;

			if (next > FILES_PROCESSES || process->pid == 0 || ++used > FILES_PROCESSES)
				return __LINE__;
			if ((process->pid & (FILES_BUCKETS - 1)) != bucket)
				return __LINE__;
			broken = process_check(files, process);
			if (broken)
				return broken;
		}
	}
	for (uint16_t next = files->free_process; next != 0; next = files->processes[next - 1].next) {
		if (next > FILES_PROCESSES || files->processes[next - 1].pid != 0 || ++free > FILES_PROCESSES)
			return __LINE__;
	}
	if (used != files->process_count || used + free != FILES_PROCESSES)
		return __LINE__;
	return open_check(files);
}
