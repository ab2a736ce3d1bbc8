/* SPDX-License-Identifier: MIT */
/*
 * Arenas lent to the vfs for its cache. They stay in the window: pages are copied from here. The pager keeps
 * a capability of each, so that what comes back is the vfs's no more, whatever it kept.
 */
#include "pager.h"
#include <pagoda/log.h>
#include <pagoda/syscall.h>

#define CACHE_LEAVES 8 /* no more cache is lent when less than one part in so many is free */

static int lent_find(uint64_t frame)
{
	for (int i = 0; i < PAGER_LENT; i++)
		if (pager.lent[i].frame == frame)
			return i;
	return -1;
}

/* Beside the first arena, cache is lent only where memory is left for programs. */
static bool cache_is_enough(void)
{
	const struct frames *frames = &pager.policy.frames;

	return lent_find(0) < 0 ||
	       (frames->counts[FRAME_CACHE] &&
		frames->counts[FRAME_FREE] < ARENA_PAGES + pager.frames_total / CACHE_LEAVES);
}

static err_t lend_capability(cap_t slot)
{
	struct message m = message_make(VFS_CACHE_GROW, 0, 0);
	err_t error;

	message_page()->cap_send = slot;
	message_page()->cap_send_rights = RIGHTS_ALL;
	m.tag |= TAG_CAP;
	error = ipc_call(PAGER_VFS, &m);
	return error ? error : message_error(&m);
}

err_t lend_cache(void)
{
	uint64_t frame = cache_is_enough() ? 0 : frames_take_arenas(&pager.policy.frames, 1, FRAME_CACHE);
	cap_t slot = frame ? slot_take() : CAP_NULL;
	err_t error = slot ? source_carve(frame, ARENA_PAGES, slot) : E_NO_MEMORY;
	int place = lent_find(0);

	if (!error)
		error = lend_capability(slot);
	if (!error) {
		pager.lent[place].frame = frame;
		pager.lent[place].memory = slot;
		return E_OK;
	}
	slot_clear(slot, true);
	if (frame)
		frames_give_arenas(&pager.policy.frames, frame, 1);
	return error;
}

void lend_serve_news(void)
{
	struct message m = message_make(VFS_CACHE_GROW, 0, 0);

	if (lend_cache() && ipc_call(PAGER_VFS, &m))
		server_log("the vfs cannot be told that there is no more cache");
}

bool lend_take_back(void)
{
	struct message m = message_make(VFS_CACHE_SHRINK, 0, 0);
	int place;

	if (pager.policy.frames.counts[FRAME_CACHE] <= ARENA_PAGES || ipc_call(PAGER_VFS, &m) ||
	    message_error(&m))
		return false;
	place = m.w[0] ? lent_find(m.w[0]) : -1;
	if (place < 0) {
		server_log("page 0x%lx, which the vfs gives back, was not lent", m.w[0]);
		return false;
	}
	slot_clear(pager.lent[place].memory, true);
	frames_give_arenas(&pager.policy.frames, pager.lent[place].frame, 1);
	pager.lent[place].frame = 0;
	return true;
}

int lend_check(void)
{
	uint64_t frames = 0;

	for (int i = 0; i < PAGER_LENT; i++)
		frames += pager.lent[i].frame ? ARENA_PAGES : 0;
	return frames == pager.policy.frames.counts[FRAME_CACHE] ? 0 : __LINE__;
}
