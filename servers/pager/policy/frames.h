/* SPDX-License-Identifier: MIT */
/*
 * The frame accounts: every physical page the pager owns is in exactly one state at any moment, and
 * the count of each state is kept. Frames are named by physical page number; 0 means none. Frames
 * are grouped in 2 MiB arenas, because only whole arenas can be lent as cache or become a Pool.
 */
#ifndef POLICY_FRAMES_H
#define POLICY_FRAMES_H

#include "policy/account.h"
#include "proto/inject.h"
#include "uapi/error.h"
#include "uapi/layout.h"
#include "uapi/types.h"

enum frame_state {
	FRAME_ABSENT = 0, /* a hole: not ours */
	FRAME_FREE = 1,
	FRAME_ANON = 2,	  /* private page of a space */
	FRAME_CACHE = 3,  /* lent to the vfs */
	FRAME_POOL = 4,	  /* kernel objects and page tables */
	FRAME_PINNED = 5, /* message page: the kernel writes it */
	FRAME_BOOKS = 6,  /* these books */
	FRAME_GRANT = 7,  /* of a custom pager; a book may name it (it was given) or none */
	FRAME_STATES = 8,
};

struct frame {
	union {
		struct {
			uint8_t state;	     /* enum frame_state */
			uint8_t account;     /* that it is charged to; FREE, ABSENT: nothing */
			uint16_t references; /* ANON, GRANT: chunks that name it, no more than there are
						spaces; else 1 */
			uint32_t link; /* FREE: index + 1 of the next of the arena's list; else 0, scratch of
					  the check */
		};
		uint64_t word;
	};
};

/* What is free in one arena: a list, and a part that was never used since the arena was whole. */
struct arena {
	struct arena *next, *prev; /* in the partial or the whole list */
	uint32_t list;		   /* first of the free list: index + 1 */
	uint32_t fresh, fresh_end; /* indexes never handed out */
	uint32_t free;		   /* frames free here */
	uint32_t present;	   /* frames of ours here, ARENA_PAGES at most */
};

struct arena_list {
	struct arena *first;
};

struct frames {
	struct frame *frame; /* [0] is page number `first` */
	struct arena *arena;
	uint64_t first; /* page number, a multiple of ARENA_PAGES */
	uint64_t count;
	uint64_t reserve;      /* frames that only books may take, and not those of the rich */
	uint64_t commons;      /* frames above those that no rich account may take */
	uint64_t floor;	       /* both */
	uint64_t share;	       /* from so many on an account is rich */
	struct account *payer; /* whoever asks now pays for what is taken */
	uint8_t *window;       /* where page number `first` is mapped */
	struct arena_list partial, whole;
	uint64_t counts[FRAME_STATES];
	uint64_t given; /* GRANT frames that chunks name */
	struct account account[ACCOUNTS_MAX + 1];
};

/* Bytes of the arrays that frames_init needs for @count frames. */
uint64_t frames_book_bytes(uint64_t count);

/**
 * Start with no frame at all.
 * @first, @count  page numbers the arrays cover; both multiples of ARENA_PAGES
 * @books          zeroed memory of frames_book_bytes(count) bytes, 16-byte aligned
 */
void frames_init(struct frames *frames, uint64_t first, uint64_t count, void *books, void *window);

/* Add free frames. Errors: E_RANGE outside the arrays or present already. */
MUST_USE err_t frames_add(struct frames *frames, uint64_t number, uint64_t count);

/* Keep @reserve frames for books, and @commons more from accounts that have @share or more. */
void frames_set_reserves(struct frames *frames, uint64_t reserve, uint64_t commons, uint64_t share);

/* Take a frame, which the payer pays; its content is arbitrary. 0: none left for him. Only FRAME_BOOKS may
 * use the reserve, and nobody pays for those; but a payer who is rich gets none of the last ones either. */
static inline uint64_t frames_take(struct frames *frames, enum frame_state state);
/* Slow half of it. */
uint64_t frames_take_slow(struct frames *frames, enum frame_state state);
/* Take up to *wanted neighbouring frames; the first one, *wanted: how many. 0: none left. */
uint64_t frames_take_run(struct frames *frames, enum frame_state state, uint64_t *wanted);
/* Free again; a granted one is left to its grant, nobody names it any more. */
void frames_give(struct frames *frames, uint64_t number);
/* One chunk less names it; the last one gives it back, or leaves it to the grant it is of. */
static inline void frames_drop(struct frames *frames, uint64_t number);
/* May the payer take no more than its share? */
static inline bool frames_payer_is_rich(const struct frames *frames)
{
	return account_weight(frames->payer) >= frames->share && frames->payer->number != ACCOUNT_FIRST;
}
/* Is no more left than what the payer may not take? Then nothing new is begun. */
static inline bool frames_are_scarce(const struct frames *frames)
{
	uint64_t free = frames->counts[FRAME_FREE];

	return free < frames->reserve || (free <= frames->floor && frames_payer_is_rich(frames));
}
/* Are there @count frames for the payer? */
bool frames_are_left(const struct frames *frames, uint64_t count);
/* Would the payer have more than its limit with @count frames more? */
static inline bool frames_are_over_limit(const struct frames *frames, uint64_t count)
{
	return frames->payer->frames + count > frames->payer->limit_frames;
}

/* Take @arenas neighbouring whole arenas; the first page number, 0: none. */
uint64_t frames_take_arenas(struct frames *frames, uint64_t arenas, enum frame_state state);
void frames_give_arenas(struct frames *frames, uint64_t number, uint64_t arenas);
/* A grant's frame that no chunk names gets its first one. */
static inline void frames_use_granted(struct frames *frames, uint64_t number);
/* Grants end: what chunks name is ANON from now on, the rest is free. */
void frames_end_grant(struct frames *frames, uint64_t number, uint64_t count);

/* Take one certain free frame that has never been taken; for the books themselves. E_STATE: it is not free.
 */
MUST_USE err_t frames_claim(struct frames *frames, uint64_t number, enum frame_state state);

int frames_check(const struct frames *frames);

/* Of a kind that a chunk may name: chunks are its references. */
static inline bool frame_is_private(const struct frame *frame)
{
	return frame->state == FRAME_ANON || frame->state == FRAME_GRANT;
}

static inline bool frames_has(const struct frames *frames, uint64_t number)
{
	return number - frames->first < frames->count;
}

static inline struct frame *frames_at(const struct frames *frames, uint64_t number)
{
	return &frames->frame[number - frames->first];
}

static inline void *frames_address(const struct frames *frames, uint64_t number)
{
	return frames->window + ((number - frames->first) << PAGE_SHIFT);
}

/* Can a frame be taken with no arena changing its list, and nothing asked about the payer but its limit? */
static inline bool frames_take_is_quick(const struct frames *frames)
{
	const struct arena *arena = frames->partial.first;

	return arena && arena->free > 1 && frames->counts[FRAME_FREE] > frames->floor &&
	       !frames_are_over_limit(frames, 1) && !allocations_are_watched();
}

/* Choose a free frame of the arena, which has one, and unlink it. @all: frames->frame. */
static inline uint64_t arena_choose(const struct frame *all, struct arena *arena)
{
	uint64_t index = arena->list;

	if (index == 0)
		return arena->fresh++;
	arena->list = all[--index].link;
	return index;
}

/* Frames for books are the system's. */
static inline struct account *frames_payer(struct frames *frames, enum frame_state state)
{
	return state == FRAME_BOOKS ? &frames->account[ACCOUNT_SYSTEM] : frames->payer;
}

/* @frame was chosen: it is @payer's. */
static inline void frames_charge(struct frames *frames, struct frame *frame, struct account *payer,
				 enum frame_state state)
{
	uint64_t free = frames->counts[FRAME_FREE], others = frames->counts[state];

	frame->word = payer->stamp | state;
	payer->frames++;
	frames->counts[FRAME_FREE] = free - 1;
	frames->counts[state] = others + 1;
}

/* A frame that is in use is the account's from now on. */
static inline void frames_charge_again(struct frames *frames, uint64_t number, struct account *account)
{
	struct frame *frame = frames_at(frames, number);

	frames->account[frame->account].frames--;
	account->frames++;
	frame->account = (uint8_t)account->number;
}

/* Needs: frames_take_is_quick() */
static inline uint64_t frames_take_quick(struct frames *frames, enum frame_state state)
{
	struct account *payer = frames_payer(frames, state);
	struct arena *arena = frames->partial.first;
	struct frame *all = frames->frame;
	uint64_t first = frames->first, index;

	arena->free--;
	index = arena_choose(all, arena);
	frames_charge(frames, &all[index], payer, state);
	return first + index;
}

static inline uint64_t frames_take(struct frames *frames, enum frame_state state)
{
	return frames_take_is_quick(frames) ? frames_take_quick(frames, state)
					    : frames_take_slow(frames, state);
}

static inline void frames_drop(struct frames *frames, uint64_t number)
{
	if (frames_at(frames, number)->references > 1)
		frames_at(frames, number)->references--;
	else
		frames_give(frames, number);
}

static inline void frames_use_granted(struct frames *frames, uint64_t number)
{
	frames_at(frames, number)->references = 1;
	frames->given++;
}

#endif
