/* SPDX-License-Identifier: MIT */
/* Requests of the pager: file pages on lease, memory for the cache, what a mapping needs to know. */
#include "proto/inject.h"
#include "vfs.h"
#include <pagoda/server.h>
#include <pagoda/syscall.h>

#define CACHE_SLOT_FIRST SERVER_FIRST_FREE /* Memory of arena i; below the kept replies */
#define LEASE_FRAMES_MAX (MESSAGE_WORDS - MESSAGE_REGISTERS)

_Static_assert(SERVER_SOURCE_FREE + CACHE_ARENAS <= SPACE_SOURCES,
	       "a source of the vfs's space for each arena");

err_t service_lease(struct request *r)
{
	struct lease_run run = {
		.handle = r->m.w[0], .index = r->m.w[1], .count = r->m.w[2], .account = (uint32_t)r->m.w[3]};
	uint64_t *frames = &message_page()->words[MESSAGE_REGISTERS], taken = 0, next = 1;
	err_t error;

	if (r->m.w[3] >= ACCOUNTS_MAX)
		return E_ARGUMENT;
	if (run.count > LEASE_FRAMES_MAX)
		run.count = LEASE_FRAMES_MAX;
	error = lease_take(&vfs.store, &run, frames, &taken);
	while (next < taken && frames[next] == frames[0] + next)
		next++;
	r->w[0] = taken;
	r->w[1] = frames[0];
	r->words = next < taken ? MESSAGE_REGISTERS + taken : 2;
	return error;
}

err_t service_lease_return(struct request *r)
{
	struct lease_run run = {.handle = r->m.w[0], .index = r->m.w[1], .count = r->m.w[2]};

	return lease_return(&vfs.store, &run);
}

err_t service_map_inode(struct request *r)
{
	struct process *process = r->m.w[0] <= BADGE_PID_MAX ? process_find(&vfs.files, r->m.w[0]) : NULL;
	const struct open_file *file = process ? file_of(&vfs.files, process, r->m.w[1]) : NULL;

	if (!process)
		return E_NO_ENTRY;
	if (!file)
		return E_BAD_FD;
	if (file->kind == FILE_INODE && inode_is_object(tree_inode(&vfs.tree, file->target)))
		return service_map_object(r, file);
	if (file->kind != FILE_INODE || !inode_is_regular(tree_inode(&vfs.tree, file->target)) ||
	    r->m.w[2] != 0)
		return E_UNSUPPORTED;
	if (!(file->flags & OPEN_READ))
		return E_ACCESS;
	tree_show(&vfs.tree, file->target);
	r->w[0] = tree_handle(&vfs.tree, file->target);
	r->w[1] = PROT_BIT_READ | PROT_BIT_WRITE | PROT_BIT_EXEC;
	r->w[2] = tree_inode(&vfs.tree, file->target)->size_bytes;
	return E_OK;
}

err_t service_inode_hold(struct request *r)
{
	uint32_t number = tree_by_handle(&vfs.tree, r->m.w[0]);

	if (number == 0)
		return E_NO_ENTRY;
	tree_inode(&vfs.tree, number)->holds++;
	return E_OK;
}

err_t service_inode_drop(struct request *r)
{
	uint32_t number = tree_by_handle(&vfs.tree, r->m.w[0]);

	if (number == 0)
		return E_NO_ENTRY;
	if (tree_inode(&vfs.tree, number)->holds == 0)
		return E_ARGUMENT;
	tree_inode(&vfs.tree, number)->holds--;
	store_settle(&vfs.store, number);
	return E_OK;
}

/* Map the arena in @slot at its place. On an error nothing is left behind. */
static err_t cache_map(cap_t slot, uint32_t place, uint64_t at)
{
	uint32_t source = SERVER_SOURCE_FREE + place;
	struct result r;

	if (allocation_refused("source") ||
	    sys_space_attach(SERVER_SPACE, source, slot, RIGHT_READ | RIGHT_WRITE).error != E_OK)
		return E_NO_MEMORY;
	r = sys_space_map(SERVER_SPACE, at | RIGHT_READ | RIGHT_WRITE, MAP_SOURCE(source, 1) | MAP_SUPERPAGE,
			  0);
	if (r.error == E_OK)
		return E_OK;
	sys_space_detach(SERVER_SPACE, source);
	return E_NO_MEMORY;
}

/* Is the Memory just received an arena, and is there a place for it? */
static err_t cache_memory_check(const struct cap_facts *facts)
{
	if (facts->error != E_OK || (facts->value & 0xff) != KIND_MEMORY)
		return E_ARGUMENT;
	if (facts->identity % ARENA_BYTES != 0 || facts->bytes != ARENA_BYTES)
		return E_ARGUMENT;
	return cache_place(&vfs.cache) == CACHE_ARENAS ? E_TOO_MANY : E_OK;
}

err_t service_cache_grow(struct request *r)
{
	struct cap_facts facts = sys_cap_info_full(CAP_NULL, SERVER_RECEIVE);
	uint32_t place = cache_place(&vfs.cache);
	uint64_t at = VFS_CACHE_BASE + place * ARENA_BYTES;
	err_t error;

	if (!(r->m.tag & TAG_CAP)) {
		memory_refused();
		return E_OK;
	}
	error = cache_memory_check(&facts);
	if (error == E_OK)
		error = cache_map(SERVER_RECEIVE, place, at);
	if (error != E_OK) {
		memory_refused(); /* the pager has done what it could */
		return error;
	}
	sys_cap_move(CAP_NULL, CACHE_SLOT_FIRST + place, CAP_NULL, SERVER_RECEIVE);
	error = cache_grow(&vfs.cache, facts.identity / PAGE_BYTES, (uint8_t *)at);
	memory_came();
	return error; /* E_OK: there is a place */
}

/* Detaching unmaps it. */
err_t service_cache_shrink(struct request *r)
{
	uint32_t place;
	uint64_t frame;
	err_t error =
		memory_is_wanted() ? E_NO_ENTRY : cache_shrink(&vfs.cache, MEMORY_LOW_PAGES, &place, &frame);

	if (error != E_OK)
		return error;
	sys_space_detach(SERVER_SPACE, SERVER_SOURCE_FREE + place);
	sys_cap_delete(CAP_NULL, CACHE_SLOT_FIRST + place);
	r->w[0] = frame;
	return E_OK;
}
