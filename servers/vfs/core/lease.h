/* SPDX-License-Identifier: MIT */
/*
 * Leases: pages of files lent to the pager, as physical page numbers that stay valid and unchanged until they
 * are returned. Pure.
 *
 * A whole page of a file whose data is page aligned in the archive is lent where it lies. Every other one
 * (the tail past which the page must be zero, data that is not aligned) is copied into the cache on first
 * use.
 */
#ifndef VFS_LEASE_H
#define VFS_LEASE_H

#include "cache.h"
#include "tree.h"

struct lease_store {
	struct tree *tree;
	struct cache *cache;
	const uint8_t *archive; /* page aligned */
	uint64_t archive_frame; /* physical page number of its first page */
	uint64_t in_place;	/* leases of pages in the archive, all inodes together */
};

/* Pages a file has. */
uint64_t lease_pages(const struct inode *inode);

/*
 * Lend up to @count pages from @index on; *taken of them, at least one. Fewer: the file ends or the cache is
 * full. Errors    E_NO_ENTRY (no such inode), E_IS_DIRECTORY, E_ARGUMENT (not a regular file, past its end,
 * count 0), E_NO_MEMORY (the first page needs the cache, which is full: grow it and ask again)
 */
MUST_USE err_t lease_take(struct lease_store *store, uint64_t inode, uint64_t index, uint64_t count,
			  uint64_t *frames, uint64_t *taken);

/*
 * Take pages back.
 * Errors    E_NO_ENTRY, E_ARGUMENT (one of them is not lent); nothing has changed
 */
MUST_USE err_t lease_return(struct lease_store *store, uint64_t inode, uint64_t index, uint64_t count);

/* Tree and cache, and that leases agree; 0, or the line of the invariant that is broken. */
int lease_check(const struct lease_store *store, uint64_t *leases);

#endif
