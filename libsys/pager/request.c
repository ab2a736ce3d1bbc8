/* SPDX-License-Identifier: MIT */
/*
 * The program's part of a request: the callback takes frames and decides. Its frames become pages only when
 * it says PAGER_SUPPLY; a mistake of the program is logged, and the client ends with a code that says which.
 */
#include "pager/core.h"
#include <signal.h>
#include <string.h>

#define ANONYMOUS_ADDRESS_PAGES (USER_END / PAGE_BYTES)

static bool request_is_open(const struct pager_request *request)
{
	return core.now.open && request == &core.now.public;
}

/* Where @page stands among the pages of the answer, or should. */
static uint32_t place_of(const struct request *now, uint64_t page)
{
	uint32_t place = now->count;

	while (place > 0 && now->pages[place - 1].page >= page)
		place--;
	return place;
}

static void *place_frame(struct request *now, uint32_t place, uint64_t page, uint32_t frame)
{
	memmove(&now->pages[place + 1], &now->pages[place], (now->count - place) * sizeof(now->pages[0]));
	now->pages[place] = (struct placed){page, frame};
	now->count++;
	return core_frame_address(frame);
}

static void *object_frame(struct request *now, uint64_t page)
{
	uint32_t place = place_of(now, page);

	if (place < now->count && now->pages[place].page == page)
		return core_frame_address(now->pages[place].frame);
	if (now->count == MAP_PAGES_MAX || page >= now->object->pages.count ||
	    pages_find(&now->object->pages, page) != FRAME_NONE ||
	    pages_make(&now->object->pages, page) != E_OK)
		return NULL;
	uint32_t frame = core_take_frame();
	return frame != FRAME_NONE ? place_frame(now, place, page, frame) : NULL;
}

/* Pages and frames both follow one another, as GIVE wants them. */
static void *anonymous_frame(struct request *now, uint64_t page)
{
	uint64_t index = page - now->page;

	if (index < now->count)
		return core_frame_address(now->pages[index].frame);
	if (index > now->count || index >= CUSTOM_GIVE_MAX || page >= ANONYMOUS_ADDRESS_PAGES)
		return NULL;
	uint32_t frame = FRAME_NONE;
	if (index == 0)
		frame = core_take_frame();
	else if (core_take_this_frame(now->pages[index - 1].frame + 1))
		frame = now->pages[index - 1].frame + 1;
	return frame != FRAME_NONE ? place_frame(now, now->count, page, frame) : NULL;
}

void *pager_frame_at(struct pager_request *request, uint64_t offset_bytes)
{
	uint64_t page = offset_bytes / PAGE_BYTES;

	if (!request_is_open(request))
		return NULL;
	return core.now.object != NULL ? object_frame(&core.now, page) : anonymous_frame(&core.now, page);
}

void *pager_frame(struct pager_request *request)
{
	return pager_frame_at(request, request->offset_bytes);
}

enum pager_verdict pager_fail(struct pager_request *request, int signal, uint32_t code)
{
	if (!request_is_open(request))
		return PAGER_FAIL;
	if ((signal != SIGBUS && signal != SIGSEGV && signal != SIGKILL) || code > PAGER_CODE_MAX) {
		pager_log("pager_fail() with signal %d and code %u, which it may not have", signal,
			  (unsigned)code);
		signal = SIGBUS;
		code = PAGER_CODE_VERDICT;
	}
	core.now.fail_label = CUSTOM_LABEL_FAIL(signal, code);
	return PAGER_FAIL;
}

/* The program did what it may not: the client ends, and both sides say why. */
static uint32_t mistake(enum pager_code code, const char *what)
{
	pager_log("object %u, offset 0x%lx: %s", (unsigned)core.now.public.object,
		  (unsigned long)core.now.public.offset_bytes, what);
	return CUSTOM_LABEL_FAIL(SIGBUS, code);
}

static void release_frames(struct request *now)
{
	for (uint32_t i = 0; i < now->count; i++)
		core_put_frame(now->pages[i].frame);
	now->count = 0;
}

static void decide_plain(struct request *now, uint32_t label)
{
	release_frames(now);
	now->label = label;
}

static void decide_supply(struct request *now)
{
	uint32_t place = place_of(now, now->page);

	if (place == now->count || now->pages[place].page != now->page) {
		decide_plain(now, mistake(PAGER_CODE_NO_FRAME, "PAGER_SUPPLY without pager_frame()"));
		return;
	}
	for (uint32_t i = 0; i < now->count; i++) {
		if (now->object != NULL)
			pages_set(&now->object->pages, now->pages[i].page, now->pages[i].frame);
		else
			core_give_frame(now->pages[i].frame);
	}
	if (now->object == NULL)
		now->label = CUSTOM_LABEL_GIVE(now->pages[0].frame, now->count);
}

/* A page of an object is a page like any other, that the next client finds; one frame will do where none can
 * be written. */
static void decide_zero(struct request *now)
{
	release_frames(now);
	now->zeroed = true;
	if (now->object == NULL) {
		now->label = CUSTOM_ZERO;
		return;
	}
	bool shared = !now->object->ops.writable;
	uint32_t frame = shared ? core.zero_frame : FRAME_NONE;
	if (pages_make(&now->object->pages, now->page) == E_OK && frame == FRAME_NONE)
		frame = core_take_frame();
	if (frame == FRAME_NONE || pages_make(&now->object->pages, now->page) != E_OK) {
		now->zeroed = false;
		now->label = CUSTOM_NO_MEMORY;
		return;
	}
	if (shared)
		core.zero_frame = frame;
	pages_set(&now->object->pages, now->page, frame);
	place_frame(now, 0, now->page, frame);
}

static void decide(struct request *now, enum pager_verdict verdict)
{
	switch (verdict) {
	case PAGER_SUPPLY:
		decide_supply(now);
		return;
	case PAGER_ZERO:
		decide_zero(now);
		return;
	case PAGER_FAIL:
		decide_plain(now, now->fail_label);
		return;
	case PAGER_NOT_NOW:
		decide_plain(now, CUSTOM_NOT_NOW);
		return;
	case PAGER_NO_MEMORY:
		decide_plain(now, CUSTOM_NO_MEMORY);
		return;
	}
	decide_plain(now, mistake(PAGER_CODE_VERDICT, "the callback's answer is no verdict"));
}

/* Once is enough: whoever asks asks for every page. */
static uint32_t mistake_of_callback(const struct request *now)
{
	static bool said;

	if (now->public.object == 0 && !said)
		pager_log("no callback .anonymous: this pager does not supply the memory of programs");
	said |= now->public.object == 0;
	return CUSTOM_LABEL_FAIL(SIGBUS, PAGER_CODE_NO_CALLBACK);
}

void core_ask_program(void)
{
	struct request *now = &core.now;
	pager_callback *callback = NULL;

	if (now->object != NULL)
		callback = now->object->ops.missing;
	else if (now->public.object == 0)
		callback = core.ops.anonymous;
	if (callback == NULL) {
		now->label = mistake_of_callback(now);
		return;
	}
	now->fail_label = CUSTOM_LABEL_FAIL(SIGBUS, 0);
	now->open = true;
	core.asked++;
	enum pager_verdict verdict = callback(&now->public);
	now->open = false;
	decide(now, verdict);
	core_report_frames();
}
