/* SPDX-License-Identifier: MIT */
/* Requests of a process about itself, and what anybody may ask. */
#include <string.h>

#include "pager.h"
#include <pagoda/syscall.h>

#define MAP_FIXED_BIT	   (1ul << 8)
#define POPULATE_PAGES_MAX 512 /* of one request: others wait meanwhile */

static uint64_t page_up(uint64_t bytes)
{
	return (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

/* What the kernel still maps there goes, before a frame can be handed out again. */
static void kernel_unmap(const struct process *process, vaddr_t start, uint64_t bytes)
{
	if (bytes)
		(void)sys_space_unmap(process->space_cap, start, bytes >> PAGE_SHIFT);
}

err_t request_brk(struct process *caller, const struct message *in, struct answer *out)
{
	vaddr_t cut;
	uint64_t cut_pages;
	err_t error = E_OK;

	if (in->w[0]) {
		error = space_heap_set(caller->space, in->w[0], &cut, &cut_pages);
		kernel_unmap(caller, cut, cut_pages << PAGE_SHIFT);
	}
	out->w0 = caller->space->heap_break;
	return error;
}

/* The address an area of @bytes gets: exactly the wished one, or the wish if it is free, or any. */
static vaddr_t map_place(struct vm_space *space, vaddr_t wish, uint64_t bytes, bool fixed)
{
	if (fixed)
		return wish;
	wish &= ~(PAGE_BYTES - 1);
	return space_find_free(space, wish ? wish : space->map_hint, bytes);
}

err_t request_map(struct process *caller, const struct message *in, struct answer *out)
{
	uint64_t bytes = page_up(in->w[1]);
	bool fixed = in->w[2] & MAP_FIXED_BIT;
	struct area_spec spec = {
		.bytes = bytes,
		.backing = BACKING_ANON,
		.prot = in->w[2] & 7,
		.max_prot = 7,
		.name = "anon",
	};
	err_t error;

	if (in->w[2] & ~(MAP_FIXED_BIT | 7) || in->w[1] == 0)
		return E_ARGUMENT;
	if (in->w[1] > USER_END)
		return E_NO_MEMORY;
	spec.start = map_place(caller->space, in->w[0], bytes, fixed);
	if (!spec.start && !fixed)
		return E_NO_MEMORY;
	error = space_map(caller->space, &spec);
	if (error == E_RANGE || error == E_ALIGN)
		return E_ARGUMENT;
	if (!error && spec.start == caller->space->map_hint)
		caller->space->map_hint = spec.start + bytes;
	out->w0 = spec.start;
	return error;
}

err_t request_unmap(struct process *caller, const struct message *in, struct answer *out)
{
	uint64_t bytes = page_up(in->w[1]);
	err_t error;

	(void)out;
	if (in->w[1] > USER_END)
		return E_ARGUMENT;
	error = space_unmap(caller->space, in->w[0], bytes);
	if (error == E_RANGE || error == E_ALIGN)
		return E_ARGUMENT;
	if (error)
		return error;
	kernel_unmap(caller, in->w[0], bytes);
	if (in->w[0] >= caller->space->map_base && in->w[0] < caller->space->map_hint)
		caller->space->map_hint = in->w[0];
	lease_return_idle();
	return E_OK;
}

err_t request_protect(struct process *caller, const struct message *in, struct answer *out)
{
	uint64_t bytes = page_up(in->w[1]), prot = in->w[2];
	err_t error;

	(void)out;
	if (in->w[1] > USER_END || prot > 7)
		return E_ARGUMENT;
	if (bytes == 0)
		return in->w[0] % PAGE_BYTES ? E_ARGUMENT : E_OK;
	error = space_protect(caller->space, in->w[0], bytes, (uint32_t)prot);
	if (error == E_RANGE || error == E_ALIGN)
		return E_ARGUMENT;
	if (error)
		return error;
	if (prot & PROT_BIT_WRITE)
		prot |= PROT_BIT_READ;
	if (prot == 0)
		kernel_unmap(caller, in->w[0], bytes);
	else
		(void)sys_space_protect(caller->space_cap, in->w[0], bytes >> PAGE_SHIFT, prot);
	return E_OK;
}

err_t request_populate(struct process *caller, const struct message *in, struct answer *out)
{
	vaddr_t at = in->w[0] & ~(PAGE_BYTES - 1);
	uint64_t bytes = in->w[1], access = in->w[2], pages, frame;
	err_t error = E_OK;

	if (access == 0 || access > 7 || bytes > USER_END || in->w[0] > USER_END)
		return E_ARGUMENT;
	pages = bytes ? (page_up(in->w[0] + bytes) - at) >> PAGE_SHIFT : 0;
	if (pages > POPULATE_PAGES_MAX)
		pages = POPULATE_PAGES_MAX;
	for (out->w0 = 0; out->w0 < pages && !error; out->w0 += !error)
		error = fault_populate(caller, at + (out->w0 << PAGE_SHIFT), (uint32_t)access, &frame);
	return out->w0 ? E_OK : error;
}

err_t request_counts(struct process *caller, const struct message *in, struct answer *out)
{
	struct pager_counts counts;

	(void)caller;
	(void)in;
	counts_fill(&counts);
	memcpy(&message_page()->words[MESSAGE_REGISTERS], &counts, sizeof(counts));
	out->words = MESSAGE_REGISTERS + sizeof(counts) / 8;
	return E_OK;
}

static struct process *process_asked(struct process *caller, uint64_t pid)
{
	return pid ? process_find(pid) : caller;
}

err_t request_areas(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process = process_asked(caller, in->w[0]);
	struct pager_area record = {0};
	const struct vm_area *area;

	if (!process)
		return E_NO_SPACE;
	area = area_set_at_or_after(&process->space->areas, in->w[1]);
	if (!area)
		return E_NO_AREA;
	record.start = area->start;
	record.end = area->end;
	record.prot_backing = area->prot | (uint64_t)area->backing << 8;
	record.present_pages = counts_present(process, area->start, area->end);
	record.inode = area->inode ? area->inode->number : 0;
	record.offset_bytes = area->offset_bytes;
	strncpy(record.name, area->name, sizeof(record.name) - 1);
	memcpy(&message_page()->words[MESSAGE_REGISTERS], &record, sizeof(record));
	out->words = MESSAGE_REGISTERS + sizeof(record) / 8;
	return E_OK;
}

err_t request_check(struct process *caller, const struct message *in, struct answer *out)
{
	(void)caller;
	(void)in;
	out->w0 = (uint64_t)counts_check();
	return E_OK;
}

err_t request_faults(struct process *caller, const struct message *in, struct answer *out)
{
	struct process *process = process_asked(caller, in->w[0]);
	struct pager_faults faults;

	if (!process)
		return E_NO_SPACE;
	counts_faults(process, &faults);
	memcpy(&message_page()->words[MESSAGE_REGISTERS], &faults, sizeof(faults));
	out->words = MESSAGE_REGISTERS + sizeof(faults) / 8;
	return E_OK;
}
