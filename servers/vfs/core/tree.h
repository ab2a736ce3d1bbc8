/* SPDX-License-Identifier: MIT */
/*
 * The tree of names: inodes in a fixed table, found by (directory, name) through a hash. Pure.
 *
 *   number 1 is the root, its own parent; 0 is no inode
 *   directory -> first_child -> next_sibling -> ...   in the order they were added
 *   bucket[hash(directory, name)] -> hash_next -> ...
 *
 * Names and link targets are borrowed from memory that outlives the tree (the archive). Inodes are added
 * and replaced, never removed: what is named once stays valid, so a number needs no generation.
 */
#ifndef VFS_TREE_H
#define VFS_TREE_H

#include "uapi/error.h"
#include <stdbool.h>
#include <stdint.h>

#define TREE_ROOT     1u
#define TREE_NAME_MAX 255u
#define TREE_BUCKETS  1024u /* power of two */

enum inode_device { DEVICE_NONE = 0, DEVICE_CONSOLE = 1, DEVICE_NULL = 2, DEVICE_ZERO = 3 };

struct inode {
	const char *name;    /* no terminating zero */
	const uint8_t *data; /* regular file: contents; link: target */
	uint64_t size_bytes;
	uint64_t leases; /* of pages that are lent where they lie, not from the cache */
	uint32_t mode;	 /* enum vfs_mode | permission bits */
	uint32_t mtime_s;
	uint32_t parent, first_child, last_child, next_sibling, hash_next;
	uint16_t name_bytes;
	uint8_t device; /* enum inode_device, for VFS_CHARACTER */
};

struct tree {
	struct inode *inodes; /* [capacity + 1]; [0] is unused */
	uint32_t capacity, count;
	uint32_t buckets[TREE_BUCKETS];
};

/* An empty root directory in the table @inodes, which has room for 1 to @capacity. */
void tree_init(struct tree *tree, struct inode *inodes, uint32_t capacity);

/* Borrow an inode; NULL if there is none of this number. */
struct inode *tree_inode(const struct tree *tree, uint64_t number);

bool inode_is_directory(const struct inode *inode);
bool inode_is_regular(const struct inode *inode);
bool inode_is_link(const struct inode *inode);

/* The entry of @directory so called, 0 if there is none. Not for "." and "..". */
uint32_t tree_find(const struct tree *tree, uint32_t directory, const char *name, uint32_t name_bytes);

/*
 * Add an entry, or give back the one that is there if both are directories or neither is; *number names it.
 * Its mode is set, its contents are the caller's to set.
 * Errors    E_NAME_TOO_LONG, E_ARGUMENT (empty, "." or "..", a slash), E_TOO_MANY, E_NOT_DIRECTORY
 *           (@directory is none), E_EXISTS (a directory would replace a file, a file a directory, or
 *           anything a device)
 */
MUST_USE err_t tree_add(struct tree *tree, uint32_t directory, const char *name, uint32_t name_bytes,
			uint32_t mode, uint32_t *number);

/* 0, or the line of the invariant that is broken. */
int tree_check(const struct tree *tree);

#endif
