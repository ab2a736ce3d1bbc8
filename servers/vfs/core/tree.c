/* SPDX-License-Identifier: MIT */
/* The tree of names. */
#include "tree.h"
#include "proto/records.h"
#include <string.h>

#define MODE_TYPE 0170000u

void tree_init(struct tree *tree, struct inode *inodes, uint32_t capacity)
{
	*tree = (struct tree){.inodes = inodes, .capacity = capacity, .count = 1};
	inodes[TREE_ROOT] = (struct inode){.name = "", .mode = VFS_DIRECTORY | 0755, .parent = TREE_ROOT};
}

struct inode *tree_inode(const struct tree *tree, uint64_t number)
{
	return number >= 1 && number <= tree->count ? &tree->inodes[number] : NULL;
}

bool inode_is_directory(const struct inode *inode)
{
	return (inode->mode & MODE_TYPE) == VFS_DIRECTORY;
}

bool inode_is_regular(const struct inode *inode)
{
	return (inode->mode & MODE_TYPE) == VFS_REGULAR;
}

bool inode_is_link(const struct inode *inode)
{
	return (inode->mode & MODE_TYPE) == VFS_LINK;
}

/* FNV-1a over the name, begun with the directory's number. */
static uint32_t tree_bucket(uint32_t directory, const char *name, uint32_t name_bytes)
{
	uint32_t hash = 2166136261u ^ directory;

	for (uint32_t i = 0; i < name_bytes; i++)
		hash = (hash ^ (uint8_t)name[i]) * 16777619u;
	return (hash ^ hash >> 16) & (TREE_BUCKETS - 1);
}

static bool inode_is_called(const struct inode *inode, uint32_t directory, const char *name,
			    uint32_t name_bytes)
{
	return inode->parent == directory && inode->name_bytes == name_bytes &&
	       memcmp(inode->name, name, name_bytes) == 0;
}

uint32_t tree_find(const struct tree *tree, uint32_t directory, const char *name, uint32_t name_bytes)
{
	uint32_t number = tree->buckets[tree_bucket(directory, name, name_bytes)];

	while (number != 0 && !inode_is_called(&tree->inodes[number], directory, name, name_bytes))
		number = tree->inodes[number].hash_next;
	return number;
}

static err_t name_check(const char *name, uint32_t name_bytes)
{
	if (name_bytes > TREE_NAME_MAX)
		return E_NAME_TOO_LONG;
	if (name_bytes == 0 || memchr(name, '/', name_bytes) || memchr(name, 0, name_bytes))
		return E_ARGUMENT;
	if (name[0] == '.' && (name_bytes == 1 || (name_bytes == 2 && name[1] == '.')))
		return E_ARGUMENT;
	return E_OK;
}

/* Take the next number of the table for a new entry and link it in. */
static uint32_t tree_link(struct tree *tree, uint32_t directory, const char *name, uint32_t name_bytes,
			  uint32_t mode)
{
	uint32_t number = ++tree->count;
	uint32_t *bucket = &tree->buckets[tree_bucket(directory, name, name_bytes)];
	struct inode *parent = &tree->inodes[directory];

	tree->inodes[number] = (struct inode){.name = name,
					      .name_bytes = name_bytes,
					      .mode = mode,
					      .parent = directory,
					      .hash_next = *bucket};
	*bucket = number;
	if (parent->last_child)
		tree->inodes[parent->last_child].next_sibling = number;
	else
		parent->first_child = number;
	parent->last_child = number;
	return number;
}

err_t tree_add(struct tree *tree, uint32_t directory, const char *name, uint32_t name_bytes, uint32_t mode,
	       uint32_t *number)
{
	err_t error = name_check(name, name_bytes);
	struct inode *parent = tree_inode(tree, directory), *present;

	if (error != E_OK)
		return error;
	if (!parent || !inode_is_directory(parent))
		return E_NOT_DIRECTORY;
	*number = tree_find(tree, directory, name, name_bytes);
	if (*number == 0) {
		if (tree->count == tree->capacity)
			return E_TOO_MANY;
		*number = tree_link(tree, directory, name, name_bytes, mode);
		return E_OK;
	}
	present = &tree->inodes[*number];
	if (present->device != DEVICE_NONE ||
	    inode_is_directory(present) != ((mode & MODE_TYPE) == VFS_DIRECTORY))
		return E_EXISTS;
	present->mode = mode;
	return E_OK;
}

/* Entries below one directory; adds their number to *seen. */
static int directory_check(const struct tree *tree, uint32_t directory, uint32_t *seen)
{
	const struct inode *parent = &tree->inodes[directory];
	uint32_t last = 0;

	if (parent->first_child != 0 && !inode_is_directory(parent))
		return __LINE__;
	for (uint32_t child = parent->first_child; child != 0; child = tree->inodes[child].next_sibling) {
		const struct inode *inode = tree_inode(tree, child);

		if (!inode || inode->parent != directory)
			return __LINE__;
		if (tree_find(tree, directory, inode->name, inode->name_bytes) != child)
			return __LINE__; /* not in its bucket, or the name stands twice */
		if (++*seen > tree->count)
			return __LINE__; /* a ring */
		last = child;
	}
	return parent->last_child == last ? 0 : __LINE__;
}

int tree_check(const struct tree *tree)
{
	uint32_t seen = 1;

	if (tree->count < 1 || tree->count > tree->capacity)
		return __LINE__;
	for (uint32_t number = 1; number <= tree->count; number++) {
		int broken = directory_check(tree, number, &seen);

		if (broken)
			return broken;
	}
	return seen == tree->count ? 0 : __LINE__;
}
