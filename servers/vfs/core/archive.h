/* SPDX-License-Identifier: MIT */
/*
 * The boot archive as a tree, by reference: names, link targets and file data stay where they lie in it.
 * Pure.
 */
#ifndef VFS_ARCHIVE_H
#define VFS_ARCHIVE_H

#include "tree.h"

/* What archive_load() found. */
struct archive_facts {
	uint64_t entries;  /* read */
	uint64_t left_out; /* entries that could not be added */
	err_t error;	   /* of the first one left out */
};

/*
 * Add every entry of @archive to the tree. Directories on the way are made; a later entry replaces an earlier
 * one. An entry that cannot be added is left out and counted.
 * Errors    E_BAD_FORMAT: reading ended at a malformed entry; those before it are in the tree
 */
MUST_USE err_t archive_load(struct tree *tree, const uint8_t *archive, uint64_t bytes,
			    struct archive_facts *facts);

#endif
