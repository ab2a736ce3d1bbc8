/* SPDX-License-Identifier: MIT */
/* What reading, writing and seeking do for each kind of file: a row each. */
#include "uapi/boot.h"
#include "vfs.h"
#include <pagoda/counter.h>

#define NS_PER_S 1000000000ul

static const uint8_t zeros[PAGE_BYTES];

/* Changes are dated in seconds since 1970, or since power-on if the machine has no clock. */
void tell_time(void)
{
	const struct info_page *info = (const struct info_page *)PROGRAM_INFO_PAGE;
	uint64_t ticks = counter_ticks();

	if (info->timebase_hz == 0)
		return;
	uint64_t ns = info->epoch_ns + ticks % info->timebase_hz * NS_PER_S / info->timebase_hz;
	vfs.tree.now_s = ticks / info->timebase_hz + ns / NS_PER_S;
}

static err_t regular_read(struct open_file *file, struct transfer *t)
{
	err_t error = E_OK;

	while (transfer_left(t) > 0 && error == E_OK) {
		const uint8_t *from;
		uint64_t before = t->done, bytes = store_read(&vfs.store, file->target, file->offset, &from);

		if (bytes == 0)
			break;
		error = transfer_to_caller(t, from ? from : zeros, bytes);
		file->offset += t->done - before;
	}
	return error;
}

static err_t regular_write(struct open_file *file, struct transfer *t)
{
	err_t error = E_OK;

	tell_time();
	if (file->flags & OPEN_APPEND)
		file->offset = tree_inode(&vfs.tree, file->target)->size_bytes;
	while (transfer_left(t) > 0 && error == E_OK) {
		uint64_t before = t->done, room;
		uint8_t *to;

		error = store_write(&vfs.store, file->target, file->offset, &to, &room);
		if (error != E_OK)
			break;
		error = transfer_from_caller(t, to, room);
		store_written(&vfs.store, file->target, file->offset, t->done - before);
		file->offset += t->done - before;
	}
	memory_ask_early();
	return error;
}

static uint64_t regular_end(const struct open_file *file)
{
	return tree_inode(&vfs.tree, file->target)->size_bytes;
}

static err_t directory_move(struct open_file *file, struct transfer *t)
{
	(void)file, (void)t;
	return E_IS_DIRECTORY;
}

static uint64_t directory_end(const struct open_file *file)
{
	return file->offset; /* a directory has no end to count from */
}

static err_t null_read(struct open_file *file, struct transfer *t)
{
	(void)file, (void)t;
	return E_OK;
}

static err_t null_write(struct open_file *file, struct transfer *t)
{
	(void)file;
	t->done = t->bytes;
	return E_OK;
}

static uint64_t device_end(const struct open_file *file)
{
	(void)file;
	return 0;
}

static err_t zero_read(struct open_file *file, struct transfer *t)
{
	err_t error = E_OK;

	(void)file;
	while (transfer_left(t) > 0 && error == E_OK)
		error = transfer_to_caller(t, zeros, PAGE_BYTES);
	return error;
}

/* Contents are the pager's: whoever reads maps them. */
static err_t object_read(struct open_file *file, struct transfer *t)
{
	(void)file, (void)t;
	return E_UNSUPPORTED;
}

static err_t object_write(struct open_file *file, struct transfer *t)
{
	(void)file, (void)t;
	return E_DENIED;
}

static const struct file_kind kind_regular = {{regular_read, regular_write}, regular_end, {NULL, NULL}, NULL};
static const struct file_kind kind_directory = {
	{directory_move, directory_move}, directory_end, {NULL, NULL}, NULL};
static const struct file_kind kind_object = {{object_read, object_write}, regular_end, {NULL, NULL}, NULL};
static const struct file_kind kind_null = {{null_read, null_write}, device_end, {NULL, NULL}, NULL};
static const struct file_kind kind_zero = {{zero_read, null_write}, device_end, {NULL, NULL}, NULL};
static const struct file_kind *const kind_device[] = {
	[DEVICE_CONSOLE] = &console_kind,
	[DEVICE_NULL] = &kind_null,
	[DEVICE_ZERO] = &kind_zero,
	[DEVICE_OBJECT] = &kind_object,
};

const struct file_kind *inode_kind_of(const struct open_file *file)
{
	const struct inode *inode = tree_inode(&vfs.tree, file->target);

	if (inode->device != DEVICE_NONE)
		return kind_device[inode->device];
	return inode_is_directory(inode) ? &kind_directory : &kind_regular;
}

static err_t device_add(struct tree *tree, uint32_t directory, const char *name, uint32_t name_bytes,
			enum inode_device device)
{
	uint32_t number;
	err_t error = tree_add(tree, directory, name, name_bytes, VFS_CHARACTER | 0666, &number);

	if (error != E_OK)
		return error;
	tree->inodes[number].device = device;
	tree->inodes[number].opens = 1; /* the vfs's own */
	tree->inodes[number].fixed = true;
	return E_OK;
}

err_t device_add_all(struct tree *tree, uint32_t *console)
{
	uint32_t dev, tmp;
	err_t error = tree_add(tree, TREE_ROOT, "dev", 3, VFS_DIRECTORY | 0555, &dev);

	if (error == E_OK)
		error = tree_add(tree, TREE_ROOT, "tmp", 3, VFS_DIRECTORY | 01777, &tmp);
	if (error == E_OK)
		error = device_add(tree, dev, "console", 7, DEVICE_CONSOLE);
	if (error == E_OK)
		error = device_add(tree, dev, "null", 4, DEVICE_NULL);
	if (error == E_OK)
		error = device_add(tree, dev, "zero", 4, DEVICE_ZERO);
	if (error != E_OK)
		return error;
	tree->inodes[dev].fixed = true;
	*console = tree_find(tree, dev, "console", 7);
	return E_OK;
}
