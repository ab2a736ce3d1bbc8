/* SPDX-License-Identifier: MIT */
/*
 * The vfs: names, inodes, open files, the page cache. It answers processes, the process server and the pager
 * at one endpoint and never waits for anybody above it; below it is the uart driver, which tells news.
 */
#include "core/archive.h"
#include "uapi/boot.h"
#include "vfs.h"
#include <pagoda/inject.h>
#include <pagoda/log.h>
#include <pagoda/server.h>
#include <pagoda/syscall.h>
#include <stdio.h>

struct vfs vfs;
static struct inode inodes[TREE_INODES_MAX + 1];

enum asker { ASK_PROCESS, ASK_ANYBODY, ASK_PROC, ASK_PAGER };

struct row {
	request_handler *handler;
	enum asker asker;
	bool dated; /* may change a file */
};

static const struct row rows[] = {
	[VFS_OPEN] = {request_open, ASK_PROCESS, true},
	[VFS_CLOSE] = {request_close, ASK_PROCESS},
	[VFS_READ] = {request_read, ASK_PROCESS}, /* with a capability that nobody wants */
	[VFS_WRITE] = {request_write, ASK_PROCESS},
	[VFS_SEEK] = {request_seek, ASK_PROCESS},
	[VFS_FSTAT] = {request_fstat, ASK_PROCESS},
	[VFS_STAT] = {request_stat, ASK_PROCESS},
	[VFS_READDIR] = {request_readdir, ASK_PROCESS},
	[VFS_COUNTS] = {request_counts, ASK_ANYBODY},
	[VFS_CHECK] = {request_check, ASK_ANYBODY},
	[VFS_DUP] = {request_dup, ASK_PROCESS},
	[VFS_DUP2] = {request_dup2, ASK_PROCESS},
	[VFS_PIPE] = {request_pipe, ASK_PROCESS},
	[VFS_UNLINK] = {request_unlink, ASK_PROCESS, true},
	[VFS_MKDIR] = {request_mkdir, ASK_PROCESS, true},
	[VFS_RENAME] = {request_rename, ASK_PROCESS, true},
	[VFS_TRUNCATE] = {request_truncate, ASK_PROCESS, true},
	[VFS_CHDIR] = {request_chdir, ASK_PROCESS},
	[VFS_GETCWD] = {request_getcwd, ASK_PROCESS},
	[VFS_FD_FLAGS] = {request_fd_flags, ASK_PROCESS},
	[VFS_TTY_MODE] = {request_tty_mode, ASK_PROCESS},
	[VFS_OPEN_FLAGS] = {request_open_flags, ASK_PROCESS},
	[VFS_CHANGE] = {request_change, ASK_PROCESS},
	[VFS_FCHANGE] = {request_fchange, ASK_PROCESS},
	[VFS_SET_FLAGS] = {request_set_flags, ASK_PROCESS},
	[VFS_SYMLINK] = {request_symlink, ASK_PROCESS, true},
	[VFS_READLINK] = {request_readlink, ASK_PROCESS},
#if PAGODA_CHECKED
	[VFS_INJECT] = {request_inject, ASK_ANYBODY},
#endif
	[VFS_POLL] = {request_poll, ASK_PROCESS},
	[VFS_PROCESS_CREATE] = {service_process_create, ASK_PROC},
	[VFS_PROCESS_DESTROY] = {service_process_destroy, ASK_PROC},
	[VFS_LOOKUP] = {service_lookup, ASK_PROC},
	[VFS_INODE_READ] = {service_inode_read, ASK_PROC},
	[VFS_PROCESS_FORK] = {service_process_fork, ASK_PROC},
	[VFS_PROCESS_EXEC] = {service_process_exec, ASK_PROC},
	[VFS_CANCEL] = {service_cancel, ASK_PROC},
	[VFS_TTY_NEWS] = {service_tty_news, ASK_PROC},
	[VFS_PROCESS_LOOKUP] = {service_process_lookup, ASK_PROC},
	[VFS_PROCESS_LIMIT] = {service_process_limit, ASK_PROC},
	[VFS_ACCOUNT] = {service_account, ASK_PROC},
	[VFS_LEASE] = {service_lease, ASK_PAGER},
	[VFS_LEASE_RETURN] = {service_lease_return, ASK_PAGER},
	[VFS_CACHE_GROW] = {service_cache_grow, ASK_PAGER},
	[VFS_CACHE_SHRINK] = {service_cache_shrink, ASK_PAGER},
	[VFS_MAP_INODE] = {service_map_inode, ASK_PAGER},
	[VFS_INODE_HOLD] = {service_inode_hold, ASK_PAGER},
	[VFS_INODE_DROP] = {service_inode_drop, ASK_PAGER},
	[VFS_PUBLISH] = {service_publish, ASK_PAGER, true},
	[VFS_WITHDRAW] = {service_withdraw, ASK_PAGER, true},
};

/* May the sender of this badge ask what others than processes may? */
static err_t badge_admit(uint64_t badge, enum asker asker)
{
	if (asker == ASK_PROC)
		return badge == BADGE_PROC ? E_OK : E_DENIED;
	if (asker == ASK_PAGER)
		return badge == BADGE_PAGER ? E_OK : E_DENIED;
	return asker == ASK_ANYBODY && (badge == BADGE_PROC || badge == BADGE_PAGER) ? E_OK : E_DENIED;
}

/* A process must have been announced by PROCESS_CREATE. */
static inline err_t request_admit(struct request *r, enum asker asker)
{
	if (asker <= ASK_ANYBODY && r->m.badge <= BADGE_PID_MAX) {
		r->process = process_find(&vfs.files, r->m.badge);
		return r->process ? E_OK : E_DENIED;
	}
	return badge_admit(r->m.badge, asker);
}

static err_t request_serve(struct request *r)
{
	uint32_t label = TAG_LABEL(r->m.tag);
	const struct row *row;
	err_t error;

	if (r->m.tag & TAG_FAULT || label >= sizeof(rows) / sizeof(rows[0]) || !rows[label].handler)
		return E_REQUEST;
	row = &rows[label];
	error = request_admit(r, row->asker);
	if (row->dated)
		tell_time();
	return error == E_OK ? row->handler(r) : error;
}

/* Any other request than to read or write. */
static __attribute__((noinline)) err_t serve_other(struct request *r)
{
	r->w[1] = r->w[2] = r->w[3] = r->words = 0;
	err_t error = request_serve(r);
	if (r->m.tag & TAG_CAP)
		sys_cap_delete(CAP_NULL, SERVER_RECEIVE); /* came with it and was not wanted */
	if (error == E_LATER)
		return error;
	r->m.tag = TAG(error, error == E_OK ? r->words : 0);
	for (unsigned i = 1; i < MESSAGE_REGISTERS; i++)
		r->m.w[i] = r->w[i];
	return error;
}

static inline bool is_move(uint64_t tag)
{
	_Static_assert(VFS_WRITE == VFS_READ + 1, "told from others by one comparison");
	return TAG_LABEL(tag) - VFS_READ <= VFS_WRITE - VFS_READ && !(tag & (TAG_CAP | TAG_FAULT));
}

/* Most of what is asked. */
static inline err_t serve_move(struct request *r, bool write)
{
	err_t error = request_admit(r, ASK_PROCESS);

	if (error == E_OK)
		error = move_request(r, write);
	if (error == E_LATER)
		return error;
	r->m.tag = TAG(error, 0);
	r->m.w[1] = r->m.w[2] = r->m.w[3] = 0;
	return error;
}

/* Those who wait may go on. The answer to r->m may lie in the message page, which their answers use, too. */
static __attribute__((noinline)) void serve_waiters(const struct request *r)
{
	if (TAG_WORDS(r->m.tag) > MESSAGE_REGISTERS)
		move_serve_beside();
	else
		move_serve_changed();
}

/* Serve r->m. True: it is the answer now. E_LATER leaves it as it is. */
static inline bool serve(struct request *r)
{
	err_t error;

	r->w[0] = 0;
	if (is_move(r->m.tag))
		error = serve_move(r, TAG_LABEL(r->m.tag) == VFS_WRITE);
	else
		error = serve_other(r);
	if (move_is_due())
		serve_waiters(r);
	if (error == E_LATER)
		return false;
	r->m.w[0] = r->w[0];
	return true;
}

/* To whoever started the machine: files of theirs are missing. */
static void complain(const char *format, uint64_t number)
{
	char line[80];
	int bytes = snprintf(line, sizeof(line), format, (unsigned long)number);

	server_write(CHANNEL_STDERR, line, bytes);
}

static void load_archive(const struct server_start *start)
{
	struct archive_facts facts;
	err_t error;

	error = archive_load(&vfs.tree, (const uint8_t *)SERVER_ARCHIVE_BASE, start->archive_bytes, &facts);
	if (error != E_OK)
		complain("pagoda: boot archive: malformed after %lu entries\n", facts.entries);
	if (facts.left_out > 0)
		complain("pagoda: boot archive: %lu entries left out\n", facts.left_out);
}

static void start_up(const struct server_start *start)
{
	server_log_open(VFS_UART, start->name);
	message_page()->cap_receive = SERVER_RECEIVE;
	tree_init(&vfs.tree, inodes, TREE_INODES_MAX);
	vfs.store = (struct store){.tree = &vfs.tree,
				   .cache = &vfs.cache,
				   .leases = &vfs.leases,
				   .archive = (const uint8_t *)SERVER_ARCHIVE_BASE,
				   .archive_frame = start->archive.base / PAGE_BYTES};
	vfs.cache.reserve = CACHE_RESERVE_PAGES;
	vfs.cache.commons = CACHE_COMMONS_PAGES;
	vfs.pipes.cache = &vfs.cache;
	vfs.files.store = &vfs.store;
	vfs.files.pipes = &vfs.pipes;
	tell_time();
	if (device_add_all(&vfs.tree, &vfs.console) != E_OK)
		server_panic("cannot make /dev");
	if (object_directory_add(&vfs.tree, &vfs.pagers) != E_OK)
		server_panic("cannot make /pagers");
	load_archive(start);
	poll_open();
	console_open(start->option_interactive);
}

/* The buffer of r->m could not be passed: serve it otherwise, and go on as after any request. */
static __attribute__((noinline)) void request_again(struct request *r)
{
	bool owed = serve(r);

	turn.pass_refused = false;
	if (!owed && waiters_turn(&r->m))
		return;
	server_next(SERVER_ENDPOINT, &r->m, owed);
}

/* Answer, or do what whoever asked last waits for, and wait for the next message. @owed: r->m is an answer.
 */
static inline void request_next(struct request *r, bool owed)
{
	if (!owed && waiters_turn(&r->m))
		return;
	if (turn.pass_refused)
		request_again(r);
	else
		server_next(SERVER_ENDPOINT, &r->m, owed);
}

_Noreturn void server_main(const struct server_start *start)
{
	struct request r;
	bool owed = false; /* r.m is an answer */

	start_up(start);
	for (;;) {
		request_next(&r, owed);
#if PAGODA_CHECKED
		inject_serve(&r.m);
#endif
		owed = false;
		if (r.m.tag & TAG_NOTIFY) {
			console_news(r.m.w[0]);
			if (r.m.w[0] & VFS_NEWS_TIMER)
				poll_wake();
			if (move_is_due())
				move_serve_changed();
		} else {
			owed = serve(&r);
		}
	}
}
