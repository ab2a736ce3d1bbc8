/* SPDX-License-Identifier: MIT */
/* Making, removing and renaming. Each decides first and then changes. */
#include "names.h"
#include "proto/records.h"

static struct inode *inode_of(const struct store *store, uint32_t number)
{
	return &store->tree->inodes[number];
}

static bool name_is_dots(const struct path_end *end)
{
	return end->name[0] == '.' && (end->name_bytes == 1 || (end->name_bytes == 2 && end->name[1] == '.'));
}

/* May an entry of this directory come or go? */
static err_t directory_may_change(const struct store *store, uint32_t directory)
{
	return inode_of(store, directory)->mode & MODE_WRITE ? E_OK : E_ACCESS;
}

/* What opening a file that is there answers. */
static err_t open_check(const struct inode *inode, uint32_t flags)
{
	bool writes = flags & (OPEN_WRITE | OPEN_TRUNCATE);

	if ((flags & OPEN_CREATE) && (flags & OPEN_EXCLUSIVE))
		return E_EXISTS;
	if (inode_is_directory(inode) && (writes || (flags & OPEN_CREATE)))
		return E_IS_DIRECTORY;
	if ((flags & OPEN_DIRECTORY) && !inode_is_directory(inode))
		return E_NOT_DIRECTORY;
	if (((flags & OPEN_READ) && !(inode->mode & MODE_READ)) || (writes && !(inode->mode & MODE_WRITE)))
		return E_ACCESS;
	return (flags & OPEN_TRUNCATE) && inode_is_object(inode) ? E_DENIED : E_OK;
}

/* A new entry where the walk ended. */
static err_t end_create(struct store *store, const struct path_end *end, uint32_t mode, uint32_t *number)
{
	err_t error = directory_may_change(store, end->parent);

	if (error != E_OK)
		return error;
	return tree_create(store->tree, end->parent, end->name, end->name_bytes, mode, number);
}

err_t names_open(struct store *store, const struct path *path, const struct names_open *how, uint32_t *number)
{
	struct path way = *path;
	struct path_end end;
	err_t error;

	way.last = (how->flags & OPEN_CREATE) && (how->flags & OPEN_EXCLUSIVE) ? PATH_KEEP_LINK : PATH_FOLLOW;
	error = path_walk(store->tree, &way, &end);
	if (error == E_OK) {
		*number = end.inode;
		return open_check(inode_of(store, end.inode), how->flags);
	}
	if (error != E_NO_ENTRY || !(how->flags & OPEN_CREATE) || end.parent == 0 || name_is_dots(&end))
		return error;
	if (end.slash || (how->flags & OPEN_DIRECTORY))
		return end.slash ? E_IS_DIRECTORY : E_ARGUMENT;
	return end_create(store, &end, VFS_REGULAR | (how->mode & 0777), number);
}

err_t names_make_directory(struct store *store, const struct path *path, uint32_t mode)
{
	struct path way = *path;
	struct path_end end;
	uint32_t number;
	err_t error;

	way.last = PATH_KEEP_LINK;
	error = path_walk(store->tree, &way, &end);
	if (error == E_OK)
		return E_EXISTS;
	if (error != E_NO_ENTRY || end.parent == 0 || name_is_dots(&end))
		return error;
	return end_create(store, &end, VFS_DIRECTORY | (mode & 0777), &number);
}

err_t names_make_link(struct store *store, const struct path *path, const char *target, uint64_t target_bytes)
{
	struct path way = *path;
	struct path_end end;
	err_t error;

	way.last = PATH_KEEP_LINK;
	error = path_walk(store->tree, &way, &end);
	if (error == E_OK)
		return E_EXISTS;
	if (error != E_NO_ENTRY || end.parent == 0 || end.slash || name_is_dots(&end))
		return error;
	error = directory_may_change(store, end.parent);
	if (error != E_OK)
		return error;
	return tree_create_link(store->tree, end.parent, end.name, end.name_bytes, target, target_bytes);
}

/* May this name go? */
static err_t remove_check(const struct store *store, const struct path_end *end, bool directory)
{
	const struct inode *inode = inode_of(store, end->inode);

	if (inode->fixed)
		return E_BUSY;
	if (directory != inode_is_directory(inode))
		return directory ? E_NOT_DIRECTORY : E_IS_DIRECTORY;
	if (inode->first_child != 0)
		return E_NOT_EMPTY;
	return directory_may_change(store, end->parent);
}

/* The entry at the end of a path; the root, "." and ".." are none. */
static err_t entry_walk(const struct store *store, const struct path *path, struct path_end *end)
{
	struct path way = *path;
	err_t error;

	way.last = PATH_KEEP_LINK;
	error = path_walk(store->tree, &way, end);
	if (error != E_OK && (error != E_NO_ENTRY || end->parent == 0))
		return error;
	if (end->name_bytes == 0 && end->inode == TREE_ROOT)
		return E_BUSY;
	if (name_is_dots(end) || end->name_bytes == 0)
		return error != E_OK ? error : E_ARGUMENT;
	if (error == E_OK && tree_find(store->tree, end->parent, end->name, end->name_bytes) != end->inode)
		return E_ARGUMENT; /* a link with a slash behind it, to the root */
	return error;
}

err_t names_remove(struct store *store, const struct path *path, bool directory)
{
	struct path_end end;
	err_t error = entry_walk(store, path, &end);

	if (error == E_OK)
		error = remove_check(store, &end, directory);
	if (error != E_OK)
		return error;
	tree_unname(store->tree, end.inode);
	store_settle(store, end.inode);
	return E_OK;
}

/* What is known of both ends before anything changes. */
static err_t rename_check(const struct store *store, const struct path_end *from, const struct path_end *to)
{
	bool directory = inode_is_directory(inode_of(store, from->inode));
	err_t error = directory_may_change(store, from->parent);

	if (inode_of(store, from->inode)->fixed)
		return E_BUSY;
	if (error != E_OK)
		return error;
	if (directory && tree_is_below(store->tree, to->parent, from->inode))
		return E_ARGUMENT;
	if (to->inode != 0)
		return remove_check(store, to, directory);
	if (to->slash && !directory)
		return E_NOT_DIRECTORY;
	return directory_may_change(store, to->parent);
}

err_t names_rename(struct store *store, const struct path *from_path, const struct path *to_path)
{
	struct path_end from, to;
	err_t error = entry_walk(store, from_path, &from);

	if (error != E_OK)
		return error;
	error = entry_walk(store, to_path, &to);
	if (error != E_OK && error != E_NO_ENTRY)
		return error;
	if (error == E_NO_ENTRY && (to.parent == 0 || name_is_dots(&to)))
		return error;
	if (from.inode == to.inode)
		return E_OK;
	error = rename_check(store, &from, &to);
	if (error == E_OK)
		error = tree_rename(store->tree, from.inode, to.parent, to.name, to.name_bytes, to.inode);
	if (error == E_OK && to.inode != 0)
		store_settle(store, to.inode);
	return error;
}
