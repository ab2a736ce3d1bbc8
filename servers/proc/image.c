/* SPDX-License-Identifier: MIT */
/*
 * An address space from an ELF file. Nothing is read or mapped yet but the headers, the stack's top with the
 * arguments, and the message page: all else comes by faults.
 */
#include "proc.h"
#include <pagoda/syscall.h>
#include <string.h>

struct area {
	uint64_t start, bytes, prot;
	enum area_backing backing;
	uint64_t source[3]; /* inode or physical page, offset, bytes of the file */
};

static err_t area_add(uint32_t pid, const struct area *area)
{
	uint64_t words[7] = {pid,
			     area->start,
			     area->bytes,
			     area->prot | (uint64_t)area->backing << 8,
			     area->source[0],
			     area->source[1],
			     area->source[2]};
	struct message m;

	return area->bytes == 0 ? E_OK : call_words(PROC_PAGER, PAGER_SPACE_AREA, words, 7, &m);
}

static uint64_t page_up(uint64_t address)
{
	return (address + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

/* Pages with bytes of the file, then anonymous ones. */
static err_t segment_add(uint32_t pid, const struct elf_segment *segment, uint64_t inode)
{
	uint64_t start = segment->address & ~(PAGE_BYTES - 1), skew = segment->address - start;
	uint64_t file_end = segment->file_bytes ? page_up(segment->address + segment->file_bytes) : start;
	uint64_t end = page_up(segment->address + segment->memory_bytes);
	struct area file = {start,
			    file_end - start,
			    segment->prot,
			    BACKING_INODE_PRIVATE,
			    {inode, segment->file_offset - skew, skew + segment->file_bytes}};
	struct area rest = {file_end, end - file_end, segment->prot, BACKING_ANON, {0}};
	err_t error = area_add(pid, &file);

	return error == E_OK ? area_add(pid, &rest) : error;
}

static err_t segments_add(uint32_t pid, const struct elf_image *image, uint64_t inode)
{
	const struct elf_segment *last = &image->segments[image->segment_count - 1];
	uint64_t heap = page_up(last->address + last->memory_bytes);
	err_t error = E_OK;

	for (uint64_t i = 0; i < image->segment_count && error == E_OK; i++)
		error = segment_add(pid, &image->segments[i], inode);
	if (error == E_OK)
		error = call_pager(PAGER_SPACE_BRK, pid, heap, PROGRAM_HEAP_LIMIT - heap);
	return error;
}

/* What every program has: guard, stack, info page. */
static err_t fixed_areas_add(uint32_t pid)
{
	const struct area areas[] = {
		{PROGRAM_STACK_BASE - PAGE_BYTES, PAGE_BYTES, 0, BACKING_NONE, {0}},
		{PROGRAM_STACK_BASE, STACK_BYTES, PROT_BIT_READ | PROT_BIT_WRITE, BACKING_STACK, {0}},
		{PROGRAM_INFO_PAGE, PAGE_BYTES, PROT_BIT_READ, BACKING_LINEAR, {proc.info_frame, 0, 0}},
	};
	err_t error = E_OK;

	for (uint32_t i = 0; i < sizeof(areas) / sizeof(areas[0]) && error == E_OK; i++)
		error = area_add(pid, &areas[i]);
	return error;
}

static err_t arguments_write(uint32_t pid, const struct arguments *arguments)
{
	uint64_t at = PROGRAM_STACK_TOP - arguments->block_bytes, done = 0;

	while (done < arguments->block_bytes) {
		struct message m = message_make(PAGER_SPACE_WRITE, pid, at + done);

		ipc_call_buffer(PROC_PAGER, &m, arguments->block + done, arguments->block_bytes - done,
				BUFFER_READ);
		if (message_error(&m) != E_OK)
			return message_error(&m);
		if (m.w[0] == 0 || m.w[0] > arguments->block_bytes - done)
			return E_FAULT;
		done += m.w[0];
	}
	return E_OK;
}

err_t image_build(uint32_t pid, const struct elf_image *image, const struct vfs_stat *file,
		  const struct arguments *arguments)
{
	err_t error = call_pager_for_cap(PAGER_SPACE_CREATE, pid, TABLE_LIMIT, SLOT_NEW_SPACE);

	if (error != E_OK)
		return error;
	error = segments_add(pid, image, file->inode);
	if (error == E_OK)
		error = fixed_areas_add(pid);
	if (error == E_OK)
		error = call_pager_for_cap(PAGER_SPACE_MESSAGE_PAGE, pid, PROGRAM_MESSAGE_PAGE,
					   SLOT_NEW_PAGE);
	if (error == E_OK)
		error = arguments_write(pid, arguments);
	if (error == E_OK)
		return E_OK;
	slots_clear_new();
	call_to_end(PROC_PAGER, PAGER_SPACE_DESTROY, pid);
	return error;
}

static err_t file_read(void *context, uint64_t offset, void *to, size_t bytes)
{
	struct message m = message_make(VFS_INODE_READ, *(const uint64_t *)context, offset);

	ipc_call_buffer(PROC_VFS, &m, to, bytes, BUFFER_WRITE);
	if (message_error(&m) != E_OK)
		return message_error(&m);
	return m.w[0] == bytes ? E_OK : E_BAD_FORMAT;
}

struct elf_reader image_reader(const uint64_t *inode, uint64_t file_bytes)
{
	return (struct elf_reader){.read = file_read, .context = (void *)inode, .file_bytes = file_bytes};
}

static err_t look_up(uint32_t request, uint32_t pid, const char *path, struct vfs_stat *file)
{
	struct message m = message_make(request, pid, 0);

	ipc_call_buffer(PROC_VFS, &m, path, strlen(path), BUFFER_READ);
	if (message_error(&m) == E_OK)
		memcpy(file, &message_page()->words[MESSAGE_REGISTERS], sizeof(*file));
	return message_error(&m);
}

/* @pid PID_SELF: from the root. */
err_t image_find(uint32_t pid, const char *path, struct vfs_stat *file)
{
	err_t error = look_up(pid == PID_SELF ? VFS_LOOKUP : VFS_PROCESS_LOOKUP, pid, path, file);

	if (error != E_OK)
		return error;
	return (file->mode & 0170000) == VFS_REGULAR && (file->mode & 0111) ? E_OK : E_ACCESS;
}

err_t image_parse(const struct vfs_stat *file, struct elf_image *image)
{
	const struct elf_bounds bounds = {PROGRAM_BASE, PROGRAM_HEAP_LIMIT};
	struct elf_reader reader = image_reader(&file->inode, file->size_bytes);
	err_t error = elf_parse(&reader, &bounds, image);

	switch (error) {
	case E_UNSUPPORTED:
	case E_RANGE:
	case E_WX:
	case E_TOO_MANY:
		return E_BAD_FORMAT;
	default:
		return error == E_OK && image->entry % 2 != 0 ? E_BAD_FORMAT : error;
	}
}

void image_name(struct process *process, const char *path, const struct vfs_stat *file)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	memset(process->name, 0, sizeof(process->name));
	memcpy(process->name, name, strnlen(name, sizeof(process->name) - 1));
	process->inode = file->inode;
	process->file_bytes = file->size_bytes;
}
