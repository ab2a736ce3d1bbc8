/* SPDX-License-Identifier: MIT */
/* Anonymous pages of the processes: the system's books. A frame is given to one page, so frames list them. */
#include "pager/host/simulation.h"

/* A page that the system made by itself (ZERO) is of no interest: it is asked for again. */
bool sim_book_has(uint32_t process, uint64_t page)
{
	for (uint32_t frame = 1; frame < sim.frames; frame++) {
		const struct sim_frame *f = &sim.frame[frame];

		if (f->use == SIM_GIVEN && f->owner == process && f->page == page)
			return true;
	}
	return false;
}

/* The process writes to it, as it does to a page of its own. */
void sim_book_enter(uint32_t process, uint64_t page, uint32_t frame)
{
	sim_frame_is(frame, SIM_GIVEN, process, page);
	sim_frame_write(frame, (page * 64 + process) % PAGE_BYTES, 0xa5);
}

void sim_book_release(uint32_t process)
{
	for (uint32_t frame = 1; frame < sim.frames; frame++) {
		if (sim.frame[frame].use == SIM_GIVEN && sim.frame[frame].owner == process)
			sim_frame_is(frame, SIM_FREE, 0, 0);
	}
}
