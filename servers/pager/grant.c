/* SPDX-License-Identifier: MIT */
/* A custom pager's grant: zeroed in parts, because others wait meanwhile; then mapped; and which of its
 * frames the books name. */
#include "custom.h"
#include <pagoda/syscall.h>

#define GRANT_PART_PAGES 64  /* zeroed by one request */
#define BITS_FRAMES	 512 /* told by one FRAMES_IN_USE */

/* A 2 MiB leaf an arena. On an error some of them are there. */
static err_t grant_map_leaves(const struct custom *custom)
{
	struct verdict_run run = {custom->address >> PAGE_SHIFT, custom->external->grant_first,
				  custom->external->grant_frames, RIGHT_READ | RIGHT_WRITE};
	struct map_item item = window_item(&run);
	uint64_t arenas = run.pages / ARENA_PAGES, source = item.source & 0xff, done = 0;

	while (done < arenas) {
		uint64_t part = arenas - done < MAP_PAGES_MAX ? arenas - done : MAP_PAGES_MAX;

		if (allocation_refused("tables") ||
		    sys_space_map(custom->process->space_cap, item.at_rights + done * ARENA_BYTES,
				  MAP_SOURCE(source, part) | MAP_SUPERPAGE, item.offset + done * ARENA_PAGES)
			    .error)
			return E_NO_MEMORY;
		custom->process->space->populated += part; /* stored, even if it does not stay */
		done += part;
	}
	return E_OK;
}

/* All of it is zeroed: the program may see it. Errors: E_NO_MEMORY; nothing has changed */
static err_t grant_open(const struct custom *custom)
{
	const struct process *process = custom->process;
	struct vm_area *area = area_set_find(&process->space->areas, custom->address);

	if (grant_map_leaves(custom)) {
		(void)sys_space_unmap(process->space_cap, custom->address, custom->external->grant_frames);
		return E_NO_MEMORY;
	}
	area->max_prot = area->prot = PROT_BIT_READ | PROT_BIT_WRITE;
	return E_OK;
}

err_t request_grant(struct process *caller, const struct message *in, struct answer *out)
{
	struct custom *custom = caller->custom;
	uint64_t frames, part;

	(void)in;
	if (!custom)
		return E_STATE;
	frames = custom->external->grant_frames;
	part = frames - custom->ready < GRANT_PART_PAGES ? frames - custom->ready : GRANT_PART_PAGES;
	for (uint64_t i = 0; i < part; i++)
		window_zero(custom->external->grant_first + custom->ready + i);
	if (part && custom->ready + part == frames && grant_open(custom)) {
		custom_unregister(caller); /* so that it can ask for less, or later */
		return E_NO_MEMORY;
	}
	custom->ready += part;
	out->w0 = custom->ready << PAGE_SHIFT;
	return E_OK;
}

err_t request_frames_in_use(struct process *caller, const struct message *in, struct answer *out)
{
	uint64_t bits[BITS_FRAMES / 64] = {0}, first = in->w[0], frames;

	if (!caller->custom)
		return E_STATE;
	frames = caller->custom->external->grant_frames;
	if (first >= frames)
		return E_RANGE;
	for (uint64_t i = 0; i < BITS_FRAMES && first + i < frames; i++) {
		uint64_t number = caller->custom->external->grant_first + first + i;

		if (frames_at(&pager.policy.frames, number)->references == 0)
			continue;
		bits[i / 64] |= 1ul << i % 64;
		out->w0++;
	}
	answer_record(out, bits, sizeof(bits));
	return E_OK;
}
