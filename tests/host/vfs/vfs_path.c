/* SPDX-License-Identifier: MIT */
/* The tree of names and the walk along a path. */
#include "path.h"
#include "proto/records.h"
#include "test.h"

#define INODES 600

static struct inode inodes[INODES + 1];
static struct tree tree;

static uint32_t add(uint32_t directory, const char *name, uint32_t mode)
{
	uint32_t number;

	CHECK_EQ(tree_add(&tree, directory, name, strlen(name), mode, &number), E_OK);
	CHECK_EQ(tree_check(&tree), 0);
	return number;
}

static uint32_t add_link(uint32_t directory, const char *name, const char *target)
{
	uint32_t number = add(directory, name, VFS_LINK | 0777);

	inodes[number].data = (const uint8_t *)target;
	inodes[number].size_bytes = strlen(target);
	return number;
}

static uint32_t bin, cat, lib, deep;

/* /bin/cat /bin/lib/deep/file /l -> bin, /bin/abs -> /bin/lib, /bin/up -> ../bin/cat, /a -> b, /b -> a, /d ->
 * /no */
static void build(void)
{
	tree_init(&tree, inodes, INODES);
	bin = add(TREE_ROOT, "bin", VFS_DIRECTORY | 0755);
	cat = add(bin, "cat", VFS_REGULAR | 0755);
	lib = add(bin, "lib", VFS_DIRECTORY | 0755);
	deep = add(lib, "deep", VFS_DIRECTORY | 0755);
	add(deep, "file", VFS_REGULAR | 0644);
	add_link(TREE_ROOT, "l", "bin");
	add_link(bin, "abs", "/bin/lib");
	add_link(bin, "up", "../bin/cat");
	add_link(TREE_ROOT, "a", "b");
	add_link(TREE_ROOT, "b", "a");
	add_link(TREE_ROOT, "d", "/no");
	add_link(TREE_ROOT, "e", "");
}

static err_t walk_along(const char *text, uint32_t bytes, enum path_last last, struct path_end *end)
{
	struct path path = {.from = TREE_ROOT, .text = text, .bytes = bytes, .last = last};

	return path_walk(&tree, &path, end);
}

static err_t walk(const char *path, uint32_t *inode)
{
	struct path_end end;
	err_t error = walk_along(path, strlen(path), PATH_FOLLOW, &end);

	*inode = end.inode;
	return error;
}

static void leads_to(const char *path, uint32_t expected)
{
	uint32_t inode;

	CHECK_EQ(walk(path, &inode), E_OK);
	CHECK_EQ(inode, expected);
}

static void fails_with(const char *path, err_t expected)
{
	uint32_t inode;

	CHECK_EQ(walk(path, &inode), expected);
	CHECK_EQ(inode, 0);
}

TEST(paths_are_absolute_or_relative_to_the_root)
{
	build();
	leads_to("/bin/cat", cat);
	leads_to("bin/cat", cat);
	leads_to("//bin///cat", cat);
	leads_to("/", TREE_ROOT);
	leads_to("///", TREE_ROOT);
	leads_to(".", TREE_ROOT);
	fails_with("", E_NO_ENTRY);
}

TEST(dots_are_steps)
{
	build();
	leads_to("/bin/./cat", cat);
	leads_to("/bin/lib/../cat", cat);
	leads_to("/../..", TREE_ROOT);
	leads_to("/bin/lib/deep/../../..", TREE_ROOT);
	leads_to("/bin/..", TREE_ROOT);
	fails_with("/bin/cat/..", E_NOT_DIRECTORY);
	fails_with("/bin/cat/.", E_NOT_DIRECTORY);
}

TEST(a_slash_at_the_end_asks_for_a_directory)
{
	build();
	leads_to("/bin/", bin);
	leads_to("/l/", bin);
	fails_with("/bin/cat/", E_NOT_DIRECTORY);
	fails_with("/bin/cat/x", E_NOT_DIRECTORY);
}

TEST(links_are_followed_also_in_the_middle)
{
	build();
	leads_to("/l/cat", cat);
	leads_to("/l", bin);
	leads_to("/bin/abs/deep", deep);
	leads_to("/l/abs/../cat", cat);
	leads_to("/bin/up", cat);
	fails_with("/d", E_NO_ENTRY);
	fails_with("/e", E_NO_ENTRY);
}

TEST(a_ring_of_links_is_a_loop)
{
	build();
	fails_with("/a", E_LOOP);
	fails_with("/a/x", E_LOOP);
}

TEST(a_link_at_the_end_can_be_kept)
{
	struct path_end end;

	build();
	CHECK_EQ(walk_along("/l", 2, PATH_KEEP_LINK, &end), E_OK);
	CHECK_TRUE(inode_is_link(tree_inode(&tree, end.inode)));
	CHECK_EQ(walk_along("/l/", 3, PATH_KEEP_LINK, &end), E_OK);
	CHECK_EQ(end.inode, bin);
}

TEST(a_missing_last_name_has_a_parent)
{
	struct path_end end;

	build();
	CHECK_EQ(walk_along("/bin/new", 8, PATH_FOLLOW, &end), E_NO_ENTRY);
	CHECK_EQ(end.parent, bin);
	CHECK_EQ(walk_along("/no/new", 7, PATH_FOLLOW, &end), E_NO_ENTRY);
	CHECK_EQ(end.parent, 0);
}

TEST(long_names_and_paths_are_refused)
{
	char path[PATH_BYTES_MAX + 2];
	struct path_end end;

	build();
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	CHECK_EQ(walk_along(path, TREE_NAME_MAX + 1, PATH_FOLLOW, &end), E_NO_ENTRY);
	CHECK_EQ(walk_along(path, TREE_NAME_MAX + 2, PATH_FOLLOW, &end), E_NAME_TOO_LONG);
	CHECK_EQ(walk_along(path, PATH_BYTES_MAX + 1, PATH_FOLLOW, &end), E_NAME_TOO_LONG);
	memset(path, '/', sizeof(path));
	path[1] = 'l';
	CHECK_EQ(walk_along(path, PATH_BYTES_MAX, PATH_FOLLOW, &end), E_NAME_TOO_LONG); /* with the target */
	CHECK_EQ(walk_along(path, PATH_BYTES_MAX - 2, PATH_FOLLOW, &end), E_OK);
}

TEST(bad_names_are_not_added)
{
	uint32_t number;

	build();
	CHECK_EQ(tree_add(&tree, bin, "", 0, VFS_REGULAR, &number), E_ARGUMENT);
	CHECK_EQ(tree_add(&tree, bin, ".", 1, VFS_REGULAR, &number), E_ARGUMENT);
	CHECK_EQ(tree_add(&tree, bin, "..", 2, VFS_REGULAR, &number), E_ARGUMENT);
	CHECK_EQ(tree_add(&tree, bin, "a/b", 3, VFS_REGULAR, &number), E_ARGUMENT);
	CHECK_EQ(tree_add(&tree, cat, "x", 1, VFS_REGULAR, &number), E_NOT_DIRECTORY);
	CHECK_EQ(tree_add(&tree, bin, "cat", 3, VFS_DIRECTORY, &number), E_EXISTS);
	CHECK_EQ(tree_add(&tree, bin, "lib", 3, VFS_REGULAR, &number), E_EXISTS);
	CHECK_EQ(tree_add(&tree, bin, "cat", 3, VFS_REGULAR, &number), E_OK);
	CHECK_EQ(number, cat);
	CHECK_EQ(tree_check(&tree), 0);
}

TEST(a_full_tree_says_so_and_stays_whole)
{
	static char names[INODES + 1][8];
	uint32_t number;

	tree_init(&tree, inodes, INODES);
	for (unsigned i = 1; i < INODES; i++) {
		snprintf(names[i], sizeof(names[i]), "n%u", i);
		CHECK_EQ(tree_add(&tree, TREE_ROOT, names[i], strlen(names[i]), VFS_REGULAR, &number), E_OK);
	}
	CHECK_EQ(tree_add(&tree, TREE_ROOT, "more", 4, VFS_REGULAR, &number), E_NO_ROOM);
	for (unsigned i = 1; i < INODES; i++)
		CHECK_TRUE(tree_find(&tree, TREE_ROOT, names[i], strlen(names[i])) != 0);
	CHECK_EQ(tree_check(&tree), 0);
}

/* Paths of random pieces: whatever comes, the answer names a thing of the tree or is an error. */
TEST(random_paths_are_answered)
{
	static const char *const pieces[] = {"/", "bin", "cat", "lib",	".", "..", "l",
					     "a", "abs", "up",	"deep", "x", "//"};

	build();
	for (uint64_t i = 0; i < test_ops; i++) {
		char path[128] = "";
		struct path_end end;
		err_t error;

		for (uint64_t left = test_random_below(14); left > 0; left--) {
			strcat(path, pieces[test_random_below(sizeof(pieces) / sizeof(pieces[0]))]);
			if (test_random_below(2))
				strcat(path, "/");
		}
		error = walk_along(path, strlen(path), test_random_below(2), &end);
		CHECK_EQ(error == E_OK, end.inode != 0);
		CHECK_TRUE(end.parent == 0 || inode_is_directory(tree_inode(&tree, end.parent)));
	}
}

TEST_MAIN(100000)
