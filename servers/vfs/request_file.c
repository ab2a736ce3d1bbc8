/* SPDX-License-Identifier: MIT */
/* Requests of processes on an open file. */
#include "vfs.h"
#include <string.h>

enum seek_whence { WHENCE_SET = 0, WHENCE_CURRENT = 1, WHENCE_END = 2 };

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

err_t request_truncate(struct request *r)
{
	struct open_file *file = file_of(&vfs.files, r->process, r->m.w[0]);

	if (!file)
		return E_BAD_FD;
	if (file->kind == FILE_INODE && inode_is_object(tree_inode(&vfs.tree, file->target)))
		return E_DENIED; /* its size is its pager's */
	if (!(file->flags & OPEN_WRITE) || file->kind != FILE_INODE ||
	    !inode_is_regular(tree_inode(&vfs.tree, file->target)))
		return E_ARGUMENT;
	return store_truncate(&vfs.store, file->target, r->m.w[1]);
}

void request_put_stat(struct request *r, uint32_t inode_number, uint64_t number)
{
	const struct inode *inode = tree_inode(&vfs.tree, inode_number);
	struct vfs_stat stat = {.inode = number,
				.mode = inode->mode,
				.size_bytes = inode->size_bytes,
				.links = inode->parent == 0	     ? 0
					 : inode_is_directory(inode) ? 2
								     : 1,
				.mtime_s = inode->mtime_s};

	memcpy(&message_page()->words[MESSAGE_REGISTERS], &stat, sizeof(stat));
	r->words = MESSAGE_REGISTERS + sizeof(stat) / sizeof(uint64_t);
}

/* A pipe has no inode: a number above all of them stands for it. */
static void put_stat_of_pipe(struct request *r, const struct open_file *file)
{
	struct vfs_stat stat = {.inode = TREE_INODES_MAX + 1 + file->target,
				.mode = VFS_FIFO | 0600,
				.size_bytes = pipe_used(&vfs.pipes.pipes[file->target]),
				.links = 1};

	memcpy(&message_page()->words[MESSAGE_REGISTERS], &stat, sizeof(stat));
	r->words = MESSAGE_REGISTERS + sizeof(stat) / sizeof(uint64_t);
}

err_t request_fstat(struct request *r)
{
	const struct open_file *file = file_of(&vfs.files, r->process, r->m.w[0]);

	if (!file)
		return E_BAD_FD;
	if (file->kind == FILE_INODE)
		request_put_stat(r, file->target, file->target);
	else
		put_stat_of_pipe(r, file);
	return E_OK;
}

err_t request_tty_mode(struct request *r)
{
	const struct open_file *file = file_of(&vfs.files, r->process, r->m.w[0]);
	uint64_t mode = r->m.w[1];

	if (!file)
		return E_BAD_FD;
	if (file->kind != FILE_INODE || file->target != vfs.console || !console_is_terminal())
		return E_NOT_TTY;
	if (mode != UINT64_MAX && (mode & ~(uint64_t)TTY_DEFAULT))
		return E_ARGUMENT;
	if (mode != UINT64_MAX)
		console_set_mode(mode);
	r->w[0] = console_mode();
	r->w[1] = console_window();
	return E_OK;
}
