/* SPDX-License-Identifier: MIT */
/*
 * The vfs: names, inodes, open files, the page cache. It answers processes, the process server and the pager
 * at one endpoint and never waits for anybody above it; below it is the uart driver, which tells news.
 */
#include "core/archive.h"
#include "uapi/boot.h"
#include "vfs.h"
#include <pagoda/log.h>
#include <pagoda/server.h>
#include <pagoda/syscall.h>
#include <stdio.h>

#define NS_PER_S 1000000000ul

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
	[VFS_READ] = {request_read, ASK_PROCESS},
	[VFS_WRITE] = {request_write, ASK_PROCESS, true},
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
	[VFS_LEASE] = {service_lease, ASK_PAGER},
	[VFS_LEASE_RETURN] = {service_lease_return, ASK_PAGER},
	[VFS_CACHE_GROW] = {service_cache_grow, ASK_PAGER},
	[VFS_MAP_INODE] = {service_map_inode, ASK_PAGER},
	[VFS_INODE_HOLD] = {service_inode_hold, ASK_PAGER},
	[VFS_INODE_DROP] = {service_inode_drop, ASK_PAGER},
	[VFS_PUBLISH] = {service_publish, ASK_PAGER, true},
	[VFS_WITHDRAW] = {service_withdraw, ASK_PAGER, true},
};

/* May the sender of this badge ask? A process must have been announced by PROCESS_CREATE. */
static err_t request_admit(struct request *r, enum asker asker)
{
	if (asker == ASK_PROC)
		return r->m.badge == BADGE_PROC ? E_OK : E_DENIED;
	if (asker == ASK_PAGER)
		return r->m.badge == BADGE_PAGER ? E_OK : E_DENIED;
	if (asker == ASK_ANYBODY && (r->m.badge == BADGE_PROC || r->m.badge == BADGE_PAGER))
		return E_OK;
	r->process = r->m.badge <= BADGE_PID_MAX ? process_find(&vfs.files, r->m.badge) : NULL;
	return r->process ? E_OK : E_DENIED;
}

/* Changes are dated in seconds since 1970, or since power-on if the machine has no clock. */
static void tell_time(void)
{
	const struct info_page *info = (const struct info_page *)PROGRAM_INFO_PAGE;
	uint64_t ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks));
	if (info->timebase_hz == 0)
		return;
	uint64_t ns = info->epoch_ns + ticks % info->timebase_hz * NS_PER_S / info->timebase_hz;
	vfs.tree.now_s = ticks / info->timebase_hz + ns / NS_PER_S;
}

static err_t request_serve(struct request *r)
{
	uint32_t label = TAG_LABEL(r->m.tag);
	err_t error;

	if (r->m.tag & TAG_FAULT || label >= sizeof(rows) / sizeof(rows[0]) || !rows[label].handler)
		return E_REQUEST;
	error = request_admit(r, rows[label].asker);
	if (rows[label].dated)
		tell_time();
	return error == E_OK ? rows[label].handler(r) : error;
}

/* A capability that came with a request and was not wanted does not stay. */
static void drop_received(const struct message *m)
{
	if (m->tag & TAG_CAP)
		sys_cap_delete(CAP_NULL, SERVER_RECEIVE);
}

/* Serve *m. True: *m is the answer now. Requests that put words into the message page change no pipe. */
static bool serve(struct message *m)
{
	struct request r = {.m = *m};
	err_t error = request_serve(&r);

	drop_received(&r.m);
	move_serve_pipes();
	if (error == E_LATER)
		return false;
	*m = (struct message){.tag = TAG(error, error == E_OK ? r.words : 0),
			      .w = {r.w[0], r.w[1], r.w[2], r.w[3]}};
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

_Noreturn void server_main(const struct server_start *start)
{
	struct message m;
	bool owed = false; /* m is an answer */

	start_up(start);
	for (;;) {
		server_next(SERVER_ENDPOINT, &m, owed);
		owed = false;
		if (m.tag & TAG_NOTIFY) {
			console_news(m.w[0]);
			if (m.w[0] & VFS_NEWS_TIMER)
				poll_wake();
			move_serve_pipes();
		} else {
			owed = serve(&m);
		}
	}
}
