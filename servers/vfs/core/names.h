/* SPDX-License-Identifier: MIT */
/*
 * What processes do with names: make, remove, rename, with the rules of POSIX. Pure. There is one user, who
 * is no superuser: the owner's permission bits count.
 */
#ifndef VFS_NAMES_H
#define VFS_NAMES_H

#include "path.h"
#include "store.h"

#define MODE_READ    0400u
#define MODE_WRITE   0200u
#define MODE_EXECUTE 0100u

/* How a file is opened: enum open_flag, and the permission bits of a new one. */
struct names_open {
	uint32_t flags;
	uint32_t mode;
};

/*
 * The inode that opening @path means; with OPEN_CREATE it may be new. Nothing is cut yet (OPEN_TRUNCATE).
 * Errors    of path_walk(); E_EXISTS, E_IS_DIRECTORY, E_NOT_DIRECTORY, E_ACCESS, E_NO_ROOM, E_DENIED (an
 *           object is not cut)
 */
MUST_USE err_t names_open(struct store *store, const struct path *path, const struct names_open *how,
			  uint32_t *inode);

/* Errors: of path_walk() and tree_create(); E_EXISTS, E_ACCESS */
MUST_USE err_t names_make_directory(struct store *store, const struct path *path, uint32_t mode);

/* A link to @target, whatever that may be. Errors: of path_walk() and tree_create_link(); E_EXISTS, E_ACCESS
 */
MUST_USE err_t names_make_link(struct store *store, const struct path *path, const char *target,
			       uint64_t target_bytes);

/*
 * Take a name away, of a directory only if @directory. Who has the file open keeps it.
 * Errors    of path_walk(); E_IS_DIRECTORY, E_NOT_DIRECTORY, E_NOT_EMPTY, E_ARGUMENT ("." or ".."),
 *           E_BUSY (the root, or what the vfs itself needs), E_ACCESS
 */
MUST_USE err_t names_remove(struct store *store, const struct path *path, bool directory);

/*
 * Give @from the name @to; what is there is replaced, a file by a file and an empty directory by a directory.
 * Errors    as names_remove() for both; E_ARGUMENT: @to lies below @from; E_NO_ROOM (long names)
 */
MUST_USE err_t names_rename(struct store *store, const struct path *from, const struct path *to);

#endif
