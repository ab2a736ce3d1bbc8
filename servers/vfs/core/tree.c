/* SPDX-License-Identifier: MIT */
/* The tree of names: what is in it and how it is found. Its changes are in tree_change.c. */
#include "tree.h"
#include "proto/records.h"
#include "tree_link.h"
#include <stddef.h>
#include <string.h>

#define MODE_TYPE    0170000u
#define HANDLE_SHIFT 16

void tree_init(struct tree *tree, struct inode *inodes, uint32_t capacity)
{
	memset(tree, 0, offsetof(struct tree, names_long));
	tree->inodes = inodes;
	tree->capacity = capacity < TREE_INODES_MAX ? capacity : TREE_INODES_MAX;
	tree->count = tree->top = 1;
	inodes[TREE_ROOT] = (struct inode){.name = "", .mode = VFS_DIRECTORY | 0755, .parent = TREE_ROOT};
}

struct inode *tree_inode(const struct tree *tree, uint64_t number)
{
	return number >= 1 && number <= tree->top && tree->inodes[number].mode != 0 ? &tree->inodes[number]
										    : NULL;
}

uint64_t tree_handle(const struct tree *tree, uint32_t number)
{
	_Static_assert(TREE_INODES_MAX < 1u << HANDLE_SHIFT, "a number fits a handle");
	return number | tree->inodes[number].version << HANDLE_SHIFT;
}

uint32_t tree_by_handle(const struct tree *tree, uint64_t handle)
{
	uint32_t number = handle & ((1u << HANDLE_SHIFT) - 1);
	uint64_t version = handle >> HANDLE_SHIFT;
	const struct inode *inode = tree_inode(tree, number);

	return inode && version >= inode->birth && version <= inode->version ? number : 0;
}

void tree_show(struct tree *tree, uint32_t number)
{
	tree->inodes[number].shown = true;
}

void tree_touch(struct tree *tree, uint32_t number)
{
	struct inode *inode = &tree->inodes[number];

	inode->mtime_s = tree->now_s;
	if (!inode->shown)
		return;
	inode->version = ++tree->versions;
	inode->shown = false;
}

bool inode_is_directory(const struct inode *inode)
{
	return (inode->mode & MODE_TYPE) == VFS_DIRECTORY;
}

bool inode_is_regular(const struct inode *inode)
{
	return (inode->mode & MODE_TYPE) == VFS_REGULAR && inode->device == DEVICE_NONE;
}

bool inode_is_object(const struct inode *inode)
{
	return inode->device == DEVICE_OBJECT;
}

bool inode_is_link(const struct inode *inode)
{
	return (inode->mode & MODE_TYPE) == VFS_LINK;
}

/* FNV-1a over the name, begun with the directory's number. */
uint32_t tree_bucket(uint32_t directory, const char *name, uint32_t name_bytes)
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

bool tree_is_below(const struct tree *tree, uint32_t number, uint32_t directory)
{
	while (number != directory && number != TREE_ROOT && number != 0)
		number = tree->inodes[number].parent;
	return number == directory;
}

/* Entries below one directory; adds their number to *seen. */
static int directory_check(const struct tree *tree, uint32_t directory, uint32_t *seen)
{
	const struct inode *parent = &tree->inodes[directory];
	uint32_t last = 0;
	uint64_t order = 0;

	if (parent->first_child != 0 && (!inode_is_directory(parent) || parent->parent == 0))
		return __LINE__;
	for (uint32_t child = parent->first_child; child != 0; child = tree->inodes[child].next_sibling) {
		const struct inode *inode = tree_inode(tree, child);

		if (!inode || inode->parent != directory || inode->prev_sibling != last)
			return __LINE__;
		if (tree_find(tree, directory, inode->name, inode->name_bytes) != child)
			return __LINE__; /* not in its bucket, or the name stands twice */
		if (inode->order <= order)
			return __LINE__;
		if (++*seen > tree->count)
			return __LINE__; /* a ring */
		order = inode->order;
		last = child;
	}
	return parent->last_child == last ? 0 : __LINE__;
}

static int inode_check(const struct tree *tree, const struct inode *inode)
{
	if (inode->birth > inode->version || inode->version > tree->versions)
		return __LINE__;
	if (inode->archive_bytes > inode->size_bytes && inode_is_regular(inode))
		return __LINE__;
	if (inode->name_bytes > TREE_NAME_MAX || inode->name_long > TREE_NAMES_LONG)
		return __LINE__;
	if (inode->name_long != 0 && inode->name != tree->names_long[inode->name_long - 1])
		return __LINE__;
	if (inode->target_long != 0 &&
	    (!inode_is_link(inode) ||
	     inode->data != (const uint8_t *)tree->names_long[inode->target_long - 1]))
		return __LINE__;
	return 0;
}

static int free_check(const struct tree *tree, uint32_t used)
{
	uint32_t free = 0;

	for (uint32_t number = tree->free; number != 0; number = tree->inodes[number].hash_next) {
		if (number > tree->top || tree->inodes[number].mode != 0 || ++free > tree->top)
			return __LINE__;
	}
	return used + free == tree->top && used == tree->count ? 0 : __LINE__;
}

int tree_check(const struct tree *tree)
{
	uint32_t seen = 1, nameless = 0, used = 0, long_names = 0;

	if (tree->top < 1 || tree->top > tree->capacity || tree->inodes[TREE_ROOT].parent != TREE_ROOT)
		return __LINE__;
	for (uint32_t number = 1; number <= tree->top; number++) {
		const struct inode *inode = tree_inode(tree, number);
		int broken;

		if (!inode)
			continue;
		used++;
		nameless += inode->parent == 0;
		long_names += (inode->name_long != 0) + (inode->target_long != 0);
		broken = inode_check(tree, inode);
		if (!broken)
			broken = directory_check(tree, number, &seen);
		if (broken)
			return broken;
	}
	if (long_names != tree->long_used)
		return __LINE__;
	return seen + nameless == used ? free_check(tree, used) : __LINE__;
}
