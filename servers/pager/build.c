/* SPDX-License-Identifier: MIT */
/*
 * SPACE_BUILD: a program's space, made whole beside the old one before anything of the process changes.
 *
 *   Space, message page (kept.c or new) -> areas, heap -> the stack's top written -> Thread bound -> entered
 *
 * Up to the Thread every error takes apart what was made. Binding it stops the Thread of an exec, whose call
 * ends with that; only a Thread that cannot be bound fails there, and the process server ends the process.
 */
#include "pager.h"
#include <pagoda/program.h>
#include <pagoda/syscall.h>

#define PROGRAM_WORDS (sizeof(struct pager_program) / 8)
#define AREA_WORDS    (sizeof(struct pager_area_wanted) / 8)

/* What an area that proc makes is called. */
static const char *area_name(uint32_t backing, uint32_t prot)
{
	switch (backing) {
	case BACKING_NONE:
		return "guard";
	case BACKING_STACK:
		return "stack";
	case BACKING_LINEAR:
		return "info";
	case BACKING_INODE_PRIVATE:
		return prot & PROT_BIT_EXEC ? "text" : prot & PROT_BIT_WRITE ? "data" : "rodata";
	default:
		return "bss";
	}
}

/* A linear area may show what is a source and not ours to hand out: the info page, the archive. */
static err_t linear_check(const struct area_spec *spec)
{
	int source = source_find(spec->frame, spec->bytes >> PAGE_SHIFT);

	if (source < 0)
		return E_RANGE;
	if ((uint32_t)source < pager.ram_sources)
		return E_DENIED;
	return spec->max_prot & ~pager.source[source].rights ? E_ACCESS : E_OK;
}

static err_t area_add(struct vm_space *space, const struct pager_area_wanted *wanted)
{
	uint32_t prot = wanted->prot_backing & 0xff, backing = wanted->prot_backing >> 8 & 0xff;
	bool file = backing == BACKING_INODE_PRIVATE, linear = backing == BACKING_LINEAR;
	struct area_spec spec = {
		.start = wanted->start,
		.bytes = wanted->length,
		.backing = backing,
		.prot = prot,
		.max_prot = backing == BACKING_NONE || linear ? prot : 7,
		.name = area_name(backing, prot),
		.inode = file ? wanted->source : 0,
		.offset_bytes = file ? wanted->offset_bytes : 0,
		.file_bytes = file ? wanted->file_bytes : 0,
		.frame = linear ? wanted->source : 0,
	};
	err_t error = wanted->prot_backing >> 16 ? E_ARGUMENT : E_OK;

	if (!error && linear)
		error = linear_check(&spec);
	return error ? error : space_map(space, &spec);
}

/* Areas and heap. The words are read before any call of ours could change them. */
static err_t books_make(uint32_t pid, const struct pager_program *program,
			const struct pager_area_wanted *wanted, struct vm_space **out)
{
	err_t error = space_create(&pager.policy, pid, PAGE_BYTES, USER_END - PAGE_BYTES, out);

	if (error)
		return error;
	(*out)->map_base = (*out)->map_hint = PROGRAM_MMAP_BASE;
	for (uint64_t i = 0; i < program->area_count && !error; i++)
		error = area_add(*out, &wanted[i]);
	if (!error)
		error = space_heap_init(*out, program->heap_start, program->heap_bytes);
	if (error) {
		space_destroy(*out);
		lease_return_idle();
	}
	return error;
}

/* The caller's buffer to the top of the stack. */
static err_t stack_write(struct process *process, vaddr_t at, uint64_t bytes)
{
	for (uint64_t done = 0, part; done < bytes; done += part) {
		uint64_t offset = (at + done) % PAGE_BYTES, frame;
		err_t error = fault_populate(process, at + done, ACCESS_WRITE, ORIGIN_SYSTEM, &frame);
		struct result copied;

		if (error) /* LATER is what a request answers that keeps its caller waiting */
			return error == E_LATER ? E_FAULT : error;
		part = PAGE_BYTES - offset < bytes - done ? PAGE_BYTES - offset : bytes - done;
		copied = sys_buffer_copy(CAP_NULL, done, (vaddr_t)window_page(frame) + offset, part,
					 COPY_FROM_CALLER);
		if (copied.error)
			return copied.error == E_ABSENT ? E_ABSENT : E_FAULT;
	}
	return E_OK;
}

/* What its first instruction would bring; what cannot be had is left to the fault. */
static void entry_bring(struct process *process, vaddr_t entry)
{
	uint64_t frame;
	err_t error = fault_populate(process, entry, ACCESS_EXECUTE, ORIGIN_SYSTEM, &frame);

	(void)error;
}

/* Give the Thread that came the new space. Which of the calls failed says whether it was stopped. */
static err_t thread_give(const struct process *process, bool replace)
{
	struct batch batch = {0};
	struct result done;

	if (replace)
		batch_thread_suspend(&batch, SERVER_RECEIVE);
	process_bind(&batch, process);
	done = batch_run(&batch);
	if (!done.error) {
		pager.received = false;
		return E_OK;
	}
	return replace && done.value > 0 ? E_STATE : E_ARGUMENT;
}

static err_t build_check(const struct message *in, const struct pager_program *program)
{
	uint64_t words = TAG_WORDS(in->tag), bytes = BUFFER_LENGTH(in->w[3]);

	if (in->w[0] == 0 || in->w[0] > BADGE_PID_MAX || (uint8_t)in->w[1] & ~SPACE_BUILD_REPLACE)
		return E_ARGUMENT;
	if (!(in->tag & TAG_CAP) || !(in->tag & TAG_BUFFER) || !(in->w[3] & BUFFER_READ) ||
	    words < MESSAGE_REGISTERS + PROGRAM_WORDS)
		return E_ARGUMENT;
	if (program->area_count > (words - MESSAGE_REGISTERS - PROGRAM_WORDS) / AREA_WORDS ||
	    bytes > program->stack_top || program->stack_top > USER_END)
		return E_ARGUMENT;
	if (in->w[1] & SPACE_BUILD_REPLACE)
		return process_find(in->w[0]) ? E_OK : E_NO_SPACE;
	if (in->w[1] >> 32 && !process_find(in->w[1] >> 32))
		return E_NO_SPACE;
	return process_find(in->w[0]) ? E_EXISTS : E_OK;
}

/* A process with its space, which nobody finds yet. */
static err_t build(const struct message *in, struct process **out)
{
	const uint64_t *words = &message_page()->words[MESSAGE_REGISTERS];
	const struct pager_program program = *(const struct pager_program *)words;
	const struct process_spec spec = {program.table_limit, program.message_page};
	uint64_t bytes = BUFFER_LENGTH(in->w[3]);
	struct vm_space *space;
	err_t error = build_check(in, &program);

	if (!error && !account_pays((uint32_t)in->w[1] >> SPACE_BUILD_ACCOUNT))
		error = E_ARGUMENT;
	if (!error)
		error = books_make((uint32_t)in->w[0], &program,
				   (const struct pager_area_wanted *)(words + PROGRAM_WORDS), &space);
	if (error)
		return error;
	error = process_create(space, &spec, out);
	if (error) {
		space_destroy(space);
		lease_return_idle();
		return error;
	}
	error = stack_write(*out, program.stack_top - bytes, bytes);
	if (error)
		process_discard(*out);
	else
		entry_bring(*out, program.entry);
	return error;
}

/* The new space is made: let it be pid's. */
static void build_enter(const struct message *in, struct process *new)
{
	if (in->w[1] & SPACE_BUILD_REPLACE) {
		process_replace(process_find(in->w[0]), new);
		return;
	}
	if (in->w[1] >> 32)
		process_inherit(new, process_find(in->w[1] >> 32));
	process_enter(new);
}

err_t request_space_build(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *new;
	err_t error = build(in, &new);

	(void)caller;
	(void)out;
	if (error)
		return error;
	error = thread_give(new, in->w[1] & SPACE_BUILD_REPLACE);
	if (error)
		process_discard(new);
	else
		build_enter(in, new);
	return error;
}
