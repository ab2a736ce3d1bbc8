/* SPDX-License-Identifier: MIT */
/* readv, writev, pread, pwrite. A vector is moved part by part, so it is not one indivisible transfer. */
#include "posix/posix.h"
#include <errno.h>
#include <sys/uio.h>
#include <unistd.h>

typedef ssize_t (*transfer_t)(int fd, void *buffer, size_t bytes);

static ssize_t write_any(int fd, void *buffer, size_t bytes)
{
	return write(fd, buffer, bytes);
}

static ssize_t move_parts(transfer_t move, int fd, const struct iovec *parts, int count)
{
	size_t sum = 0;
	ssize_t done = 0;

	if (count < 0 || count > IOV_MAX)
		return posix_fail(E_ARGUMENT);
	for (int i = 0; i < count; i++)
		if (__builtin_add_overflow(sum, parts[i].iov_len, &sum) || sum > PTRDIFF_MAX)
			return posix_fail(E_ARGUMENT);
	for (int i = 0; i < count; i++) {
		if (parts[i].iov_len == 0)
			continue;
		ssize_t moved = move(fd, parts[i].iov_base, parts[i].iov_len);
		if (moved < 0)
			return done > 0 ? done : -1;
		done += moved;
		if ((size_t)moved < parts[i].iov_len)
			break;
	}
	return done;
}

ssize_t readv(int fd, const struct iovec *parts, int count)
{
	return move_parts(read, fd, parts, count);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	return move_parts(write_any, fd, parts, count);
}

/* There and back: another process that shares the offset could see it between. */
static ssize_t move_at(transfer_t move, int fd, void *buffer, size_t bytes, off_t offset)
{
	off_t before = lseek(fd, 0, SEEK_CUR);

	if (before < 0 || lseek(fd, offset, SEEK_SET) < 0)
		return -1;
	ssize_t moved = move(fd, buffer, bytes);
	int reason = errno;
	lseek(fd, before, SEEK_SET);
	errno = reason;
	return moved;
}

ssize_t pread(int fd, void *buffer, size_t bytes, off_t offset)
{
	return move_at(read, fd, buffer, bytes, offset);
}

ssize_t pwrite(int fd, const void *buffer, size_t bytes, off_t offset)
{
	return move_at(write_any, fd, (void *)buffer, bytes, offset);
}
