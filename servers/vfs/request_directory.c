/* SPDX-License-Identifier: MIT */
/*
 * Listings of directories. Where one stands is told by the `order` of the last entry given, which no other
 * entry ever gets: so a listing goes on rightly while entries come and go.
 */
#include "vfs.h"
#include <string.h>

/* Lay one record at @to if it fits into @room; its length, or 0. */
static uint32_t dirent_put(uint8_t *to, uint64_t room, uint32_t number, const char *name, uint32_t name_bytes)
{
	uint32_t bytes = (sizeof(struct vfs_dirent) + name_bytes + 7) / 8 * 8;
	struct vfs_dirent *record = (struct vfs_dirent *)to;

	if (bytes > room)
		return 0;
	memset(to, 0, bytes);
	*record = (struct vfs_dirent){.inode = number,
				      .mode = tree_inode(&vfs.tree, number)->mode,
				      .record_bytes = bytes,
				      .name_bytes = name_bytes};
	memcpy(record->name, name, name_bytes);
	return bytes;
}

/* Where a listing stands: entry @at of a directory, where 0 is "." and 1 is "..". */
struct listing {
	const struct inode *directory;
	uint32_t self;
	uint64_t at;	/* 0: before ".", 1: before "..", else 1 + `order` of the last entry given */
	uint32_t child; /* the next real one; 0: past the end */
};

static struct listing listing_open(const struct open_file *file)
{
	struct listing l = {.directory = tree_inode(&vfs.tree, file->target), .self = file->target};

	l.at = file->offset;
	l.child = l.directory->first_child;
	while (l.child != 0 && tree_inode(&vfs.tree, l.child)->order + 1 <= l.at)
		l.child = tree_inode(&vfs.tree, l.child)->next_sibling;
	return l;
}

static void listing_advance(struct listing *l)
{
	if (l->at < 2) {
		l->at++;
		return;
	}
	l->at = tree_inode(&vfs.tree, l->child)->order + 1;
	l->child = tree_inode(&vfs.tree, l->child)->next_sibling;
}

/* A directory that was removed has no entries, not even its own. */
static bool listing_is_at_end(const struct listing *l)
{
	return (l->at >= 2 && l->child == 0) || l->directory->parent == 0;
}

/* Lay the entry's record at @to; its length, or 0: it does not fit into @room. */
static uint32_t listing_put(const struct listing *l, uint8_t *to, uint64_t room)
{
	const struct inode *child;

	if (l->at < 2)
		return dirent_put(to, room, l->at == 0 ? l->self : l->directory->parent, "..", l->at + 1);
	child = tree_inode(&vfs.tree, l->child);
	return dirent_put(to, room, l->child, child->name, child->name_bytes);
}

/* Nothing counts as given unless all of it was copied: with E_ABSENT (0 bytes) the caller asks for the same
 * again. */
err_t request_readdir(struct request *r)
{
	static uint8_t records[2048] __attribute__((aligned(8)));
	struct open_file *file = file_of(&vfs.files, r->process, r->m.w[0]);
	struct transfer t;
	struct listing l;
	uint32_t used = 0, bytes;
	uint64_t room;
	err_t error;

	if (!file)
		return E_BAD_FD;
	if (file->kind != FILE_INODE || !inode_is_directory(tree_inode(&vfs.tree, file->target)))
		return E_NOT_DIRECTORY;
	error = transfer_open(&t, &r->m, BUFFER_WRITE);
	if (error != E_OK)
		return error;
	room = t.bytes < sizeof(records) ? t.bytes : sizeof(records);
	for (l = listing_open(file); !listing_is_at_end(&l); listing_advance(&l), used += bytes) {
		bytes = listing_put(&l, records + used, room - used);
		if (bytes == 0 && used == 0)
			return E_ARGUMENT; /* not even one record fits */
		if (bytes == 0)
			break;
	}
	error = transfer_to_caller(&t, records, used);
	if (error != E_OK)
		return error; /* w[0] = 0: no part of a record counts */
	file->offset = l.at;
	r->w[0] = used;
	return E_OK;
}
