/* SPDX-License-Identifier: MIT */
/*
 * What a file carries besides its contents: chmod, fchmod, utime, utimes, futimens, utimensat. There is one
 * time, that of the last change, in whole seconds; the time of the last access goes with it.
 */
#include "posix/posix.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <utime.h>

static int path_change(const char *path, uint64_t what, uint64_t value)
{
	struct message m = message_make(VFS_CHANGE, what, value);

	return posix_result(posix_call_path(&m, path));
}

static int fd_change(int fd, uint64_t what, uint64_t value)
{
	struct message m = message_make(VFS_FCHANGE, (uint64_t)(int64_t)fd, what);

	m.w[2] = value;
	ipc_call(SLOT_VFS, &m);
	return posix_result(message_error(&m));
}

int chmod(const char *path, mode_t mode)
{
	return path_change(path, CHANGE_MODE, mode & ALLPERMS);
}

int fchmod(int fd, mode_t mode)
{
	return fd_change(fd, CHANGE_MODE, mode & ALLPERMS);
}

/* times[1], or now; false: it is to stay as it is. */
static bool time_of_change(const struct timespec times[2], time_t *seconds)
{
	if (times != NULL && times[1].tv_nsec == UTIME_OMIT)
		return false;
	*seconds = times == NULL || times[1].tv_nsec == UTIME_NOW ? time(NULL) : times[1].tv_sec;
	return true;
}

int futimens(int fd, const struct timespec times[2])
{
	time_t seconds;

	return time_of_change(times, &seconds) ? fd_change(fd, CHANGE_TIME, (uint64_t)seconds) : 0;
}

int utimensat(int folder, const char *path, const struct timespec times[2], int flags)
{
	time_t seconds;

	if ((folder != AT_FDCWD && path[0] != '/') || flags != 0)
		return posix_fail(E_UNSUPPORTED);
	return time_of_change(times, &seconds) ? path_change(path, CHANGE_TIME, (uint64_t)seconds) : 0;
}

int utimes(const char *path, const struct timeval times[2])
{
	return path_change(path, CHANGE_TIME, (uint64_t)(times != NULL ? times[1].tv_sec : time(NULL)));
}

int utime(const char *path, const struct utimbuf *times)
{
	return path_change(path, CHANGE_TIME, (uint64_t)(times != NULL ? times->modtime : time(NULL)));
}
