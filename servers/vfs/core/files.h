/* SPDX-License-Identifier: MIT */
/*
 * Open files, and each process's table of descriptors. Pure; all in fixed tables.
 *
 *   process (pid) -> descriptors[fd] -> open file (offset, flags) -> inode
 *
 * An open file is shared by the descriptors that refer to it and goes with the last one. No pointer to a
 * process or an open file is kept across requests.
 */
#ifndef VFS_FILES_H
#define VFS_FILES_H

#include "uapi/error.h"
#include <stdbool.h>
#include <stdint.h>

#define FILES_PROCESSES	  256u
#define FILES_DESCRIPTORS 64u /* of one process */
#define FILES_OPEN	  2048u
#define FILES_BUCKETS	  256u /* power of two */
#define FILES_OFFSET_MAX  INT64_MAX

struct open_file {
	uint64_t offset; /* bytes; a directory's: entries given */
	uint32_t inode;
	uint32_t references; /* 0: free, next_free holds */
	uint32_t next_free;
	uint8_t flags;	 /* OPEN_READ, OPEN_WRITE */
	uint8_t channel; /* console: enum console_channel that a write goes to */
};

struct process {
	uint32_t pid;				 /* 0: free */
	uint16_t next;				 /* in the bucket, or of the free ones; index + 1 */
	uint64_t cloexec;			 /* bit fd */
	uint16_t descriptors[FILES_DESCRIPTORS]; /* index of the open file + 1; 0: closed */
};

struct files {
	struct process processes[FILES_PROCESSES];
	struct open_file open[FILES_OPEN];
	uint16_t buckets[FILES_BUCKETS]; /* index + 1 */
	uint16_t free_process;		 /* index + 1 */
	uint32_t free_open;		 /* index + 1 */
	uint32_t process_count, open_count;
};

void files_init(struct files *files);

/* A process with an empty table. Errors: E_EXISTS, E_TOO_MANY, E_ARGUMENT (pid 0) */
MUST_USE err_t process_create(struct files *files, uint32_t pid, struct process **process);

/* Borrow; NULL if there is none. */
struct process *process_find(struct files *files, uint32_t pid);

/* Close all of its descriptors and forget it. */
void process_destroy(struct files *files, struct process *process);

/* What a new open file starts with. */
struct open_request {
	uint32_t inode;
	uint8_t flags; /* OPEN_READ, OPEN_WRITE, OPEN_CLOEXEC */
	uint8_t channel;
};

/* Open an inode at the lowest free descriptor. Errors: E_TOO_MANY */
MUST_USE err_t file_open(struct files *files, struct process *process, const struct open_request *request,
			 uint32_t *fd);

/* Borrow the open file of a descriptor; NULL: E_BAD_FD. */
struct open_file *file_of(struct files *files, const struct process *process, uint64_t fd);

/* Errors: E_BAD_FD */
MUST_USE err_t file_close(struct files *files, struct process *process, uint64_t fd);

/*
 * Where a seek leads: @base (0, the offset or the size) plus a signed @distance.
 * Errors    E_ARGUMENT: before the start, or past FILES_OFFSET_MAX
 */
MUST_USE err_t file_seek_target(uint64_t base, int64_t distance, uint64_t *target);

/* 0, or the line of the invariant that is broken. */
int files_check(const struct files *files);

#endif
