/* SPDX-License-Identifier: MIT */
/* Requests of processes: files by descriptor, names by path. */
#include "vfs.h"
#include <string.h>

#define OPEN_ALL                                                                               \
	(OPEN_READ | OPEN_WRITE | OPEN_CREATE | OPEN_EXCLUSIVE | OPEN_TRUNCATE | OPEN_APPEND | \
	 OPEN_DIRECTORY | OPEN_CLOEXEC)

enum seek_whence { WHENCE_SET = 0, WHENCE_CURRENT = 1, WHENCE_END = 2 };

err_t request_path(struct request *r, char path[PATH_BYTES_MAX + 1], uint32_t *bytes)
{
	struct transfer t;
	err_t error = transfer_open(&t, &r->m, BUFFER_READ);

	if (error != E_OK)
		return error;
	if (t.bytes > PATH_BYTES_MAX + 1)
		return E_NAME_TOO_LONG;
	error = transfer_from_caller(&t, path, t.bytes);
	r->w[0] = t.done; /* counts with E_ABSENT */
	if (error != E_OK)
		return error;
	r->w[0] = 0;
	*bytes = t.bytes > 0 && path[t.bytes - 1] == 0 ? t.bytes - 1 : t.bytes;
	if (*bytes > PATH_BYTES_MAX)
		return E_NAME_TOO_LONG;
	return memchr(path, 0, *bytes) ? E_ARGUMENT : E_OK;
}

/* What opening an entry that is there with @flags answers. */
static err_t open_check(const struct inode *inode, uint64_t flags)
{
	bool writes = flags & (OPEN_WRITE | OPEN_TRUNCATE);

	if ((flags & OPEN_CREATE) && (flags & OPEN_EXCLUSIVE))
		return E_EXISTS;
	if (inode_is_directory(inode))
		return writes || (flags & OPEN_CREATE) ? E_IS_DIRECTORY : E_OK;
	if (flags & OPEN_DIRECTORY)
		return E_NOT_DIRECTORY;
	if (inode->device == DEVICE_NONE && writes)
		return E_READ_ONLY;
	return E_OK;
}

err_t request_open(struct request *r)
{
	char path[PATH_BYTES_MAX + 1];
	uint64_t flags = r->m.w[0];
	struct open_request wanted = {.flags = flags, .channel = CHANNEL_STDOUT};
	struct path_end end;
	uint32_t bytes, fd;
	err_t error;

	if ((flags & ~(uint64_t)OPEN_ALL) || !(flags & (OPEN_READ | OPEN_WRITE)))
		return E_ARGUMENT;
	error = request_path(r, path, &bytes);
	if (error != E_OK)
		return error;
	error = path_walk(&vfs.tree, path, bytes, PATH_FOLLOW, &end);
	if (error == E_NO_ENTRY && (flags & OPEN_CREATE) && end.parent != 0)
		return E_READ_ONLY;
	if (error == E_OK)
		error = open_check(tree_inode(&vfs.tree, end.inode), flags);
	if (error != E_OK)
		return error;
	wanted.inode = end.inode;
	error = file_open(&vfs.files, r->process, &wanted, &fd);
	r->w[0] = error == E_OK ? fd : 0;
	return error;
}

err_t request_close(struct request *r)
{
	return file_close(&vfs.files, r->process, r->m.w[0]);
}

static err_t request_move(struct request *r, uint8_t flag, uint64_t access)
{
	struct open_file *file = file_of(&vfs.files, r->process, r->m.w[0]);
	const struct file_kind *kind;
	struct transfer t;
	err_t error;

	if (!file || !(file->flags & flag))
		return E_BAD_FD;
	error = transfer_open(&t, &r->m, access);
	if (error != E_OK)
		return error;
	kind = file_kind_of(file);
	error = flag == OPEN_READ ? kind->read(file, &t) : kind->write(file, &t);
	r->w[0] = t.done;
	return error;
}

err_t request_read(struct request *r)
{
	return request_move(r, OPEN_READ, BUFFER_WRITE);
}

err_t request_write(struct request *r)
{
	return request_move(r, OPEN_WRITE, BUFFER_READ);
}

err_t request_seek(struct request *r)
{
	struct open_file *file = file_of(&vfs.files, r->process, r->m.w[0]);
	uint64_t base, target;
	err_t error;

	if (!file)
		return E_BAD_FD;
	if (!file_kind_of(file)->end)
		return E_NOT_SEEKABLE;
	switch (r->m.w[2]) {
	case WHENCE_SET:
		base = 0;
		break;
	case WHENCE_CURRENT:
		base = file->offset;
		break;
	case WHENCE_END:
		base = file_kind_of(file)->end(file);
		break;
	default:
		return E_ARGUMENT;
	}
	error = file_seek_target(base, (int64_t)r->m.w[1], &target);
	if (error != E_OK)
		return error;
	file->offset = target;
	r->w[0] = target;
	return E_OK;
}

void request_put_stat(struct request *r, uint32_t number)
{
	const struct inode *inode = tree_inode(&vfs.tree, number);
	struct vfs_stat stat = {.inode = number,
				.mode = inode->mode,
				.size_bytes = inode->size_bytes,
				.links = inode_is_directory(inode) ? 2 : 1,
				.mtime_s = inode->mtime_s};

	memcpy(&message_page()->words[MESSAGE_REGISTERS], &stat, sizeof(stat));
	r->words = MESSAGE_REGISTERS + sizeof(stat) / sizeof(uint64_t);
}

err_t request_fstat(struct request *r)
{
	const struct open_file *file = file_of(&vfs.files, r->process, r->m.w[0]);

	if (!file)
		return E_BAD_FD;
	request_put_stat(r, file->inode);
	return E_OK;
}

err_t request_stat(struct request *r)
{
	char path[PATH_BYTES_MAX + 1];
	struct path_end end;
	uint32_t bytes;
	err_t error = request_path(r, path, &bytes);

	if (error == E_OK)
		error = path_walk(&vfs.tree, path, bytes, PATH_FOLLOW, &end);
	if (error == E_OK)
		request_put_stat(r, end.inode);
	return error;
}

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
	uint64_t at;
	uint32_t child; /* entry @at if it is a real one; 0: past the end */
};

static struct listing listing_open(const struct open_file *file)
{
	struct listing l = {.directory = tree_inode(&vfs.tree, file->inode), .self = file->inode};

	l.at = file->offset;
	l.child = l.directory->first_child;
	for (uint64_t i = 2; i < l.at && l.child != 0; i++)
		l.child = tree_inode(&vfs.tree, l.child)->next_sibling;
	return l;
}

static void listing_advance(struct listing *l)
{
	if (l->at++ >= 2)
		l->child = tree_inode(&vfs.tree, l->child)->next_sibling;
}

static bool listing_is_at_end(const struct listing *l)
{
	return l->at >= 2 && l->child == 0;
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
	if (!inode_is_directory(tree_inode(&vfs.tree, file->inode)))
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

static uint64_t count_leases(void)
{
	uint64_t leases = vfs.store.in_place;

	for (uint32_t i = 0; i < vfs.cache.arena_count * ARENA_PAGES; i++)
		leases += vfs.cache.pages[i].leases;
	return leases;
}

err_t request_counts(struct request *r)
{
	struct vfs_counts counts = {.inodes = vfs.tree.count,
				    .open_files = vfs.files.open_count,
				    .cache_frames = vfs.cache.arena_count * ARENA_PAGES,
				    .cache_frames_used = vfs.cache.used,
				    .leases = count_leases(),
				    .processes = vfs.files.process_count,
				    .parked = console_parked()};

	memcpy(&message_page()->words[MESSAGE_REGISTERS], &counts, sizeof(counts));
	r->words = MESSAGE_REGISTERS + sizeof(counts) / sizeof(uint64_t);
	return E_OK;
}

err_t request_check(struct request *r)
{
	uint64_t leases;
	int broken = lease_check(&vfs.store, &leases);

	if (!broken)
		broken = files_check(&vfs.files);
	if (!broken)
		broken = console_check();
	r->w[0] = broken;
	return E_OK;
}
