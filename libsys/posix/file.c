/* SPDX-License-Identifier: MIT */
/* Files by name and by descriptor: open, creat, close, lseek, stat, lstat, fstat, access, fsync. */
#include "posix/posix.h"
#include "uapi/fault.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_ROUNDS_MAX 8
#define STAT_LINK	1

err_t posix_call_buffer(cap_t server, struct message *m, const void *buffer, size_t bytes)
{
	const struct message request = *m;
	err_t error = E_ABSENT;

	for (int round = 0; round < PATH_ROUNDS_MAX && error == E_ABSENT; round++) {
		*m = request;
		ipc_call_buffer(server, m, buffer, bytes, BUFFER_READ);
		error = message_error(m);
		for (size_t at = 0; error == E_ABSENT && at < bytes; at += PAGE_BYTES)
			if (posix_populate((const char *)buffer + at, bytes - at, ACCESS_READ) != E_OK)
				return E_FAULT;
	}
	return error;
}

err_t posix_call_path(struct message *m, const char *path)
{
	if ((uint64_t)path < PAGE_BYTES)
		return E_FAULT;
	size_t bytes = strlen(path);
	if (bytes >= POSIX_PATH_BYTES_MAX)
		return E_NAME_TOO_LONG;
	if (bytes == 0)
		return E_NO_ENTRY;
	return posix_call_buffer(SLOT_VFS, m, path, bytes);
}

static uint64_t open_flags_of(int flags)
{
	uint64_t result = 0;

	if ((flags & O_ACCMODE) != O_WRONLY)
		result |= OPEN_READ;
	if ((flags & O_ACCMODE) != O_RDONLY)
		result |= OPEN_WRITE;
	result |= flags & O_CREAT ? OPEN_CREATE : 0;
	result |= flags & O_EXCL ? OPEN_EXCLUSIVE : 0;
	result |= flags & O_TRUNC ? OPEN_TRUNCATE : 0;
	result |= flags & O_APPEND ? OPEN_APPEND : 0;
	result |= flags & O_DIRECTORY ? OPEN_DIRECTORY : 0;
	result |= flags & O_CLOEXEC ? OPEN_CLOEXEC : 0;
	result |= flags & O_NONBLOCK ? OPEN_NONBLOCK : 0;
	return result;
}

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;

	if ((flags & O_ACCMODE) == O_ACCMODE)
		return posix_fail(E_ARGUMENT);
	if (flags & O_CREAT) {
		va_list arguments;
		va_start(arguments, flags);
		mode = posix_mode((mode_t)va_arg(arguments, int));
		va_end(arguments);
	}
	struct message m = message_make(VFS_OPEN, open_flags_of(flags), mode);
	err_t error = posix_call_path(&m, path);
	return error == E_OK ? (int)m.w[0] : posix_fail(error);
}

int creat(const char *path, mode_t mode)
{
	return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int close(int fd)
{
	struct message m = message_make(VFS_CLOSE, (uint64_t)(int64_t)fd, 0);

	ipc_call(SLOT_VFS, &m);
	return posix_result(message_error(&m));
}

off_t lseek(int fd, off_t offset, int whence)
{
	struct message m = message_make(VFS_SEEK, (uint64_t)(int64_t)fd, (uint64_t)offset);

	_Static_assert(SEEK_SET == 0 && SEEK_CUR == 1 && SEEK_END == 2, "whence as in vfs.def");
	m.w[2] = (uint64_t)(int64_t)whence;
	ipc_call(SLOT_VFS, &m);
	err_t error = message_error(&m);
	return error == E_OK ? (off_t)m.w[0] : posix_fail(error);
}

static void stat_fill(struct stat *out)
{
	const struct vfs_stat *in = (const struct vfs_stat *)&message_page()->words[MESSAGE_REGISTERS];

	memset(out, 0, sizeof(*out));
	out->st_ino = in->inode;
	out->st_mode = in->mode;
	out->st_nlink = in->links;
	out->st_size = in->size_bytes;
	out->st_mtime = in->mtime_s;
	out->st_atime = in->mtime_s;
	out->st_ctime = in->mtime_s;
	out->st_blksize = PAGE_BYTES;
	out->st_blocks = (in->size_bytes + 511) / 512;
}

int fstat(int fd, struct stat *out)
{
	struct message m = message_make(VFS_FSTAT, (uint64_t)(int64_t)fd, 0);

	ipc_call(SLOT_VFS, &m);
	err_t error = message_error(&m);
	if (error == E_OK)
		stat_fill(out);
	return posix_result(error);
}

static int stat_path(const char *path, uint64_t flags, struct stat *out)
{
	struct message m = message_make(VFS_STAT, flags, 0);
	err_t error = posix_call_path(&m, path);

	if (error == E_OK)
		stat_fill(out);
	return posix_result(error);
}

int stat(const char *restrict path, struct stat *restrict out)
{
	return stat_path(path, 0, out);
}

int lstat(const char *restrict path, struct stat *restrict out)
{
	return stat_path(path, STAT_LINK, out);
}

/* One user, who is no superuser: the owner's bits count. */
int access(const char *path, int mode)
{
	struct stat facts;

	if (mode & ~(R_OK | W_OK | X_OK))
		return posix_fail(E_ARGUMENT);
	if (stat(path, &facts) != 0)
		return -1;
	if (((mode & R_OK) && !(facts.st_mode & S_IRUSR)) || ((mode & W_OK) && !(facts.st_mode & S_IWUSR)) ||
	    ((mode & X_OK) && !(facts.st_mode & S_IXUSR)))
		return posix_fail(E_ACCESS);
	return 0;
}

/* Files live in memory: there is nothing behind them. EBADF as everywhere. */
int fsync(int fd)
{
	struct message m = message_make(VFS_OPEN_FLAGS, (uint64_t)(int64_t)fd, 0);

	ipc_call(SLOT_VFS, &m);
	return posix_result(message_error(&m));
}

int fdatasync(int fd)
{
	return fsync(fd);
}

void sync(void)
{
}
