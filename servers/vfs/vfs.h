/* SPDX-License-Identifier: MIT */
/*
 * The vfs's state and the parts of its shell. One thread; core/ holds what needs no system call.
 *
 *   main.c      receive loop, table of requests, who may ask what
 *   requests.c  requests of processes; service.c those of proc and the pager
 *   device.c    what read, write and seek do for each kind of file
 *   console.c   standard input and output, and who waits for them
 *   transfer.c  copying from and to the caller's buffer;  replies.c: slots of parked replies
 */
#ifndef VFS_VFS_H
#define VFS_VFS_H

#include "core/files.h"
#include "core/lease.h"
#include "core/path.h"
#include "proto/records.h"
#include "transfer.h"
#include <pagoda/ipc.h>

#define VFS_INODES     4096u
#define VFS_CACHE_BASE (SERVER_ARCHIVE_BASE + 0x100000000ul) /* arenas of the cache, in order */

struct vfs {
	struct tree tree;
	struct cache cache;
	struct files files;
	struct lease_store store;
	uint32_t console; /* inode of /dev/console */
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
request_handler request_open, request_close, request_read, request_write, request_seek, request_fstat,
	request_stat, request_readdir, request_counts, request_check;
request_handler service_process_create, service_process_destroy, service_lookup, service_inode_read,
	service_lease, service_lease_return, service_cache_grow;

/* Copy the path in the caller's buffer. A zero at its very end is no part of it. */
MUST_USE err_t request_path(struct request *r, char path[PATH_BYTES_MAX + 1], uint32_t *bytes);
void request_put_stat(struct request *r, uint32_t inode);

/* Kinds of file. t->done counts the bytes moved, with an error too. */
struct file_kind {
	err_t (*read)(struct open_file *file, struct transfer *t);
	err_t (*write)(struct open_file *file, struct transfer *t);
	/* where SEEK_END counts from; NULL: not seekable */
	uint64_t (*end)(const struct open_file *file);
};
const struct file_kind *file_kind_of(const struct open_file *file);
MUST_USE err_t device_add_all(struct tree *tree, uint32_t *console);

/* The console. Either answers E_LATER when the caller has to wait. */
MUST_USE err_t console_read(struct open_file *file, struct transfer *t);
MUST_USE err_t console_write(struct open_file *file, struct transfer *t);
void console_news(uint64_t flags); /* of the uart driver */
void console_cancel(uint32_t pid); /* drop what this process waits for */
uint64_t console_parked(void);
int console_check(void);

#endif
