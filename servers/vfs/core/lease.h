/* SPDX-License-Identifier: MIT */
/*
 * Leases: pages of files lent to the pager, as physical page numbers that stay valid and unchanged until they
 * are returned. Pure.
 *
 * A whole page of a file whose data is page aligned in the archive is lent where it lies. Every other one
 * (the tail past which the page must be zero, data that is not aligned, what was written) is one of the
 * cache. As long as a page is leased through a handle, asking again through it gives the same page.
 */
#ifndef VFS_LEASE_H
#define VFS_LEASE_H

#include "store.h"

/* A run of pages of a file. */
struct lease_run {
	uint64_t handle; /* of the file */
	uint64_t index, count;
	uint32_t account; /* that pays, to take them */
};

/*
 * Lend up to run->count pages; *taken of them, at least one. Fewer: the file ends, or the account gets no
 * more. Who has its share or more is refused the last groups, and the last pages of the cache; what is leased
 * already costs nothing, whoever asks.
 * Errors    E_NO_ENTRY (no such inode), E_IS_DIRECTORY, E_ARGUMENT (not a regular file, past its end,
 *           count 0), E_NO_MEMORY (the first page needs the cache, which is full: grow it and ask again),
 *           E_TOO_MANY (leases)
 */
MUST_USE err_t lease_take(struct store *store, const struct lease_run *run, uint64_t *frames,
			  uint64_t *taken);

/*
 * Take pages back; the file goes if nothing else keeps it.
 * Errors    E_NO_ENTRY, E_ARGUMENT (one of them is not lent); nothing has changed
 */
MUST_USE err_t lease_return(struct store *store, const struct lease_run *run);

/* 0, or the line of the invariant that is broken; *leases is set to the sum of all. */
int lease_check(const struct store *store, uint64_t *leases);

#endif
