/* SPDX-License-Identifier: MIT */
/*
 * What the parts of hostile share. The object's page p is frame p + 1 of the grant; its words below HELD are
 * pattern(p, word) for ever, of those above each client that may has one to write.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "../random.h"
#include "../rawpager/rawpager.h"

#define NAME		"hostile"
#define PATH		"/pagers/" NAME
#define HELD		500
#define GIFTS		(GRANT_BYTES / PAGE_BYTES - GIFT_FIRST) /* frames for anonymous memory */
#define KEPT_REPLY	16					/* slots of replies that are kept */
#define KEPT_MAX	(PROGRAM_CSPACE_SLOTS - KEPT_REPLY - 1)
#define SPARE_SLOT	(KEPT_REPLY + KEPT_MAX)
#define TICK_MS		20
#define SLACK_MS	250 /* ten processes share one hart; unless slack=N says more */
#define CLIENTS_AT_ONCE 6
#define TOUCHES_MAX	5

enum kind {
	KIND_LATE,
	KIND_NEVER,
	KIND_DOUBLE,
	KIND_OVERLAPPING,
	KIND_FOREIGN,
	KIND_STALE,
	KIND_FLOOD,
	KIND_EXIT,
	KIND_HONEST, /* for comparison */
	KINDS,
};

extern uint64_t slack_ms; /* how late beyond its deadline an answer may be */

/* A forwarded fault, and what it can be answered through: CAP_NULL is the current caller. */
struct missed {
	cap_t reply;
	uint64_t due_ms; /* of those that are kept */
	struct message fault;
};

/* The hostile program. */
struct hostile {
	enum kind kind;
	struct served served;
	struct missed kept[KEPT_MAX]; /* those with a reply, in slots from KEPT_REPLY on */
};

/* answers.c */
err_t give_label(cap_t reply, uint32_t label);
err_t give_items(cap_t reply, const struct map_item *items, uint32_t count);
/* The item of the fault's page and its neighbours: @first pages beside it, @pages, of frame @frame on. */
struct map_item item_make(const struct message *fault, int64_t first, uint64_t pages, uint64_t frame);
/* The page that was asked for, as an honest pager would. False: nobody waits for it any more. */
bool answer_rightly(struct hostile *hostile, const struct missed *missed);
/* A frame for anonymous memory that nobody has; 0: none. */
uint64_t gift_find(struct hostile *hostile);
/* The answer must be refused; the fault is still there if it was. */
void must_refuse(cap_t reply, const struct map_item *items, uint32_t count);
/* Keep the current caller's reply. NULL: no room. */
struct missed *missed_keep(struct hostile *hostile, const struct message *fault);
void missed_forget(struct missed *missed);

/* misdeeds.c, flood.c */
void misdeed(struct hostile *hostile, struct missed *missed);
void misdeeds_later(struct hostile *hostile);
void flood(const struct hostile *hostile);

/* program.c: its life. */
pid_t hostile_start(enum kind kind, uint64_t seed);

/* client.c: a process that forks clients until so many pages were missed, and ends with 0. */
pid_t nanny_start(enum kind kind, uint64_t number, uint64_t seed, uint64_t faults);

/* bystander.c, pending.c */
void bystander_measure(void);
void part_pending(void), part_pending_late(void);

#define STOP_FILE "/tmp/hostile.stop" /* nannies without a number of faults end when it is there */

#endif
