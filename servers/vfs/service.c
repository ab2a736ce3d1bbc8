/* SPDX-License-Identifier: MIT */
/* Requests of the process server and of the pager. */
#include "vfs.h"
#include <pagoda/server.h>
#include <pagoda/syscall.h>

#define CACHE_SLOT_FIRST SERVER_FIRST_FREE /* Memory of arena group i; below the kept replies */
#define CACHE_GROUPS_MAX (SPACE_SOURCES - SERVER_SOURCE_FREE)
#define LEASE_FRAMES_MAX (MESSAGE_WORDS - MESSAGE_REGISTERS)

static uint32_t cache_groups; /* Memory taken by service_cache_grow: slot and source each */

/* Descriptors 0, 1, 2 of a new process. */
static err_t process_open_console(struct process *process)
{
	static const struct open_request standard[] = {
		{.flags = OPEN_READ, .channel = CHANNEL_STDOUT},
		{.flags = OPEN_WRITE, .channel = CHANNEL_STDOUT},
		{.flags = OPEN_WRITE, .channel = CHANNEL_STDERR},
	};
	err_t error = E_OK;
	uint32_t fd;

	for (uint32_t i = 0; i < 3 && error == E_OK; i++) {
		struct open_request wanted = standard[i];

		wanted.inode = vfs.console;
		error = file_open(&vfs.files, process, &wanted, &fd);
	}
	return error;
}

err_t service_process_create(struct request *r)
{
	struct process *process;
	uint64_t pid = r->m.w[0];
	err_t error;

	if (pid == 0 || pid > BADGE_PID_MAX)
		return E_ARGUMENT;
	error = process_create(&vfs.files, pid, &process);
	if (error != E_OK)
		return error;
	error = process_open_console(process);
	if (error != E_OK)
		process_destroy(&vfs.files, process);
	return error;
}

err_t service_process_destroy(struct request *r)
{
	uint64_t pid = r->m.w[0];
	struct process *process;

	if (pid == 0 || pid > BADGE_PID_MAX)
		return E_ARGUMENT;
	process = process_find(&vfs.files, pid);
	if (!process)
		return E_NO_ENTRY;
	console_cancel(pid);
	process_destroy(&vfs.files, process);
	return E_OK;
}

err_t service_lookup(struct request *r)
{
	return request_stat(r);
}

err_t service_inode_read(struct request *r)
{
	const struct inode *inode = tree_inode(&vfs.tree, r->m.w[0]);
	uint64_t offset = r->m.w[1];
	struct transfer t;
	err_t error;

	if (!inode)
		return E_NO_ENTRY;
	if (inode_is_directory(inode))
		return E_IS_DIRECTORY;
	if (!inode_is_regular(inode))
		return E_ARGUMENT;
	error = transfer_open(&t, &r->m, BUFFER_WRITE);
	if (error == E_OK && offset < inode->size_bytes)
		error = transfer_to_caller(&t, inode->data + offset, inode->size_bytes - offset);
	r->w[0] = t.done;
	return error;
}

err_t service_lease(struct request *r)
{
	uint64_t count = r->m.w[2], taken = 0;
	err_t error;

	if (count > LEASE_FRAMES_MAX)
		count = LEASE_FRAMES_MAX;
	error = lease_take(&vfs.store, r->m.w[0], r->m.w[1], count, &message_page()->words[MESSAGE_REGISTERS],
			   &taken);
	r->w[0] = taken;
	r->words = MESSAGE_REGISTERS + taken;
	return error;
}

err_t service_lease_return(struct request *r)
{
	return lease_return(&vfs.store, r->m.w[0], r->m.w[1], r->m.w[2]);
}

/* Map the arenas of the Memory in @slot behind those there are. On an error nothing is left behind. */
static err_t cache_map(cap_t slot, uint64_t arenas, uint64_t at)
{
	uint32_t source = SERVER_SOURCE_FREE + cache_groups;

	if (sys_space_attach(SERVER_SPACE, source, slot, RIGHT_READ | RIGHT_WRITE).error != E_OK)
		return E_NO_MEMORY;
	for (uint64_t i = 0; i < arenas; i++) {
		struct result r =
			sys_space_map(SERVER_SPACE, (at + i * ARENA_BYTES) | RIGHT_READ | RIGHT_WRITE,
				      MAP_SOURCE(source, 1) | MAP_SUPERPAGE, i * ARENA_PAGES);

		if (r.error == E_OK)
			continue;
		sys_space_detach(SERVER_SPACE, source);
		return E_NO_MEMORY;
	}
	return E_OK;
}

/* Is the Memory just received whole arenas, and not more than there is room for? */
static err_t cache_memory_check(const struct cap_facts *facts)
{
	if (facts->error != E_OK || (facts->value & 0xff) != KIND_MEMORY)
		return E_ARGUMENT;
	if (facts->identity % ARENA_BYTES != 0 || facts->bytes % ARENA_BYTES != 0 || facts->bytes == 0)
		return E_ARGUMENT;
	if (facts->bytes / ARENA_BYTES > CACHE_ARENAS - vfs.cache.arena_count ||
	    cache_groups == CACHE_GROUPS_MAX)
		return E_TOO_MANY;
	return E_OK;
}

err_t service_cache_grow(struct request *r)
{
	struct cap_facts facts = sys_cap_info_full(CAP_NULL, SERVER_RECEIVE);
	uint64_t at = VFS_CACHE_BASE + vfs.cache.arena_count * ARENA_BYTES,
		 arenas = facts.bytes / ARENA_BYTES;
	cap_t slot = CACHE_SLOT_FIRST + cache_groups;
	err_t error = r->m.tag & TAG_CAP ? cache_memory_check(&facts) : E_ARGUMENT;

	if (error == E_OK)
		error = cache_map(SERVER_RECEIVE, arenas, at);
	if (error != E_OK)
		return error;
	sys_cap_move(CAP_NULL, slot, CAP_NULL, SERVER_RECEIVE);
	cache_groups++;
	for (uint64_t i = 0; i < arenas && error == E_OK; i++)
		error = cache_grow(&vfs.cache, facts.identity / PAGE_BYTES + i * ARENA_PAGES,
				   (uint8_t *)(at + i * ARENA_BYTES));
	return error; /* E_OK: there was room for all */
}
