/* SPDX-License-Identifier: MIT */
/*
 * From a path to an inode. Pure. Paths are absolute or relative to a directory; "." and ".." are steps like
 * any other, ".." of the root is the root; a slash at the end asks for a directory; links are followed, at
 * most PATH_LINKS_MAX on one way.
 */
#ifndef VFS_PATH_H
#define VFS_PATH_H

#include "tree.h"

#define PATH_BYTES_MAX 1023u
#define PATH_LINKS_MAX 8u

enum path_last { PATH_FOLLOW, PATH_KEEP_LINK }; /* what happens to a link at the very end */

struct path {
	uint32_t from; /* where a relative one starts */
	uint32_t bytes;
	const char *text;
	enum path_last last;
};

struct path_end {
	uint32_t parent; /* directory of the last step; 0 if the way to it does not exist */
	uint32_t inode;	 /* 0: no such entry */
	uint32_t name_bytes;
	bool slash; /* a slash stands behind the last name */
	char name[TREE_NAME_MAX +
		  1]; /* the last one, links followed; may be "." or ".."; none for the root */
};

/*
 * Walk along @path. *end is set whatever the answer.
 * Errors    E_NO_ENTRY (end->parent tells whether only the last name is missing), E_NOT_DIRECTORY,
 *           E_ACCESS (a directory on the way may not be searched), E_LOOP, E_NAME_TOO_LONG
 */
MUST_USE err_t path_walk(const struct tree *tree, const struct path *path, struct path_end *end);

/*
 * The absolute path of a directory, without a zero; *bytes is its length.
 * Errors    E_NO_ENTRY: it has no name any more; E_NAME_TOO_LONG
 */
MUST_USE err_t path_of(const struct tree *tree, uint32_t directory, char text[PATH_BYTES_MAX],
		       uint32_t *bytes);

#endif
