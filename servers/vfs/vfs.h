/* SPDX-License-Identifier: MIT */
/*
 * The vfs's state and the parts of its shell. One thread; core/ holds what needs no system call.
 *
 *   main.c       receive loop, table of requests, who may ask what
 *   request_*.c  requests of processes: _file.c by descriptor, _descriptor.c on the table of descriptors,
 *                _name.c by path, _directory.c listings, _counts.c
 *   service_*.c  requests of proc and of the pager: _process.c, _cache.c; _object.c names of objects
 *   device.c     what read, write and seek do for each kind of file
 *   move.c       reads and writes, now or after a wait;  waiters.c who waits for what
 *   poll.c       who waits until one of several files is ready;  watch.c whom a change may concern
 *   console.c    the terminal on the uart driver's channels
 *   memory.c     asking the pager for memory
 *   transfer.c   copying from and to the caller's buffer
 */
#ifndef VFS_VFS_H
#define VFS_VFS_H

#include "core/files.h"
#include "core/lease.h"
#include "core/names.h"
#include "core/object.h"
#include "core/path.h"
#include "proto/records.h"
#include "transfer.h"
#include "waiters.h"
#include <pagoda/ipc.h>

#define CACHE_RESERVE_PAGES 32u
#define CACHE_COMMONS_PAGES 32u
#define MEMORY_LOW_PAGES    (CACHE_RESERVE_PAGES + CACHE_COMMONS_PAGES + 64u) /* ask before it is needed */
#define VFS_NEWS_TIMER	    4u /* of the own notification, beside UART_NEWS_INPUT and _ROOM */
#define VFS_CACHE_BASE	    (SERVER_ARCHIVE_BASE + 0x100000000ul) /* arenas of the cache, in order */

struct vfs {
	struct tree tree;
	struct cache cache;
	struct lease_table leases;
	struct store store;
	struct pipes pipes;
	struct files files;
	uint32_t console; /* inode of /dev/console */
	uint32_t pagers;  /* inode of /pagers */
};
extern struct vfs vfs;

/* A request on its way. `answer` starts as zeros; its words travel if there are any. */
struct request {
	struct message m;	 /* as it came */
	struct process *process; /* the caller, for requests of processes */
	uint64_t w[MESSAGE_REGISTERS];
	uint64_t words; /* of the answer that travel, those in the message page included */
};

/*
 * A handler answers E_OK with r->w and r->words set, an error (w[0] counts bytes with E_ABSENT), or E_LATER:
 * the reply is kept and the caller gets its answer another time.
 */
typedef err_t request_handler(struct request *r);
request_handler request_open, request_close, request_read, request_write, request_seek, request_truncate,
	request_tty_mode, request_fstat, request_stat, request_readdir, request_counts, request_check,
	request_dup, request_dup2, request_pipe, request_fd_flags, request_open_flags, request_unlink,
	request_mkdir, request_rename, request_chdir, request_getcwd, request_change, request_fchange,
	request_set_flags, request_poll, request_symlink, request_readlink, request_inject;
request_handler service_process_create, service_process_destroy, service_process_fork, service_process_exec,
	service_process_lookup, service_process_limit, service_account, service_cancel, service_tty_news,
	service_lookup, service_inode_read, service_lease, service_lease_return, service_cache_grow,
	service_cache_shrink, service_map_inode, service_inode_hold, service_inode_drop, service_publish,
	service_withdraw;

/* A path in the caller's buffer. */
struct request_path {
	struct path path;
	char text[PATH_BYTES_MAX + 1];
};

/* MAP_INODE of a custom pager's object. Errors: E_ACCESS, E_DEAD (withdrawn) */
MUST_USE err_t service_map_object(struct request *r, const struct open_file *file);

/* Copy the path in the caller's buffer; it starts at @from. A zero at its very end is no part of it. */
MUST_USE err_t request_path(struct request *r, uint32_t from, struct request_path *path);

/* The answer is this inode's facts, @number the inode number in them. */
void request_put_stat(struct request *r, uint32_t inode, uint64_t number);

/*
 * Kinds of file. A read (0) or write (1) moves what can be moved now; t->done counts the bytes, with an error
 * too. E_LATER: it has to wait for the rest; @waiters tells where, NULL: it never has to.
 */
struct file_kind {
	err_t (*move[2])(struct open_file *file, struct transfer *t);
	/* where SEEK_END counts from; NULL: not seekable */
	uint64_t (*end)(const struct open_file *file);
	struct waiters *(*waiters[2])(const struct open_file *file);
	/* what would not wait now, enum poll_bit; NULL: nothing ever does */
	uint16_t (*ready)(const struct open_file *file);
};
extern const struct file_kind pipe_reader_kind, pipe_writer_kind;
const struct file_kind *inode_kind_of(const struct open_file *file);
static inline const struct file_kind *file_kind_of(const struct open_file *file)
{
	if (file->kind == FILE_INODE)
		return inode_kind_of(file);
	return file->kind == FILE_PIPE_READER ? &pipe_reader_kind : &pipe_writer_kind;
}

/* Make /tmp, and /dev, which no program can change. Errors: of tree_add() */
MUST_USE err_t device_add_all(struct tree *tree, uint32_t *console);

/* From now on changes of files are dated with this time. */
void tell_time(void);

/* A request to read or write; E_LATER: it waits, or its buffer is to be passed. r->w[0]: how many bytes. */
MUST_USE err_t move_request(struct request *r, bool write);
/* What a transfer that ends with @error answers. */
MUST_USE err_t move_answer(const struct open_file *file, const struct transfer *t, err_t error);
/* Try again for those who wait, in order, until one has to go on waiting. */
void move_serve(struct waiters *waiters);
/* There is no more memory for those who wait for it: who writes into a pipe that is not empty waits until it
 * is read, others get E_NO_MEMORY. */
void move_serve_refused(void);
/* Serve those who wait for the pipes that changed, and for pages of pipes if there are some. */
void move_serve_changed(void);
/* The same; what lies in the message page stays there. */
void move_serve_beside(void);
static inline bool move_is_due(void)
{
	return pipes_changed(&vfs.pipes) || pipes_can_be_fed(&vfs.pipes);
}
/* All that a process has parked is dropped (E_STALE) or answered with @answer. */
void move_cancel(struct process *process, err_t answer);

/* Those who wait for several files. */
extern struct waiters poll_waiters;
struct poll;
void poll_open(void);
void poll_serve_pipe(uint32_t pipe); /* answer those who named it and one of whose files is ready now */
void poll_serve_console(void);
void poll_wake(void);					    /* answer those whose time has come */
void poll_answer(struct waiter *waiter, struct message *m); /* to who wakes; records into the message page */
void poll_forget(struct poll *poll);
int poll_check(void);

/* The console. */
extern const struct file_kind console_kind;
void console_open(bool interactive);
void console_news(uint64_t flags); /* of the uart driver */
bool console_is_terminal(void);
uint8_t console_mode(void);
uint64_t console_window(void); /* columns | lines << 16, 0: not known */
void console_set_mode(uint8_t mode);
bool console_take_interrupt(void);
void console_serve(void); /* those who wait, after somebody was cancelled */
int console_check(void);

/* Pipes as files. */
struct waiters *pipe_waiters(uint32_t pipe, enum pipe_end end);
/* Is it a writer's end, and something to be read? Then a page comes free when it is read. */
bool pipe_holds_bytes(const struct open_file *file);

/* Memory. */
bool memory_ask(void);	     /* false: nobody can be asked, or all there may be is there */
void memory_ask_early(void); /* when little is left */
void memory_came(void);	     /* serve who waits */
void memory_refused(void);   /* who waits goes on without, or gets E_NO_MEMORY */
bool memory_is_wanted(void); /* it was asked for, and has not come */
extern struct waiters memory_waiters;

#endif
