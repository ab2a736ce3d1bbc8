/* SPDX-License-Identifier: MIT */
/*
 * The walk along a path. What is left of it lies in a buffer; a link's target is put in front of the rest,
 * so nothing recurses:   "l/x/y" with l -> "/a/b"   becomes   "/a/b/x/y".
 */
#include "path.h"
#include <string.h>

#define MODE_SEARCH 0100u

struct walk {
	const struct tree *tree;
	enum path_last last;
	uint32_t here; /* directory, or at the end whatever was found */
	uint32_t links;
	uint32_t at, bytes; /* what is left: text[at..bytes) */
	struct path_end *end;
	char text[PATH_BYTES_MAX];
};

/* The next name of the path; slashes before it are skipped. */
static uint32_t walk_name(struct walk *walk, const char **name)
{
	uint32_t start;

	while (walk->at < walk->bytes && walk->text[walk->at] == '/')
		walk->at++;
	start = walk->at;
	while (walk->at < walk->bytes && walk->text[walk->at] != '/')
		walk->at++;
	*name = &walk->text[start];
	return walk->at - start;
}

/* A name is the last one if only slashes follow; those ask for a directory. */
static bool walk_is_last(const struct walk *walk)
{
	uint32_t at = walk->at;

	while (at < walk->bytes && walk->text[at] == '/')
		at++;
	return at == walk->bytes;
}

static err_t walk_into_link(struct walk *walk, const struct inode *link)
{
	uint32_t rest = walk->bytes - walk->at;

	if (++walk->links > PATH_LINKS_MAX)
		return E_LOOP;
	if (link->size_bytes == 0)
		return E_NO_ENTRY;
	if (link->size_bytes + rest > PATH_BYTES_MAX)
		return E_NAME_TOO_LONG;
	memmove(walk->text + link->size_bytes, walk->text + walk->at, rest);
	memcpy(walk->text, link->data, link->size_bytes);
	walk->at = 0;
	walk->bytes = link->size_bytes + rest;
	if (walk->text[0] == '/')
		walk->here = TREE_ROOT;
	return E_OK;
}

/* The entry @name of the directory here; 0 if there is none. */
static uint32_t walk_find(const struct walk *walk, const char *name, uint32_t name_bytes)
{
	if (name_bytes == 1 && name[0] == '.')
		return walk->here;
	if (name_bytes == 2 && name[0] == '.' && name[1] == '.')
		return walk->tree->inodes[walk->here].parent;
	return tree_find(walk->tree, walk->here, name, name_bytes);
}

/* What the caller wants to know of the last step. */
static void walk_note(struct walk *walk, const char *name, uint32_t name_bytes, bool last)
{
	walk->end->parent = last ? walk->here : 0;
	walk->end->name_bytes = last ? name_bytes : 0;
	walk->end->slash = last && walk->at < walk->bytes;
	if (last)
		memcpy(walk->end->name, name, name_bytes);
}

/* One step; needs a name to be left. */
static err_t walk_step(struct walk *walk, const char *name, uint32_t name_bytes)
{
	bool last = walk_is_last(walk), slash = walk->at < walk->bytes;
	const struct inode *here = &walk->tree->inodes[walk->here], *found;
	uint32_t number;

	if (name_bytes > TREE_NAME_MAX)
		return E_NAME_TOO_LONG;
	if (!inode_is_directory(here))
		return E_NOT_DIRECTORY;
	if (!(here->mode & MODE_SEARCH))
		return E_ACCESS;
	walk_note(walk, name, name_bytes, last);
	number = walk_find(walk, name, name_bytes);
	if (number == 0)
		return E_NO_ENTRY;
	found = &walk->tree->inodes[number];
	if (inode_is_link(found) && !(last && !slash && walk->last == PATH_KEEP_LINK))
		return walk_into_link(walk, found);
	if (slash && !inode_is_directory(found))
		return E_NOT_DIRECTORY;
	walk->here = number;
	return E_OK;
}

err_t path_walk(const struct tree *tree, const struct path *path, struct path_end *end)
{
	struct walk walk = {
		.tree = tree, .last = path->last, .here = path->from, .end = end, .bytes = path->bytes};
	const char *name;
	uint32_t name_bytes;
	err_t error = E_OK;

	end->parent = end->inode = end->name_bytes = 0;
	end->slash = false;
	if (path->bytes > PATH_BYTES_MAX)
		return E_NAME_TOO_LONG;
	if (path->bytes == 0)
		return E_NO_ENTRY;
	memcpy(walk.text, path->text, path->bytes);
	if (walk.text[0] == '/')
		walk.here = TREE_ROOT;
	end->parent = walk.here;
	while (error == E_OK && (name_bytes = walk_name(&walk, &name)) > 0)
		error = walk_step(&walk, name, name_bytes);
	if (error == E_OK)
		end->inode = walk.here;
	return error;
}

err_t path_of(const struct tree *tree, uint32_t directory, char text[PATH_BYTES_MAX], uint32_t *bytes)
{
	uint32_t at = PATH_BYTES_MAX;

	while (directory != TREE_ROOT) {
		const struct inode *inode = &tree->inodes[directory];

		if (inode->parent == 0)
			return E_NO_ENTRY;
		if (inode->name_bytes + 1u > at)
			return E_NAME_TOO_LONG;
		at -= inode->name_bytes;
		memcpy(text + at, inode->name, inode->name_bytes);
		text[--at] = '/';
		directory = inode->parent;
	}
	if (at == PATH_BYTES_MAX)
		text[--at] = '/';
	*bytes = PATH_BYTES_MAX - at;
	memmove(text, text + at, *bytes);
	return E_OK;
}
