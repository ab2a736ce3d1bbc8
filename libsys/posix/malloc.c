/* SPDX-License-Identifier: MIT */
/*
 * malloc and its family. Small blocks live in a heap below the break; one of MAPPED_MIN bytes or more has an
 * anonymous mapping of its own, whose pages appear when they are used. Nothing here writes memory before
 * the program does, but for the 16 bytes before each payload. Replaces picolibc's, which clears all it gives.
 */
#include "posix/heap_core.h"
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAPPED_MIN  (128ul << 10)
#define REQUEST_MAX (1ul << 46) /* more than any address space; sums stay far from overflow */

static void *source_grow(size_t bytes)
{
	uintptr_t end = (uintptr_t)sbrk(0);
	uintptr_t padding = -end & (HEAP_PAGE_BYTES - 1);

	if (end == UINTPTR_MAX || sbrk((ptrdiff_t)(padding + bytes)) == (void *)-1)
		return NULL;
	return (void *)(end + padding);
}

static bool source_shrink(void *end, size_t bytes)
{
	return sbrk(0) == end && sbrk(-(ptrdiff_t)bytes) != (void *)-1;
}

_Noreturn static void source_broken(const char *what)
{
	const char *const parts[] = {"malloc: ", what, "\n"};

	for (unsigned i = 0; i < 3; i++) {
		if (write(STDERR_FILENO, parts[i], strlen(parts[i])) < 0)
			break;
	}
	abort();
}

static const struct heap_source source = {source_grow, source_shrink, source_broken};
static struct heap the_heap; /* all zero, so that it takes no room in files */

static struct heap *heap(void)
{
	the_heap.source = &source;
	return &the_heap;
}

int malloc_check(void)
{
	return heap_check(heap());
}

static uint64_t page_up(uint64_t bytes)
{
	return (bytes + HEAP_PAGE_BYTES - 1) & ~(HEAP_PAGE_BYTES - 1);
}

/* ---- blocks with a mapping of their own ---- */

static char *map_pages(void *wish, uint64_t bytes)
{
	void *pages = mmap(wish, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return pages == MAP_FAILED ? NULL : pages;
}

static void unmap_pages(char *start, char *end)
{
	if (start < end)
		(void)munmap(start, (size_t)(end - start));
}

/* A payload of @bytes in a mapping that has room for @reserve if that can be had. */
static void *mapped_take(size_t alignment, size_t bytes, size_t reserve)
{
	uint64_t extra = HEAP_HEAD_BYTES + (alignment > HEAP_ALIGN_BYTES ? alignment : 0);
	uint64_t total = page_up(reserve + extra);
	char *pages = map_pages(NULL, total);

	if (!pages && reserve > bytes)
		pages = map_pages(NULL, total = page_up(bytes + extra));
	if (!pages)
		return NULL;
	uintptr_t at = ((uintptr_t)pages + HEAP_HEAD_BYTES + alignment - 1) & ~(alignment - 1);
	struct heap_block *block = (struct heap_block *)(at - HEAP_HEAD_BYTES);
	char *start = (char *)((uintptr_t)block & ~(HEAP_PAGE_BYTES - 1)), *end = pages + total;

	if (alignment > HEAP_ALIGN_BYTES)
		end = (char *)page_up(at + bytes);
	unmap_pages(pages, start);
	unmap_pages(end, pages + total);
	block->previous_bytes = (uint64_t)(end - start);
	heap_block_seal(block, at - (uintptr_t)start, HEAP_USED | HEAP_MAPPED);
	return (void *)at;
}

static char *mapped_start(struct heap_block *block)
{
	return (char *)block + HEAP_HEAD_BYTES - heap_block_bytes(block);
}

static size_t mapped_payload_bytes(const struct heap_block *block)
{
	return block->previous_bytes - heap_block_bytes(block);
}

/* Whether the pages from @end on could be added. */
static bool mapped_extend(char *end, uint64_t bytes)
{
	char *more = map_pages(end, bytes);

	if (more && more != end)
		unmap_pages(more, more + bytes);
	return more == end;
}

/* Untouched pages cost nothing, so what grows gets half as much again. */
static bool mapped_resize(struct heap_block *block, size_t bytes)
{
	uint64_t have = block->previous_bytes, offset = heap_block_bytes(block);
	uint64_t total = page_up(offset + bytes);
	char *start = mapped_start(block), *end = start + have;

	if (total <= have && total > have / 2)
		return true;
	if (total <= have) {
		unmap_pages(start + total, end);
	} else if (mapped_extend(end, page_up(total + total / 2) - have)) {
		total = page_up(total + total / 2);
	} else if (!mapped_extend(end, total - have)) {
		return false;
	}
	block->previous_bytes = total;
	heap_block_seal(block, offset, HEAP_USED | HEAP_MAPPED);
	return true;
}

/* ---- the family ---- */

/* @reserve: what a large block may take beyond @bytes for later. NULL sets errno. */
static void *take(size_t alignment, size_t bytes, size_t reserve)
{
	void *payload = NULL;

	if (bytes <= REQUEST_MAX && alignment <= REQUEST_MAX) {
		size_t padding = alignment > HEAP_ALIGN_BYTES ? alignment : 0;

		if (bytes + padding < MAPPED_MIN)
			payload = heap_take_aligned(heap(), alignment, bytes);
		else
			payload = mapped_take(alignment, bytes, reserve);
	}
	if (!payload)
		errno = ENOMEM;
	return payload;
}

static bool is_alignment(size_t alignment)
{
	return alignment != 0 && (alignment & (alignment - 1)) == 0;
}

void *malloc(size_t bytes)
{
	return take(HEAP_ALIGN_BYTES, bytes, bytes);
}

void free(void *payload)
{
	int saved = errno;

	if (!payload)
		return;
	struct heap_block *block = heap_block_of(heap(), payload);
	if (block->head & HEAP_MAPPED)
		unmap_pages(mapped_start(block), mapped_start(block) + block->previous_bytes);
	else
		heap_give(heap(), payload);
	errno = saved;
}

void *calloc(size_t count, size_t each)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, each, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	void *payload = take(HEAP_ALIGN_BYTES, bytes, bytes);
	if (payload && bytes < MAPPED_MIN) /* a mapping is zero already */
		memset(payload, 0, bytes);
	return payload;
}

size_t malloc_usable_size(void *payload)
{
	if (!payload)
		return 0;
	struct heap_block *block = heap_block_of(heap(), payload);
	return block->head & HEAP_MAPPED ? mapped_payload_bytes(block) : heap_payload_bytes(heap(), payload);
}

static bool resize(void *payload, size_t bytes)
{
	struct heap_block *block = heap_block_of(heap(), payload);

	if (bytes > REQUEST_MAX)
		return false;
	if (block->head & HEAP_MAPPED)
		return mapped_resize(block, bytes);
	return bytes < MAPPED_MIN && heap_resize(heap(), payload, bytes);
}

void *realloc(void *payload, size_t bytes)
{
	if (!payload)
		return malloc(bytes);
	if (bytes == 0) {
		free(payload);
		return NULL;
	}
	if (resize(payload, bytes))
		return payload;
	void *new = take(HEAP_ALIGN_BYTES, bytes, bytes + bytes / 2);
	if (new) {
		size_t held = malloc_usable_size(payload);

		memcpy(new, payload, held < bytes ? held : bytes);
		free(payload);
	}
	return new;
}

void *reallocarray(void *payload, size_t count, size_t each)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, each, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(payload, bytes);
}

void *memalign(size_t alignment, size_t bytes)
{
	if (!is_alignment(alignment)) {
		errno = EINVAL;
		return NULL;
	}
	return take(alignment < HEAP_ALIGN_BYTES ? HEAP_ALIGN_BYTES : alignment, bytes, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
	return memalign(alignment, bytes);
}

/* Answers the error and leaves errno alone, as POSIX has it. */
int posix_memalign(void **payload, size_t alignment, size_t bytes)
{
	int saved = errno;

	if (!is_alignment(alignment) || alignment % sizeof(void *) != 0)
		return EINVAL;
	void *taken = memalign(alignment, bytes);
	errno = saved;
	if (!taken)
		return ENOMEM;
	*payload = taken;
	return 0;
}
