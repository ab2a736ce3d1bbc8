/* SPDX-License-Identifier: MIT */
/*
 * All RAM that is the pager's, in its own space:
 *
 *   WINDOW_BASE + (physical address - first)   read and write; superpages where a 2 MiB block is whole
 *   SERVER_ARCHIVE_BASE                        the boot archive, read only
 *
 * A frame is zeroed and copied through the window without a system call. The same ranges, and the
 * info page, are the sources of every space.
 */
#include <string.h>

#include "pager.h"
#include <pagoda/log.h>
#include <pagoda/syscall.h>

#ifndef WINDOW_BASE
#define WINDOW_BASE 0x1000000000ul /* the host needs another place */
#endif

struct window_source window_source;
static uint64_t archive_first, archive_pages;

static uint64_t page_of(paddr_t address)
{
	return address >> PAGE_SHIFT;
}

static vaddr_t window_at(uint64_t number)
{
	return (vaddr_t)frames_address(&pager.policy.frames, number);
}

/* Which RAM range holds page @number; ram_sources: none. */
static uint32_t ram_find(uint64_t number)
{
	uint32_t i = 0;

	while (i < pager.ram_sources && number - pager.source[i].first >= pager.source[i].pages)
		i++;
	return i;
}

static err_t window_map(uint32_t source, uint64_t number, uint64_t pages, bool super)
{
	struct result result =
		sys_space_map(SERVER_SPACE, window_at(number) | RIGHT_READ | RIGHT_WRITE,
			      MAP_SOURCE(pager.window_source[source], pages) | (super ? MAP_SUPERPAGE : 0),
			      number - pager.source[source].first);

	return (err_t)result.error;
}

err_t window_map_arenas(uint64_t frame, uint64_t arenas)
{
	for (uint64_t i = 0; i < arenas; i++) {
		uint64_t number = frame + i * ARENA_PAGES;
		err_t error = window_map(ram_find(number), number, 1, true);

		if (error)
			return error;
	}
	return E_OK;
}

err_t window_unmap_arenas(uint64_t frame, uint64_t arenas)
{
	return (err_t)sys_space_unmap(SERVER_SPACE, window_at(frame), arenas * ARENA_PAGES).error;
}

/* Whole blocks by superpages, the rest by pages. */
static void window_map_range(uint32_t source)
{
	uint64_t at = pager.source[source].first, end = at + pager.source[source].pages;

	while (at < end) {
		bool super = at % ARENA_PAGES == 0 && end - at >= ARENA_PAGES;
		uint64_t left = super ? (end - at) / ARENA_PAGES : end - at, pages;
		err_t error;

		if (!super && left > ARENA_PAGES - at % ARENA_PAGES)
			left = ARENA_PAGES - at % ARENA_PAGES;
		pages = left < MAP_PAGES_MAX ? left : MAP_PAGES_MAX;
		error = window_map(source, at, pages, super);
		if (error)
			server_panic("window: page 0x%lx cannot be mapped, error %d", at, error);
		at += super ? pages * ARENA_PAGES : pages;
	}
}

static void source_add(uint64_t first, uint64_t pages, cap_t memory, uint32_t rights)
{
	pager.source[pager.sources++] = (struct source){first, pages, memory, rights};
}

static void window_attach(uint64_t index, cap_t memory, uint32_t rights)
{
	struct result result = sys_space_attach(SERVER_SPACE, index, memory, rights);

	if (result.error)
		server_panic("window: source %lu cannot be attached, error %lu", index, result.error);
}

static void archive_open(const struct server_start *start)
{
	archive_first = page_of(start->archive.base);
	archive_pages = page_of(start->archive.bytes);
	if (archive_pages == 0)
		return;
	source_add(archive_first, archive_pages, PAGER_ARCHIVE, RIGHT_READ | RIGHT_EXECUTE);
	window_attach(SERVER_SOURCE_ARCHIVE, PAGER_ARCHIVE, RIGHT_READ);
	for (uint64_t at = 0; at < archive_pages; at += MAP_PAGES_MAX) {
		uint64_t left = archive_pages - at;
		struct result result = sys_space_map(
			SERVER_SPACE, (SERVER_ARCHIVE_BASE + (at << PAGE_SHIFT)) | RIGHT_READ,
			MAP_SOURCE(SERVER_SOURCE_ARCHIVE, left < MAP_PAGES_MAX ? left : MAP_PAGES_MAX), at);

		if (result.error)
			server_panic("archive: page %lu cannot be mapped, error %lu", at, result.error);
	}
}

static void info_open(void)
{
	struct cap_facts facts = sys_cap_info_full(CAP_NULL, PAGER_INFO_PAGE);

	if (facts.error == E_OK)
		source_add(page_of(facts.identity), page_of(facts.bytes), PAGER_INFO_PAGE, RIGHT_READ);
}

void window_open(const struct server_start *start)
{
	uint64_t first = ~0ul, end = 0;

	if (start->ram_count == 0 || start->ram_count > SERVER_RAM_MAX)
		server_panic("window: %lu RAM ranges", start->ram_count);
	for (uint32_t i = 0; i < start->ram_count; i++) {
		uint64_t at = page_of(start->ram[i].base), pages = page_of(start->ram[i].bytes);

		source_add(at, pages, PAGER_RAM + i, RIGHTS_RWX);
		first = at < first ? at : first;
		end = at + pages > end ? at + pages : end;
		pager.window_source[i] = SERVER_SOURCE_FREE + i;
		window_attach(SERVER_SOURCE_FREE + i, PAGER_RAM + i, RIGHT_READ | RIGHT_WRITE);
	}
	pager.ram_sources = (uint32_t)start->ram_count;
	first = first / ARENA_PAGES * ARENA_PAGES;
	end = (end + ARENA_PAGES - 1) / ARENA_PAGES * ARENA_PAGES;
	/* the arrays' place is found next; until then the accounts only say where the window is */
	pager.policy.frames =
		(struct frames){.first = first, .count = end - first, .window = (void *)WINDOW_BASE};
	for (uint32_t i = 0; i < pager.ram_sources; i++)
		window_map_range(i);
	archive_open(start);
	info_open();
}

/* The arrays lie at the start of the first range that has room for them. */
void window_make_books(const struct server_start *start)
{
	struct frames *frames = &pager.policy.frames;
	uint64_t bytes = frames_book_bytes(frames->count), pages = (bytes + PAGE_BYTES - 1) >> PAGE_SHIFT;
	uint64_t at, managed = 0;
	uint32_t i = 0;

	while (i < pager.ram_sources && pager.source[i].pages < pages)
		i++;
	if (i == pager.ram_sources)
		server_panic("books: no range has %lu pages", pages);
	at = pager.source[i].first;
	for (uint64_t page = at; page < at + pages; page++)
		window_zero(page);
	frames_init(frames, frames->first, frames->count, window_page(at), frames->window);
	for (i = 0; i < pager.ram_sources; i++) {
		managed += pager.source[i].pages;
		if (frames_add(frames, pager.source[i].first, pager.source[i].pages))
			server_panic("books: RAM range %u overlaps another", i);
	}
	for (uint64_t page = at; page < at + pages; page++)
		if (frames_claim(frames, page, FRAME_BOOKS))
			server_panic("books: page 0x%lx is not to be had", page);
	pager.frames_total = start->frames_total ? start->frames_total : managed + start->pinned_frames;
	if (pager.frames_total < managed)
		server_panic("books: %lu frames in all, %lu of them here", pager.frames_total, managed);
	pager.frames_elsewhere = pager.frames_total - managed;
}

/* The archive may lie in a hole of RAM: it is looked at first. */
void *window_page(uint64_t number)
{
	if (number - archive_first < archive_pages)
		return (void *)(SERVER_ARCHIVE_BASE + ((number - archive_first) << PAGE_SHIFT));
	if (ram_find(number) < pager.ram_sources)
		return frames_address(&pager.policy.frames, number);
	return NULL;
}

int source_find(uint64_t number, uint64_t pages)
{
	for (uint32_t i = 0; i < pager.sources; i++) {
		const struct source *source = &pager.source[i];

		if (number - source->first < source->pages &&
		    pages <= source->pages - (number - source->first))
			return (int)i;
	}
	return -1;
}

err_t source_carve(uint64_t number, uint64_t pages, cap_t slot)
{
	int i = source_find(number, pages);

	if (i < 0)
		return E_RANGE;
	if (allocation_refused("Memory"))
		return E_MEMORY;
	return (err_t)sys_memory_carve(pager.source[i].memory, slot, number - pager.source[i].first, pages)
		.error;
}

/*
 * The library's copies go byte by byte; pages deserve words, as many in a row as one register reaches (256).
 * What is no multiple of that goes by 32. Both: page aligned, whole pages.
 */
#define WORDS_MANY 256
#define WORDS_SOME 32

static inline void words_zero_many(uint64_t *word, const uint64_t *end)
{
	for (; word != end; word += WORDS_MANY) {
#pragma GCC unroll 256
		for (int i = 0; i < WORDS_MANY; i++)
			word[i] = 0;
	}
}

static void words_zero(uint64_t *word, uint64_t words)
{
	uint64_t *end = word + words / WORDS_MANY * WORDS_MANY;

	words_zero_many(word, end);
	word = end;
	words %= WORDS_MANY;
	for (; words >= WORDS_SOME; words -= WORDS_SOME, word += WORDS_SOME) {
#pragma GCC unroll 32
		for (int i = 0; i < WORDS_SOME; i++)
			word[i] = 0;
	}
	while (words--)
		*word++ = 0;
}

static inline __attribute__((always_inline)) void words_copy_8(uint64_t *to, const uint64_t *from)
{
	uint64_t a = from[0], b = from[1], c = from[2], d = from[3];
	uint64_t e = from[4], f = from[5], g = from[6], h = from[7];

	to[0] = a, to[1] = b, to[2] = c, to[3] = d;
	to[4] = e, to[5] = f, to[6] = g, to[7] = h;
}

static void words_copy(uint64_t *to, const uint64_t *from, uint64_t words)
{
	for (const uint64_t *end = from + words / WORDS_MANY * WORDS_MANY; from != end;
	     to += WORDS_MANY, from += WORDS_MANY) {
#pragma GCC unroll 32
		for (int i = 0; i < WORDS_MANY; i += 8)
			words_copy_8(to + i, from + i);
	}
	words %= WORDS_MANY;
	for (; words >= WORDS_SOME; words -= WORDS_SOME, to += WORDS_SOME, from += WORDS_SOME) {
#pragma GCC unroll 4
		for (int i = 0; i < WORDS_SOME; i += 8)
			words_copy_8(to + i, from + i);
	}
	while (words--)
		*to++ = *from++;
}

void window_zero(uint64_t number)
{
	words_zero(window_page(number), PAGE_BYTES / 8);
}

/* The first @bytes of a page from another one, the rest zero. */
static void page_copy(uint64_t *to, const uint64_t *from, uint64_t bytes)
{
	uint64_t words = bytes / 8, tail = bytes % 8;

	words_copy(to, from, words);
	words_zero(to + words, PAGE_BYTES / 8 - words);
	memcpy(to + words, from + words, tail);
}

static __attribute__((noinline)) void perform_copies(const struct verdict *verdict, uint64_t *to)
{
	if (verdict->work == WORK_COPY) {
		page_copy(to, window_page(verdict->copy_from), verdict->copy_bytes);
		return;
	}
	for (uint64_t i = 0; i < verdict->work_pages; i++, to += PAGE_BYTES / 8)
		words_copy(to, frames_address(&pager.policy.frames, verdict->copy_frames[i]), PAGE_BYTES / 8);
}

void window_perform(const struct verdict *verdict)
{
	uint64_t *to;

	if (verdict->work == WORK_NONE)
		return;
	to = frames_address(&pager.policy.frames, verdict->work_frame);
	if (verdict->work == WORK_ZERO)
		words_zero_many(to, to + verdict->work_pages * (PAGE_BYTES / 8));
	else
		perform_copies(verdict, to);
}

/* Needs: a source holds it. */
void window_choose(uint64_t frame, uint64_t pages)
{
	int i = source_find(frame, pages);

	window_source.index = (uint64_t)i;
	window_source.first = pager.source[i].first;
	window_source.pages = pager.source[i].pages;
}
