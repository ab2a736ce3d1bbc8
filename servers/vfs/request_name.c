/* SPDX-License-Identifier: MIT */
/* Requests of processes by path. */
#include "vfs.h"
#include <string.h>

#define OPEN_ALL                                                                               \
	(OPEN_READ | OPEN_WRITE | OPEN_CREATE | OPEN_EXCLUSIVE | OPEN_TRUNCATE | OPEN_APPEND | \
	 OPEN_DIRECTORY | OPEN_CLOEXEC | OPEN_NONBLOCK)

#define UNLINK_DIRECTORY 1u
#define STAT_KEEP_LINK	 1u
#define MODE_CHANGEABLE	 07777u
#define TARGET_BYTES_MAX (8 * (MESSAGE_WORDS - MESSAGE_REGISTERS))

/* Copy the caller's buffer, at most @room bytes. */
static err_t request_text(struct request *r, char *text, uint64_t room, uint64_t *bytes)
{
	struct transfer t;
	err_t error = transfer_open(&t, &r->m, BUFFER_READ);

	if (error != E_OK)
		return error;
	if (t.bytes > room)
		return E_NAME_TOO_LONG;
	error = transfer_from_caller(&t, text, t.bytes);
	r->w[0] = error != E_OK ? t.done : 0; /* counts with E_ABSENT */
	*bytes = t.bytes;
	return error;
}

/* Make a path of text. */
static err_t path_make(struct path *path, uint32_t from, const char *text, uint64_t bytes)
{
	if (bytes > PATH_BYTES_MAX)
		return E_NAME_TOO_LONG;
	*path = (struct path){.from = from, .text = text, .bytes = bytes};
	return memchr(text, 0, bytes) ? E_ARGUMENT : E_OK;
}

err_t request_path(struct request *r, uint32_t from, struct request_path *path)
{
	uint64_t bytes;
	err_t error = request_text(r, path->text, sizeof(path->text), &bytes);

	if (error != E_OK)
		return error;
	if (bytes > 0 && path->text[bytes - 1] == 0)
		bytes--;
	return path_make(&path->path, from, path->text, bytes);
}

/* Open what was found or made. */
static err_t open_inode(struct request *r, uint32_t inode, uint32_t flags)
{
	struct open_request wanted = {.inode = inode, .flags = flags, .channel = CHANNEL_STDOUT};
	uint32_t fd;
	err_t error = E_OK;

	if ((flags & OPEN_TRUNCATE) && inode_is_regular(tree_inode(&vfs.tree, inode)))
		error = store_truncate(&vfs.store, inode, 0);
	if (error == E_OK)
		error = file_open(&vfs.files, r->process, &wanted, &fd);
	r->w[0] = error == E_OK ? fd : 0;
	return error;
}

err_t request_open(struct request *r)
{
	uint64_t flags = r->m.w[0];
	struct names_open how = {.flags = flags, .mode = r->m.w[1]};
	struct request_path path;
	uint32_t inode;
	err_t error;

	if ((flags & ~(uint64_t)OPEN_ALL) || !(flags & (OPEN_READ | OPEN_WRITE)))
		return E_ARGUMENT;
	error = request_path(r, r->process->cwd, &path);
	if (error == E_OK)
		error = files_have_room(&vfs.files, r->process, 1);
	if (error == E_OK)
		error = names_open(&vfs.store, &path.path, &how, &inode);
	return error == E_OK ? open_inode(r, inode, flags) : error;
}

err_t request_stat(struct request *r)
{
	struct request_path path;
	struct path_end end;
	err_t error;

	if (r->m.w[0] & ~(uint64_t)STAT_KEEP_LINK)
		return E_ARGUMENT;
	error = request_path(r, r->process->cwd, &path);
	if (error == E_OK) {
		path.path.last = r->m.w[0] & STAT_KEEP_LINK ? PATH_KEEP_LINK : PATH_FOLLOW;
		error = path_walk(&vfs.tree, &path.path, &end);
	}
	if (error == E_OK)
		request_put_stat(r, end.inode, end.inode);
	return error;
}

err_t request_unlink(struct request *r)
{
	struct request_path path;
	err_t error;

	if (r->m.w[0] & ~(uint64_t)UNLINK_DIRECTORY)
		return E_ARGUMENT;
	error = request_path(r, r->process->cwd, &path);
	return error == E_OK ? names_remove(&vfs.store, &path.path, r->m.w[0] & UNLINK_DIRECTORY) : error;
}

/* One user, to whom everything belongs but devices, objects and the vfs's own directories. */
static err_t change(uint32_t number, uint64_t what, uint64_t value)
{
	struct inode *inode = tree_inode(&vfs.tree, number);

	if (inode->device != DEVICE_NONE || inode->fixed)
		return E_DENIED;
	if (what == CHANGE_MODE && value <= MODE_CHANGEABLE)
		inode->mode = (inode->mode & ~MODE_CHANGEABLE) | value;
	else if (what == CHANGE_TIME && value <= UINT32_MAX)
		inode->mtime_s = value;
	else
		return E_ARGUMENT;
	return E_OK;
}

err_t request_change(struct request *r)
{
	struct request_path path;
	struct path_end end;
	err_t error = request_path(r, r->process->cwd, &path);

	if (error == E_OK)
		error = path_walk(&vfs.tree, &path.path, &end);
	return error == E_OK ? change(end.inode, r->m.w[0], r->m.w[1]) : error;
}

err_t request_fchange(struct request *r)
{
	const struct open_file *file = file_of(&vfs.files, r->process, r->m.w[0]);

	if (!file)
		return E_BAD_FD;
	return file->kind == FILE_INODE ? change(file->target, r->m.w[1], r->m.w[2]) : E_DENIED;
}

err_t request_mkdir(struct request *r)
{
	struct request_path path;
	err_t error = request_path(r, r->process->cwd, &path);

	return error == E_OK ? names_make_directory(&vfs.store, &path.path, r->m.w[0]) : error;
}

err_t request_rename(struct request *r)
{
	char text[2 * PATH_BYTES_MAX];
	struct path from, to;
	uint64_t bytes, from_bytes = r->m.w[0];
	err_t error = request_text(r, text, sizeof(text), &bytes);

	if (error != E_OK)
		return error;
	if (from_bytes > bytes)
		return E_ARGUMENT;
	error = path_make(&from, r->process->cwd, text, from_bytes);
	if (error == E_OK)
		error = path_make(&to, r->process->cwd, text + from_bytes, bytes - from_bytes);
	return error == E_OK ? names_rename(&vfs.store, &from, &to) : error;
}

err_t request_symlink(struct request *r)
{
	char text[2 * PATH_BYTES_MAX];
	struct path path;
	uint64_t bytes, target_bytes = r->m.w[0];
	err_t error = request_text(r, text, sizeof(text), &bytes);

	if (error != E_OK)
		return error;
	if (target_bytes > bytes || memchr(text, 0, target_bytes))
		return E_ARGUMENT;
	error = path_make(&path, r->process->cwd, text + target_bytes, bytes - target_bytes);
	return error == E_OK ? names_make_link(&vfs.store, &path, text, target_bytes) : error;
}

err_t request_readlink(struct request *r)
{
	uint64_t *words = &message_page()->words[MESSAGE_REGISTERS];
	struct request_path path;
	struct path_end end;
	err_t error = request_path(r, r->process->cwd, &path);

	path.path.last = PATH_KEEP_LINK;
	if (error == E_OK)
		error = path_walk(&vfs.tree, &path.path, &end);
	if (error != E_OK)
		return error;
	const struct inode *link = tree_inode(&vfs.tree, end.inode);
	if (!inode_is_link(link))
		return E_ARGUMENT;
	if (link->size_bytes > TARGET_BYTES_MAX)
		return E_NAME_TOO_LONG;
	memcpy(words, link->data, link->size_bytes);
	r->w[0] = link->size_bytes;
	r->words = MESSAGE_REGISTERS + (link->size_bytes + 7) / 8;
	return E_OK;
}

err_t request_chdir(struct request *r)
{
	struct request_path path;
	struct path_end end;
	err_t error = request_path(r, r->process->cwd, &path);

	if (error == E_OK)
		error = path_walk(&vfs.tree, &path.path, &end);
	if (error != E_OK)
		return error;
	if (!inode_is_directory(tree_inode(&vfs.tree, end.inode)))
		return E_NOT_DIRECTORY;
	if (!(tree_inode(&vfs.tree, end.inode)->mode & MODE_EXECUTE))
		return E_ACCESS;
	process_enter(&vfs.files, r->process, end.inode);
	return E_OK;
}

err_t request_getcwd(struct request *r)
{
	char text[PATH_BYTES_MAX];
	struct transfer t;
	uint32_t bytes;
	err_t error = path_of(&vfs.tree, r->process->cwd, text, &bytes);

	if (error == E_OK)
		error = transfer_open(&t, &r->m, BUFFER_WRITE);
	if (error != E_OK)
		return error;
	if (t.bytes < bytes)
		return E_RANGE;
	error = transfer_to_caller(&t, text, bytes);
	r->w[0] = t.done;
	return error;
}
