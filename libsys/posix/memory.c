/* SPDX-License-Identifier: MIT */
/* Memory: brk, sbrk, mmap, munmap, mprotect, msync, madvise. The pager decides, also what can be shared. */
#include "posix/posix.h"
#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAP_FIXED_BIT  (1ul << 8)
#define MAP_SHARED_BIT (1ul << 9)
#define MAP_FILE_WORDS 6

_Static_assert(PROT_READ == PROT_BIT_READ && PROT_WRITE == PROT_BIT_WRITE && PROT_EXEC == PROT_BIT_EXEC,
	       "protections as in the pager's requests");

static uint64_t current_break; /* 0: not asked yet */

static err_t break_set(uint64_t address)
{
	struct message m = message_make(PAGER_BRK, address, 0);

	ipc_call(SLOT_PAGER, &m);
	err_t error = message_error(&m);
	if (error == E_OK)
		current_break = m.w[0];
	return error;
}

int brk(void *address)
{
	if (address == NULL)
		return posix_fail(E_NO_MEMORY);
	return posix_result_full(break_set((uint64_t)address), ENOMEM);
}

void *sbrk(ptrdiff_t increment)
{
	err_t error = current_break == 0 ? break_set(0) : E_OK;
	uint64_t old = current_break;
	uint64_t new;

	if (error == E_OK && increment != 0) {
		bool outside = increment > 0 ? __builtin_add_overflow(old, (uint64_t)increment, &new)
					     : __builtin_sub_overflow(old, -(uint64_t)increment, &new);
		error = outside || new == 0 ? E_NO_MEMORY : break_set(new);
	}
	if (error != E_OK) {
		posix_fail_full(error, ENOMEM);
		return (void *)-1;
	}
	return (void *)old;
}

static err_t map_call(struct message *m, int flags, int fd, off_t offset)
{
	if (!(flags & MAP_ANONYMOUS)) {
		m->tag = TAG(PAGER_MAP_FILE, MAP_FILE_WORDS);
		message_page()->words[MESSAGE_REGISTERS] = (uint64_t)(int64_t)fd;
		message_page()->words[MESSAGE_REGISTERS + 1] = (uint64_t)offset;
	}
	ipc_call(SLOT_PAGER, m);
	return message_error(m);
}

void *mmap(void *address, size_t bytes, int prot, int flags, int fd, off_t offset)
{
	struct message m = message_make(PAGER_MAP, (uint64_t)address, bytes);
	int sharing = flags & (MAP_SHARED | MAP_PRIVATE);
	err_t error = E_OK;

	if (bytes == 0 || (sharing != MAP_SHARED && sharing != MAP_PRIVATE) ||
	    (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC)) || offset % PAGE_BYTES != 0)
		error = E_ARGUMENT;
	m.w[2] = (uint64_t)prot | (flags & MAP_FIXED ? MAP_FIXED_BIT : 0) |
		 (flags & MAP_SHARED ? MAP_SHARED_BIT : 0);
	if (error == E_OK)
		error = map_call(&m, flags, fd, offset);
	if (error == E_OK)
		return (void *)m.w[0];
	posix_fail_full(error, ENOMEM);
	if (error == E_LOOP) /* of pagers that wait for each other, not of links */
		errno = EDEADLK;
	return MAP_FAILED;
}

int munmap(void *address, size_t bytes)
{
	struct message m = message_make(PAGER_UNMAP, (uint64_t)address, bytes);

	ipc_call(SLOT_PAGER, &m);
	return posix_result_full(message_error(&m), ENOMEM);
}

int mprotect(void *address, size_t bytes, int prot)
{
	struct message m = message_make(PAGER_PROTECT, (uint64_t)address, bytes);

	if (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC))
		return posix_fail(E_ARGUMENT);
	m.w[2] = (uint64_t)prot;
	ipc_call(SLOT_PAGER, &m);
	return posix_result_full(message_error(&m), ENOMEM);
}

/* Private changes are nobody else's, and those of shared objects are seen at once: there is nothing to write
 * back. */
int msync(void *address, size_t bytes, int flags)
{
	bool both = (flags & MS_ASYNC) && (flags & MS_SYNC);

	(void)bytes;
	if ((uint64_t)address % PAGE_BYTES != 0 || (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) || both)
		return posix_fail(E_ARGUMENT);
	return 0;
}

/* Advice is heard and changes nothing; what would change contents (MADV_DONTNEED) is not taken. */
int madvise(void *address, size_t bytes, int advice)
{
	(void)bytes;
	if ((uint64_t)address % PAGE_BYTES != 0 || advice < MADV_NORMAL || advice > MADV_WILLNEED)
		return posix_fail(E_ARGUMENT);
	return 0;
}

int posix_madvise(void *address, size_t bytes, int advice)
{
	int reason = errno;
	int result = madvise(address, bytes, advice) == 0 ? 0 : errno;

	errno = reason;
	return result;
}
