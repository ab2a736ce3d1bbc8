/* SPDX-License-Identifier: MIT */
/* The calls that malloc makes, answered: memory beyond the break and unmapped memory cannot be touched. */
#include "world.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>

#define BREAK_BYTES (512ul << 20)
#define BREAK_START 1234 /* as after a bss: not aligned */
#define PAGE	    4096ul

struct world world;
static char *break_base;
static size_t break_now = BREAK_START;

static size_t page_up(size_t bytes)
{
	return (bytes + PAGE - 1) & ~(PAGE - 1);
}

static void break_move(size_t next)
{
	size_t old_pages = page_up(break_now), new_pages = page_up(next);

	if (new_pages > old_pages &&
	    mprotect(break_base + old_pages, new_pages - old_pages, PROT_READ | PROT_WRITE))
		exit(2);
	if (new_pages < old_pages && (madvise(break_base + new_pages, old_pages - new_pages, MADV_DONTNEED) ||
				      mprotect(break_base + new_pages, old_pages - new_pages, PROT_NONE)))
		exit(2);
	break_now = next;
	world.break_calls++;
}

void *guest_sbrk(ptrdiff_t increment)
{
	if (!break_base) {
		break_base = mmap(NULL, BREAK_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
				  -1, 0);
		if (break_base == MAP_FAILED || mprotect(break_base, PAGE, PROT_READ | PROT_WRITE))
			exit(2);
	}
	char *old = break_base + break_now;
	ptrdiff_t next = (ptrdiff_t)break_now + increment;

	if (next < BREAK_START || next > (ptrdiff_t)BREAK_BYTES || (increment > 0 && world.no_memory)) {
		errno = ENOMEM;
		return (void *)-1;
	}
	if (increment)
		break_move((size_t)next);
	return old;
}

void *guest_mmap(void *address, size_t bytes, int prot, int flags, int fd, off_t offset);
void *guest_mmap(void *address, size_t bytes, int prot, int flags, int fd, off_t offset)
{
	void *pages = MAP_FAILED;

	errno = ENOMEM;
	if (!world.no_memory)
		pages = mmap(address, bytes, prot, flags | MAP_NORESERVE, fd, offset);
	if (pages != MAP_FAILED)
		world.mapped_bytes += bytes;
	return pages;
}

int guest_munmap(void *address, size_t bytes);
int guest_munmap(void *address, size_t bytes)
{
	world.mapped_bytes -= bytes;
	errno = EBUSY; /* free() has to leave errno alone whatever happens */
	return munmap(address, bytes);
}

ssize_t guest_write(int fd, const void *buffer, size_t bytes);
ssize_t guest_write(int fd, const void *buffer, size_t bytes)
{
	if (fd == 2)
		strncat(world.message, buffer, bytes);
	return (ssize_t)bytes;
}

_Noreturn void guest_abort(void);
_Noreturn void guest_abort(void)
{
	longjmp(world.aborted, 1);
}

size_t world_touched_pages(const void *start, size_t bytes)
{
	char *first = (char *)((uintptr_t)start & ~(PAGE - 1));
	size_t pages = (page_up((uintptr_t)start + bytes) - (uintptr_t)first) / PAGE, count = 0;
	unsigned char *present = malloc(pages);

	if (!present || mincore(first, pages * PAGE, present))
		exit(2);
	for (size_t i = 0; i < pages; i++)
		count += present[i] & 1;
	free(present);
	return count;
}
