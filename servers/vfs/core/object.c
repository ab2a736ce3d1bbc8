/* SPDX-License-Identifier: MIT */
/* Names of custom pagers' objects: making them, taking them back. */
#include "object.h"
#include "proto/records.h"

#define OBJECT_MODE_BITS 0666u

err_t object_directory_add(struct tree *tree, uint32_t *directory)
{
	err_t error = tree_add(tree, TREE_ROOT, "pagers", 6, VFS_DIRECTORY | 0555, directory);

	if (error == E_OK)
		tree->inodes[*directory].fixed = true;
	return error;
}

/* The node of @directory with this cookie; 0: none. */
static uint32_t object_find(const struct tree *tree, uint32_t directory, uint64_t cookie)
{
	uint32_t number = tree->inodes[directory].first_child;

	while (number != 0 && tree->inodes[number].cookie != cookie)
		number = tree->inodes[number].next_sibling;
	return number;
}

err_t object_publish(struct tree *tree, uint32_t directory, const struct object_facts *facts)
{
	uint32_t number;
	err_t error;

	if (facts->cookie == 0 || facts->size_bytes > STORE_BYTES_MAX ||
	    (facts->mode & ~(uint64_t)OBJECT_MODE_BITS))
		return E_ARGUMENT;
	if (object_find(tree, directory, facts->cookie) != 0)
		return E_EXISTS;
	error = tree_create(tree, directory, facts->name, facts->name_bytes, VFS_REGULAR | facts->mode,
			    &number);
	if (error == E_NO_ROOM)
		return E_NO_MEMORY;
	if (error != E_OK)
		return error == E_EXISTS ? E_EXISTS : E_ARGUMENT;
	tree->inodes[number].device = DEVICE_OBJECT;
	tree->inodes[number].cookie = facts->cookie;
	tree->inodes[number].size_bytes = facts->size_bytes;
	return E_OK;
}

err_t object_withdraw(struct store *store, uint32_t directory, uint64_t cookie)
{
	uint32_t number = cookie != 0 ? object_find(store->tree, directory, cookie) : 0;

	if (number == 0)
		return E_NO_ENTRY;
	store->tree->inodes[number].cookie = 0;
	tree_unname(store->tree, number);
	store_settle(store, number);
	return E_OK;
}

err_t object_map(const struct inode *inode, uint32_t flags, bool shared, uint64_t *rights)
{
	if (inode->cookie == 0)
		return E_DEAD;
	if (!(flags & OPEN_READ))
		return E_ACCESS;
	*rights = PROT_BIT_READ | PROT_BIT_EXEC;
	if (!shared || (flags & OPEN_WRITE))
		*rights |= PROT_BIT_WRITE;
	return E_OK;
}

static int inode_check(const struct tree *tree, uint32_t directory, uint32_t number)
{
	const struct inode *inode = &tree->inodes[number];

	if ((inode->mode & ~OBJECT_MODE_BITS) != VFS_REGULAR || inode->size_bytes > STORE_BYTES_MAX)
		return __LINE__;
	if (inode->data || inode->archive_bytes != 0 || inode->leases != 0 || inode->dirty != 0)
		return __LINE__; /* contents, which it never has */
	if (inode->parent == 0)
		return inode->cookie == 0 && (inode->opens != 0 || inode->holds != 0) ? 0 : __LINE__;
	if (inode->parent != directory || inode->cookie == 0)
		return __LINE__;
	return object_find(tree, directory, inode->cookie) == number ? 0 : __LINE__;
}

int object_check(const struct tree *tree, uint32_t directory)
{
	const struct inode *pagers = tree_inode(tree, directory);

	if (!pagers || !inode_is_directory(pagers) || !pagers->fixed || pagers->parent != TREE_ROOT)
		return __LINE__;
	for (uint32_t number = 1; number <= tree->top; number++) {
		const struct inode *inode = tree_inode(tree, number);
		int broken = inode && inode_is_object(inode) ? inode_check(tree, directory, number) : 0;

		if (inode && !inode_is_object(inode) && (inode->cookie != 0 || inode->parent == directory))
			return __LINE__; /* the directory holds nothing else */
		if (broken)
			return broken;
	}
	return 0;
}
