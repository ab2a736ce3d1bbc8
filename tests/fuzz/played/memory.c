/* SPDX-License-Identifier: MIT */
/*
 * The server's own space: ranges of addresses that it maps itself. What is not mapped is poisoned, so that
 * the address sanitizer reports a touch; what is mapped again is zero, as memory that was revoked may be.
 */
#include "played.h"
#include <sanitizer/asan_interface.h>
#include <sys/mman.h>

#define WINDOWS 4

static struct {
	uint8_t *base;
	uint64_t bytes, used; /* everything mapped lies below base + used */
} windows[WINDOWS];

void played_window(vaddr_t base, uint64_t bytes)
{
	for (int i = 0; i < WINDOWS; i++) {
		if (windows[i].base == (uint8_t *)base)
			return;
		if (windows[i].base)
			continue;
		windows[i].base =
			mmap((void *)base, bytes, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
		FUZZ_TRUE(windows[i].base == (uint8_t *)base);
		windows[i].bytes = bytes;
		__asan_poison_memory_region(windows[i].base, bytes);
		return;
	}
	FUZZ_TRUE(!"room for one more window");
}

void played_memory_clear(void)
{
	for (int i = 0; i < WINDOWS; i++) {
		if (windows[i].used == 0)
			continue;
		madvise(windows[i].base, windows[i].used, MADV_DONTNEED);
		__asan_poison_memory_region(windows[i].base, windows[i].used);
		windows[i].used = 0;
	}
}

static int window_of(vaddr_t at, uint64_t bytes)
{
	for (int i = 0; i < WINDOWS; i++)
		if (at - (vaddr_t)windows[i].base < windows[i].bytes &&
		    bytes <= windows[i].bytes - (at - (vaddr_t)windows[i].base))
			return i;
	FUZZ_TRUE(!"the server maps where it may");
	return 0;
}

void played_own_map(vaddr_t at, uint64_t bytes)
{
	int i = window_of(at, bytes);
	uint64_t end = at - (vaddr_t)windows[i].base + bytes;

	__asan_unpoison_memory_region((void *)at, bytes);
	windows[i].used = end > windows[i].used ? end : windows[i].used;
}

void played_own_unmap(vaddr_t at, uint64_t bytes)
{
	(void)window_of(at, bytes);
	__asan_poison_memory_region((void *)at, bytes);
}
