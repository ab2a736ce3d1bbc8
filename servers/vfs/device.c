/* SPDX-License-Identifier: MIT */
/* What reading, writing and seeking do for each kind of file: a row each. */
#include "vfs.h"

#define ZERO_BYTES_MAX (1ul << 20) /* of one read of /dev/zero: others wait meanwhile */

static err_t regular_read(struct open_file *file, struct transfer *t)
{
	const struct inode *inode = tree_inode(&vfs.tree, file->inode);
	uint64_t before = t->done, left;
	err_t error;

	if (file->offset >= inode->size_bytes)
		return E_OK;
	left = inode->size_bytes - file->offset;
	error = transfer_to_caller(t, inode->data + file->offset, left);
	file->offset += t->done - before;
	return error;
}

static uint64_t regular_end(const struct open_file *file)
{
	return tree_inode(&vfs.tree, file->inode)->size_bytes;
}

static err_t read_only_write(struct open_file *file, struct transfer *t)
{
	(void)file, (void)t;
	return E_READ_ONLY;
}

static err_t directory_read(struct open_file *file, struct transfer *t)
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
	static const uint8_t zeros[PAGE_BYTES];
	err_t error = E_OK;

	(void)file;
	if (t->bytes > ZERO_BYTES_MAX)
		t->bytes = ZERO_BYTES_MAX;
	while (transfer_left(t) > 0 && error == E_OK)
		error = transfer_to_caller(t, zeros, PAGE_BYTES);
	return error;
}

static const struct file_kind kind_regular = {regular_read, read_only_write, regular_end};
static const struct file_kind kind_directory = {directory_read, read_only_write, directory_end};
static const struct file_kind kind_device[] = {
	[DEVICE_CONSOLE] = {console_read, console_write, NULL},
	[DEVICE_NULL] = {null_read, null_write, device_end},
	[DEVICE_ZERO] = {zero_read, null_write, device_end},
};

const struct file_kind *file_kind_of(const struct open_file *file)
{
	const struct inode *inode = tree_inode(&vfs.tree, file->inode);

	if (inode->device != DEVICE_NONE)
		return &kind_device[inode->device];
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
	tree->inodes[number].size_bytes = 0;
	return E_OK;
}

err_t device_add_all(struct tree *tree, uint32_t *console)
{
	uint32_t dev;
	err_t error = tree_add(tree, TREE_ROOT, "dev", 3, VFS_DIRECTORY | 0755, &dev);

	if (error == E_OK)
		error = device_add(tree, dev, "console", 7, DEVICE_CONSOLE);
	if (error == E_OK)
		error = device_add(tree, dev, "null", 4, DEVICE_NULL);
	if (error == E_OK)
		error = device_add(tree, dev, "zero", 4, DEVICE_ZERO);
	*console = error == E_OK ? tree_find(tree, dev, "console", 7) : 0;
	return error;
}
