/* SPDX-License-Identifier: MIT */
/*
 * Open files, and each process's table of descriptors. Pure; all in fixed tables.
 *
 *   process (pid) -> descriptors[fd] -> open file (offset, flags) -> inode, or end of a pipe
 *                 -> working directory
 *
 * An open file is shared by the descriptors that refer to it, of several processes after a fork, and by
 * requests that wait for it (pins). It goes with the last of them, and closes its inode or its end of the
 * pipe.
 */
#ifndef VFS_FILES_H
#define VFS_FILES_H

#include "pipe.h"
#include "store.h"

#define FILES_PROCESSES	  1024u
#define FILES_DESCRIPTORS VFS_DESCRIPTORS_MAX /* of one process */
#define FILES_OPEN	  4096u
#define FILES_BUCKETS	  256u /* power of two */
#define FILES_OFFSET_MAX  INT64_MAX
#define FILES_RESERVE	  256u /* open files that are left for accounts with less than the share */
#define FILES_SHARE	  32u
#define PIPES_RESERVE	  32u /* pipes likewise */

enum open_kind { FILE_INODE = 0, FILE_PIPE_READER, FILE_PIPE_WRITER };

struct open_file {
	uint64_t offset; /* bytes; a directory's: `order` of the last entry given, see requests_directory.c */
	uint32_t target; /* inode, or pipe */
	uint32_t references; /* 0: free, next_free holds */
	uint32_t next_free;
	uint16_t pins;	 /* of the references those of waiting requests */
	uint16_t flags;	 /* OPEN_READ, OPEN_WRITE, OPEN_APPEND, OPEN_NONBLOCK */
	uint8_t kind;	 /* enum open_kind */
	uint8_t channel; /* console: enum console_channel that a write goes to */
	uint8_t account; /* that it is charged to: of who opened it */
};

struct process {
	uint32_t pid;	 /* 0: free */
	uint32_t cwd;	 /* inode of the working directory */
	uint32_t limit;	 /* descriptors it may have */
	uint32_t parked; /* requests of it that wait */
	uint32_t account;
	uint32_t top;	/* descriptors from here on were never open */
	uint16_t next;	/* in the bucket, or of the free ones; index + 1 */
	uint16_t index; /* its own place in the table */
	uint64_t cloexec[FILES_DESCRIPTORS / 64];
	uint16_t descriptors[FILES_DESCRIPTORS]; /* index of the open file + 1; 0: closed */
};

struct files {
	struct process processes[FILES_PROCESSES];
	struct open_file open[FILES_OPEN];
	uint16_t buckets[FILES_BUCKETS]; /* index + 1 */
	struct store *store;
	struct pipes *pipes;
	uint16_t free_process, top_process; /* index + 1; those above top were never used */
	uint32_t free_open, top_open;
	uint32_t process_count, open_count;
	uint32_t account_files[ACCOUNTS_MAX]; /* open files charged to each */
};

void files_init(struct files *files, struct store *store, struct pipes *pipes);

/* A process with an empty table, in the root. Errors: E_EXISTS, E_TOO_MANY, E_ARGUMENT (pid 0) */
MUST_USE err_t process_create(struct files *files, uint32_t pid, struct process **process);

/* A process with the same open files, descriptor by descriptor; @account pays for what it opens. Errors: as
 * process_create(); E_ARGUMENT: no such account */
MUST_USE err_t process_fork(struct files *files, const struct process *parent, uint32_t pid,
			    uint64_t account);

/* The same without what is close-on-exec. */
MUST_USE err_t process_spawn(struct files *files, const struct process *parent, uint32_t pid,
			     uint64_t account);

/* Close what is close-on-exec. */
void process_exec(struct files *files, struct process *process);

/* Another working directory. */
void process_enter(struct files *files, struct process *process, uint32_t directory);

static inline uint16_t *files_bucket(struct files *files, uint32_t pid)
{
	return &files->buckets[pid & (FILES_BUCKETS - 1)];
}

/* Borrow; NULL if there is none. */
static inline struct process *process_find(struct files *files, uint32_t pid)
{
	uint16_t index = *files_bucket(files, pid);

	while (index != 0 && files->processes[index - 1].pid != pid)
		index = files->processes[index - 1].next;
	return index != 0 ? &files->processes[index - 1] : NULL;
}

/* Close all of its descriptors and forget it. Needs: none of its requests waits. */
void process_destroy(struct files *files, struct process *process);

/* What a new open file starts with. */
struct open_request {
	uint32_t inode;
	uint16_t flags; /* OPEN_READ, OPEN_WRITE, OPEN_APPEND, OPEN_CLOEXEC, OPEN_NONBLOCK */
	uint8_t channel;
};

/* Can a process get @count more descriptors, each with an open file? The last ones are for accounts that have
 * few. Errors: E_TOO_MANY */
MUST_USE err_t files_have_room(const struct files *files, const struct process *process, uint32_t count);

/* Open an inode at the lowest free descriptor. Errors: E_TOO_MANY */
MUST_USE err_t file_open(struct files *files, struct process *process, const struct open_request *request,
			 uint32_t *fd);

/* A pipe at the two lowest free descriptors. Errors: E_TOO_MANY; nothing has changed */
MUST_USE err_t file_open_pipe(struct files *files, struct process *process, uint32_t flags, uint32_t fds[2]);

/* The lowest free descriptor from @at_least on for the same open file. Errors: E_BAD_FD, E_ARGUMENT,
 * E_TOO_MANY */
MUST_USE err_t file_duplicate(struct files *files, struct process *process, uint64_t fd, uint64_t at_least,
			      uint32_t *new_fd);

/* Descriptor @to for the open file of @fd; what was there is closed. Errors: E_BAD_FD, E_TOO_MANY (limit) */
MUST_USE err_t file_duplicate_to(struct files *files, struct process *process, uint64_t fd, uint64_t to);

/* Borrow the open file of a descriptor; NULL: E_BAD_FD. */
static inline struct open_file *file_of(struct files *files, const struct process *process, uint64_t fd)
{
	struct open_file *file;

	if (fd >= FILES_DESCRIPTORS || process->descriptors[fd] == 0)
		return NULL;
	file = &files->open[process->descriptors[fd] - 1];
	__asm__("" : "+r"(file)); /* else the compiler makes each member's address from the index again */
	return file;
}

/* Close on exec? Needs an open descriptor. */
bool file_is_cloexec(const struct process *process, uint32_t fd);
void file_set_cloexec(struct process *process, uint32_t fd, bool on);

/* Errors: E_BAD_FD */
MUST_USE err_t file_close(struct files *files, struct process *process, uint64_t fd);

/* A request waits for the file, and waits no more. */
static inline void file_pin(struct open_file *file)
{
	file->references++;
	file->pins++;
}
void file_unpin(struct files *files, struct open_file *file);

/*
 * Where a seek leads: @base (0, the offset or the size) plus a signed @distance.
 * Errors    E_ARGUMENT: before the start, or past FILES_OFFSET_MAX
 */
MUST_USE err_t file_seek_target(uint64_t base, int64_t distance, uint64_t *target);

/* Descriptors, and what they refer to; 0, or the line of the invariant that is broken. */
int files_check(const struct files *files);

#endif
