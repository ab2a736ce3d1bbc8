/* SPDX-License-Identifier: MIT */
/* Requests of a process about its own memory: heap, areas, and pages made present. */
#include "custom.h"
#include <pagoda/syscall.h>

#define MAP_FIXED_BIT	   (1ul << 8)
#define MAP_SHARED_BIT	   (1ul << 9)
#define POPULATE_PAGES_MAX 512 /* of one request: others wait meanwhile */

static uint64_t page_up(uint64_t bytes)
{
	return (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

/* What nothing refers to any more goes. */
static void request_settle(struct process *caller)
{
	if (pager.policy.inodes.idle)
		lease_return_idle();
	if (caller->space->clients)
		customs_settle(caller);
}

/*
 * Before a change: answers on their way come back. Rights that the kernel may have mapped pages of the range
 * with and that
 * @prot has not; 0: it need not be asked.
 */
static uint32_t change_begin(struct process *process, vaddr_t start, uint64_t bytes, uint32_t prot)
{
	if (!space_contains_range(process->space, start, bytes))
		return 0;
	if (process->forwards)
		forwards_recall(process, start, start + bytes);
	return space_may_lose(process->space, start, bytes, prot);
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
		if (in->w[0] < caller->space->heap_break)
			forwards_recall(caller, in->w[0], caller->space->heap_break);
		error = space_heap_set(caller->space, in->w[0], &cut, &cut_pages);
		kernel_unmap(caller, cut, cut_pages << PAGE_SHIFT);
	}
	out->w0 = caller->space->heap_break;
	return error;
}

/* Where an area without a fixed address goes: the wish if it is free, or anywhere. 0: nowhere. */
static vaddr_t map_place(const struct vm_space *space, vaddr_t wish, uint64_t bytes)
{
	wish &= ~(PAGE_BYTES - 1);
	if (wish && space_check_range(space, wish, bytes) == E_OK && space_is_free(space, wish, bytes))
		return wish;
	return space_find_free(space, space->map_hint, bytes);
}

/* A fixed area replaces what is there. Nothing has changed on an error. */
static err_t map_fixed(struct process *caller, const struct area_spec *spec)
{
	uint32_t lost = change_begin(caller, spec->start, spec->bytes, 0);
	err_t error = space_map_over(caller->space, spec);

	if (error)
		return error;
	if (lost)
		kernel_unmap(caller, spec->start, spec->bytes);
	request_settle(caller);
	return E_OK;
}

static err_t map_anywhere(struct process *caller, vaddr_t wish, struct area_spec *spec)
{
	err_t error;

	spec->start = map_place(caller->space, wish, spec->bytes);
	if (!spec->start)
		return E_NO_MEMORY;
	error = space_map(caller->space, spec);
	if (!error && spec->start == caller->space->map_hint)
		caller->space->map_hint = spec->start + spec->bytes;
	return error;
}

/* What MAP and MAP_FILE have in common: place, rights and size are in the message. */
static err_t map_perform(struct process *caller, const struct message *in, struct area_spec *spec,
			 struct answer *out)
{
	err_t error;

	if (in->w[2] & MAP_FIXED_BIT) {
		spec->start = in->w[0];
		error = map_fixed(caller, spec);
	} else {
		error = map_anywhere(caller, in->w[0], spec);
	}
	out->w0 = spec->start;
	return error == E_RANGE || error == E_ALIGN ? E_ARGUMENT : error;
}

static err_t map_check(const struct message *in)
{
	if (in->w[2] & ~(MAP_FIXED_BIT | MAP_SHARED_BIT | 7) || in->w[1] == 0)
		return E_ARGUMENT;
	return in->w[1] > USER_END ? E_NO_MEMORY : E_OK;
}

err_t request_map(struct process *caller, const struct message *in, struct answer *out)
{
	struct area_spec spec = {
		.bytes = page_up(in->w[1]),
		.backing = BACKING_ANON,
		.prot = in->w[2] & 7,
		.max_prot = 7,
		.name = "anon",
	};
	err_t error = in->w[2] & MAP_SHARED_BIT ? E_UNSUPPORTED : map_check(in);

	return error ? error : map_perform(caller, in, &spec, out);
}

/* The file is held before the area is made: it may be closed or unlinked right after. */
static err_t map_file(struct process *caller, const struct message *in, struct area_spec *spec,
		      struct answer *out)
{
	struct inodes *inodes = &pager.policy.inodes;
	struct inode_object *inode;
	err_t error;

	space_pays(caller->space);
	inode = inode_take(inodes, spec->inode);
	if (!inode)
		return E_NO_MEMORY;
	error = lease_hold(inode);
	if (!error)
		error = map_perform(caller, in, spec, out);
	inode_drop(inodes, inode);
	request_settle(caller);
	return error;
}

/* The grant is attached before the area is made: its pages are mapped from there. */
static err_t map_object(struct process *caller, const struct message *in, struct area_spec *spec,
			uint64_t cookie, struct answer *out)
{
	struct external_object *object = object_find_cookie(cookie);
	bool shared = in->w[2] & MAP_SHARED_BIT;
	err_t error;

	if (!object)
		return E_DEAD;
	if (depend_is_loop(caller, object->pager))
		return E_LOOP;
	spec->backing = BACKING_EXTERNAL;
	spec->flags = shared ? AREA_SHARED : 0;
	spec->name = "object";
	spec->external = object;
	if (shared && !object->is_writable)
		spec->max_prot &= ~(uint32_t)PROT_BIT_WRITE;
	if (spec->prot & ~spec->max_prot)
		return E_ACCESS;
	error = attach_take(caller, object->pager);
	if (!error)
		error = map_perform(caller, in, spec, out);
	request_settle(caller);
	return error;
}

/* What the message asks for; whether the descriptor allows it is found out next. */
static err_t map_file_read(const struct message *in, struct area_spec *spec, uint64_t *fd)
{
	const uint64_t *more = &message_page()->words[MESSAGE_REGISTERS];
	uint64_t bytes = page_up(in->w[1]);
	err_t error = map_check(in);

	if (error || TAG_WORDS(in->tag) < MESSAGE_REGISTERS + 2)
		return error ? error : E_ARGUMENT;
	*fd = more[0];
	*spec = (struct area_spec){
		.bytes = bytes,
		.backing = BACKING_INODE_PRIVATE,
		.prot = in->w[2] & 7,
		.name = "file",
		.offset_bytes = more[1],
		.file_bytes = bytes,
	};
	return spec->offset_bytes % PAGE_BYTES || spec->offset_bytes > TREE_PAGES << PAGE_SHIFT ? E_ARGUMENT
												: E_OK;
}

err_t request_map_file(struct process *caller, const struct message *in, struct answer *out)
{
	bool shared = in->w[2] & MAP_SHARED_BIT;
	struct mapped_file file;
	struct area_spec spec;
	uint64_t fd;
	err_t error = map_file_read(in, &spec, &fd);

	if (!error)
		error = lease_file(caller->pid, fd, shared, &file);
	if (error)
		return error;
	if (spec.prot & ~file.rights)
		return E_ACCESS;
	spec.max_prot = (uint32_t)file.rights & 7;
	if (file.cookie)
		return map_object(caller, in, &spec, file.cookie, out);
	if (shared)
		return E_UNSUPPORTED;
	spec.inode = file.inode;
	return map_file(caller, in, &spec, out);
}

err_t request_unmap(struct process *caller, const struct message *in, struct answer *out)
{
	uint64_t bytes = page_up(in->w[1]);
	uint32_t lost;
	err_t error;

	(void)out;
	if (in->w[1] > USER_END)
		return E_ARGUMENT;
	lost = change_begin(caller, in->w[0], bytes, 0);
	error = space_unmap(caller->space, in->w[0], bytes);
	if (error == E_RANGE || error == E_ALIGN)
		return E_ARGUMENT;
	if (error)
		return error;
	if (lost)
		kernel_unmap(caller, in->w[0], bytes);
	if (in->w[0] >= caller->space->map_base && in->w[0] < caller->space->map_hint)
		caller->space->map_hint = in->w[0];
	request_settle(caller);
	return E_OK;
}

err_t request_protect(struct process *caller, const struct message *in, struct answer *out)
{
	uint64_t bytes = page_up(in->w[1]), prot = in->w[2];
	uint32_t lost;
	err_t error;

	(void)out;
	if (in->w[1] > USER_END || prot > 7)
		return E_ARGUMENT;
	if (bytes == 0)
		return in->w[0] % PAGE_BYTES ? E_ARGUMENT : E_OK;
	if (prot & PROT_BIT_WRITE)
		prot |= PROT_BIT_READ;
	lost = change_begin(caller, in->w[0], bytes, (uint32_t)prot);
	error = space_protect(caller->space, in->w[0], bytes, (uint32_t)prot);
	if (error == E_RANGE || error == E_ALIGN)
		return E_ARGUMENT;
	if (error)
		return error;
	if (!lost)
		return E_OK;
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
		error = fault_populate(caller, at + (out->w0 << PAGE_SHIFT), (uint32_t)access,
				       ORIGIN_POPULATE, &frame);
	return out->w0 ? E_OK : error;
}
