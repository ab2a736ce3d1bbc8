/* SPDX-License-Identifier: MIT */
/*
 * What the files of libpager share. No program includes this.
 *
 *   open.c     becoming a pager, objects
 *   serve.c    the loop: a message comes, the answer goes
 *   request.c  the program's part: callback, frames for it, its verdict
 *   answer.c   the answer as a message, and what follows when it is refused
 *   pool.c     frames for pages, and those that come back
 *   report.c   what it says of itself
 */
#ifndef PAGER_CORE_H
#define PAGER_CORE_H

#include "pager/frames.h"
#include "pager/pages.h"
#include "pager/system.h"
#include <pagoda/pager.h>

struct object {
	struct pages pages;
	struct pager_ops ops;
	uint32_t number, generation;
	struct object *next_retired; /* withdrawn ones, whose pages may still be mapped */
};

struct placed {
	uint64_t page; /* of the object; anonymous: of the address space */
	uint32_t frame;
};

/* The request that is served, and the answer it gets. One at a time. */
struct request {
	struct pager_request public;
	struct object *object; /* NULL: anonymous memory */
	uint64_t page, badge, fault_instructions;
	bool open;	     /* the callback runs */
	bool zeroed;	     /* the page is one of zeroes */
	uint32_t label;	     /* of a plain answer; 0: the pages below are mapped */
	uint32_t fail_label; /* what pager_fail() said */
	uint32_t count;	     /* of pages, ascending, the missing one is among them */
	struct placed pages[MAP_PAGES_MAX];
};

struct core {
	char name[CUSTOM_NAME_MAX + 1]; /* empty: pager_open() did not succeed yet */
	struct pager_ops ops;
	struct system_grant grant;
	struct custom_report *report;
	struct frames frames;
	uint32_t zero_frame; /* stands for every zero page of objects that nobody can write; or FRAME_NONE */
	struct object *object[CUSTOM_OBJECTS_MAX + 1];
	struct object *retired;
	uint32_t generation; /* of the latest object */
	bool running;
	uint64_t asked, unwanted;
	struct request now;
};

extern struct core core;

static inline uint8_t *core_frame_address(uint32_t frame)
{
	return core.grant.base + (uint64_t)frame * PAGE_BYTES;
}

/* pool.c. A zeroed frame: any (FRAME_NONE: there is none), or this one (false: it is not free). */
uint32_t core_take_frame(void);
bool core_take_this_frame(uint32_t frame);
void core_put_frame(uint32_t frame);
void core_give_frame(uint32_t frame);
/* The pages of a withdrawn object come back; it is gone. */
void core_free_object(struct object *object);

/* request.c. Have the program decide; the answer is in core.now afterwards. */
void core_ask_program(void);

/* answer.c. Leave out pages until the answer has no more items than a message carries. */
void core_fit_answer(void);
void core_write_answer(struct message *m);
/* The answer was refused with @error and nothing has changed. True: there is another one to give. */
bool core_answer_refused(err_t error);

/* report.c. Count the answer in core.now: @sign is 1, or -1 to take it back. */
void core_count_answer(int64_t sign);
void core_count_latency(void);
void core_report_frames(void);

#endif
