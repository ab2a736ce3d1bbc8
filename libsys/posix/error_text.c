/* SPDX-License-Identifier: MIT */
/* strerror() and its like, in the words that people know from other systems. */
#define _GNU_SOURCE /* strerror_r() as that of other systems; the POSIX one has a name of its own */
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const texts[] = {
	[0] = "Success",
	[EPERM] = "Operation not permitted",
	[ENOENT] = "No such file or directory",
	[ESRCH] = "No such process",
	[EINTR] = "Interrupted system call",
	[EIO] = "Input/output error",
	[ENXIO] = "No such device or address",
	[E2BIG] = "Argument list too long",
	[ENOEXEC] = "Exec format error",
	[EBADF] = "Bad file descriptor",
	[ECHILD] = "No child processes",
	[EAGAIN] = "Resource temporarily unavailable",
	[ENOMEM] = "Cannot allocate memory",
	[EACCES] = "Permission denied",
	[EFAULT] = "Bad address",
	[EBUSY] = "Device or resource busy",
	[EEXIST] = "File exists",
	[EXDEV] = "Invalid cross-device link",
	[ENODEV] = "No such device",
	[ENOTDIR] = "Not a directory",
	[EISDIR] = "Is a directory",
	[EINVAL] = "Invalid argument",
	[ENFILE] = "Too many open files in system",
	[EMFILE] = "Too many open files",
	[ENOTTY] = "Inappropriate ioctl for device",
	[ETXTBSY] = "Text file busy",
	[EFBIG] = "File too large",
	[ENOSPC] = "No space left on device",
	[ESPIPE] = "Illegal seek",
	[EROFS] = "Read-only file system",
	[EMLINK] = "Too many links",
	[EPIPE] = "Broken pipe",
	[EDOM] = "Numerical argument out of domain",
	[ERANGE] = "Numerical result out of range",
	[EDEADLK] = "Resource deadlock avoided",
	[ENAMETOOLONG] = "File name too long",
	[ENOLCK] = "No locks available",
	[ENOSYS] = "Function not "
		   "implemented",
	[ENOTEMPTY] = "Directory not empty",
	[ELOOP] = "Too many levels of symbolic links",
	[EOVERFLOW] = "Value too large for defined data type",
	[EILSEQ] = "Invalid or incomplete multibyte or wide character",
	[ENOTSUP] = "Operation not supported",
	[ETIMEDOUT] = "Connection timed out",
	[ECANCELED] = "Operation canceled",
	[EPROTO] = "Protocol error",
	[ENOBUFS] = "No buffer space available",
	[EAFNOSUPPORT] = "Address family not supported by protocol",
	[ECONNREFUSED] = "Connection refused",
	[ECONNRESET] = "Connection reset by peer",
	[EADDRINUSE] = "Address already in use",
	[EINPROGRESS] = "Operation now in progress",
	[EALREADY] = "Operation already in progress",
	[ENOTSOCK] = "Socket operation on non-socket",
	[ENOTCONN] = "Transport endpoint is not connected",
	[EDQUOT] = "Disk quota exceeded",
	[ESTALE] = "Stale file handle",
	[EOPNOTSUPP] = "Operation not supported",
};

static const char *text_of(int number)
{
	return number >= 0 && number < (int)(sizeof(texts) / sizeof(texts[0])) ? texts[number] : NULL;
}

/* The text of an unknown number stays until the next one. */
char *strerror(int number)
{
	static char unknown[32];
	const char *text = text_of(number);

	if (text != NULL)
		return (char *)text;
	snprintf(unknown, sizeof(unknown), "Unknown error %d", number);
	return unknown;
}

int __xpg_strerror_r(int number, char *buffer, size_t bytes);

char *strerror_r(int number, char *buffer, size_t bytes)
{
	const char *text = text_of(number);

	if (text != NULL)
		return (char *)text;
	snprintf(buffer, bytes, "Unknown error %d", number);
	return buffer;
}

int __xpg_strerror_r(int number, char *buffer, size_t bytes)
{
	const char *text = text_of(number);
	int wanted = text != NULL ? snprintf(buffer, bytes, "%s", text)
				  : snprintf(buffer, bytes, "Unknown error %d", number);

	if (text == NULL)
		return EINVAL;
	return (size_t)wanted < bytes ? 0 : ERANGE;
}

char *strerror_l(int number, locale_t locale)
{
	(void)locale;
	return strerror(number);
}
