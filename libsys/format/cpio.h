/* SPDX-License-Identifier: MIT */
/*
 * Reader of cpio "newc" archives in memory. Pure: no allocation, no system call. Several archives may
 * stand behind each other with zero padding between; a later entry of the same name replaces an earlier
 * one. Every number of the archive is checked against its size before it is used.
 */
#ifndef FORMAT_CPIO_H
#define FORMAT_CPIO_H

#include "uapi/error.h"
#include <stdbool.h>
#include <stdint.h>

#define CPIO_MODE_TYPE	    0170000u
#define CPIO_MODE_DIRECTORY 0040000u
#define CPIO_MODE_REGULAR   0100000u
#define CPIO_MODE_LINK	    0120000u

struct cpio_reader {
	const uint8_t *base;
	uint64_t bytes;
	uint64_t at; /* where the next header is looked for */
};

struct cpio_entry {
	const char *name;    /* in the archive, ends with a zero */
	uint32_t name_bytes; /* without the zero */
	uint32_t mode;	     /* type and permission bits */
	uint32_t inode;
	uint32_t links;
	uint32_t mtime_s;
	uint64_t data_offset; /* of the file's data from the start of the archive */
	uint64_t data_bytes;
};

/* Start at the first entry of @archive. */
void cpio_open(struct cpio_reader *reader, const void *archive, uint64_t bytes);

/*
 * The next entry; trailers and padding are skipped.
 * Errors    E_NO_ENTRY at the end, E_BAD_FORMAT; the reader then stays where it was
 */
MUST_USE err_t cpio_next(struct cpio_reader *reader, struct cpio_entry *entry);

/*
 * The entry that holds for @name: the last one so called. A leading "/" or "./" of either name is ignored.
 * Errors    E_NO_ENTRY, E_BAD_FORMAT (an entry before the end is malformed)
 */
MUST_USE err_t cpio_find(const void *archive, uint64_t bytes, const char *name, struct cpio_entry *entry);

/* The name without leading "/" and "./". */
const char *cpio_bare_name(const char *name);

#endif
