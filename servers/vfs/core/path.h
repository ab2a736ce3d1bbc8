/* SPDX-License-Identifier: MIT */
/*
 * From a path to an inode. Pure. Paths are absolute or relative to the root; "." and ".." are steps like any
 * other, ".." of the root is the root; a slash at the end asks for a directory; links are followed, at most
 * PATH_LINKS_MAX on one way.
 */
#ifndef VFS_PATH_H
#define VFS_PATH_H

#include "tree.h"

#define PATH_BYTES_MAX 1023u
#define PATH_LINKS_MAX 8u

enum path_last { PATH_FOLLOW, PATH_KEEP_LINK }; /* what happens to a link at the very end */

struct path_end {
	uint32_t parent; /* directory of the last step; 0 if the way to it does not exist */
	uint32_t inode;	 /* 0: no such entry */
};

/*
 * Walk @path. *end is set whatever the answer.
 * Errors    E_NO_ENTRY (end->parent tells whether only the last name is missing), E_NOT_DIRECTORY,
 *           E_NAME_TOO_LONG (whole path, also with links put in, or a name of it), E_LOOP
 */
MUST_USE err_t path_walk(const struct tree *tree, const char *path, uint32_t path_bytes, enum path_last last,
			 struct path_end *end);

#endif
