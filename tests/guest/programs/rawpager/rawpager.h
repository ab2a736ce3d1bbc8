/* SPDX-License-Identifier: MIT */
/*
 * What the parts of rawpager share. The pager's program supplies the object's pages below HONEST: word i
 * holds pattern(page, i). What it does about each of the pages above says enum misdeed.
 */
#ifndef RAWPAGER_H
#define RAWPAGER_H

#include "../check.h"
#include <errno.h>
#include <fcntl.h>
#include <pagoda/inspect.h>
#include <pagoda/ipc.h>
#include <pagoda/syscall.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/custom.h"
#include "uapi/fault.h"

#define PAGE_WORDS   (PAGE_BYTES / 8)
#define OBJECT_PAGES 640
#define HONEST	     512
#define SHARED_BIT   (1ul << 9)
#define DEADLINE_MS  300 /* unless the command line says another */
#define GRANT_BYTES  (4ul << 20)
#define GIFT_FIRST   700 /* frames of the grant from here on are given away */
#define MANY_PAGES   16
#define CLIENTS	     8
#define KEPT_FIRST   20 /* slots of the pager's program */
#define KEPT	     16

enum misdeed {
	FAILS = HONEST,
	FAILS_ODDLY,  /* with a signal that may not be */
	NEVER,	      /* takes it and does not answer */
	DROPS,	      /* keeps it and gives it up at once */
	LATER,	      /* three times, then supplies */
	LATER_ALWAYS, /* until the deadline */
	RETRIES,
	RUNS_AGAIN, /* answers E_OK and no page */
	NO_FRAME,
	ZEROES,
	GIVES, /* what may only be given to anonymous memory */
	NONSENSE,
	OUTSIDE, /* tries to map outside the window and more rights, then supplies */
	DIES,
};

/* served.c: the pager's program. */
struct served {
	cap_t endpoint;
	uint64_t *grant;
	uint64_t gift;	 /* the next frame to give */
	uint64_t asked;	 /* how often it was asked for pages of LATER */
	uint64_t supply; /* pages of an answer */
	uint32_t kept;	 /* replies that were kept for ever */
};

extern uint64_t object_deadline_ms;

uint64_t pattern(uint64_t page, uint64_t word);
/* One request to the system pager with a name at words[4]; NULL: without. */
err_t ask(struct message *m, uint32_t label, const char *name);
void pager_register(struct served *served, const char *name);
/* The object's number. */
uint64_t pager_publish(const char *name, uint64_t flags);
/* A pager as a child; it serves when this returns. @supply: pages of its answers. */
pid_t pager_start(const char *name, uint64_t supply);
void pager_stop(pid_t pid);

/* client.c: what clients do. */
/* Map all of an object; *at where it is. */
err_t object_try(const char *name, int prot, int flags, volatile uint64_t **at);
volatile uint64_t *object_map(const char *name, int prot, int flags);
void object_unmap(const volatile uint64_t *at);
void page_holds(const volatile uint64_t *at, uint64_t page);
/* The system pager's books are whole. */
void check_whole(void);
/* How many custom pagers there are, ended ones too. */
uint64_t custom_count(void);
/* How the child ends that touches page @page of a mapping. */
int child_touches(const volatile uint64_t *at, uint64_t page, bool store);
/* Pages that nobody has touched are zero, and keep what is written. */
void memory_works(uint64_t *at, uint64_t pages, uint64_t salt);
/* The first custom pager there is, into *record. */
void read_pager(struct pager_custom *record);

/* The parts, by file. */
void part_shared(void), part_private(void), part_many(void), part_sources(void), part_killed(void);
void part_refused(void), part_zeroes(void);
void part_anonymous(void), part_supplier_ends(void), part_in_use(void), part_plain(void);
void part_requests(void), part_circle(void), part_exec(void), part_none(void);
void part_shown(void);
void part_register_refused(void);

#endif
