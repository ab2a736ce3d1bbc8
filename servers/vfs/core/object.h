/* SPDX-License-Identifier: MIT */
/*
 * Names of custom pagers' objects. Pure.
 *
 *   /pagers          fixed, mode 0555: entries come and go by the pager alone
 *   /pagers/NAME     an inode with DEVICE_OBJECT: size, permission bits, a cookie
 *
 * The cookie is what the pager calls the object; the vfs only hands it back. To programs the node is a
 * regular file that has a size and can be mapped, but it has no contents here. Withdrawn, it has neither name
 * nor cookie and stays while somebody has it open.
 */
#ifndef VFS_OBJECT_H
#define VFS_OBJECT_H

#include "store.h"

struct object_facts {
	uint64_t cookie; /* not 0 */
	uint64_t size_bytes;
	uint64_t mode; /* permission bits, none to execute */
	const char *name;
	uint32_t name_bytes;
};

/* Make /pagers. Errors: of tree_add() */
MUST_USE err_t object_directory_add(struct tree *tree, uint32_t *directory);

/*
 * A node in @directory.
 * Errors    E_EXISTS: the name, or the cookie; E_NO_MEMORY: no inode is left; E_ARGUMENT: facts or name;
 *           nothing has changed
 */
MUST_USE err_t object_publish(struct tree *tree, uint32_t directory, const struct object_facts *facts);

/* The name goes, and the node when nobody has it open. Errors: E_NO_ENTRY: no such cookie */
MUST_USE err_t object_withdraw(struct store *store, uint32_t directory, uint64_t cookie);

/*
 * What a mapping through a descriptor with these flags (OPEN_READ, OPEN_WRITE) may have, PROT_BIT_*: a
 * private one everything, for what is written is copied; a shared one writes the object itself. Errors
 * E_DEAD: withdrawn; E_ACCESS: not open for reading
 */
MUST_USE err_t object_map(const struct inode *inode, uint32_t flags, bool shared, uint64_t *rights);

/* The nodes of objects; 0, or the line of the invariant that is broken. */
int object_check(const struct tree *tree, uint32_t directory);

#endif
