/* SPDX-License-Identifier: MIT */
/* The one table from the system's errors to errno. What is not in it is EIO. */
#include "posix/posix.h"
#include <errno.h>

static const uint8_t errno_of[] = {
	[E_SYSCALL] = ENOSYS,	   [E_RIGHTS] = EACCES,	      [E_RANGE] = EINVAL,
	[E_ALIGN] = EINVAL,	   [E_MEMORY] = ENOMEM,	      [E_TABLES] = ENOMEM,
	[E_BUSY] = EBUSY,	   [E_TIMEOUT] = ETIMEDOUT,   [E_CANCELLED] = EINTR,
	[E_ABSENT] = EFAULT,	   [E_WX] = EACCES,	      [E_UNSUPPORTED] = ENOTSUP,
	[E_REQUEST] = ENOSYS,	   [E_DENIED] = EPERM,	      [E_ARGUMENT] = EINVAL,
	[E_NO_SPACE] = ESRCH,	   [E_CONFLICT] = EEXIST,     [E_NO_AREA] = ENOMEM,
	[E_NO_MEMORY] = ENOMEM,	   [E_NO_ENTRY] = ENOENT,     [E_NOT_DIRECTORY] = ENOTDIR,
	[E_IS_DIRECTORY] = EISDIR, [E_BAD_FD] = EBADF,	      [E_TOO_MANY] = EMFILE,
	[E_READ_ONLY] = EROFS,	   [E_ACCESS] = EACCES,	      [E_NAME_TOO_LONG] = ENAMETOOLONG,
	[E_BAD_FORMAT] = ENOEXEC,  [E_NOT_SEEKABLE] = ESPIPE, [E_LATER] = EAGAIN,
	[E_EXISTS] = EEXIST,	   [E_FAULT] = EFAULT,	      [E_INTERRUPTED] = EINTR,
	[E_LOOP] = ELOOP,	   [E_NO_CHILD] = ECHILD,     [E_PIPE] = EPIPE,
	[E_NOT_EMPTY] = ENOTEMPTY, [E_NOT_TTY] = ENOTTY,      [E_CROSS] = EXDEV,
	[E_DEAD] = ENXIO,	   [E_NO_ROOM] = ENOSPC,
};

_Static_assert(ENOTSUP < 256 && ETIMEDOUT < 256 && ELOOP < 256, "errno fits a byte");

int posix_fail(err_t error)
{
	uint8_t number = 0;

	if ((uint64_t)error < sizeof(errno_of))
		number = errno_of[error];
	errno = number != 0 ? number : EIO;
	return -1;
}

int posix_fail_full(err_t error, int full)
{
	posix_fail(error);
	if (error == E_TOO_MANY)
		errno = full;
	return -1;
}

int posix_result(err_t error)
{
	return error == E_OK ? 0 : posix_fail(error);
}

int posix_result_full(err_t error, int full)
{
	return error == E_OK ? 0 : posix_fail_full(error, full);
}
