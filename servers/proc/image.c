/* SPDX-License-Identifier: MIT */
/*
 * An address space from an ELF file. Nothing is read or mapped yet but the headers, the stack's top with the
 * arguments, and the message page: all else comes by faults.
 */
#include "proc.h"
#include <pagoda/syscall.h>
#include <string.h>

/* Areas to be added, in the message page until it is full: no other call here carries words. */
struct areas {
	uint32_t pid, count;
};
#define AREA_WORDS (sizeof(struct pager_area_wanted) / 8)
#define AREAS_MAX  ((MESSAGE_WORDS - MESSAGE_REGISTERS) / AREA_WORDS)

static err_t areas_send(struct areas *areas)
{
	struct message m = message_make(PAGER_SPACE_AREA, areas->pid, areas->count);

	m.tag = TAG(PAGER_SPACE_AREA, MESSAGE_REGISTERS + areas->count * AREA_WORDS);
	areas->count = 0;
	ipc_call(PROC_PAGER, &m);
	return message_error(&m);
}

static err_t areas_add(struct areas *areas, const struct pager_area_wanted *area)
{
	uint64_t *words = &message_page()->words[MESSAGE_REGISTERS + areas->count * AREA_WORDS];

	if (area->length == 0)
		return E_OK;
	memcpy(words, area, sizeof(*area));
	return ++areas->count == AREAS_MAX ? areas_send(areas) : E_OK;
}

static uint64_t prot_backing(uint64_t prot, enum area_backing backing)
{
	return prot | (uint64_t)backing << 8;
}

static uint64_t page_up(uint64_t address)
{
	return (address + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

/* Pages with bytes of the file, then anonymous ones. */
static err_t segment_add(struct areas *areas, const struct elf_segment *segment, uint64_t inode)
{
	uint64_t start = segment->address & ~(PAGE_BYTES - 1), skew = segment->address - start;
	uint64_t file_end = segment->file_bytes ? page_up(segment->address + segment->file_bytes) : start;
	uint64_t end = page_up(segment->address + segment->memory_bytes);
	struct pager_area_wanted file = {
		.start = start,
		.length = file_end - start,
		.prot_backing = prot_backing(segment->prot, BACKING_INODE_PRIVATE),
		.source = inode,
		.offset_bytes = segment->file_offset - skew,
		.file_bytes = skew + segment->file_bytes,
	};
	struct pager_area_wanted rest = {
		.start = file_end,
		.length = end - file_end,
		.prot_backing = prot_backing(segment->prot, BACKING_ANON),
	};
	err_t error = areas_add(areas, &file);

	return error == E_OK ? areas_add(areas, &rest) : error;
}

static err_t segments_add(struct areas *areas, const struct elf_image *image, uint64_t inode)
{
	err_t error = E_OK;

	for (uint64_t i = 0; i < image->segment_count && error == E_OK; i++)
		error = segment_add(areas, &image->segments[i], inode);
	return error;
}

/* What every program has: guard, stack, info page. */
static err_t fixed_areas_add(struct areas *areas)
{
	const struct pager_area_wanted fixed[] = {
		{PROGRAM_STACK_BASE - PAGE_BYTES, PAGE_BYTES, prot_backing(0, BACKING_NONE), 0, 0, 0},
		{PROGRAM_STACK_BASE, STACK_BYTES, prot_backing(PROT_BIT_READ | PROT_BIT_WRITE, BACKING_STACK),
		 0, 0, 0},
		{PROGRAM_INFO_PAGE, PAGE_BYTES, prot_backing(PROT_BIT_READ, BACKING_LINEAR), proc.info_frame,
		 0, 0},
	};
	err_t error = E_OK;

	for (uint32_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]) && error == E_OK; i++)
		error = areas_add(areas, &fixed[i]);
	return error;
}

static err_t image_add_areas(uint32_t pid, const struct elf_image *image, uint64_t inode)
{
	const struct elf_segment *last = &image->segments[image->segment_count - 1];
	uint64_t heap = page_up(last->address + last->memory_bytes);
	struct areas areas = {.pid = pid};
	err_t error = segments_add(&areas, image, inode);

	if (error == E_OK)
		error = fixed_areas_add(&areas);
	if (error == E_OK)
		error = areas_send(&areas);
	return error == E_OK ? call_pager(PAGER_SPACE_BRK, pid, heap, PROGRAM_HEAP_LIMIT - heap) : error;
}

static err_t arguments_write(uint32_t pid, const struct arguments *arguments)
{
	uint64_t at = PROGRAM_STACK_TOP - arguments->block_bytes, done = 0;

	while (done < arguments->block_bytes) {
		struct message m = message_make(PAGER_SPACE_WRITE, pid, at + done);

		ipc_call_buffer(PROC_PAGER, &m, arguments->block + done, arguments->block_bytes - done,
				BUFFER_READ);
		if (message_error(&m) !=
		    E_OK) /* LATER is what a request answers that keeps its caller waiting */
			return message_error(&m) == E_LATER ? E_FAULT : message_error(&m);
		if (m.w[0] == 0 || m.w[0] > arguments->block_bytes - done)
			return E_FAULT;
		done += m.w[0];
	}
	return E_OK;
}

err_t image_build(uint32_t pid, uint32_t account, const struct elf_image *image, const struct vfs_stat *file,
		  const struct arguments *arguments)
{
	struct message m = message_make(PAGER_SPACE_CREATE, pid, TABLE_LIMIT);
	err_t error;

	m.w[2] = account;
	error = call_for_cap(PROC_PAGER, &m, SLOT_NEW_SPACE);

	if (error != E_OK)
		return error;
	error = image_add_areas(pid, image, file->inode);
	if (error == E_OK)
		error = call_pager_for_cap(PAGER_SPACE_MESSAGE_PAGE, pid, PROGRAM_MESSAGE_PAGE,
					   SLOT_NEW_PAGE);
	if (error == E_OK)
		error = arguments_write(pid, arguments);
	if (error == E_OK)
		return E_OK;
	slots_clear_new();
	call_to_end(PROC_PAGER, PAGER_SPACE_DESTROY, pid);
	return error == E_TOO_MANY ? E_NO_MEMORY
				   : error; /* areas; who execs would take it for the arguments */
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

/* A file whose first bytes, where the headers lie, are got in one read. */
struct file_head {
	uint64_t inode, bytes;
	uint8_t data[512];
};

static err_t head_read(void *context, uint64_t offset, void *to, size_t bytes)
{
	struct file_head *head = context;

	if (offset > head->bytes || bytes > head->bytes - offset)
		return file_read(&head->inode, offset, to, bytes);
	memcpy(to, head->data + offset, bytes);
	return E_OK;
}

static err_t head_open(struct file_head *head, const struct vfs_stat *file)
{
	head->inode = file->inode;
	head->bytes = file->size_bytes < sizeof(head->data) ? file->size_bytes : sizeof(head->data);
	return head->bytes ? file_read(&head->inode, 0, head->data, head->bytes) : E_OK;
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
	struct file_head head;
	struct elf_reader reader = {.read = head_read, .context = &head, .file_bytes = file->size_bytes};
	err_t error = head_open(&head, file);

	if (error == E_OK)
		error = elf_parse(&reader, &bounds, image);

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
