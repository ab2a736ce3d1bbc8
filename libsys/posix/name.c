/* SPDX-License-Identifier: MIT */
/* Names: unlink, rmdir, remove, mkdir, rename, symlink, readlink, link, truncate, chdir, getcwd, realpath,
 * umask. */
#include "posix/posix.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNLINK_DIRECTORY 1
#define UMASK_DEFAULT	 022

static mode_t mask = UMASK_DEFAULT; /* of this process and its children; exec() forgets it */

static int call_path(uint32_t request, uint64_t word, const char *path)
{
	struct message m = message_make(request, word, 0);

	return posix_result(posix_call_path(&m, path));
}

mode_t umask(mode_t new)
{
	mode_t old = mask;

	mask = new & 0777;
	return old;
}

mode_t posix_mode(mode_t mode)
{
	return mode & 0777 & ~mask;
}

int unlink(const char *path)
{
	return call_path(VFS_UNLINK, 0, path);
}

int rmdir(const char *path)
{
	return call_path(VFS_UNLINK, UNLINK_DIRECTORY, path);
}

int remove(const char *path)
{
	if (unlink(path) == 0)
		return 0;
	return errno == EISDIR || errno == EPERM ? rmdir(path) : -1;
}

int mkdir(const char *path, mode_t mode)
{
	return call_path(VFS_MKDIR, posix_mode(mode), path);
}

int chdir(const char *path)
{
	return call_path(VFS_CHDIR, 0, path);
}

/* A request about two texts, which travel as one. */
static int call_two(uint32_t request, const char *first, const char *second)
{
	size_t first_bytes = strlen(first), second_bytes = strlen(second);
	struct message m = message_make(request, first_bytes, 0);

	if (first_bytes == 0 || second_bytes == 0)
		return posix_fail(E_NO_ENTRY);
	if (first_bytes >= POSIX_PATH_BYTES_MAX || second_bytes >= POSIX_PATH_BYTES_MAX)
		return posix_fail(E_NAME_TOO_LONG);
	char *both = malloc(first_bytes + second_bytes);
	if (both == NULL)
		return -1;
	memcpy(both, first, first_bytes);
	memcpy(both + first_bytes, second, second_bytes);
	err_t error = posix_call_buffer(SLOT_VFS, &m, both, first_bytes + second_bytes);
	free(both);
	return posix_result(error);
}

int rename(const char *from, const char *to)
{
	return call_two(VFS_RENAME, from, to);
}

int symlink(const char *target, const char *path)
{
	return call_two(VFS_SYMLINK, target, path);
}

ssize_t readlink(const char *restrict path, char *restrict buffer, size_t bytes)
{
	struct message m = message_make(VFS_READLINK, 0, 0);
	err_t error = posix_call_path(&m, path);

	if (error != E_OK)
		return posix_fail(error);
	if (bytes > m.w[0])
		bytes = m.w[0];
	memcpy(buffer, &message_page()->words[MESSAGE_REGISTERS], bytes);
	return (ssize_t)bytes;
}

/* A file has one name: POSIX's error for a file system without links of this kind. */
int link(const char *path, const char *another)
{
	(void)path, (void)another;
	return posix_fail(E_DENIED);
}

int ftruncate(int fd, off_t bytes)
{
	struct message m = message_make(VFS_TRUNCATE, (uint64_t)(int64_t)fd, (uint64_t)bytes);

	if (bytes < 0)
		return posix_fail(E_ARGUMENT);
	ipc_call(SLOT_VFS, &m);
	return posix_result(message_error(&m));
}

int truncate(const char *path, off_t bytes)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		return -1;
	int result = ftruncate(fd, bytes);
	int reason = errno;
	close(fd);
	errno = reason;
	return result;
}

/* The answer may count a zero at its end. */
char *getcwd(char *buffer, size_t bytes)
{
	char path[POSIX_PATH_BYTES_MAX + 1];
	struct message m = message_make(VFS_GETCWD, 0, 0);

	if (buffer != NULL && bytes == 0) {
		errno = EINVAL;
		return NULL;
	}
	memset(path, 0, sizeof(path)); /* all of it is present now */
	ipc_call_buffer(SLOT_VFS, &m, path, POSIX_PATH_BYTES_MAX, BUFFER_WRITE);
	err_t error = message_error(&m);
	if (error != E_OK) {
		posix_fail(error);
		return NULL;
	}
	if (buffer == NULL)
		return strdup(path);
	if (strlen(path) >= bytes) {
		errno = ERANGE;
		return NULL;
	}
	return strcpy(buffer, path);
}

/* The real name of a directory, by going there and back. From malloc. */
static char *directory_real(const char *path)
{
	char *before = getcwd(NULL, 0);
	char *real = NULL;

	if (before == NULL)
		return NULL;
	if (chdir(path) == 0) {
		real = getcwd(NULL, 0);
		int reason = errno;
		if (chdir(before) != 0) {
			free(real);
			real = NULL;
		} else {
			errno = reason;
		}
	}
	free(before);
	return real;
}

/* The real name of what is no directory: that of its directory and its own. From malloc. */
static char *file_real(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	char *folder =
		slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
	char *real = folder != NULL ? directory_real(folder) : NULL;
	char *full = real != NULL ? malloc(strlen(real) + strlen(name) + 2) : NULL;

	if (full != NULL)
		sprintf(full, "%s/%s", strcmp(real, "/") == 0 ? "" : real, name);
	free(folder);
	free(real);
	return full;
}

/* @resolved: NULL or PATH_MAX bytes. */
char *realpath(const char *restrict path, char *restrict resolved)
{
	struct stat facts;

	if (path == NULL || stat(path, &facts) != 0) {
		if (path == NULL)
			errno = EINVAL;
		return NULL;
	}
	char *real = S_ISDIR(facts.st_mode) ? directory_real(path) : file_real(path);
	if (real == NULL || resolved == NULL)
		return real;
	if (strlen(real) >= POSIX_PATH_BYTES_MAX) {
		errno = ENAMETOOLONG;
		resolved = NULL;
	} else {
		strcpy(resolved, real);
	}
	free(real);
	return resolved;
}
