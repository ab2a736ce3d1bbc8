/* SPDX-License-Identifier: MIT */
/* Directories: opendir, fdopendir, readdir, rewinddir, closedir, dirfd over VFS_READDIR. */
#include "posix/posix.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES 2048

/* Records lie at [at, end) of the buffer. */
struct directory_stream {
	int fd;
	size_t at, end;
	struct dirent entry; /* what readdir() answered last */
	_Alignas(struct vfs_dirent) char buffer[BUFFER_BYTES];
};

DIR *fdopendir(int fd)
{
	struct stat facts;

	if (fstat(fd, &facts) != 0)
		return NULL;
	if (!S_ISDIR(facts.st_mode)) {
		errno = ENOTDIR;
		return NULL;
	}
	DIR *directory = malloc(sizeof(*directory));
	if (directory == NULL)
		return NULL;
	directory->fd = fd;
	directory->at = directory->end = 0;
	return directory;
}

DIR *opendir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	DIR *directory = fdopendir(fd);
	if (directory == NULL) {
		int reason = errno;
		close(fd);
		errno = reason;
	}
	return directory;
}

static unsigned char type_of(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return DT_DIR;
	case S_IFREG:
		return DT_REG;
	case S_IFCHR:
		return DT_CHR;
	case S_IFLNK:
		return DT_LNK;
	default:
		return DT_UNKNOWN;
	}
}

/* The record at directory->at; false if it does not lie whole within what was read. */
static bool record_take(DIR *directory)
{
	const struct vfs_dirent *record = (const void *)(directory->buffer + directory->at);
	size_t left = directory->end - directory->at;

	if (left < sizeof(*record) || record->record_bytes < sizeof(*record) || record->record_bytes > left ||
	    record->record_bytes % _Alignof(struct vfs_dirent) != 0 ||
	    record->name_bytes > record->record_bytes - sizeof(*record) ||
	    record->name_bytes > NAME_MAX_BYTES)
		return false;
	directory->entry.d_ino = record->inode;
	directory->entry.d_type = type_of(record->mode);
	memcpy(directory->entry.d_name, record->name, record->name_bytes);
	directory->entry.d_name[record->name_bytes] = 0;
	directory->at += record->record_bytes;
	return true;
}

struct dirent *readdir(DIR *directory)
{
	if (directory->at == directory->end) {
		size_t bytes;
		err_t error =
			posix_transfer(VFS_READDIR, directory->fd, directory->buffer, BUFFER_BYTES, &bytes);

		if (error != E_OK) {
			posix_fail(error);
			return NULL;
		}
		directory->at = 0;
		directory->end = bytes;
		if (bytes == 0)
			return NULL;
	}
	if (!record_take(directory)) {
		directory->at = directory->end;
		errno = EIO;
		return NULL;
	}
	return &directory->entry;
}

void rewinddir(DIR *directory)
{
	directory->at = directory->end = 0;
	lseek(directory->fd, 0, SEEK_SET);
}

int closedir(DIR *directory)
{
	int fd = directory->fd;

	free(directory);
	return close(fd);
}

int dirfd(DIR *directory)
{
	return directory->fd;
}
