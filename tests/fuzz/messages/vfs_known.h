/* SPDX-License-Identifier: MIT */
/* The parts of fuzz_vfs_messages: fuzz_vfs_messages.c what comes and what holds, vfs_known.c what was
 * answered, vfs_start.c how the vfs begins. */
#ifndef MESSAGES_VFS_KNOWN_H
#define MESSAGES_VFS_KNOWN_H

#include "played/played.h"
#include "proto/records.h"

#define ARENA_FIRST	  0x80000000ul /* physical, of the cache's arenas */
#define ARCHIVE_FRAME	  (0x90000000ul / PAGE_BYTES)
#define ARCHIVE_BYTES_MAX (16 * PAGE_BYTES)
#define PIDS		  24
#define LEASES		  256
#define HOLDS		  64
#define COOKIES		  32

/* What the vfs has answered so far, as far as it has to be taken back. */
struct known {
	uint32_t pids[PIDS], pid_count;
	struct {
		uint64_t inode, index, count;
	} lease[LEASES];
	uint32_t lease_count, lease_pages;
	uint64_t hold[HOLDS], cookie[COOKIES];
	uint32_t hold_count, cookie_count;
	uint32_t arenas;
	uint64_t inodes[8]; /* handles */
	uint32_t next_inode;
};
extern struct known known;
/* vfs_known.c: @caller's request was done. */
void known_note(const struct caller *caller, const struct message *m);

/* vfs_start.c: what init hands over, and a boot archive. */
void start_hand_over(bool interactive, struct server_start *start);
bool start_message(struct message *m); /* the first messages; false: they are done */
/* Memory with a message, as the pager lends it, or something else. */
void start_bring_memory(struct caller *caller);

#endif
