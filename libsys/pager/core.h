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
#include "uapi/object.h"
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
	uint32_t bucket; /* of the histogram: the latest */
	struct request now;
};

extern struct core core;

static inline uint8_t *core_frame_address(uint32_t frame)
{
	return core.grant.base + (uint64_t)frame * PAGE_BYTES;
}

#define CORE_ITEM_WORDS	      3
#define CORE_TAG_ITEMS(count) ((uint64_t)(count) << 16) /* where TAG_ITEMS() finds them */

/* @pages neighbouring pages in neighbouring frames, from @first on. */
static inline struct map_item core_make_item(const struct request *now, const struct placed *first,
					     uint64_t pages)
{
	uint64_t at = now->public.address / PAGE_BYTES + (first->page - now->page);
	uint64_t rights = RIGHT_READ;

	if (CUSTOM_BADGE_WRITE(now->badge))
		rights |= RIGHT_WRITE;
	if (CUSTOM_BADGE_EXECUTE(now->badge))
		rights |= RIGHT_EXECUTE;
	return (struct map_item){
		.at_rights = at * PAGE_BYTES | rights,
		.source = MAP_SOURCE(CUSTOM_BADGE_SOURCE(now->badge), pages),
		.offset = first->frame,
	};
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
void core_report_frames(void);
uint32_t core_find_bucket(uint64_t instructions);

/* Most latencies are like the one before. */
static inline void core_count_latency(struct custom_report_object *counts)
{
	uint64_t now = system_instructions();
	uint64_t taken = now > core.now.fault_instructions ? now - core.now.fault_instructions : 0;

	if (taken >> core.bucket != 1)
		core.bucket = core_find_bucket(taken);
	counts->latency_sum += taken;
	if (core.report->histogram[core.bucket] != UINT16_MAX)
		core.report->histogram[core.bucket]++;
}

#endif
