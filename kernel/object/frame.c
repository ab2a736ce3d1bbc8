/* SPDX-License-Identifier: MIT */
/* The words of frames and arenas, and the change of an arena's kind. */
#include "object/frame.h"
#include "base/panic.h"
#include "base/spot.h"
#include "object/object.h"
#include "pure/bits.h"

uint32_t *frame_words;
uintptr_t frame_words_of_0;
uint32_t *arena_words;
uint64_t frame_first_pfn, frame_count;
uint64_t frame_kept;

AT_BOOT void frame_init(uint64_t first_pfn, uint64_t count, uint32_t *words, uint32_t *arenas)
{
	KASSERT(first_pfn % ARENA_PAGES == 0);
	frame_first_pfn = first_pfn;
	frame_count = count;
	frame_words = words;
	frame_words_of_0 = (uintptr_t)words - first_pfn * sizeof *words;
	arena_words = arenas;
}

/* Two words at a time: at boot this runs over all of RAM. */
void frame_set_kind(uint64_t pfn, uint64_t count, enum frame_kind kind)
{
	uint32_t *word = frame_word(pfn), *end = word + count, value = (uint32_t)kind << FRAME_KIND_SHIFT;
	uint64_t pair = (uint64_t)value << 32 | value;

	for (; word < end && !is_aligned((uint64_t)word, 8); word++)
		*word = value;
	for (; word + 2 <= end; word += 2)
		*(uint64_t *)(void *)word = pair;
	for (; word < end; word++)
		*word = value;
}

AT_BOOT static bool arena_is_all(uint64_t pfn, enum frame_kind kind)
{
	const uint32_t *word = frame_word(pfn), *end = word + ARENA_PAGES;

	if (!frame_is_ram(pfn + ARENA_PAGES - 1))
		return false;
	while (word < end && word_kind(*word) == kind)
		word++;
	return word == end;
}

AT_BOOT void frame_settle_arenas(void)
{
	for (uint64_t pfn = frame_first_pfn; pfn < frame_first_pfn + frame_count; pfn += ARENA_PAGES) {
		enum frame_kind kind = word_kind(*frame_word(pfn));

		if (!arena_is_all(pfn, kind))
			kind = FRAME_NONE;
		*arena_word(pfn) = (uint32_t)kind << FRAME_KIND_SHIFT;
	}
}

static err_t arena_check_convert(uint64_t pfn, enum frame_kind from)
{
	if (!frame_is_ram(pfn) || word_kind(*arena_word(pfn)) != from)
		return E_FRAME;
	if ((*arena_word(pfn) & FRAME_COUNT) != 0)
		return E_MAPPED;
	for (uint64_t i = 0; i < ARENA_PAGES; i++) {
		if ((*frame_word(pfn + i) & FRAME_COUNT) != 0)
			return E_MAPPED;
	}
	return E_OK;
}

err_t frame_convert(uint64_t pfn, uint64_t count, enum frame_kind from, enum frame_kind to)
{
	if (count == 0 || pfn % ARENA_PAGES != 0 || count % ARENA_PAGES != 0)
		return E_ALIGN;
	for (uint64_t i = 0; i < count; i += ARENA_PAGES) {
		err_t error = arena_check_convert(pfn + i, from);

		if (error != E_OK)
			return error;
	}
	frame_set_kind(pfn, count, to);
	for (uint64_t i = 0; i < count; i += ARENA_PAGES)
		*arena_word(pfn + i) = (uint32_t)to << FRAME_KIND_SHIFT;
	info->frames_user += to == FRAME_USER ? count : -count;
	info->frames_kernel += to == FRAME_KERNEL ? count : -count;
	return E_OK;
}
