/* SPDX-License-Identifier: MIT */
/* The family under test, and the system that it runs on here: a break, mappings, and how to make them fail.
 */
#ifndef HEAP_WORLD_H
#define HEAP_WORLD_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *guest_malloc(size_t bytes);
void guest_free(void *payload);
void *guest_calloc(size_t count, size_t each);
void *guest_realloc(void *payload, size_t bytes);
void *guest_reallocarray(void *payload, size_t count, size_t each);
void *guest_memalign(size_t alignment, size_t bytes);
void *guest_aligned_alloc(size_t alignment, size_t bytes);
int guest_posix_memalign(void **payload, size_t alignment, size_t bytes);
size_t guest_malloc_usable_size(void *payload);
int malloc_check(void); /* 0, or the line of the first broken invariant */
void *guest_sbrk(ptrdiff_t increment);

struct world {
	bool no_memory;		   /* sbrk and mmap fail */
	size_t mapped_bytes;	   /* of all mappings */
	unsigned long break_calls; /* that moved the break */
	char message[128];	   /* what was written to standard error */
	jmp_buf aborted;	   /* where abort() goes */
};

extern struct world world;

/* Pages of the range that were touched since they were mapped. */
size_t world_touched_pages(const void *start, size_t bytes);

#endif
