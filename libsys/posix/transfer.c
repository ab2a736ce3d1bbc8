/* SPDX-License-Identifier: MIT */
/*
 * read() and write(): the vfs copies to or from the caller's buffer until it meets an absent page; the
 * pager then makes it present and the rest follows. A buffer that the process may not use is EFAULT. A page
 * that a custom pager supplies is touched instead, so that it comes by a fault as for any other access; if
 * that pager fails, the process ends as it would have without the call.
 */
#include "posix/posix.h"
#include "uapi/fault.h"
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#define POPULATE_PAGES	  16
#define ABSENT_ROUNDS_MAX 8 /* without any progress */

static err_t populate_call(uint64_t address, uint64_t bytes, uint64_t access)
{
	struct message m = message_make(PAGER_POPULATE, address, bytes);

	m.w[2] = access;
	ipc_call(SLOT_PAGER, &m);
	return message_error(&m);
}

/* By a load, or a store that changes nothing, whoever else stores there. */
static void page_touch(uint64_t page, uint64_t access)
{
	if (access & ACCESS_WRITE)
		__asm__ volatile("amoadd.w zero, zero, (%0)" : : "r"(page) : "memory");
	else
		__asm__ volatile("lb zero, (%0)" : : "r"(page) : "memory");
}

/* One page; the pager says E_LATER only of one that the access is allowed on. */
static err_t populate_page(uint64_t page, uint64_t access)
{
	err_t error = populate_call(page, PAGE_BYTES, access);

	if (error != E_LATER)
		return error;
	page_touch(page, access);
	return E_OK;
}

/* Page by page, as far as it goes: what the first one answers. */
static err_t populate_pages(uint64_t first, uint64_t length, uint64_t access)
{
	err_t error = populate_page(first, access), next = error;

	for (uint64_t at = PAGE_BYTES; next == E_OK && at < length; at += PAGE_BYTES)
		next = populate_page(first + at, access);
	return error;
}

err_t posix_populate(const void *address, size_t bytes, uint64_t access)
{
	uint64_t first = (uint64_t)address & ~(PAGE_BYTES - 1);
	uint64_t room = POPULATE_PAGES * PAGE_BYTES - ((uint64_t)address - first);
	uint64_t length = bytes < room ? (uint64_t)address - first + bytes : POPULATE_PAGES * PAGE_BYTES;
	err_t error;

	length = (length + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
	error = length > PAGE_BYTES ? populate_call(first, length, access) : E_LATER;
	if (error != E_OK) /* the rest may be refused where the first page is not */
		error = populate_pages(first, error == E_LATER ? length : PAGE_BYTES, access);
	return error == E_OK || error == E_NO_MEMORY ? error : E_FAULT;
}

/* One call; *moved holds with E_OK and E_ABSENT. The kernel's refusal of the buffer is E_FAULT. */
static inline err_t transfer_piece(uint32_t request, int fd, const void *buffer, size_t bytes, size_t *moved)
{
	struct message m = message_make(request, (uint64_t)(int64_t)fd, 0);
	uint64_t access = request == VFS_WRITE ? BUFFER_READ : BUFFER_WRITE;

	*moved = 0;
	err_t error = ipc_call_buffer(SLOT_VFS, &m, buffer, bytes, access);
	if (error == E_RANGE || error == E_RIGHTS || error == E_MESSAGE)
		return E_FAULT;
	error = message_error(&m);
	if (error == E_OK || error == E_ABSENT)
		*moved = m.w[0] < bytes ? m.w[0] : bytes;
	return error;
}

/* How many bytes the piece at @done asks for. */
static inline size_t piece_bytes(size_t bytes, size_t done)
{
	return bytes - done < VFS_MOVE_MAX ? bytes - done : VFS_MOVE_MAX;
}

/* Is a piece that was answered with E_OK the last? A short answer: a write goes on, a read ends. */
static inline bool piece_ends(uint32_t request, size_t bytes, size_t done, size_t moved)
{
	return done == bytes || moved == 0 ||
	       (request != VFS_WRITE && moved < piece_bytes(bytes, done - moved));
}

/* What follows a first piece that moved *done bytes and was answered with @error. */
static err_t transfer_on(uint32_t request, int fd, const void *buffer, size_t bytes, size_t *done,
			 err_t error)
{
	uint64_t access = request == VFS_WRITE ? ACCESS_READ : ACCESS_WRITE;
	size_t moved = *done;
	int rounds = 0;

	for (;;) {
		if (error == E_OK && piece_ends(request, bytes, *done, moved))
			return E_OK;
		if (error == E_ABSENT) {
			rounds = moved != 0 ? 0 : rounds + 1;
			if (rounds > ABSENT_ROUNDS_MAX)
				return E_FAULT;
			if (*done == bytes)
				return E_OK;
			error = posix_populate((const char *)buffer + *done, bytes - *done, access);
		}
		if (error != E_OK)
			return error;
		error = transfer_piece(request, fd, (const char *)buffer + *done, piece_bytes(bytes, *done),
				       &moved);
		*done += moved;
	}
}

err_t posix_transfer(uint32_t request, int fd, const void *buffer, size_t bytes, size_t *done)
{
	err_t error = transfer_piece(request, fd, buffer, piece_bytes(bytes, 0), done);

	return transfer_on(request, fd, buffer, bytes, done, error);
}

/* A read() or write() whose first piece was not all. */
static __attribute__((noinline)) ssize_t transfer_rest(uint32_t request, int fd, const void *buffer,
						       size_t bytes, size_t done, err_t error)
{
	error = transfer_on(request, fd, buffer, bytes, &done, error);
	if (error == E_UNSUPPORTED && request == VFS_READ)
		return posix_read_object(fd, (void *)buffer, bytes);
	if (error == E_PIPE)
		raise(SIGPIPE);
	if (error != E_OK && done == 0)
		return posix_fail_full(error == E_BUSY ? E_LATER : error, ENOBUFS); /* EAGAIN: O_NONBLOCK */
	return (ssize_t)done;
}

/* Nearly always one message is all. */
static inline __attribute__((always_inline)) ssize_t transfer(uint32_t request, int fd, const void *buffer,
							      size_t bytes)
{
	size_t done;

	if (bytes > PTRDIFF_MAX)
		return posix_fail(E_ARGUMENT);
	err_t error = transfer_piece(request, fd, buffer, piece_bytes(bytes, 0), &done);
	if (error == E_OK && piece_ends(request, bytes, done, done))
		return (ssize_t)done;
	return transfer_rest(request, fd, buffer, bytes, done, error);
}

ssize_t read(int fd, void *buffer, size_t bytes)
{
	return transfer(VFS_READ, fd, buffer, bytes);
}

ssize_t write(int fd, const void *buffer, size_t bytes)
{
	return transfer(VFS_WRITE, fd, buffer, bytes);
}
