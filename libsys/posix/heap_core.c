/* SPDX-License-Identifier: MIT */
/* Blocks, classes and the top of a heap; heap_core.h has the drawing. */
#include "posix/heap_core.h"

#define LOOKS_IN_CLASS 4 /* blocks of the request's own class tried before a larger class */

_Static_assert(sizeof(struct heap_block) == HEAP_BLOCK_MIN, "a free block holds its list and nothing more");

static uint32_t head_check(const struct heap_block *block, uint32_t word)
{
	uint64_t mix = (uint64_t)(uintptr_t)block + word * 0x9e3779b97f4a7c15;

	if (word & HEAP_MAPPED)
		mix ^= block->previous_bytes * 0xc2b2ae3d27d4eb4f;
	return (uint32_t)((mix ^ mix >> 29) * 0xbf58476d1ce4e5b9 >> 32);
}

void heap_block_seal(struct heap_block *block, uint64_t bytes, uint64_t flags)
{
	uint32_t word = (uint32_t)(bytes | flags);

	block->head = (uint64_t)head_check(block, word) << 32 | word;
}

static bool block_is_sound(const struct heap_block *block)
{
	return block->head >> 32 == head_check(block, (uint32_t)block->head);
}

static struct heap_block *block_at(struct heap_block *block, uint64_t offset_bytes)
{
	return (struct heap_block *)((char *)block + offset_bytes);
}

static void *block_payload(struct heap_block *block)
{
	return (char *)block + HEAP_HEAD_BYTES;
}

static struct heap_block *block_verify(struct heap *heap, struct heap_block *block)
{
	if (!block_is_sound(block))
		heap->source->broken("a block was written past its end");
	return block;
}

static struct heap_block *block_next(struct heap *heap, struct heap_block *block)
{
	return block_verify(heap, block_at(block, heap_block_bytes(block)));
}

static uint64_t block_flags(const struct heap_block *block)
{
	return block->head & HEAP_FLAGS;
}

struct heap_block *heap_block_of(struct heap *heap, const void *payload)
{
	struct heap_block *block = (struct heap_block *)((uintptr_t)payload - HEAP_HEAD_BYTES);

	if ((uintptr_t)payload % HEAP_ALIGN_BYTES != 0 || (uintptr_t)payload < HEAP_HEAD_BYTES ||
	    !block_is_sound(block) || block->head & HEAP_FENCE)
		heap->source->broken("not a pointer of malloc, or its head was overwritten");
	if (!(block->head & HEAP_USED))
		heap->source->broken("memory is freed twice");
	return block;
}

/* Bytes of the block that holds a payload of @bytes: its last 8 lie in the next block. */
static uint64_t block_bytes_for(size_t bytes)
{
	uint64_t whole = (bytes + sizeof(uint64_t) + HEAP_ALIGN_BYTES - 1) & ~(HEAP_ALIGN_BYTES - 1);

	return whole < HEAP_BLOCK_MIN ? HEAP_BLOCK_MIN : whole;
}

/* ---- classes ---- */

static unsigned class_of(uint64_t bytes)
{
	uint64_t units = bytes / HEAP_ALIGN_BYTES;

	if (units < HEAP_EXACT_UNITS)
		return (unsigned)units;
	unsigned doubling = 63 - (unsigned)__builtin_clzll(units); /* 5 or more */
	return HEAP_EXACT_UNITS + (doubling - 5) * 8 + (unsigned)(units >> (doubling - 3) & 7);
}

static void class_insert(struct heap *heap, struct heap_block *block)
{
	unsigned class = class_of(heap_block_bytes(block));
	struct heap_block *head = heap->classes[class];

	block->newer = NULL;
	block->older = head;
	if (head)
		head->newer = block;
	heap->classes[class] = block;
	heap->class_bits[class / 64] |= 1ull << class % 64;
}

static void class_remove(struct heap *heap, struct heap_block *block)
{
	unsigned class = class_of(heap_block_bytes(block));
	struct heap_block *newer = block->newer, *older = block->older;

	if ((newer ? newer->older : heap->classes[class]) != block || (older && older->newer != block))
		heap->source->broken("freed memory was written");
	if (older)
		older->newer = newer;
	if (newer)
		newer->older = older;
	else
		heap->classes[class] = older;
	if (!heap->classes[class])
		heap->class_bits[class / 64] &= ~(1ull << class % 64);
}

/* The lowest class that is not empty, from @class on; HEAP_CLASSES: none. */
static unsigned class_first(const struct heap *heap, unsigned class)
{
	uint64_t mask = ~0ull << class % 64;

	for (unsigned word = class / 64; word < HEAP_CLASS_WORDS; word++, mask = ~0ull) {
		if (heap->class_bits[word] & mask)
			return word * 64 + (unsigned)__builtin_ctzll(heap->class_bits[word] & mask);
	}
	return HEAP_CLASSES;
}

/* A free block of at least @bytes, still in its class; NULL: none. */
static struct heap_block *class_find(struct heap *heap, uint64_t bytes)
{
	unsigned class = class_of(bytes), looks = 0;

	for (struct heap_block *block = heap->classes[class]; block && looks < LOOKS_IN_CLASS; looks++) {
		if (heap_block_bytes(block_verify(heap, block)) >= bytes)
			return block;
		block = block->older;
	}
	class = class_first(heap, class + 1);
	return class < HEAP_CLASSES ? block_verify(heap, heap->classes[class]) : NULL;
}

/* ---- the top ---- */

static void top_set(struct heap *heap, struct heap_block *top, uint64_t flags)
{
	heap->top = top;
	heap_block_seal(top, (uint64_t)(heap->end - (char *)top), flags);
}

static void block_set_free(struct heap *heap, struct heap_block *block, uint64_t bytes);

/* Another user of the break came between: what is left of the top becomes a free block and a fence. */
static void top_fence(struct heap *heap, struct heap_block *next)
{
	uint64_t bytes = heap_block_bytes(heap->top), flags = block_flags(heap->top) & HEAP_PREVIOUS_USED;
	uint64_t fence_bytes = bytes >= 2 * HEAP_BLOCK_MIN ? HEAP_BLOCK_MIN : bytes;
	struct heap_block *rest = heap->top, *fence = block_at(rest, bytes - fence_bytes);

	heap_block_seal(fence, fence_bytes, HEAP_USED | HEAP_FENCE | (fence == rest ? flags : 0));
	fence->newer = next;
	if (fence != rest)
		block_set_free(heap, rest, bytes - fence_bytes);
}

/* Take @bytes at @memory, fresh from the source, as the top or more of it. */
static void top_extend(struct heap *heap, char *memory, uint64_t bytes)
{
	struct heap_block *top = (struct heap_block *)memory;

	if (heap->first && memory == heap->end)
		top = heap->top;
	else if (heap->first)
		top_fence(heap, top);
	else
		heap->first = top;
	heap->end = memory + bytes;
	top_set(heap, top, HEAP_PREVIOUS_USED);
}

/* The top shall have @bytes beyond its own smallest size. It may be another top then. */
static bool top_reserve(struct heap *heap, uint64_t bytes)
{
	uint64_t have = heap->top ? heap_block_bytes(block_verify(heap, heap->top)) : 0;
	uint64_t wanted = (bytes + HEAP_BLOCK_MIN + HEAP_PAGE_BYTES - 1) & ~(HEAP_PAGE_BYTES - 1);
	uint64_t more = wanted < HEAP_GROW_BYTES ? HEAP_GROW_BYTES : wanted;

	if (have >= bytes + HEAP_BLOCK_MIN)
		return true;
	if (heap->first && (uint64_t)(heap->end - (char *)heap->first) + more >= HEAP_SPAN_MAX)
		return false;
	char *memory = heap->source->grow(more);
	if (!memory && more != wanted)
		memory = heap->source->grow(more = wanted);
	if (memory)
		top_extend(heap, memory, more);
	return memory != NULL;
}

static struct heap_block *top_carve(struct heap *heap, uint64_t bytes)
{
	struct heap_block *block = heap->top;

	top_set(heap, block_at(block, bytes), HEAP_PREVIOUS_USED);
	heap_block_seal(block, bytes, HEAP_USED | HEAP_PREVIOUS_USED);
	return block;
}

static void top_trim(struct heap *heap)
{
	uint64_t bytes = heap_block_bytes(heap->top);
	uint64_t excess = (bytes - HEAP_GROW_BYTES) & ~(HEAP_PAGE_BYTES - 1);

	if (bytes <= HEAP_TRIM_BYTES || !heap->source->shrink(heap->end, excess))
		return;
	heap->end -= excess;
	top_set(heap, heap->top, HEAP_PREVIOUS_USED);
}

/* ---- blocks ---- */

/* Make @block, whose neighbours are used, a free one of its class. */
static void block_set_free(struct heap *heap, struct heap_block *block, uint64_t bytes)
{
	struct heap_block *next = block_at(block, bytes);

	heap_block_seal(block, bytes, HEAP_PREVIOUS_USED);
	next->previous_bytes = bytes;
	heap_block_seal(next, heap_block_bytes(next), block_flags(next) & ~HEAP_PREVIOUS_USED);
	class_insert(heap, block);
}

/* Make @block a used one of @bytes out of the @whole that it has; the rest becomes free if it can be a block.
 */
static void block_set_used(struct heap *heap, struct heap_block *block, uint64_t whole, uint64_t bytes)
{
	uint64_t previous = block_flags(block) & HEAP_PREVIOUS_USED;
	struct heap_block *next = block_at(block, whole), *rest = block_at(block, bytes);

	if (whole - bytes < HEAP_BLOCK_MIN) {
		heap_block_seal(block, whole, HEAP_USED | previous);
		heap_block_seal(next, heap_block_bytes(next), block_flags(next) | HEAP_PREVIOUS_USED);
		return;
	}
	heap_block_seal(block, bytes, HEAP_USED | previous);
	block_set_free(heap, rest, whole - bytes);
}

/* The free block before @block, out of its class; @block itself if the one before is used. */
static struct heap_block *block_join_previous(struct heap *heap, struct heap_block *block)
{
	uint64_t bytes = block->previous_bytes;

	if (block->head & HEAP_PREVIOUS_USED)
		return block;
	if (bytes % HEAP_ALIGN_BYTES || bytes > (uint64_t)((char *)block - (char *)heap->first))
		heap->source->broken("freed memory was written");
	struct heap_block *previous = (struct heap_block *)((char *)block - bytes);
	if (!block_is_sound(previous) || previous->head & HEAP_USED || heap_block_bytes(previous) != bytes)
		heap->source->broken("freed memory was written");
	class_remove(heap, previous);
	return previous;
}

void *heap_take(struct heap *heap, size_t bytes)
{
	uint64_t wanted = block_bytes_for(bytes);

	if (bytes > HEAP_REQUEST_MAX)
		return NULL;
	struct heap_block *block = class_find(heap, wanted);
	if (block) {
		(void)block_next(heap, block);
		class_remove(heap, block);
		block_set_used(heap, block, heap_block_bytes(block), wanted);
		return block_payload(block);
	}
	return top_reserve(heap, wanted) ? block_payload(top_carve(heap, wanted)) : NULL;
}

void heap_give(struct heap *heap, void *payload)
{
	struct heap_block *block = heap_block_of(heap, payload), *next = block_next(heap, block);
	uint64_t bytes = heap_block_bytes(block);
	struct heap_block *start = block_join_previous(heap, block);

	heap_block_seal(block, bytes, block_flags(block) & ~HEAP_USED); /* for who frees it again */
	bytes += (uint64_t)((char *)block - (char *)start);
	if (next == heap->top) {
		top_set(heap, start, HEAP_PREVIOUS_USED);
		top_trim(heap);
		return;
	}
	if (!(next->head & HEAP_USED)) {
		bytes += heap_block_bytes(next);
		(void)block_next(heap, next);
		class_remove(heap, next);
	}
	block_set_free(heap, start, bytes);
}

bool heap_resize(struct heap *heap, void *payload, size_t bytes)
{
	struct heap_block *block = heap_block_of(heap, payload), *next = block_next(heap, block);
	uint64_t whole = heap_block_bytes(block), wanted = block_bytes_for(bytes);

	if (bytes > HEAP_REQUEST_MAX)
		return false;
	if (next == heap->top && wanted > whole) {
		if (!top_reserve(heap, wanted - whole) || block_next(heap, block) != heap->top)
			return false;
		top_set(heap, block_at(block, wanted), HEAP_PREVIOUS_USED);
		heap_block_seal(block, wanted, block_flags(block));
		return true;
	}
	bool next_is_free = next != heap->top && !(next->head & HEAP_USED);
	uint64_t all = whole + (next_is_free ? heap_block_bytes(next) : 0);
	if (wanted > all)
		return false;
	if (wanted <= whole && whole - wanted < HEAP_BLOCK_MIN)
		return true;
	if (next == heap->top) {
		top_set(heap, block_at(block, wanted), HEAP_PREVIOUS_USED);
		heap_block_seal(block, wanted, block_flags(block));
		top_trim(heap);
		return true;
	}
	if (next_is_free) {
		(void)block_next(heap, next);
		class_remove(heap, next);
	}
	block_set_used(heap, block, all, wanted);
	return true;
}

void *heap_take_aligned(struct heap *heap, size_t alignment, size_t bytes)
{
	if (alignment <= HEAP_ALIGN_BYTES)
		return heap_take(heap, bytes);
	if (alignment > HEAP_REQUEST_MAX / 2 || bytes > HEAP_REQUEST_MAX / 2 - HEAP_BLOCK_MIN)
		return NULL;
	char *payload = heap_take(heap, bytes + alignment + HEAP_BLOCK_MIN);
	uint64_t skip = -(uintptr_t)payload & (alignment - 1);

	if (payload && skip) {
		struct heap_block *block = heap_block_of(heap, payload);
		uint64_t whole = heap_block_bytes(block);

		skip += skip < HEAP_BLOCK_MIN ? alignment : 0;
		heap_block_seal(block_at(block, skip), whole - skip, HEAP_USED | HEAP_PREVIOUS_USED);
		heap_block_seal(block, skip, block_flags(block));
		heap_give(heap, payload);
		payload += skip;
	}
	if (payload)
		(void)heap_resize(heap, payload, bytes); /* shorter: never fails */
	return payload;
}

size_t heap_payload_bytes(struct heap *heap, const void *payload)
{
	return heap_block_bytes(heap_block_of(heap, payload)) - sizeof(uint64_t);
}

/* ---- the check ---- */

static int block_check(const struct heap *heap, struct heap_block *block, bool previous_used)
{
	uint64_t bytes = heap_block_bytes(block);

	if (!block_is_sound(block))
		return __LINE__;
	if (bytes < HEAP_BLOCK_MIN || (uintptr_t)block % HEAP_ALIGN_BYTES)
		return __LINE__;
	if (!(block->head & HEAP_PREVIOUS_USED) == previous_used)
		return __LINE__;
	if (block->head & HEAP_USED || block == heap->top)
		return 0;
	if (!previous_used) /* two free neighbours */
		return __LINE__;
	return block_at(block, bytes)->previous_bytes == bytes ? 0 : __LINE__;
}

/* Counts the free blocks of all classes into @count. */
static int classes_check(const struct heap *heap, size_t *count)
{
	for (unsigned class = 0; class < HEAP_CLASSES; class ++) {
		struct heap_block *newer = NULL;

		if (!(heap->class_bits[class / 64] >> class % 64 & 1) != !heap->classes[class])
			return __LINE__;
		for (struct heap_block *block = heap->classes[class]; block; block = block->older) {
			if (!block_is_sound(block) || block->head & HEAP_USED || block->newer != newer)
				return __LINE__;
			if (class_of(heap_block_bytes(block)) != class)
				return __LINE__;
			newer = block;
			++*count;
		}
	}
	return 0;
}

int heap_check(const struct heap *heap)
{
	size_t listed = 0, met = 0;
	bool previous_used = true;
	int line = classes_check(heap, &listed);

	for (struct heap_block *block = heap->first; block && !line;) {
		line = block_check(heap, block, previous_used);
		previous_used = block->head & HEAP_USED;
		if (block == heap->top)
			break;
		met += !previous_used;
		block = block->head & HEAP_FENCE ? block->newer : block_at(block, heap_block_bytes(block));
	}
	if (line)
		return line;
	if (heap->first && (char *)block_at(heap->top, heap_block_bytes(heap->top)) != heap->end)
		return __LINE__;
	return listed == met ? 0 : __LINE__;
}
