/* SPDX-License-Identifier: MIT */
/*
 * What is kept for the next time and used by nobody: Spaces, empty Pools, cache. It goes back when somebody
 * asks for the accounts, and when frames are lacking, before anybody is refused or ended for that.
 */
#include "pager.h"

#define ROOM_FRAMES 64 /* that a request should find */

static bool reclaim_some(void)
{
	if (pager.kept_spaces) {
		kept_give_back();
		return true;
	}
	return pools_give_back() || lend_take_back();
}

void reclaim_all(void)
{
	lease_return_all();
	while (reclaim_some())
		;
}

bool reclaim_frame(void)
{
	while (!frames_are_left(&pager.policy.frames, 1))
		if (!reclaim_some())
			return false;
	return true;
}

void reclaim_room(void)
{
	while (pager.policy.frames.counts[FRAME_FREE] < pager.policy.frames.floor + ROOM_FRAMES &&
	       reclaim_some())
		;
}

uint64_t reclaim_arena(enum frame_state state)
{
	uint64_t frame = frames_take_arenas(&pager.policy.frames, 1, state);

	while (!frame && lend_take_back())
		frame = frames_take_arenas(&pager.policy.frames, 1, state);
	return frame;
}
