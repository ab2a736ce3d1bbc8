/* SPDX-License-Identifier: MIT */
/*
 * What the parts of requestfuzz share: random requests to pager, vfs and proc.
 *
 * Requests are drawn from the servers' lists themselves: the names of their words say what fits there, and an
 * answer must be an error of the request's list or of the server's common one. A worker is a process that
 * asks and judges, and tells its parent through a pipe; what it needs for that, and what would end the
 * session, it spares.
 */
#ifndef REQUESTFUZZ_H
#define REQUESTFUZZ_H

#include "../random.h"
#include "proto/records.h"
#include <pagoda/ipc.h>
#include <pagoda/program.h>
#include <pagoda/syscall.h>
#include <stdbool.h>
#include <sys/types.h>

#define SERVERS		   3
#define LABELS		   64
#define ERRORS		   64
#define REPORT_FD	   77
#define CHILDREN	   4
#define HOME		   "/tmp/requestfuzz" /* the directory in which names are made and removed */
#define ARENA		   0x58000000ul	      /* memory that a worker plays with */
#define ARENA_BYTES_PLAYED (64 * PAGE_BYTES)
#define WORDS_PAGE	   message_page()->words

/* What a worker tells: so many requests ended so; or the first that must not have. */
struct record {
	uint8_t server, label, error, is_violation;
	uint32_t count;
	uint64_t w[4], answer;
};
#define RECORDS_AT_ONCE 64 /* one write of a pipe that is never split */
_Static_assert(sizeof(struct record) * RECORDS_AT_ONCE <= PIPE_BUF_BYTES, "records are written at once");

/* What stands in a request's list. */
struct request {
	const char *name, *in, *errors; /* name NULL: no such request */
};

/* list.c */
extern const struct request requests[SERVERS][LABELS];
extern const char *const server_names[SERVERS];
extern const cap_t server_slots[SERVERS];
void list_read(void);
bool list_has(unsigned server, unsigned label, uint64_t error);
const char *error_name(unsigned error);

/* draw.c */
/* One request, ready to be sent, its page filled; @children: pids, 0 where there is none. */
struct message draw_request(unsigned server, unsigned label, const pid_t *children);
/* Any label: mostly of the list, and what anybody may ask. */
unsigned draw_label(unsigned server);
bool is_check(unsigned server, unsigned label);
/* A system call with what a process holds. */
void random_call(void);

/* worker.c */
_Noreturn void worker_run(uint64_t seed);

/* bystander.c: checks its own memory and file until the pipe @stop ends; then exits with 0. */
_Noreturn void bystander_run(int stop);

#endif
