/* SPDX-License-Identifier: MIT */
/*
 * Leases: calls down to the vfs. What it grants is recorded with the inode, so that a later fault on
 * the page needs no call; when no area refers to the inode any more, everything goes back, but pages of the
 * boot archive stay on lease for a few files: they cost the vfs nothing. They go back when somebody asks for
 * the accounts, or the vfs has no room for another lease.
 */
#include "pager.h"
#include <pagoda/log.h>
#include <pagoda/syscall.h>

static struct message vfs_call(uint32_t label, uint64_t inode, uint64_t index, uint64_t count)
{
	struct message m = message_make(label, inode, index);

	m.tag = TAG(label, 4);
	m.w[2] = count;
	m.w[3] = pager.policy.frames.payer->number; /* for LEASE: whose fault, or request, it is */
	(void)ipc_call(PAGER_VFS, &m);
	return m;
}

#define IDLE_KEPT 16 /* files */

static void idle_return(uint64_t keep);

/*
 * Ask; if the cache is full give it an arena and ask again; if that was of no use, or there are too many
 * leases, give idle ones back before anybody is refused; if the file ends inside ask for one page.
 */
static struct message lease_ask(const struct verdict *verdict, uint64_t *index)
{
	uint64_t inode = verdict->inode->number;
	struct message m = vfs_call(VFS_LEASE, inode, verdict->index, verdict->count);

	*index = verdict->index;
	if (message_error(&m) == E_NO_MEMORY && lend_cache() == E_OK)
		m = vfs_call(VFS_LEASE, inode, *index, verdict->count);
	if ((message_error(&m) == E_TOO_MANY || message_error(&m) == E_NO_MEMORY) &&
	    pager.policy.inodes.idle) {
		idle_return(0);
		m = vfs_call(VFS_LEASE, inode, *index, verdict->count);
	}
	if (message_error(&m) && verdict->count > 1) {
		*index = verdict->wanted;
		m = vfs_call(VFS_LEASE, inode, *index, 1);
	}
	return m;
}

static void lease_give_back(uint64_t inode, uint64_t index, uint64_t count)
{
	struct message m;

	if (!count)
		return;
	m = vfs_call(VFS_LEASE_RETURN, inode, index, count);
	if (message_error(&m))
		server_log("lease of inode %lu, page %lu, %lu pages was not taken back", inode, index, count);
}

/* A page number that no source covers is no page: the vfs is trusted, and still looked at. *is_ram: it is of
 * the cache. */
static bool page_is_known(uint64_t number, bool *is_ram)
{
	static uint64_t first, pages; /* the range of the last one */
	static bool is_cache;
	int i;

	*is_ram = is_cache;
	if (number - first < pages)
		return true;
	i = source_find(number, 1);
	if (i < 0 || !window_page(number))
		return false;
	first = pager.source[i].first;
	pages = pager.source[i].pages;
	*is_ram = is_cache = (uint32_t)i < pager.ram_sources;
	return true;
}

/* @number: of the first page; the others are its neighbours if @more is NULL. */
static err_t lease_record(struct verdict *verdict, uint64_t index, uint64_t count, uint64_t number,
			  const uint64_t *more)
{
	uint64_t i = 0;
	err_t error = E_OK;

	while (i < count) {
		uint64_t page = more ? more[i] : number + i;
		bool is_ram;

		error = page_is_known(page, &is_ram)
				? inode_lease_add(&pager.policy.inodes, verdict->inode, index + i, page)
				: E_RANGE;
		if (error)
			break;
		if (is_ram)
			inode_is_costly(verdict->inode);
		i++;
	}
	if (i < count)
		lease_give_back(verdict->inode->number, index + i, count - i);
	return i ? E_OK : error;
}

err_t lease_serve(struct verdict *verdict)
{
	uint64_t index, count;
	struct message m = lease_ask(verdict, &index);
	err_t error = message_error(&m);
	bool is_list = TAG_WORDS(m.tag) > MESSAGE_REGISTERS;

	count = m.w[0];
	if (!error && (count == 0 || count > verdict->count))
		error = E_BAD_FORMAT;
	if (!error)
		error = lease_record(verdict, index, count, m.w[1],
				     is_list ? &message_page()->words[MESSAGE_REGISTERS] : NULL);
	if (!error)
		return E_OK;
	verdict_deny(verdict, error == E_ARGUMENT			    ? RULE_PAST_END
			      : error == E_NO_MEMORY || error == E_TOO_MANY ? RULE_NO_MEMORY
									    : RULE_IO);
	return error;
}

/* A request about one inode, without a count. */
static err_t inode_call(uint32_t label, uint64_t inode)
{
	struct message m = vfs_call(label, inode, 0, 0);

	return message_error(&m);
}

static void inode_let_go(struct inode_object *inode)
{
	struct lease_run run;

	while ((run = inode_forget_run(&pager.policy.inodes, inode)).count)
		lease_give_back(inode->number, run.index, run.count);
	if (inode->is_held && inode_call(VFS_INODE_DROP, inode->number))
		server_log("inode %lu was not taken back", inode->number);
	inode_destroy(&pager.policy.inodes, inode);
}

static void idle_return(uint64_t keep)
{
	struct inode_object *inode;

	while ((inode = inode_find_idle(&pager.policy.inodes, keep)) != NULL)
		inode_let_go(inode);
}

void lease_return_idle(void)
{
	idle_return(IDLE_KEPT);
}

void lease_return_all(void)
{
	idle_return(0);
}

err_t lease_file(uint32_t pid, uint64_t fd, bool shared, struct mapped_file *file)
{
	struct message m = message_make(VFS_MAP_INODE, pid, fd);
	err_t error;

	m.tag = TAG(VFS_MAP_INODE, 3);
	m.w[2] = shared;
	error = ipc_call(PAGER_VFS, &m);
	if (!error)
		error = message_error(&m);
	*file = (struct mapped_file){m.w[0], m.w[1], m.w[2], m.w[3]};
	return error == E_REQUEST ? E_UNSUPPORTED : error;
}

err_t lease_hold(struct inode_object *inode)
{
	err_t error;

	if (inode->is_held)
		return E_OK;
	error = inode_call(VFS_INODE_HOLD, inode->number);
	inode->is_held = error == E_OK;
	inode_is_costly(inode);
	return error == E_NO_ENTRY ? E_BAD_FD : error; /* closed meanwhile */
}
