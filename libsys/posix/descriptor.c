/* SPDX-License-Identifier: MIT */
/* Numbers of open files: dup, dup2, dup3, pipe, pipe2, fcntl. */
#define _GNU_SOURCE /* pipe2, dup3 */
#include "posix/posix.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#define ASK UINT64_MAX

static int call_three(uint32_t request, int fd, uint64_t w1, uint64_t w2)
{
	struct message m = message_make(request, (uint64_t)(int64_t)fd, w1);

	m.w[2] = w2;
	ipc_call(SLOT_VFS, &m);
	err_t error = message_error(&m);
	return error == E_OK ? (int)m.w[0] : posix_fail(error);
}

int dup(int fd)
{
	return call_three(VFS_DUP, fd, 0, 0);
}

int dup2(int fd, int to)
{
	return call_three(VFS_DUP2, fd, (uint64_t)(int64_t)to, 0);
}

int dup3(int fd, int to, int flags)
{
	if (fd == to || (flags & ~O_CLOEXEC))
		return posix_fail(E_ARGUMENT);
	return call_three(VFS_DUP2, fd, (uint64_t)(int64_t)to, flags & O_CLOEXEC ? 1 : 0);
}

int pipe2(int ends[2], int flags)
{
	uint64_t how = (flags & O_CLOEXEC ? OPEN_CLOEXEC : 0) | (flags & O_NONBLOCK ? OPEN_NONBLOCK : 0);
	struct message m = message_make(VFS_PIPE, how, 0);

	if (flags & ~(O_CLOEXEC | O_NONBLOCK))
		return posix_fail(E_ARGUMENT);
	ipc_call(SLOT_VFS, &m);
	err_t error = message_error(&m);
	if (error != E_OK)
		return posix_fail(error);
	ends[0] = (int)m.w[0];
	ends[1] = (int)m.w[1];
	return 0;
}

int pipe(int ends[2])
{
	return pipe2(ends, 0);
}

static int flags_get(int fd)
{
	int flags = call_three(VFS_OPEN_FLAGS, fd, 0, 0);

	if (flags < 0)
		return -1;
	int access = !(flags & OPEN_WRITE) ? O_RDONLY : flags & OPEN_READ ? O_RDWR : O_WRONLY;
	return access | (flags & OPEN_APPEND ? O_APPEND : 0) | (flags & OPEN_NONBLOCK ? O_NONBLOCK : 0);
}

/* Other flags are passed over, as POSIX says. */
static int flags_set(int fd, int wanted)
{
	uint64_t flags = (wanted & O_APPEND ? OPEN_APPEND : 0) | (wanted & O_NONBLOCK ? OPEN_NONBLOCK : 0);

	return call_three(VFS_SET_FLAGS, fd, flags, 0) < 0 ? -1 : 0;
}

int fcntl(int fd, int command, ...)
{
	va_list arguments;

	va_start(arguments, command);
	int argument = va_arg(arguments, int);
	va_end(arguments);
	switch (command) {
	case F_DUPFD:
		return call_three(VFS_DUP, fd, (uint64_t)(int64_t)argument, 0);
	case F_DUPFD_CLOEXEC:
		return call_three(VFS_DUP, fd, (uint64_t)(int64_t)argument, 1);
	case F_GETFD:
		return call_three(VFS_FD_FLAGS, fd, ASK, 0);
	case F_SETFD:
		return call_three(VFS_FD_FLAGS, fd, argument & FD_CLOEXEC, 0) < 0 ? -1 : 0;
	case F_GETFL:
		return flags_get(fd);
	case F_SETFL:
		return flags_set(fd, argument);
	default:
		return posix_fail(E_ARGUMENT);
	}
}
