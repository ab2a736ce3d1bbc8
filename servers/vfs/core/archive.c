/* SPDX-License-Identifier: MIT */
/* Adds the entries of a cpio archive to the tree. */
#include "archive.h"
#include "format/cpio.h"
#include "proto/records.h"
#include <string.h>

#define DIRECTORY_MODE (VFS_DIRECTORY | 0755)

/* Find or make the directories of all names but the last; *name then is the last one. */
static err_t archive_make_parents(struct tree *tree, const char **name, uint32_t *directory)
{
	const char *slash;

	*directory = TREE_ROOT;
	while ((slash = strchr(*name, '/')) && slash[strspn(slash, "/")] != 0) {
		uint32_t bytes = slash - *name, next = tree_find(tree, *directory, *name, bytes);
		err_t error = E_OK;

		if (next == 0)
			error = tree_add(tree, *directory, *name, bytes, DIRECTORY_MODE, &next);
		if (error != E_OK)
			return error;
		*directory = next;
		*name = slash + strspn(slash, "/");
	}
	return E_OK;
}

static err_t archive_add(struct tree *tree, const uint8_t *archive, const struct cpio_entry *entry)
{
	const char *name = cpio_bare_name(entry->name);
	uint32_t directory, number;
	err_t error;

	if (name[0] == 0 || strcmp(name, ".") == 0)
		return E_OK; /* the root itself */
	if ((entry->mode & CPIO_MODE_TYPE) != CPIO_MODE_DIRECTORY &&
	    (entry->mode & CPIO_MODE_TYPE) != CPIO_MODE_REGULAR &&
	    (entry->mode & CPIO_MODE_TYPE) != CPIO_MODE_LINK)
		return E_UNSUPPORTED;
	error = archive_make_parents(tree, &name, &directory);
	if (error == E_OK)
		error = tree_add(tree, directory, name, strcspn(name, "/"), entry->mode, &number);
	if (error != E_OK)
		return error;
	tree->inodes[number].mtime_s = entry->mtime_s;
	if ((entry->mode & CPIO_MODE_TYPE) != CPIO_MODE_DIRECTORY) {
		tree->inodes[number].data = archive + entry->data_offset;
		tree->inodes[number].size_bytes = tree->inodes[number].archive_bytes = entry->data_bytes;
	}
	return E_OK;
}

err_t archive_load(struct tree *tree, const uint8_t *archive, uint64_t bytes, struct archive_facts *facts)
{
	struct cpio_reader reader;
	struct cpio_entry entry;
	err_t error;

	*facts = (struct archive_facts){0};
	cpio_open(&reader, archive, bytes);
	while ((error = cpio_next(&reader, &entry)) == E_OK) {
		err_t added = archive_add(tree, archive, &entry);

		facts->entries++;
		if (added == E_OK)
			continue;
		if (facts->left_out++ == 0)
			facts->error = added;
	}
	return error == E_NO_ENTRY ? E_OK : error;
}
