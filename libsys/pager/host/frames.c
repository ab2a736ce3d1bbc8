/* SPDX-License-Identifier: MIT */
#include "pager/host/simulation.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(address)	  ASAN_POISON_MEMORY_REGION(address, PAGE_BYTES)
#define UNPOISON(address) ASAN_UNPOISON_MEMORY_REGION(address, PAGE_BYTES)
#else
#define POISON(address)	  ((void)(address))
#define UNPOISON(address) ((void)(address))
#endif

/* The clients' side sees memory that is poisoned for the pager. */
#define CLIENT __attribute__((no_sanitize_address, noinline))

static uint8_t *address_of(uint32_t frame)
{
	return sim.grant + frame * PAGE_BYTES;
}

static uint32_t frame_of(const uint8_t *address)
{
	return (uint32_t)((address - sim.grant) / PAGE_BYTES);
}

/* Nothing lies before and behind the grant. */
void sim_frames_open(void)
{
	uint64_t bytes = sim.frames * PAGE_BYTES;
	uint8_t *room = mmap(NULL, bytes + 2 * PAGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	sim.frame = calloc(sim.frames, sizeof(*sim.frame));
	if (sim.frame == NULL || room == MAP_FAILED ||
	    mprotect(room + PAGE_BYTES, bytes, PROT_READ | PROT_WRITE))
		sim_fault("the host has no memory for a grant of %lu bytes", (unsigned long)bytes);
	sim.grant = room + PAGE_BYTES;
	for (uint32_t frame = 1; frame < sim.frames; frame++)
		POISON(address_of(frame));
}

void sim_frame_check_use(uint32_t frame, const char *what)
{
	static const char *const uses[] = {"free", "being filled", "a page", "given away"};
	const struct sim_frame *f = &sim.frame[frame];

	if (f->use == SIM_PAGE)
		sim_fault("%s frame %u, which is page %lu of %s already", what, frame, (unsigned long)f->page,
			  sim.object[f->owner].name);
	if (f->use == SIM_GIVEN)
		sim_fault("%s frame %u, which is page 0x%lx of process %u", what, frame,
			  (unsigned long)f->page, f->owner);
	if (f->use == SIM_FREE)
		sim_fault("%s frame %u, which is %s", what, frame, uses[f->use]);
}

void sim_frame_is(uint32_t frame, enum sim_use use, uint32_t owner, uint64_t page)
{
	sim.frame[frame] = (struct sim_frame){(uint8_t)use, owner, page};
	if (use == SIM_FREE || use == SIM_GIVEN)
		POISON(address_of(frame));
	else
		UNPOISON(address_of(frame));
}

CLIENT uint8_t sim_frame_read(uint32_t frame, uint64_t offset)
{
	return address_of(frame)[offset];
}

CLIENT void sim_frame_write(uint32_t frame, uint64_t offset, uint8_t byte)
{
	address_of(frame)[offset] = byte;
}

CLIENT bool sim_frame_is_zero(uint32_t frame)
{
	const volatile uint64_t *words = (const volatile uint64_t *)address_of(frame);

	for (uint64_t i = 0; i < PAGE_BYTES / sizeof(*words); i++) {
		if (words[i] != 0)
			return false;
	}
	return true;
}

void system_frame_taken(const uint8_t *address)
{
	uint32_t frame = frame_of(address);

	if (frame == 0 || frame >= sim.frames)
		sim_fault("takes frame %u of a grant of %u", frame, sim.frames);
	if (sim.frame[frame].use != SIM_FREE)
		sim_frame_check_use(frame, "takes");
	sim_frame_is(frame, SIM_HELD, 0, 0);
}

void system_frame_zeroed(const uint8_t *address)
{
	if (!sim_frame_is_zero(frame_of(address)))
		sim_fault("frame %u is handed out and not zero", frame_of(address));
}

/* Free, or given away: which of them is seen when the answer comes. */
void system_frame_left(const uint8_t *address)
{
	if (sim.frame[frame_of(address)].use == SIM_HELD || sim.frame[frame_of(address)].use == SIM_PAGE)
		sim_frame_is(frame_of(address), SIM_FREE, 0, 0);
}
