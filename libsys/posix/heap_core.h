/* SPDX-License-Identifier: MIT */
/*
 * A heap of blocks over memory that grows at its end. Pure: memory comes from a heap_source, so that the same
 * source runs under the host's tests. Good fit by size classes, boundary tags, neighbours joined at once; all
 * operations take constant time, but for a look at a few blocks of one class.
 *
 *   block               payload                              next block
 *   | previous_bytes | head | ............................... | (payload's last 8 bytes) | head | ...
 *
 * previous_bytes belongs to the block before while that one is used, and tells its size while it is free.
 *
 *   head: 63                32 31            4   3     2        1            0
 *         | check of the rest | bytes / 16   | fence | mapped | previous used | used |
 *
 * The check makes a lost pointer, an overrun and a second free known at the next look. The last block, the
 * top, is free and in no class; only its head was ever written, so that the pages beyond stay untouched.
 * When another user of the break comes between, the old top ends in a fence: used for ever, and its payload
 * points to the first block after the gap.
 */
#ifndef POSIX_HEAP_CORE_H
#define POSIX_HEAP_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEAP_ALIGN_BYTES   16ul
#define HEAP_HEAD_BYTES	   16ul /* from a block to its payload */
#define HEAP_BLOCK_MIN	   32ul
#define HEAP_REQUEST_MAX   (1ul << 30)
#define HEAP_GROW_BYTES	   (128ul << 10)
#define HEAP_TRIM_BYTES	   (256ul << 10)	       /* a longer top gives back all but HEAP_GROW_BYTES */
#define HEAP_EXACT_UNITS   32			       /* classes of one size each: below 512 bytes */
#define HEAP_CLASSES	   (HEAP_EXACT_UNITS + 8 * 22) /* then 8 to each doubling, up to 2 GiB */
#define HEAP_CLASS_WORDS   ((HEAP_CLASSES + 63) / 64)
#define HEAP_PAGE_BYTES	   4096ul /* growth and shrinking are multiples of this */
#define HEAP_SPAN_MAX	   (1ul << 31)

#define HEAP_USED	   1ul
#define HEAP_PREVIOUS_USED 2ul
#define HEAP_MAPPED	   4ul /* a mapping of its own: bytes is its payload's offset, previous_bytes its size */
#define HEAP_FENCE	   8ul
#define HEAP_FLAGS	   15ul

struct heap_block {
	uint64_t previous_bytes;
	uint64_t head;
	struct heap_block *newer, *older; /* the payload, while free: the class's list */
};

struct heap_source {
	/* @bytes more at the end, page aligned; NULL: none. Need not follow what was given before. */
	void *(*grow)(size_t bytes);
	/* Takes the last @bytes back, if @end is still where the source's memory ends. */
	bool (*shrink)(void *end, size_t bytes);
	/* The program has destroyed the heap or given a pointer that is not the heap's. */
	void (*broken)(const char *what) __attribute__((noreturn));
};

struct heap {
	const struct heap_source *source;
	struct heap_block *first; /* NULL: nothing was ever asked for */
	struct heap_block *top;
	char *end;
	uint64_t class_bits[HEAP_CLASS_WORDS];
	struct heap_block *classes[HEAP_CLASSES];
};

/*
 * A payload of @bytes (0 too), aligned to HEAP_ALIGN_BYTES, or to @alignment (a power of two).
 * NULL: no memory. Contents are undefined.
 */
void *heap_take(struct heap *heap, size_t bytes);
void *heap_take_aligned(struct heap *heap, size_t alignment, size_t bytes);

/* Takes a payload back. A pointer that is none of the heap's ends in source->broken(). */
void heap_give(struct heap *heap, void *payload);

/* Make a payload @bytes long where it is. On false nothing has changed. */
bool heap_resize(struct heap *heap, void *payload, size_t bytes);

/* Bytes that the payload can hold. */
size_t heap_payload_bytes(struct heap *heap, const void *payload);

/* The block of a payload in use, verified; source->broken() if it is not one. */
struct heap_block *heap_block_of(struct heap *heap, const void *payload);

/* Write a head with its check. @bytes and @flags as in the drawing. */
void heap_block_seal(struct heap_block *block, uint64_t bytes, uint64_t flags);

static inline uint64_t heap_block_bytes(const struct heap_block *block)
{
	return (uint32_t)block->head & ~HEAP_FLAGS;
}

/* 0, or the line of the first broken invariant. */
int heap_check(const struct heap *heap);

/* heap_check() of malloc()'s heap. */
int malloc_check(void);

#endif
