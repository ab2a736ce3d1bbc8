/* SPDX-License-Identifier: MIT */
/* Requests of the process server: spaces are made, filled and ended; refused faults are collected. */
#include <string.h>

#include "pager.h"
#include <pagoda/batch.h>
#include <pagoda/syscall.h>

/* Who pays for the space that is made. false: no such account. */
static bool account_pays(uint64_t number)
{
	if (number >= ACCOUNTS_MAX)
		return false;
	pager.policy.frames.payer = &pager.policy.frames.account[number];
	return true;
}

/* A new process: its Space is the answer. */
static void space_answer(struct process *process, struct answer *out)
{
	out->cap = process->space_cap;
	out->undo = process_destroy;
	out->made = process;
}

err_t request_space_create(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process;
	err_t error;

	(void)caller;
	if (in->w[0] == 0 || in->w[0] > BADGE_PID_MAX || !account_pays(in->w[2]))
		return E_ARGUMENT;
	error = process_create((uint32_t)in->w[0], in->w[1], &process);
	if (!error)
		space_answer(process, out);
	return error;
}

err_t request_space_destroy(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process = process_find(in->w[0]);
	struct pager_faults faults;

	(void)caller;
	if (!process)
		return E_NO_SPACE;
	counts_faults(process, &faults);
	process_destroy(process); /* which may send messages: the answer's words come after it */
	answer_record(out, &faults, sizeof(faults));
	return E_OK;
}

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

static err_t area_add(struct process *process, const struct pager_area_wanted *wanted)
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
	return error ? error : space_map(process->space, &spec);
}

err_t request_space_area(struct process *caller, const struct message *in, struct answer *out)
{
	const uint64_t *words = &message_page()->words[MESSAGE_REGISTERS];
	uint64_t count = in->w[1], record_words = sizeof(struct pager_area_wanted) / 8;
	struct process *process = process_find(in->w[0]);
	struct pager_area_wanted wanted;
	err_t error = E_OK;

	(void)caller;
	(void)out;
	if (!process)
		return E_NO_SPACE;
	if (count > MESSAGE_WORDS || TAG_WORDS(in->tag) < MESSAGE_REGISTERS + count * record_words)
		return E_ARGUMENT;
	for (uint64_t i = 0; i < count && !error; i++) {
		memcpy(&wanted, words + i * record_words, sizeof(wanted));
		error = area_add(process, &wanted);
	}
	return error;
}

err_t request_space_write(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process = process_find(in->w[0]);
	uint64_t bytes = BUFFER_LENGTH(in->w[3]), frame;
	vaddr_t at = in->w[1];

	(void)caller;
	if (!process)
		return E_NO_SPACE;
	if (!(in->tag & TAG_BUFFER) || !(in->w[3] & BUFFER_READ) ||
	    !space_contains_range(process->space, at, bytes))
		return E_ARGUMENT;
	for (out->w0 = 0; out->w0 < bytes;) {
		uint64_t offset = (at + out->w0) % PAGE_BYTES, part = PAGE_BYTES - offset;
		struct result copied;
		err_t error = fault_populate(process, at + out->w0, ACCESS_WRITE, ORIGIN_SYSTEM, &frame);

		if (error)
			return error;
		if (part > bytes - out->w0)
			part = bytes - out->w0;
		copied = sys_buffer_copy(CAP_NULL, out->w0, (vaddr_t)window_page(frame) + offset, part,
					 COPY_FROM_CALLER);
		if (copied.error)
			return copied.error == E_ABSENT ? E_ABSENT : E_FAULT;
		out->w0 += part;
	}
	return E_OK;
}

err_t request_space_brk(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process = process_find(in->w[0]);

	(void)caller;
	(void)out;
	return process ? space_heap_init(process->space, in->w[1], in->w[2]) : E_NO_SPACE;
}

/* The page is in the books; make the kernel agree, and a capability for it. */
static err_t message_page_map(struct process *process, vaddr_t at, uint64_t frame)
{
	struct verdict_run run = {at >> PAGE_SHIFT, frame, 1, RIGHT_READ | RIGHT_WRITE};
	struct map_item item = window_item(&run);
	cap_t slot = slot_take();
	struct batch batch = {0};

	if (!slot)
		return E_NO_MEMORY;
	batch_memory_carve(&batch, pager.source[source_find(frame, 1)].memory, slot, item.offset, 1);
	batch_space_map(&batch, process->space_cap, item.at_rights, item.source, item.offset);
	if (allocation_refused("tables") || batch_run(&batch).error) {
		slot_clear(slot, true);
		return E_NO_MEMORY;
	}
	process->message_cap = slot;
	process->message_at = at;
	return E_OK;
}

static void message_page_undo(struct process *process)
{
	vaddr_t at = process->message_at;

	(void)sys_space_unmap(process->space_cap, at, 1);
	slot_clear(process->message_cap, true);
	process->message_cap = CAP_NULL;
	space_remove_pinned(process->space, at);
}

err_t request_space_message_page(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process = process_find(in->w[0]);
	uint64_t frame;
	err_t error;

	(void)caller;
	if (!process)
		return E_NO_SPACE;
	if (process->message_cap)
		return E_EXISTS;
	error = space_add_pinned(process->space, in->w[1], "message", &frame);
	if (error)
		return error;
	window_zero(frame);
	error = message_page_map(process, in->w[1], frame);
	if (error) {
		space_remove_pinned(process->space, in->w[1]);
		return error;
	}
	out->cap = process->message_cap;
	out->undo = message_page_undo;
	out->made = process;
	return E_OK;
}

err_t request_space_fork(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *parent = process_find(in->w[0]), *child;
	struct fork_place place = {.pc = in->w[2], .sp = in->w[3]};
	err_t error;

	(void)caller;
	if (!parent)
		return E_NO_SPACE;
	if ((uint32_t)in->w[1] == 0 || (uint32_t)in->w[1] > BADGE_PID_MAX || !account_pays(in->w[1] >> 32))
		return E_ARGUMENT;
	error = process_fork(parent, (uint32_t)in->w[1], &place, &child);
	if (!error)
		space_answer(child, out);
	return error;
}

err_t request_space_replace(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *old = process_find(in->w[0]), *new = process_find(in->w[1]);

	(void)caller;
	(void)out;
	if (!old || !new)
		return E_NO_SPACE;
	if (old == new)
		return E_ARGUMENT;
	process_replace(old, new);
	return E_OK;
}

err_t request_space_limit(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process = process_find(in->w[0]);

	(void)caller;
	(void)out;
	return process ? space_set_limit(process->space, in->w[1], in->w[2]) : E_NO_SPACE;
}

err_t request_news(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process = pager.news_first;

	(void)caller;
	(void)in;
	if (!process)
		return E_NO_ENTRY;
	pager.news_first = process->news_next;
	if (!pager.news_first)
		pager.news_last = NULL;
	process->news_queued = false;
	answer_record(out, &process->news, sizeof(process->news));
	return E_OK;
}

err_t request_account(struct process *caller, const struct message *in, struct answer *out)
{
	struct pager_account record;
	struct account *account;

	(void)caller;
	if (in->w[0] >= ACCOUNTS_MAX)
		return E_ARGUMENT;
	account = &pager.policy.frames.account[in->w[0]];
	if (in->w[1])
		account->limit_frames = in->w[1];
	record = (struct pager_account){.frames = account->frames,
					.limit_frames = account->limit_frames,
					.tables = process_tables(account),
					.areas = account->areas,
					.objects = account->objects,
					.spaces = account->spaces};
	answer_record(out, &record, sizeof(record));
	return E_OK;
}

err_t request_usage(struct process *caller, const struct message *in, struct answer *out)
{
	return in->w[0] ? request_faults(caller, in, out) : E_NO_SPACE;
}

err_t request_trace(struct process *caller, const struct message *in, struct answer *out)
{
	(void)caller;
	(void)out;
	pager.trace = in->w[0] != 0;
	return E_OK;
}

err_t request_trace_summary(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process = process_find(in->w[0]);

	(void)caller;
	(void)out;
	if (!process)
		return E_NO_SPACE;
	trace_summary(process);
	return E_OK;
}
