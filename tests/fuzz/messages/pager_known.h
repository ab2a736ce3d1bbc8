/* SPDX-License-Identifier: MIT */
/* Parts of fuzz_pager_messages: the vfs below it, words and faults. */
#ifndef MESSAGES_PAGER_KNOWN_H
#define MESSAGES_PAGER_KNOWN_H

#include "custom.h"
#include "played/played.h"
#include "proto/records.h"
#include <pagoda/program.h>

#define RAM_FIRST	 0x80140000ul /* two ranges, the first one begins within an arena */
#define RAM_BYTES	 (5 * ARENA_BYTES + 0xc0000)
#define RAM_SECOND	 0x81000000ul
#define RAM_SECOND_BYTES (6 * ARENA_BYTES)
#define ARCHIVE_PAGES	 16
#define ARCHIVE_FIRST	 0x8f000000ul
#define INFO_FIRST	 0x8e000000ul
#define PIDS		 12
#define INODES		 6

struct known {
	uint64_t leases[INODES], holds[INODES]; /* that the vfs counts */
	uint64_t cookies[64];
	uint32_t cookie_count;
	uint64_t lent[16]; /* pages that its arenas begin with */
	uint32_t lent_count;
	uint32_t slots_at_start;
	bool told;			 /* proc has news */
	uint32_t spaces, customs, areas; /* when the message came */
};
extern struct known known;

/* fuzz_pager_messages.c */
struct process *process_nth(uint32_t number); /* or the last; NULL: there is none */
uint32_t space_object(const struct process *process);

/* pager_words.c */
uint64_t any_pid(void);
uint64_t any_address(const struct process *process);
struct caller *caller_make(uint64_t badge, uint32_t label);
/* A request with this label: its words, and what stands behind them. */
void ask(struct message *m, uint64_t badge, uint32_t label, const char *shape);
/* Its threads go before proc asks, or with the space. */
void threads_end(uint64_t pid);
bool start_message(struct message *m); /* the first messages; false: they are done */
uint64_t start_count(void);

/* pager_faults.c */
void fault(struct message *m);
/* A fault that was forwarded is answered: with a page, or a label. True: there was one. */
bool custom_answers(void);
/* A fault that comes back is the next message; false: none does. */
bool bounced(struct message *m);

#endif
