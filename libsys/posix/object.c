/* SPDX-License-Identifier: MIT */
/*
 * read() of a custom pager's object. The vfs knows its name and size, its contents come page by page from the
 * pager, through a mapping: so it is mapped for a while and copied. What the pager fails ends the process,
 * and a bad buffer too, as any load or store would.
 */
#include "posix/posix.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES (256ul << 10) /* of one mapping */

/*
 * Take up to *bytes from where the descriptor stands, as one step, so that who shares it reads other bytes;
 * what lies past the end is given back. Answers where they begin, or -1.
 */
static off_t object_claim(int fd, off_t size, size_t *bytes)
{
	off_t end = lseek(fd, (off_t)*bytes, SEEK_CUR), start = end - (off_t)*bytes;
	size_t left = start < size ? (size_t)(size - start) : 0;

	if (end < 0)
		return -1;
	if (left < *bytes) {
		lseek(fd, (off_t)left - (off_t)*bytes, SEEK_CUR);
		*bytes = left;
	}
	return start;
}

static int object_copy(int fd, off_t start, void *buffer, size_t bytes)
{
	size_t in_page = (size_t)start % PAGE_BYTES;
	char *at = mmap(NULL, in_page + bytes, PROT_READ, MAP_PRIVATE, fd, start - (off_t)in_page);

	if (at == MAP_FAILED)
		return -1;
	memcpy(buffer, at + in_page, bytes);
	return munmap(at, in_page + bytes);
}

/* Bytes read, less than asked for at the end; -1, and the descriptor stands where it stood. */
static ssize_t object_piece(int fd, off_t size, void *buffer, size_t bytes)
{
	off_t start = object_claim(fd, size, &bytes);

	if (start < 0)
		return -1;
	if (bytes > 0 && object_copy(fd, start, buffer, bytes) != 0) {
		int reason = errno;

		lseek(fd, -(off_t)bytes, SEEK_CUR);
		errno = reason;
		return -1;
	}
	return (ssize_t)bytes;
}

ssize_t posix_read_object(int fd, void *buffer, size_t bytes)
{
	size_t done = 0, ask;
	struct stat facts;
	ssize_t moved;

	if (fstat(fd, &facts) != 0)
		return -1;
	do {
		ask = bytes - done < PIECE_BYTES ? bytes - done : PIECE_BYTES;
		moved = object_piece(fd, facts.st_size, (char *)buffer + done, ask);
		if (moved < 0)
			return done > 0 ? (ssize_t)done : -1;
		done += (size_t)moved;
	} while ((size_t)moved == ask && done < bytes);
	return (ssize_t)done;
}
