/* SPDX-License-Identifier: MIT */
/*
 * Changes of the tree of names, and paths through it. The input is commands: a byte that says what, a length,
 * the bytes of a name or path. Whatever a path leads to has a way back: path_of() of a directory leads there.
 */
#include "fuzz.h"
#include "path.h"
#include "proto/records.h"

#define INODES 64

static struct inode inodes[INODES + 1];
static struct tree tree;

struct text {
	char *bytes;
	uint32_t count;
};

/* What the next command names, in memory of exactly its size. */
static struct text take_text(struct fuzz_input *input)
{
	uint32_t count = fuzz_byte(input) * 5u;

	if (count > input->left)
		count = (uint32_t)input->left;
	struct text text = {(char *)fuzz_exact(input->at, count), count};
	input->at += count;
	input->left -= count;
	return text;
}

static err_t walk(uint32_t from, const char *text, uint32_t bytes, enum path_last last, struct path_end *end)
{
	struct path path = {.from = from, .text = text, .bytes = bytes, .last = last};

	return path_walk(&tree, &path, end);
}

/* The directory's own path leads to it. */
static void check_way_back(uint32_t directory)
{
	char text[PATH_BYTES_MAX];
	struct path_end end;
	uint32_t bytes;
	err_t error = path_of(&tree, directory, text, &bytes);

	FUZZ_TRUE(error == E_OK || error == E_NO_ENTRY || error == E_NAME_TOO_LONG);
	if (error != E_OK)
		return;
	FUZZ_TRUE(bytes >= 1 && bytes <= PATH_BYTES_MAX && text[0] == '/');
	error = walk(TREE_ROOT, text, bytes, PATH_KEEP_LINK, &end);
	FUZZ_TRUE((error == E_OK && end.inode == directory) || error == E_ACCESS);
}

static err_t walk_checked(uint32_t from, const struct text *text, enum path_last last, struct path_end *end)
{
	err_t error = walk(from, text->bytes, text->count, last, end);

	FUZZ_TRUE(error == E_OK || error == E_NO_ENTRY || error == E_NOT_DIRECTORY || error == E_ACCESS ||
		  error == E_LOOP || error == E_NAME_TOO_LONG);
	FUZZ_TRUE((error == E_OK) == (end->inode != 0));
	FUZZ_TRUE(end->inode == 0 || tree_inode(&tree, end->inode));
	FUZZ_TRUE(end->parent == 0 || inode_is_directory(tree_inode(&tree, end->parent)));
	FUZZ_TRUE(end->name_bytes <= TREE_NAME_MAX);
	if (error == E_OK && inode_is_directory(tree_inode(&tree, end->inode)))
		check_way_back(end->inode);
	return error;
}

static void make(uint32_t parent, const struct path_end *end, uint8_t what, struct fuzz_input *input)
{
	struct text target = {NULL, 0};
	uint32_t number;
	err_t error;

	if (what == 0) {
		target = take_text(input);
		error = tree_create_link(&tree, parent, end->name, end->name_bytes, target.bytes,
					 target.count);
	} else {
		error = tree_create(
			&tree, parent, end->name, end->name_bytes,
			what == 1 ? VFS_REGULAR | 0644 : VFS_DIRECTORY | (fuzz_byte(input) & 0777), &number);
	}
	FUZZ_TRUE(error == E_OK || error == E_NO_ENTRY || error == E_NAME_TOO_LONG || error == E_ARGUMENT ||
		  error == E_NO_ROOM || error == E_NOT_DIRECTORY || error == E_EXISTS);
	free(target.bytes);
}

static void unlink_entry(uint32_t number)
{
	struct inode *inode = tree_inode(&tree, number);

	if (number == TREE_ROOT || inode->first_child)
		return;
	tree_unname(&tree, number);
	tree_forget(&tree, number);
}

static void rename_entry(uint32_t number, struct fuzz_input *input)
{
	struct text to = take_text(input);
	struct path_end end;
	err_t error = walk_checked(TREE_ROOT, &to, PATH_KEEP_LINK, &end);
	bool busy = error == E_OK && (end.inode == TREE_ROOT || tree_inode(&tree, end.inode)->first_child);

	free(to.bytes);
	if (number == TREE_ROOT || end.parent == 0 || end.name_bytes == 0 || busy || end.inode == number ||
	    tree_is_below(&tree, end.parent, number) || (error != E_OK && error != E_NO_ENTRY))
		return;
	if (end.inode && tree_find(&tree, end.parent, end.name, end.name_bytes) != end.inode)
		return; /* ends in "." or ".." */
	error = tree_rename(&tree, number, end.parent, end.name, end.name_bytes, end.inode);
	FUZZ_TRUE(error == E_OK || error == E_NO_ENTRY || error == E_NAME_TOO_LONG || error == E_ARGUMENT ||
		  error == E_NO_ROOM || error == E_DENIED);
}

static void command(struct fuzz_input *input)
{
	uint8_t what = fuzz_byte(input);
	struct text text = take_text(input);
	struct path_end end;
	err_t error = walk_checked(TREE_ROOT, &text, what & 1 ? PATH_KEEP_LINK : PATH_FOLLOW, &end);

	free(text.bytes);
	if (error == E_NO_ENTRY && end.parent)
		make(end.parent, &end, what / 2 % 3, input);
	else if (error == E_OK && what % 8 >= 6)
		unlink_entry(end.inode);
	else if (error == E_OK && what % 8 >= 4)
		rename_entry(end.inode, input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct fuzz_input input = {data, bytes};

	memset(inodes, 0, sizeof(inodes));
	tree_init(&tree, inodes, INODES);
	while (input.left) {
		command(&input);
		FUZZ_TRUE(tree_check(&tree) == 0);
	}
	return 0;
}
