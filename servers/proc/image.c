/* SPDX-License-Identifier: MIT */
/*
 * An address space from an ELF file. Nothing is read or mapped yet but the headers, the stack's top with the
 * arguments, and the message page: all else comes by faults.
 */
#include "proc.h"
#include <pagoda/syscall.h>
#include <string.h>

/* What SPACE_BUILD is to make, in the message page: no other call here carries words. */
struct request {
	struct pager_program program;
	struct pager_area_wanted areas[];
};
#define AREAS_MAX                                                                 \
	((MESSAGE_WORDS - MESSAGE_REGISTERS - sizeof(struct pager_program) / 8) / \
	 (sizeof(struct pager_area_wanted) / 8))
#define AREAS_FIXED 3
_Static_assert(2 * ELF_SEGMENTS_MAX + AREAS_FIXED <= AREAS_MAX, "all areas of a program go into one message");

static void area_add(struct request *request, const struct pager_area_wanted *area)
{
	if (area->length != 0)
		request->areas[request->program.area_count++] = *area;
}

static uint64_t prot_backing(uint64_t prot, enum area_backing backing)
{
	return prot | (uint64_t)backing << 8;
}

static uint64_t page_up(uint64_t address)
{
	return (address + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

/*
 * How much of the pages from @start on is the file's. The last page of a segment that is never written, and
 * of which the file has a whole page, is shown as it lies there: what follows the segment is the file's own
 * next bytes, and no process needs a copy of it. Elsewhere zeroes follow.
 */
static uint64_t segment_file_bytes(const struct elf_segment *segment, uint64_t skew, uint64_t file_bytes)
{
	uint64_t bytes = skew + segment->file_bytes, offset = segment->file_offset - skew;

	if (segment->prot & PROT_BIT_WRITE || segment->memory_bytes != segment->file_bytes)
		return bytes;
	return page_up(bytes) <= file_bytes - offset ? page_up(bytes) : bytes;
}

/* Pages with bytes of the file, then anonymous ones. */
static void segment_add(struct request *request, const struct elf_segment *segment,
			const struct vfs_stat *program)
{
	uint64_t start = segment->address & ~(PAGE_BYTES - 1), skew = segment->address - start;
	uint64_t file_end = segment->file_bytes ? page_up(segment->address + segment->file_bytes) : start;
	uint64_t end = page_up(segment->address + segment->memory_bytes);
	struct pager_area_wanted file = {
		.start = start,
		.length = file_end - start,
		.prot_backing = prot_backing(segment->prot, BACKING_INODE_PRIVATE),
		.source = program->inode,
		.offset_bytes = segment->file_offset - skew,
		.file_bytes = segment_file_bytes(segment, skew, program->size_bytes),
	};
	struct pager_area_wanted rest = {
		.start = file_end,
		.length = end - file_end,
		.prot_backing = prot_backing(segment->prot, BACKING_ANON),
	};

	area_add(request, &file);
	area_add(request, &rest);
}

/* What every program has: guard, stack, info page. */
static void fixed_areas_add(struct request *request)
{
	const struct pager_area_wanted fixed[AREAS_FIXED] = {
		{PROGRAM_STACK_BASE - PAGE_BYTES, PAGE_BYTES, prot_backing(0, BACKING_NONE), 0, 0, 0},
		{PROGRAM_STACK_BASE, STACK_BYTES, prot_backing(PROT_BIT_READ | PROT_BIT_WRITE, BACKING_STACK),
		 0, 0, 0},
		{PROGRAM_INFO_PAGE, PAGE_BYTES, prot_backing(PROT_BIT_READ, BACKING_LINEAR), proc.info_frame,
		 0, 0},
	};

	for (uint32_t i = 0; i < AREAS_FIXED; i++)
		area_add(request, &fixed[i]);
}

/* How many words the request has. */
static uint64_t request_fill(const struct program *program)
{
	struct request *request = (struct request *)&message_page()->words[MESSAGE_REGISTERS];
	const struct elf_image *image = &program->image;
	const struct elf_segment *last = &image->segments[image->segment_count - 1];
	uint64_t heap = page_up(last->address + last->memory_bytes);

	request->program = (struct pager_program){
		.table_limit = TABLE_LIMIT,
		.message_page = PROGRAM_MESSAGE_PAGE,
		.heap_start = heap,
		.heap_bytes = PROGRAM_HEAP_LIMIT - heap,
		.stack_top = PROGRAM_STACK_TOP,
		.entry = image->entry,
	};
	for (uint64_t i = 0; i < image->segment_count; i++)
		segment_add(request, &image->segments[i], &program->file);
	fixed_areas_add(request);
	return (sizeof(*request) + request->program.area_count * sizeof(request->areas[0])) / 8;
}

err_t image_build(struct process *process, const struct program *program, const struct process *parent)
{
	uint64_t how = process->account << SPACE_BUILD_ACCOUNT | (parent ? (uint64_t)parent->pid << 32 : 0) |
		       (process->has_space ? SPACE_BUILD_REPLACE : 0);
	struct message m = message_make(PAGER_SPACE_BUILD, process->pid, how);
	err_t error;

	m.tag = TAG(PAGER_SPACE_BUILD, MESSAGE_REGISTERS + request_fill(program)) | TAG_BUFFER;
	m.w[2] = (uint64_t)program->arguments.block;
	m.w[3] = BUFFER_LENGTH(program->arguments.block_bytes) | BUFFER_READ;
	error = call_pager_with_thread(&m, process);
	process->has_space |= error == E_OK;
	return error == E_TOO_MANY ? E_NO_MEMORY
				   : error; /* areas; who execs would take it for the arguments */
}

err_t image_start(const struct process *process, const struct program *program)
{
	return sys_thread_start(thread_slot(process), program->image.entry,
				PROGRAM_STACK_TOP - program->arguments.block_bytes, 0, 0)
		.error;
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

void image_name(struct process *process, const struct program *program)
{
	const char *slash = strrchr(program->path, '/'), *name = slash ? slash + 1 : program->path;

	memset(process->name, 0, sizeof(process->name));
	memcpy(process->name, name, strnlen(name, sizeof(process->name) - 1));
	process->inode = program->file.inode;
	process->file_bytes = program->file.size_bytes;
}
