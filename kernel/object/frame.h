/* SPDX-License-Identifier: MIT */
/*
 * One word per physical frame, one per arena.
 *
 *    31 30   29   28   27                          0
 *   | kind | A  | D  |           count             |
 *    kind   NONE: not for user space (firmware, kernel image, device tree)
 *           USER: may be mapped.  KERNEL: objects and page tables
 *    A, D   sticky accessed and dirty bits of mappings that are gone
 *    count  4 KiB mappings of the frame (arena word: 2 MiB mappings)
 *
 * The count of a KERNEL frame that is a page table says where its entries are:
 *
 *    27            12 11 10 9             0
 *   |     groups     |  0  |  live entries |      group i: one of the entries 32 i .. 32 i + 31 was in use
 *
 * A frame changes its kind only as part of its whole arena, and only when every count in it is zero: so no
 * frame is ever a kernel object and mapped. An arena word's kind is NONE unless all of its frames agree.
 * Device registers have no words.
 */
#ifndef OBJECT_FRAME_H
#define OBJECT_FRAME_H

#include "uapi/error.h"
#include "uapi/layout.h"
#include "uapi/types.h"

enum frame_kind {
	FRAME_NONE = 0,
	FRAME_USER = 1,
	FRAME_KERNEL = 2,
};

#define FRAME_KIND_SHIFT 30
#define FRAME_ACCESSED	 (1u << 29)
#define FRAME_DIRTY	 (1u << 28)
#define FRAME_COUNT	 ((1u << 28) - 1)

extern uint32_t *frame_words;		      /* [I] the array; each word [K] */
extern uintptr_t frame_words_of_0;	      /* [I] where the word of frame 0 would be, were there one */
extern uint32_t *arena_words;		      /* [I] the array; each word [K] */
extern uint64_t frame_first_pfn, frame_count; /* [I] */
extern uint64_t frame_kept;		      /* [I] counts that boot added to frames it keeps */

void frame_init(uint64_t first_pfn, uint64_t count, uint32_t *words, uint32_t *arenas);

/* The frames' kind at boot; then frame_settle_arenas() once. */
void frame_set_kind(uint64_t pfn, uint64_t count, enum frame_kind kind);
void frame_settle_arenas(void);

static inline bool frame_is_ram(uint64_t pfn)
{
	return pfn - frame_first_pfn < frame_count;
}

/* @pfn is RAM. */
static inline uint32_t *frame_word(uint64_t pfn)
{
	return (uint32_t *)(frame_words_of_0 + pfn * sizeof(uint32_t));
}

static inline uint32_t *arena_word(uint64_t pfn)
{
	return &arena_words[(pfn >> 9) - (frame_first_pfn >> 9)];
}

static inline enum frame_kind word_kind(uint32_t word)
{
	return (enum frame_kind)(word >> FRAME_KIND_SHIFT);
}

/**
 * Turn whole arenas from one kind into another.
 *
 * Errors    E_ALIGN, E_FRAME (not RAM, or not all of kind @from), E_MAPPED; on error nothing has changed
 */
err_t frame_convert(uint64_t pfn, uint64_t count, enum frame_kind from, enum frame_kind to) MUST_USE;

#endif
