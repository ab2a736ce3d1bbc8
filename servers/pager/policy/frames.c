/* SPDX-License-Identifier: MIT */
/*
 * Frame accounts. An arena with some frames free is in `partial`, one with all 512 free in `whole`,
 * one with none in neither. Frames come from partial arenas first, so that whole ones stay whole;
 * taking and giving are a few loads and stores, whatever the amount of memory.
 */
#include "policy/frames.h"
#include <string.h>

#define FRAME_POISON 0xd5 /* checked builds: what a free frame holds */

_Static_assert(sizeof(struct frame) == 8 && FRAME_STATES <= 256, "a word, the state in its lowest byte");

static void list_push(struct arena_list *list, struct arena *arena)
{
	arena->prev = NULL;
	arena->next = list->first;
	if (list->first)
		list->first->prev = arena;
	list->first = arena;
}

static void list_remove(struct arena_list *list, struct arena *arena)
{
	if (arena->prev)
		arena->prev->next = arena->next;
	else
		list->first = arena->next;
	if (arena->next)
		arena->next->prev = arena->prev;
}

static struct arena_list *list_of(struct frames *frames, const struct arena *arena)
{
	if (arena->free == 0)
		return NULL;
	return arena->free == ARENA_PAGES ? &frames->whole : &frames->partial;
}

uint64_t frames_book_bytes(uint64_t count)
{
	return count * sizeof(struct frame) + count / ARENA_PAGES * sizeof(struct arena);
}

void frames_init(struct frames *frames, uint64_t first, uint64_t count, void *books, void *window)
{
	*frames = (struct frames){
		.frame = books,
		.arena = (struct arena *)((uint8_t *)books + count * sizeof(struct frame)),
		.first = first,
		.count = count,
		.window = window,
	};
	frames->counts[FRAME_ABSENT] = count;
	for (uint32_t i = 0; i <= ACCOUNTS_MAX; i++) {
		struct frame frame = {.account = (uint8_t)i, .references = 1};

		frames->account[i] =
			(struct account){.number = i, .limit_frames = ACCOUNT_NO_LIMIT, .stamp = frame.word};
	}
	frames->payer = &frames->account[ACCOUNT_FIRST];
}

void frames_set_reserves(struct frames *frames, uint64_t reserve, uint64_t commons, uint64_t share)
{
	frames->reserve = reserve;
	frames->commons = commons;
	frames->floor = reserve + commons;
	frames->share = share;
}

/* Index lies outside [fresh, fresh_end). */
static void arena_push(struct frames *frames, struct arena *arena, uint32_t index)
{
	frames->frame[index].link = arena->list;
	arena->list = index + 1;
}

/* A whole arena forgets the order its frames came back in: they leave in address order again. */
static void arena_refresh(struct frames *frames, struct arena *arena)
{
	uint32_t base = (uint32_t)(arena - frames->arena) * ARENA_PAGES;

	arena->list = 0;
	arena->fresh = base;
	arena->fresh_end = base + ARENA_PAGES;
}

static void arena_add(struct frames *frames, struct arena *arena, uint32_t index)
{
	struct arena_list *old = list_of(frames, arena), *new;

	frames->frame[index].state = FRAME_FREE;
	if (arena->present == 0) {
		arena->fresh = index;
		arena->fresh_end = index + 1;
	} else if (index == arena->fresh_end) {
		arena->fresh_end++;
	} else {
		arena_push(frames, arena, index);
	}
	arena->present++;
	arena->free++;
	new = list_of(frames, arena);
	if (new == &frames->whole)
		arena_refresh(frames, arena);
	if (old == new)
		return;
	if (old)
		list_remove(old, arena);
	list_push(new, arena);
}

/* All of it at once: nothing of it is here yet. */
static void arena_add_whole(struct frames *frames, struct arena *arena)
{
	arena_refresh(frames, arena);
	for (uint32_t i = arena->fresh; i < arena->fresh_end; i++)
		frames->frame[i].state = FRAME_FREE;
	arena->present = arena->free = ARENA_PAGES;
	list_push(&frames->whole, arena);
}

err_t frames_add(struct frames *frames, uint64_t number, uint64_t count)
{
	if (number < frames->first || count > frames->count || number - frames->first > frames->count - count)
		return E_RANGE;
	for (uint64_t i = 0; i < count; i++)
		if (frames_at(frames, number + i)->state != FRAME_ABSENT)
			return E_RANGE;
	for (uint64_t i = 0; i < count;) {
		uint32_t index = (uint32_t)(number + i - frames->first);
		bool whole = index % ARENA_PAGES == 0 && count - i >= ARENA_PAGES;

		if (whole)
			arena_add_whole(frames, &frames->arena[index / ARENA_PAGES]);
		else
			arena_add(frames, &frames->arena[index / ARENA_PAGES], index);
		i += whole ? ARENA_PAGES : 1;
	}
	frames->counts[FRAME_ABSENT] -= count;
	frames->counts[FRAME_FREE] += count;
	return E_OK;
}

/* @count frames are free no more: the arena changes its list if it must. */
static inline void arena_leave(struct frames *frames, struct arena *arena, uint32_t count)
{
	bool was_whole = arena->free == ARENA_PAGES;

	arena->free -= count;
	if (__builtin_expect(was_whole, 0))
		list_remove(&frames->whole, arena);
	else if (__builtin_expect(arena->free == 0, 0))
		list_remove(&frames->partial, arena);
	if (__builtin_expect(was_whole, 0) && arena->free)
		list_push(&frames->partial, arena);
}

/* The arena has a free frame: choose one and unlink it. */
static uint64_t arena_take(struct frames *frames, struct arena *arena)
{
	uint64_t index = arena_choose(frames->frame, arena);

	arena_leave(frames, arena, 1);
	return index;
}

bool frames_are_left(const struct frames *frames, uint64_t count)
{
	uint64_t free = frames->counts[FRAME_FREE];

	return free >= frames->floor + count ||
	       (free >= frames->reserve + count && !frames_payer_is_rich(frames));
}

static bool frames_may_take(const struct frames *frames, uint64_t count)
{
	return !frames_are_over_limit(frames, count) && frames_are_left(frames, count);
}

/* Books may use the reserve, but those of a rich account not what is left for the others. */
static bool frames_may_be_taken_for(const struct frames *frames, enum frame_state state)
{
	if (state != FRAME_BOOKS)
		return frames_may_take(frames, 1);
	return frames->counts[FRAME_FREE] > frames->floor || !frames_payer_is_rich(frames);
}

uint64_t frames_take_slow(struct frames *frames, enum frame_state state)
{
	struct arena *arena = frames->partial.first ? frames->partial.first : frames->whole.first;
	uint64_t index;

	if (!arena || !frames_may_be_taken_for(frames, state) || allocation_refused("frame"))
		return 0;
	index = arena_take(frames, arena);
	frames_charge(frames, &frames->frame[index], frames_payer(frames, state), state);
	return frames->first + index;
}

/* An arena that has @wanted frames side by side: the one in use, or a whole one; else any. */
static struct arena *arena_for_run(struct frames *frames, uint64_t wanted)
{
	struct arena *arena = frames->partial.first;

	if (arena && (arena->fresh_end - arena->fresh >= wanted || !frames->whole.first))
		return arena;
	return frames->whole.first;
}

/* Side by side are those that were never used since their arena was whole. */
uint64_t frames_take_run(struct frames *frames, enum frame_state state, uint64_t *wanted)
{
	struct arena *arena = arena_for_run(frames, *wanted);
	uint64_t first, count = arena ? arena->fresh_end - arena->fresh : 0;

	if (*wanted < count)
		count = *wanted;
	if (count == 0 || !frames_may_take(frames, count) || allocation_refused("run")) {
		*wanted = 1;
		return frames_take(frames, state);
	}
	first = arena->fresh;
	for (uint64_t i = 0; i < count; i++)
		frames->frame[first + i] = (struct frame){
			.state = (uint8_t)state, .account = (uint8_t)frames->payer->number, .references = 1};
	frames->payer->frames += count;
	arena_leave(frames, arena, (uint32_t)count);
	arena->fresh += (uint32_t)count;
	frames->counts[FRAME_FREE] -= count;
	frames->counts[state] += count;
	*wanted = count;
	return frames->first + first;
}

/* Whoever is given a frame that was not made new shall notice. */
static void frame_poison(const struct frames *frames, uint64_t number)
{
#if PAGODA_CHECKED && !defined(PAGODA_HOST)
	memset(frames_address(frames, number), FRAME_POISON, PAGE_BYTES);
#else
	(void)frames;
	(void)number;
#endif
}

void frames_give(struct frames *frames, uint64_t number)
{
	uint32_t index = (uint32_t)(number - frames->first);
	struct arena *arena = &frames->arena[index / ARENA_PAGES];
	struct frame *frame = &frames->frame[index];

	frame->references = 0;
	if (__builtin_expect(frame->state == FRAME_GRANT, 0)) {
		frames->given--;
		return;
	}
	frames->counts[frame->state]--;
	frames->counts[FRAME_FREE]++;
	frames->account[frame->account].frames--;
	frame->state = FRAME_FREE;
	frame_poison(frames, number);
	arena_push(frames, arena, index);
	if (arena->free++ == 0)
		list_push(&frames->partial, arena);
	if (arena->free == ARENA_PAGES) {
		list_remove(&frames->partial, arena);
		arena_refresh(frames, arena);
		list_push(&frames->whole, arena);
	}
}

static bool arenas_are_whole(const struct frames *frames, uint64_t at, uint64_t arenas)
{
	for (uint64_t i = 0; i < arenas; i++)
		if (frames->arena[at + i].free != ARENA_PAGES)
			return false;
	return true;
}

uint64_t frames_take_arenas(struct frames *frames, uint64_t arenas, enum frame_state state)
{
	uint64_t total = frames->count / ARENA_PAGES, at = 0;
	struct account *owner = &frames->account[ACCOUNT_SYSTEM];

	if (arenas == 0 || arenas > total || allocation_refused("arenas") ||
	    !frames_are_left(frames, arenas * ARENA_PAGES))
		return 0;
	if (state == FRAME_GRANT)
		owner = frames->payer;
	if (owner->frames + arenas * ARENA_PAGES > owner->limit_frames)
		return 0;
	while (at <= total - arenas && !arenas_are_whole(frames, at, arenas))
		at++;
	if (at > total - arenas)
		return 0;
	for (uint64_t i = at; i < at + arenas; i++) {
		list_remove(&frames->whole, &frames->arena[i]);
		frames->arena[i].free = 0;
		frames->arena[i].fresh = frames->arena[i].fresh_end;
	}
	for (uint64_t i = at * ARENA_PAGES; i < (at + arenas) * ARENA_PAGES; i++)
		frames->frame[i] = (struct frame){.state = (uint8_t)state,
						  .account = (uint8_t)owner->number,
						  .references = state != FRAME_GRANT};
	owner->frames += arenas * ARENA_PAGES;
	frames->counts[FRAME_FREE] -= arenas * ARENA_PAGES;
	frames->counts[state] += arenas * ARENA_PAGES;
	return frames->first + at * ARENA_PAGES;
}

void frames_give_arenas(struct frames *frames, uint64_t number, uint64_t arenas)
{
	for (uint64_t i = 0; i < arenas * ARENA_PAGES; i++)
		frames_give(frames, number + i);
}

void frames_end_grant(struct frames *frames, uint64_t number, uint64_t count)
{
	frames->counts[FRAME_GRANT] -= count;
	frames->counts[FRAME_ANON] += count;
	for (uint64_t i = number; i < number + count; i++) {
		struct frame *frame = frames_at(frames, i);

		frame->state = FRAME_ANON;
		if (frame->references) {
			frames->given--;
			frames->account[frame->account].frames--;
			frames->account[ACCOUNT_FIRST].frames++;
			frame->account = ACCOUNT_FIRST;
		} else {
			frames_give(frames, i);
		}
	}
}

err_t frames_claim(struct frames *frames, uint64_t number, enum frame_state state)
{
	uint32_t index = (uint32_t)(number - frames->first);
	struct arena *arena;

	if (!frames_has(frames, number) || frames->frame[index].state != FRAME_FREE)
		return E_STATE;
	arena = &frames->arena[index / ARENA_PAGES];
	if (arena->list || arena->fresh != index)
		return E_STATE;
	(void)arena_take(frames, arena);
	frames->frame[index] =
		(struct frame){.state = (uint8_t)state, .account = ACCOUNT_SYSTEM, .references = 1};
	frames->account[ACCOUNT_SYSTEM].frames++;
	frames->counts[FRAME_FREE]--;
	frames->counts[state]++;
	return E_OK;
}

static int arena_check(const struct frames *frames, const struct arena *arena)
{
	uint32_t base = (uint32_t)(arena - frames->arena) * ARENA_PAGES;
	uint32_t listed = 0, free = 0, present = 0;

	for (uint32_t i = base; i < base + ARENA_PAGES; i++) {
		free += frames->frame[i].state == FRAME_FREE;
		present += frames->frame[i].state != FRAME_ABSENT;
	}
	if (free != arena->free || present != arena->present)
		return __LINE__;
	for (uint32_t i = arena->fresh; i < arena->fresh_end; i++)
		if (frames->frame[i].state != FRAME_FREE)
			return __LINE__;
	for (uint32_t at = arena->list; at; at = frames->frame[at - 1].link) {
		if (at - 1 - base >= ARENA_PAGES || frames->frame[at - 1].state != FRAME_FREE ||
		    ++listed > free)
			return __LINE__;
		if (at - 1 >= arena->fresh && at - 1 < arena->fresh_end)
			return __LINE__;
	}
	return listed + (arena->fresh_end - arena->fresh) == free ? 0 : __LINE__;
}

static uint64_t list_count(const struct arena_list *list, bool whole)
{
	uint64_t count = 0;

	for (const struct arena *arena = list->first; arena; arena = arena->next)
		count += (arena->free == ARENA_PAGES) == whole && arena->free &&
			 (!arena->next || arena->next->prev == arena);
	return count;
}

/* Each taken frame is charged to one account; books, Pools and cache to the system's, and message
 * pages that are kept for the next process. */
static int charges_check(const struct frames *frames)
{
	uint64_t charged[ACCOUNTS_MAX + 1] = {0};

	for (uint64_t i = 0; i < frames->count; i++) {
		const struct frame *frame = &frames->frame[i];
		bool own = frame->state == FRAME_BOOKS || frame->state == FRAME_POOL ||
			   frame->state == FRAME_CACHE;

		if (frame->state == FRAME_FREE || frame->state == FRAME_ABSENT)
			continue;
		if (frame->account > ACCOUNT_SYSTEM)
			return __LINE__;
		if (frame->state != FRAME_PINNED && own != (frame->account == ACCOUNT_SYSTEM))
			return __LINE__;
		charged[frame->account]++;
	}
	for (uint32_t i = 0; i <= ACCOUNTS_MAX; i++)
		if (charged[i] != frames->account[i].frames || frames->account[i].number != i)
			return __LINE__;
	return 0;
}

int frames_check(const struct frames *frames)
{
	uint64_t counts[FRAME_STATES] = {0}, partial = 0, whole = 0, given = 0;

	for (uint64_t i = 0; i < frames->count; i++) {
		if (frames->frame[i].state >= FRAME_STATES)
			return __LINE__;
		counts[frames->frame[i].state]++;
		given += frames->frame[i].state == FRAME_GRANT && frames->frame[i].references;
	}
	if (given != frames->given)
		return __LINE__;
	for (int state = 0; state < FRAME_STATES; state++)
		if (counts[state] != frames->counts[state])
			return __LINE__;
	for (uint64_t i = 0; i < frames->count / ARENA_PAGES; i++) {
		int broken = arena_check(frames, &frames->arena[i]);

		if (broken)
			return broken;
		whole += frames->arena[i].free == ARENA_PAGES;
		partial += frames->arena[i].free && frames->arena[i].free != ARENA_PAGES;
	}
	if (list_count(&frames->partial, false) != partial || list_count(&frames->whole, true) != whole)
		return __LINE__;
	return charges_check(frames);
}
