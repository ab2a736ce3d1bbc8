/* SPDX-License-Identifier: MIT */
/*
 * The tree of names: inodes in a fixed table, found by (directory, name) through a hash. Pure.
 *
 *   number 1 is the root, its own parent; 0 is no inode
 *   directory -> first_child <-> next_sibling <-> ...   in the order they were added (`order` ascends)
 *   bucket[hash(directory, name)] -> hash_next -> ...;  free inodes hang in a list through the same link
 *
 * An inode has one name or none: it stays without a name while somebody refers to it. Names and link targets
 * of the archive are borrowed from it, others are kept here: short names in the inode, long ones and targets
 * in a table.
 *
 * Outside, an inode is known by a handle, which is its number and a version. A version is never given twice,
 * so the handle of an inode that is gone finds nothing, though its number serves another one by now.
 *
 *     63        16 15       0
 *    |  version   |  number  |
 */
#ifndef VFS_TREE_H
#define VFS_TREE_H

#include "uapi/error.h"
#include <stdbool.h>
#include <stdint.h>

#define TREE_ROOT	1u
#define TREE_NAME_MAX	255u
#define TREE_NAME_SHORT 32u
#define TREE_NAMES_LONG 1024u
#define TREE_BUCKETS	1024u /* power of two */
#define TREE_INODES_MAX 4096u

enum inode_device {
	DEVICE_NONE = 0,
	DEVICE_CONSOLE = 1,
	DEVICE_NULL = 2,
	DEVICE_ZERO = 3,
	DEVICE_OBJECT = 4, /* of a custom pager, see object.h */
};

struct inode {
	const char *name;	/* no terminating zero */
	const uint8_t *data;	/* regular file: contents in the archive; link: target */
	uint64_t size_bytes;	/* of the file now */
	uint64_t archive_bytes; /* how far `data` still holds, where no page of the cache stands before it */
	uint64_t birth;		/* version when it was made: older handles are not its */
	uint64_t version;	/* of its handle now */
	uint64_t order;		/* among the entries of its directory */
	uint64_t leases;	/* of its pages, of all versions */
	uint64_t cookie;	/* DEVICE_OBJECT: what the pager calls it; 0: withdrawn */
	uint32_t mode;		/* enum vfs_mode | permission bits; 0: free */
	uint32_t mtime_s;
	uint32_t parent; /* 0: it has no name (any more) */
	uint32_t first_child, last_child, next_sibling, prev_sibling, hash_next;
	uint32_t opens; /* open files, working directories, the vfs itself */
	uint32_t holds; /* the pager's, for areas that refer to it */
	uint32_t dirty; /* pages of the cache that are the only place of their data */
	uint16_t name_bytes;
	uint16_t name_long;   /* slot + 1 of a long name */
	uint16_t target_long; /* slot + 1 of a link's target that is kept here */
	uint8_t device;	      /* enum inode_device; VFS_CHARACTER, but objects are VFS_REGULAR */
	bool shown;	      /* its handle of now was given away */
	bool fixed;	      /* the vfs's own: it keeps its name; a directory takes no entry from outside */
	char name_short[TREE_NAME_SHORT];
};

struct tree {
	struct inode *inodes;	  /* [capacity + 1]; [0] is unused */
	uint32_t capacity, count; /* there are; those with a name and those without */
	uint32_t top;		  /* highest number ever used */
	uint32_t free;		  /* free inodes below it */
	uint64_t versions;	  /* last one given */
	uint64_t orders;
	uint32_t now_s; /* what a change is dated */
	uint32_t buckets[TREE_BUCKETS];
	uint16_t long_free, long_top, long_used;	     /* slot + 1 */
	char names_long[TREE_NAMES_LONG][TREE_NAME_MAX + 1]; /* and targets of links */
};

/* An empty root directory in the table @inodes, which has room for 1 to @capacity. */
void tree_init(struct tree *tree, struct inode *inodes, uint32_t capacity);

/* Borrow an inode; NULL if there is none of this number. */
struct inode *tree_inode(const struct tree *tree, uint64_t number);

uint64_t tree_handle(const struct tree *tree, uint32_t number);

/* The number behind a handle, of whichever version of the inode; 0 if the inode is gone. */
uint32_t tree_by_handle(const struct tree *tree, uint64_t handle);

/* The handle is given away: a change of the contents gives the inode a new one. */
void tree_show(struct tree *tree, uint32_t number);

/* The contents are about to change. */
void tree_touch(struct tree *tree, uint32_t number);

bool inode_is_directory(const struct inode *inode);
bool inode_is_regular(const struct inode *inode); /* and has contents here: not an object */
bool inode_is_object(const struct inode *inode);
bool inode_is_link(const struct inode *inode);

/* The entry of @directory so called, 0 if there is none. Not for "." and "..". */
uint32_t tree_find(const struct tree *tree, uint32_t directory, const char *name, uint32_t name_bytes);

/* Is @number @directory, or somewhere below it? */
bool tree_is_below(const struct tree *tree, uint32_t number, uint32_t directory);

/*
 * Add an entry whose name is borrowed, or give back the one that is there if both are directories or neither
 * is; *number names it. Its mode is set, its contents are the caller's to set.
 * Errors    E_NAME_TOO_LONG, E_ARGUMENT (empty, "." or "..", a slash), E_NO_ROOM, E_NOT_DIRECTORY
 *           (@directory is none), E_EXISTS (a directory would replace a file, a file a directory, or
 *           anything a device), E_DENIED (@directory is fixed)
 */
MUST_USE err_t tree_add(struct tree *tree, uint32_t directory, const char *name, uint32_t name_bytes,
			uint32_t mode, uint32_t *number);

/*
 * A new empty entry; its name is copied.
 * Errors    as tree_add(); E_EXISTS whatever is there; E_NO_ENTRY: @directory itself has been removed
 */
MUST_USE err_t tree_create(struct tree *tree, uint32_t directory, const char *name, uint32_t name_bytes,
			   uint32_t mode, uint32_t *number);

/*
 * A new link; its target is copied.
 * Errors    as tree_create(); E_NO_ENTRY (an empty target), E_NAME_TOO_LONG (over TREE_NAME_MAX)
 */
MUST_USE err_t tree_create_link(struct tree *tree, uint32_t directory, const char *name, uint32_t name_bytes,
				const char *target, uint64_t target_bytes);

/* Take the name away. Needs a name, and no entries below; the root keeps its own. */
void tree_unname(struct tree *tree, uint32_t number);

/*
 * Give another name, which is copied; what is so called loses its own. Needs: @replaced (0: none) is so
 * called and has no entries, @number has a name, is not the root, and @directory does not lie below it.
 * Errors    as tree_create() but E_EXISTS; nothing has changed
 */
MUST_USE err_t tree_rename(struct tree *tree, uint32_t number, uint32_t directory, const char *name,
			   uint32_t name_bytes, uint32_t replaced);

/* Free an inode. Needs: no name, and nobody refers to it. */
void tree_forget(struct tree *tree, uint32_t number);

/* 0, or the line of the invariant that is broken. */
int tree_check(const struct tree *tree);

#endif
