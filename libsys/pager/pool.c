/* SPDX-License-Identifier: MIT */
/*
 * Frames for pages. They come back in two ways, both looked at only when none is free: frames of anonymous
 * memory that no book of the system names any more, and pages of withdrawn objects that nothing maps.
 */
#include "pager/core.h"
#include <stdlib.h>
#include <string.h>

/* Of the frames that one request tells about. */
static bool find_given_from(uint32_t first)
{
	uint64_t bits[SYSTEM_IN_USE_WORDS];

	if (system_frames_in_use(first, bits) != E_OK)
		return false;
	for (uint32_t word = 0; word < SYSTEM_IN_USE_WORDS; word++) {
		if (first + word * 64 < core.frames.count)
			frames_found(&core.frames, first + word * 64, bits[word]);
	}
	return core.frames.free_count != 0;
}

static bool find_given(void)
{
	uint32_t first = frames_next_given(&core.frames, 0);

	while (first < core.frames.count) {
		first -= first % SYSTEM_IN_USE_FRAMES;
		if (find_given_from(first))
			return true;
		first = frames_next_given(&core.frames, first + SYSTEM_IN_USE_FRAMES);
	}
	return false;
}

void core_free_object(struct object *object)
{
	for (uint64_t page = 0; page < object->pages.count; page++) {
		uint32_t frame;

		if (object->pages.leaves[page >> PAGES_LEAF_SHIFT] == NULL) {
			page |= PAGES_LEAF - 1;
			continue;
		}
		frame = pages_find(&object->pages, page);
		if (frame != FRAME_NONE && frame != core.zero_frame)
			core_put_frame(frame);
	}
	pages_close(&object->pages);
	free(object);
}

static bool find_retired(void)
{
	struct object **link = &core.retired;

	while (*link != NULL) {
		struct object *object = *link;

		if (object == core.now.object || system_object_is_there(object->number)) {
			link = &object->next_retired;
			continue;
		}
		*link = object->next_retired;
		core_free_object(object);
	}
	return core.frames.free_count != 0;
}

static void hand_out(uint32_t frame, bool zero)
{
	uint8_t *bytes = core_frame_address(frame);

	system_frame_taken(bytes);
	if (!zero)
		memset(bytes, 0, PAGE_BYTES);
	system_frame_zeroed(bytes);
}

uint32_t core_take_frame(void)
{
	bool zero;

	if (core.frames.free_count == 0 && !find_given() && !find_retired())
		return FRAME_NONE;
	uint32_t frame = frames_take(&core.frames, &zero);
	hand_out(frame, zero);
	return frame;
}

bool core_take_this_frame(uint32_t frame)
{
	bool zero;

	if (!frames_take_this(&core.frames, frame, &zero))
		return false;
	hand_out(frame, zero);
	return true;
}

void core_put_frame(uint32_t frame)
{
	frames_put(&core.frames, frame);
	system_frame_left(core_frame_address(frame));
}

void core_give_frame(uint32_t frame)
{
	frames_give(&core.frames, frame);
	system_frame_left(core_frame_address(frame));
}
