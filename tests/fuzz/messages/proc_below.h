/* SPDX-License-Identifier: MIT */
/* The servers below proc, played: what fuzz_proc_messages.c, proc_pager.c and proc_vfs.c share. */
#ifndef MESSAGES_PROC_BELOW_H
#define MESSAGES_PROC_BELOW_H

#include "played/played.h"
#include "proto/records.h"

#define PIDS	   64 /* that the servers below know */
#define POOL_PAGES 700
#define FILE_BYTES 600

/* What pager and vfs hold for proc. */
struct below {
	struct {
		uint32_t pid, space; /* object */
	} spaces[PIDS];
	uint32_t files[PIDS];
	uint32_t refused; /* faults to be told */
	uint32_t areas;	  /* told since the message came */
	uint32_t pool, slots_at_start;
	uint8_t file[FILE_BYTES]; /* what every look-up finds */
	uint64_t file_bytes;
};
extern struct below below;

/* proc_pager.c */
void pager_answer(const struct message *in, struct message *m);
uint32_t space_place(uint64_t pid); /* PIDS: it has none */
uint32_t spaces_count(void);
uint64_t any_pid(void);
/* The words of a record are the answer. */
void put_record(struct message *m, const void *record, uint64_t bytes);
/* The server's buffer, looked at from end to end; its bytes. */
uint64_t buffer_read(const struct message *in);

/* proc_vfs.c */
void vfs_answer(const struct message *in, struct message *m);
uint32_t *files_place(uint64_t pid); /* NULL: it has none */

#endif
