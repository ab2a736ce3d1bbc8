/* SPDX-License-Identifier: MIT */
/*
 * How a program starts and goes. Order of the start: file, address space, areas, stack, files, thread; of the
 * end: thread, files, address space, capabilities. Nothing of the program is present before its first fault
 * but the stack's top and its message page.
 */
#include "format/elf.h"
#include "proc.h"
#include <pagoda/error.h>
#include <pagoda/program.h>
#include <pagoda/syscall.h>
#include <string.h>

#define STATUS_NOT_FOUND   127
#define STATUS_NOT_STARTED 126
#define TABLE_LIMIT	   4096

struct program program;
static struct program_slots slots;

/* A call with the record's words in order: w0..w3, then the words of the message page. */
static err_t call_words(cap_t server, uint32_t label, const uint64_t *words, uint64_t count,
			struct message *m)
{
	*m = (struct message){.tag = TAG(label, count)};
	for (uint64_t i = 0; i < count; i++) {
		if (i < MESSAGE_REGISTERS)
			m->w[i] = words[i];
		else
			message_page()->words[i] = words[i];
	}
	ipc_call(server, m);
	return message_error(m);
}

static err_t call_pager(uint32_t label, uint64_t w0, uint64_t w1, uint64_t w2)
{
	struct message m;

	return call_words(init.pager, label, (uint64_t[]){w0, w1, w2, 0}, 4, &m);
}

/* The same for an answer that brings a capability into @slot. */
static err_t call_pager_for_cap(uint32_t label, uint64_t w1, cap_t slot)
{
	err_t error;

	message_page()->cap_receive = slot;
	error = call_pager(label, program.pid, w1, 0);
	message_page()->cap_receive = 0;
	return error;
}

static err_t area_add(uint64_t start, uint64_t bytes, uint64_t prot, enum area_backing backing,
		      const uint64_t source[3])
{
	uint64_t words[7] = {program.pid, start,     bytes,    prot | (uint64_t)backing << 8,
			     source[0],	  source[1], source[2]};
	struct message m;

	return bytes == 0 ? E_OK : call_words(init.pager, PAGER_SPACE_AREA, words, 7, &m);
}

static uint64_t page_up(uint64_t address)
{
	return (address + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

/* Pages with bytes of the file, then anonymous ones. */
static err_t segment_add(const struct elf_segment *segment)
{
	uint64_t start = segment->address & ~(PAGE_BYTES - 1), skew = segment->address - start;
	uint64_t file_end = segment->file_bytes ? page_up(segment->address + segment->file_bytes) : start;
	uint64_t end = page_up(segment->address + segment->memory_bytes);
	uint64_t source[3] = {program.file.inode, segment->file_offset - skew, skew + segment->file_bytes};
	err_t error = area_add(start, file_end - start, segment->prot, BACKING_INODE_PRIVATE, source);

	if (error == E_OK)
		error = area_add(file_end, end - file_end, segment->prot, BACKING_ANON, (uint64_t[3]){0});
	return error;
}

static err_t file_read(void *context, uint64_t offset, void *to, size_t bytes)
{
	struct message m = message_make(VFS_INODE_READ, program.file.inode, offset);

	(void)context;
	ipc_call_buffer(init.vfs, &m, to, bytes, BUFFER_WRITE);
	if (message_error(&m) != E_OK)
		return message_error(&m);
	return m.w[0] == bytes ? E_OK : E_BAD_FORMAT;
}

struct elf_reader program_reader(void)
{
	return (struct elf_reader){.read = file_read, .file_bytes = program.file.size_bytes};
}

/* Find the file: as the path says, or in /bin. */
static err_t program_lookup(void)
{
	char path[1024 + 8]; /* the vfs takes no longer ones */
	struct message m = message_make(VFS_LOOKUP, 0, 0);
	uint64_t bytes = strlen(program.path);
	const char *folder = strchr(program.path, '/') ? "" : "/bin/";

	if (bytes + strlen(folder) >= sizeof(path))
		return E_NAME_TOO_LONG;
	strcpy(path, folder);
	strcat(path, program.path);
	ipc_call_buffer(init.vfs, &m, path, strlen(path), BUFFER_READ);
	if (message_error(&m) == E_OK)
		memcpy(&program.file, &message_page()->words[MESSAGE_REGISTERS], sizeof(program.file));
	return message_error(&m);
}

static bool file_is_executable(void)
{
	return (program.file.mode & 0170000) == VFS_REGULAR && (program.file.mode & 0111);
}

static err_t segments_add(const struct elf_image *image)
{
	const struct elf_segment *last = &image->segments[image->segment_count - 1];
	uint64_t heap = page_up(last->address + last->memory_bytes);
	err_t error = E_OK;

	for (uint64_t i = 0; i < image->segment_count && error == E_OK; i++)
		error = segment_add(&image->segments[i]);
	if (error == E_OK)
		error = call_pager(PAGER_SPACE_BRK, program.pid, heap, PROGRAM_HEAP_LIMIT - heap);
	return error;
}

static err_t stack_add(void)
{
	uint64_t guard = PROGRAM_STACK_BASE - PAGE_BYTES;
	err_t error = area_add(guard, PAGE_BYTES, 0, BACKING_NONE, (uint64_t[3]){0});

	if (error != E_OK)
		return error;
	return area_add(PROGRAM_STACK_BASE, PROGRAM_STACK_TOP - PROGRAM_STACK_BASE,
			PROT_BIT_READ | PROT_BIT_WRITE, BACKING_STACK, (uint64_t[3]){0});
}

static err_t info_page_add(void)
{
	struct cap_facts facts = sys_cap_info_full(CAP_NULL, BOOT_SLOT_INFO_PAGE);

	if (facts.error != E_OK)
		return facts.error;
	return area_add(PROGRAM_INFO_PAGE, PAGE_BYTES, PROT_BIT_READ, BACKING_LINEAR,
			(uint64_t[3]){facts.identity / PAGE_BYTES, 0, 0});
}

static err_t space_build(const struct elf_image *image)
{
	err_t error = call_pager_for_cap(PAGER_SPACE_CREATE, TABLE_LIMIT, slots.space);

	if (error != E_OK)
		return error;
	program.pager_has_it = true;
	error = segments_add(image);
	if (error == E_OK)
		error = stack_add();
	if (error == E_OK)
		error = call_pager_for_cap(PAGER_SPACE_MESSAGE_PAGE, PROGRAM_MESSAGE_PAGE,
					   slots.message_page);
	return error == E_OK ? info_page_add() : error;
}

static err_t arguments_write(const struct arguments *arguments)
{
	uint64_t at = PROGRAM_STACK_TOP - arguments->block_bytes, done = 0;

	while (done < arguments->block_bytes) {
		struct message m = message_make(PAGER_SPACE_WRITE, program.pid, at + done);

		ipc_call_buffer(init.pager, &m, arguments->block + done, arguments->block_bytes - done,
				BUFFER_READ);
		if (message_error(&m) != E_OK)
			return message_error(&m);
		if (m.w[0] == 0 || m.w[0] > arguments->block_bytes - done)
			return E_FAULT;
		done += m.w[0];
	}
	return E_OK;
}

static err_t files_build(void)
{
	struct message m;
	err_t error = call_words(init.vfs, VFS_PROCESS_CREATE, (uint64_t[]){program.pid}, 1, &m);

	program.vfs_has_it = error == E_OK;
	return error;
}

/* One endpoint for the program, its badge the pid. */
static err_t endpoint_give(uint64_t slot, cap_t endpoint)
{
	return sys_cap_mint(slots.cspace, slot, CAP_NULL, endpoint, RIGHT_WRITE, program.pid).error;
}

static err_t cspace_build(void)
{
	err_t error =
		sys_object_create(BOOT_SLOT_POOL, slots.cspace, KIND_CSPACE, PROGRAM_CSPACE_SLOTS).error;

	if (error == E_OK)
		error = endpoint_give(SLOT_PROC, init.endpoint);
	if (error == E_OK)
		error = endpoint_give(SLOT_PAGER, server_find("pager")->endpoint);
	if (error == E_OK)
		error = endpoint_give(SLOT_VFS, server_find("vfs")->endpoint);
	if (error == E_OK)
		error = sys_cap_mint(CAP_NULL, slots.pager, CAP_NULL, server_find("pager")->endpoint,
				     RIGHT_WRITE, program.pid)
				.error;
	return error;
}

static err_t thread_build(void)
{
	err_t error = sys_object_create(BOOT_SLOT_POOL, slots.thread, KIND_THREAD, 0).error;

	if (error == E_OK)
		error = sys_thread_bind(slots.thread, BIND_CSPACE, slots.cspace).error;
	if (error == E_OK)
		error = sys_thread_bind(slots.thread, BIND_SPACE, slots.space).error;
	if (error == E_OK)
		error = sys_thread_bind(slots.thread, BIND_PAGER, slots.pager).error;
	if (error == E_OK)
		error = sys_thread_bind(slots.thread, BIND_MESSAGE, slots.message_page).error;
	if (error == E_OK)
		error = sys_thread_priority(slots.thread, INIT_PRIORITY_PROGRAM).error;
	return error;
}

static err_t program_build(const struct arguments *arguments)
{
	const struct elf_bounds bounds = {PROGRAM_BASE, PROGRAM_HEAP_LIMIT};
	struct elf_reader reader = program_reader();
	struct elf_image image;
	err_t error = elf_parse(&reader, &bounds, &image);

	if (error == E_OK)
		error = space_build(&image);
	if (error == E_OK)
		error = arguments_write(arguments);
	if (error == E_OK)
		error = files_build();
	if (error == E_OK)
		error = cspace_build();
	if (error == E_OK)
		error = thread_build();
	if (error == E_OK)
		error = sys_thread_start(slots.thread, image.entry,
					 PROGRAM_STACK_TOP - arguments->block_bytes, 0, 0)
				.error;
	return error;
}

static void program_name_set(const char *path)
{
	const char *slash = strrchr(path, '/');

	program.path = path;
	strncpy(program.name, slash ? slash + 1 : path, sizeof(program.name) - 1);
}

/* Tell why it did not start. */
static bool program_refuse(struct outcome *outcome, uint8_t status, const char *why)
{
	console_print(CHANNEL_STDERR, "pagoda: %.300s: %s\n", program.path, why);
	*outcome = (struct outcome){"exit", status};
	return false;
}

static const char *refusal_text(err_t error)
{
	switch (error) {
	case E_BAD_FORMAT:
	case E_UNSUPPORTED:
	case E_RANGE:
	case E_WX:
	case E_CONFLICT:
		return "not a program for this system";
	case E_NO_MEMORY:
	case E_MEMORY:
	case E_TABLES:
		return "out of memory";
	case E_TOO_MANY:
		return "too many segments";
	default:
		return error_text(error);
	}
}

bool program_start(struct outcome *outcome)
{
	uint64_t bytes;
	const char *command = file_find("command", &bytes);
	struct arguments arguments;
	err_t error;

	if (!command || bytes == 0) {
		command = "/bin/sh";
		bytes = strlen(command) + 1;
	}
	program = (struct program){.pid = PROGRAM_PID};
	program_name_set(command);
	error = arguments_build(command, bytes, &arguments);
	if (error != E_OK)
		return program_refuse(outcome, STATUS_NOT_STARTED,
				      error == E_TOO_MANY ? "argument list too long" : error_text(error));
	error = program_lookup();
	if (error == E_NO_ENTRY || error == E_NOT_DIRECTORY)
		return program_refuse(outcome, STATUS_NOT_FOUND, "not found");
	if (error == E_OK && !file_is_executable())
		return program_refuse(outcome, STATUS_NOT_STARTED, "not executable");
	if (error == E_OK)
		error = program_build(&arguments);
	return error == E_OK ? true : program_refuse(outcome, STATUS_NOT_STARTED, refusal_text(error));
}

/* Empty a slot; it may be empty already. */
static void slot_clear(cap_t slot)
{
	(void)sys_cap_delete(CAP_NULL, slot);
}

void program_destroy(void)
{
	struct message m;

	slot_clear(slots.thread);
	slot_clear(slots.pager);
	slot_clear(slots.cspace);
	if (program.vfs_has_it)
		(void)call_words(init.vfs, VFS_PROCESS_DESTROY, (uint64_t[]){program.pid}, 1, &m);
	if (program.pager_has_it && init.option_faults)
		(void)call_pager(PAGER_TRACE_SUMMARY, program.pid, 0, 0);
	slot_clear(slots.message_page);
	if (program.pager_has_it)
		(void)call_pager(PAGER_SPACE_DESTROY, program.pid, 0, 0);
	slot_clear(slots.space);
}

void program_slots_take(void)
{
	slots = (struct program_slots){slot_new(), slot_new(), slot_new(), slot_new(), slot_new()};
}
