/* SPDX-License-Identifier: MIT */
/* The boot archive as a tree; archives with random damage. */
#include "archive.h"
#include "path.h"
#include "proto/records.h"
#include "test.h"

#define INODES 100

static struct inode inodes[INODES + 1];
static struct tree tree;
static uint8_t archive[8192];
static uint64_t bytes;

static void put_entry(const char *name, uint32_t mode, const char *data)
{
	size_t name_bytes = strlen(name) + 1;

	bytes += sprintf((char *)archive + bytes,
			 "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", 1u, mode, 0u, 0u, 1u,
			 5u, (unsigned)strlen(data), 0u, 0u, 0u, 0u, (unsigned)name_bytes, 0u);
	memcpy(archive + bytes, name, name_bytes);
	bytes = (bytes + name_bytes + 3) / 4 * 4;
	memcpy(archive + bytes, data, strlen(data));
	bytes = (bytes + strlen(data) + 3) / 4 * 4;
}

static void build(void)
{
	memset(archive, 0, sizeof(archive));
	bytes = 0;
	put_entry("bin", VFS_DIRECTORY | 0700, "");
	put_entry("bin/cat", VFS_REGULAR | 0755, "old");
	put_entry("no/parents/here", VFS_REGULAR | 0644, "x");
	put_entry("l", VFS_LINK | 0777, "bin");
	put_entry("bin/cat", VFS_REGULAR | 0711, "newer");
	put_entry("bin/cat/below", VFS_REGULAR | 0644, "a file is no directory");
	put_entry("TRAILER!!!", 0, "");
	bytes += 512;
	put_entry("./second", VFS_REGULAR | 0600, "behind the trailer");
	put_entry("TRAILER!!!", 0, "");
}

static const struct inode *find(const char *path)
{
	struct path way = {.from = TREE_ROOT, .text = path, .bytes = strlen(path)};
	struct path_end end;

	CHECK_EQ(path_walk(&tree, &way, &end), E_OK);
	return tree_inode(&tree, end.inode);
}

TEST(entries_are_found_and_later_ones_replace)
{
	struct archive_facts facts;

	build();
	tree_init(&tree, inodes, INODES);
	CHECK_EQ(archive_load(&tree, archive, bytes, &facts), E_OK);
	CHECK_EQ(tree_check(&tree), 0);
	CHECK_EQ(find("/l/cat")->size_bytes, 5);
	CHECK_EQ(memcmp(find("/bin/cat")->data, "newer", 5), 0);
	CHECK_EQ(find("/bin/cat")->mode, VFS_REGULAR | 0711);
	CHECK_EQ(find("/bin")->mode, VFS_DIRECTORY | 0700);
	CHECK_EQ(find("/no/parents/here")->size_bytes, 1);
	CHECK_EQ(find("/second")->mtime_s, 5);
	CHECK_EQ(facts.left_out, 1);
	CHECK_EQ(facts.error, E_NOT_DIRECTORY);
}

TEST(a_small_tree_takes_what_fits)
{
	struct archive_facts facts;

	build();
	tree_init(&tree, inodes, 3);
	CHECK_EQ(archive_load(&tree, archive, bytes, &facts), E_OK);
	CHECK_TRUE(facts.left_out > 0);
	CHECK_EQ(tree_check(&tree), 0);
}

TEST(damaged_archives_leave_a_whole_tree)
{
	for (uint64_t op = 0; op < test_ops; op++) {
		struct archive_facts facts;
		uint64_t length;
		uint8_t *copy;
		err_t error;

		build();
		for (uint64_t left = 1 + test_random_below(6); left > 0; left--)
			archive[test_random_below(bytes)] = test_random_below(2)
								    ? (uint8_t)test_random()
								    : (uint8_t) "0Ff/."[test_random_below(5)];
		length = test_random_below(4) ? bytes : test_random_below(bytes);
		copy = malloc(length + 1); /* exact, so that the sanitizer sees a step outside */
		memcpy(copy, archive, length);
		tree_init(&tree, inodes, INODES);
		error = archive_load(&tree, copy, length, &facts);
		CHECK_TRUE(error == E_OK || error == E_BAD_FORMAT);
		CHECK_EQ(tree_check(&tree), 0);
		for (uint32_t i = 1; i <= tree.count; i++)
			CHECK_TRUE(!inodes[i].data ||
				   (inodes[i].data >= copy &&
				    inodes[i].data + inodes[i].size_bytes <= copy + length));
		free(copy);
	}
}

TEST_MAIN(50000)
