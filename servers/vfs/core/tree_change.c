/* SPDX-License-Identifier: MIT */
/* Changes of the tree of names: adding, naming, taking names away. */
#include "proto/inject.h"
#include "proto/records.h"
#include "tree.h"
#include "tree_link.h"
#include <string.h>

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

/* Is there room for one more long name, or for this one? */
static bool name_has_room(const struct tree *tree, const struct inode *inode, uint32_t name_bytes)
{
	if (name_bytes <= TREE_NAME_SHORT || (inode && inode->name_long != 0))
		return true;
	return !allocation_refused("long name") && (tree->long_free != 0 || tree->long_top < TREE_NAMES_LONG);
}

/* The free slots hang together through their first bytes. */
static uint16_t name_take_long(struct tree *tree)
{
	uint16_t slot = tree->long_free;

	tree->long_used++;
	if (slot == 0)
		return ++tree->long_top;
	memcpy(&tree->long_free, tree->names_long[slot - 1], sizeof(tree->long_free));
	return slot;
}

static void name_give_long(struct tree *tree, uint16_t slot)
{
	memcpy(tree->names_long[slot - 1], &tree->long_free, sizeof(tree->long_free));
	tree->long_free = slot;
	tree->long_used--;
}

static void name_drop(struct tree *tree, struct inode *inode)
{
	if (inode->name_long != 0)
		name_give_long(tree, inode->name_long);
	inode->name = "";
	inode->name_bytes = inode->name_long = 0;
}

/* Needs name_has_room(); @name lies outside the tree. */
static void name_set(struct tree *tree, struct inode *inode, const char *name, uint32_t name_bytes)
{
	char *kept = inode->name_short;

	name_drop(tree, inode);
	if (name_bytes > TREE_NAME_SHORT) {
		inode->name_long = name_take_long(tree);
		kept = tree->names_long[inode->name_long - 1];
	}
	memcpy(kept, name, name_bytes);
	inode->name = kept;
	inode->name_bytes = name_bytes;
}

/* Hang an inode, whose name is set, into a directory. */
static void tree_hang(struct tree *tree, uint32_t number, uint32_t directory)
{
	struct inode *inode = &tree->inodes[number], *parent = &tree->inodes[directory];
	uint32_t *bucket = &tree->buckets[tree_bucket(directory, inode->name, inode->name_bytes)];

	inode->parent = directory;
	inode->order = ++tree->orders;
	inode->hash_next = *bucket;
	*bucket = number;
	inode->next_sibling = 0;
	inode->prev_sibling = parent->last_child;
	if (parent->last_child)
		tree->inodes[parent->last_child].next_sibling = number;
	else
		parent->first_child = number;
	parent->last_child = number;
	parent->mtime_s = tree->now_s;
}

static void tree_unhang(struct tree *tree, uint32_t number)
{
	struct inode *inode = &tree->inodes[number], *parent = &tree->inodes[inode->parent];
	uint32_t *link = &tree->buckets[tree_bucket(inode->parent, inode->name, inode->name_bytes)];

	while (*link != number)
		link = &tree->inodes[*link].hash_next;
	*link = inode->hash_next;
	if (inode->prev_sibling)
		tree->inodes[inode->prev_sibling].next_sibling = inode->next_sibling;
	else
		parent->first_child = inode->next_sibling;
	if (inode->next_sibling)
		tree->inodes[inode->next_sibling].prev_sibling = inode->prev_sibling;
	else
		parent->last_child = inode->prev_sibling;
	parent->mtime_s = tree->now_s;
	inode->parent = inode->hash_next = inode->next_sibling = inode->prev_sibling = 0;
}

static uint32_t inode_take(struct tree *tree, uint32_t mode)
{
	uint32_t number = tree->free;

	if (number != 0)
		tree->free = tree->inodes[number].hash_next;
	else
		number = ++tree->top;
	tree->count++;
	tree->inodes[number] = (struct inode){.name = "", .mode = mode, .mtime_s = tree->now_s};
	return number;
}

static err_t tree_may_add(const struct tree *tree, uint32_t directory, const char *name, uint32_t name_bytes)
{
	const struct inode *parent = tree_inode(tree, directory);
	err_t error = name_check(name, name_bytes);

	if (error != E_OK)
		return error;
	if (!parent || !inode_is_directory(parent))
		return E_NOT_DIRECTORY;
	return parent->parent == 0 ? E_NO_ENTRY : E_OK;
}

err_t tree_add(struct tree *tree, uint32_t directory, const char *name, uint32_t name_bytes, uint32_t mode,
	       uint32_t *number)
{
	err_t error = tree_may_add(tree, directory, name, name_bytes);
	struct inode *present;

	if (error != E_OK)
		return error;
	if ((mode & 0170000) == 0)
		return E_ARGUMENT;
	*number = tree_find(tree, directory, name, name_bytes);
	if (*number == 0) {
		if (tree->inodes[directory].fixed)
			return E_DENIED;
		if (tree->count == tree->capacity || allocation_refused("inode"))
			return E_NO_ROOM;
		*number = inode_take(tree, mode);
		tree->inodes[*number].name = name;
		tree->inodes[*number].name_bytes = name_bytes;
		tree_hang(tree, *number, directory);
		return E_OK;
	}
	present = &tree->inodes[*number];
	if (present->device != DEVICE_NONE ||
	    inode_is_directory(present) != ((mode & 0170000) == VFS_DIRECTORY))
		return E_EXISTS;
	if (!present->fixed)
		present->mode = mode;
	return E_OK;
}

err_t tree_create(struct tree *tree, uint32_t directory, const char *name, uint32_t name_bytes, uint32_t mode,
		  uint32_t *number)
{
	err_t error = tree_may_add(tree, directory, name, name_bytes);
	struct inode *inode;

	if (error != E_OK)
		return error;
	if (tree_find(tree, directory, name, name_bytes) != 0)
		return E_EXISTS;
	if (tree->count == tree->capacity || allocation_refused("inode") ||
	    !name_has_room(tree, NULL, name_bytes))
		return E_NO_ROOM;
	*number = inode_take(tree, mode);
	inode = &tree->inodes[*number];
	inode->birth = inode->version = ++tree->versions;
	name_set(tree, inode, name, name_bytes);
	tree_hang(tree, *number, directory);
	return E_OK;
}

err_t tree_create_link(struct tree *tree, uint32_t directory, const char *name, uint32_t name_bytes,
		       const char *target, uint64_t target_bytes)
{
	uint32_t slots = name_bytes > TREE_NAME_SHORT ? 2 : 1, number;
	err_t error = E_OK;

	if (target_bytes == 0 || target_bytes > TREE_NAME_MAX)
		return target_bytes == 0 ? E_NO_ENTRY : E_NAME_TOO_LONG;
	if (tree->long_used + slots > TREE_NAMES_LONG || allocation_refused("long name"))
		error = E_NO_ROOM;
	if (error == E_OK)
		error = tree_create(tree, directory, name, name_bytes, VFS_LINK | 0777, &number);
	if (error != E_OK)
		return error;
	struct inode *link = &tree->inodes[number];
	link->target_long = name_take_long(tree);
	memcpy(tree->names_long[link->target_long - 1], target, target_bytes);
	link->data = (const uint8_t *)tree->names_long[link->target_long - 1];
	link->size_bytes = target_bytes;
	return E_OK;
}

void tree_unname(struct tree *tree, uint32_t number)
{
	tree_unhang(tree, number);
	name_drop(tree, &tree->inodes[number]);
}

err_t tree_rename(struct tree *tree, uint32_t number, uint32_t directory, const char *name,
		  uint32_t name_bytes, uint32_t replaced)
{
	struct inode *inode = &tree->inodes[number];
	err_t error = tree_may_add(tree, directory, name, name_bytes);

	if (error != E_OK)
		return error;
	if (!name_has_room(tree, inode, name_bytes))
		return E_NO_ROOM;
	if (replaced != 0)
		tree_unname(tree, replaced);
	tree_unhang(tree, number);
	name_set(tree, inode, name, name_bytes);
	tree_hang(tree, number, directory);
	return E_OK;
}

void tree_forget(struct tree *tree, uint32_t number)
{
	if (tree->inodes[number].target_long != 0)
		name_give_long(tree, tree->inodes[number].target_long);
	tree->inodes[number].mode = 0;
	tree->inodes[number].hash_next = tree->free;
	tree->free = number;
	tree->count--;
}
