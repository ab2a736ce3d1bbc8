/* SPDX-License-Identifier: MIT */
/* Making, removing and renaming, against a model that keeps paths as plain strings. */
#include "world.h"

#define store (world.store)

static uint32_t opened; /* by make() */

static err_t make_flags(const char *text, uint32_t flags)
{
	struct names_open how = {.flags = flags, .mode = 0644};
	struct path path = world_path(text);

	return names_open(&store, &path, &how, &opened);
}

static err_t make(const char *text)
{
	return make_flags(text, OPEN_WRITE | OPEN_CREATE | OPEN_EXCLUSIVE);
}

static err_t make_directory(const char *text)
{
	struct path path = world_path(text);

	return names_make_directory(&store, &path, 0755);
}

static err_t remove_file(const char *text)
{
	struct path path = world_path(text);

	return names_remove(&store, &path, false);
}

static err_t remove_directory(const char *text)
{
	struct path path = world_path(text);

	return names_remove(&store, &path, true);
}

static err_t rename_to(const char *from, const char *to)
{
	struct path a = world_path(from), b = world_path(to);

	return names_rename(&store, &a, &b);
}

static uint32_t find(const char *text)
{
	struct path path = world_path(text);
	struct path_end end;

	return path_walk(&world.tree, &path, &end) == E_OK ? end.inode : 0;
}

static void build(void)
{
	world_make(200, 1);
	CHECK_EQ(make_directory("/d"), E_OK);
	CHECK_EQ(make_directory("/d/e"), E_OK);
	CHECK_EQ(make("/d/f"), E_OK);
	CHECK_EQ(make("/g"), E_OK);
}

TEST(opening_answers_as_posix_says)
{
	build();
	CHECK_EQ(make("/g"), E_EXISTS);
	CHECK_EQ(make("/d"), E_EXISTS);
	CHECK_EQ(make_flags("/d", OPEN_WRITE), E_IS_DIRECTORY);
	CHECK_EQ(make_flags("/d", OPEN_READ | OPEN_TRUNCATE), E_IS_DIRECTORY);
	CHECK_EQ(make_flags("/d", OPEN_READ | OPEN_CREATE), E_IS_DIRECTORY);
	CHECK_EQ(make_flags("/g", OPEN_READ | OPEN_DIRECTORY), E_NOT_DIRECTORY);
	CHECK_EQ(make_flags("/no", OPEN_READ), E_NO_ENTRY);
	CHECK_EQ(make_flags("/no/x", OPEN_READ | OPEN_CREATE), E_NO_ENTRY);
	CHECK_EQ(make_flags("/g/x", OPEN_READ | OPEN_CREATE), E_NOT_DIRECTORY);
	CHECK_EQ(make_flags("/new/", OPEN_READ | OPEN_CREATE), E_IS_DIRECTORY);
	CHECK_EQ(make_flags("/d/f", OPEN_READ | OPEN_CREATE), E_OK);
	CHECK_EQ(opened, find("/d/f"));
	world.inodes[find("/g")].mode = VFS_REGULAR | 0444;
	CHECK_EQ(make_flags("/g", OPEN_READ | OPEN_WRITE), E_ACCESS);
	CHECK_EQ(make_flags("/g", OPEN_READ), E_OK);
	world.inodes[find("/d")].mode = VFS_DIRECTORY | 0555;
	CHECK_EQ(make("/d/new"), E_ACCESS);
	CHECK_EQ(remove_file("/d/f"), E_ACCESS);
	CHECK_EQ(rename_to("/d/f", "/f"), E_ACCESS);
	world.inodes[find("/d")].mode = VFS_DIRECTORY | 0666;
	CHECK_EQ(make_flags("/d/f", OPEN_READ), E_ACCESS);
}

TEST(removing_answers_as_posix_says)
{
	build();
	CHECK_EQ(remove_file("/d"), E_IS_DIRECTORY);
	CHECK_EQ(remove_directory("/g"), E_NOT_DIRECTORY);
	CHECK_EQ(remove_directory("/d"), E_NOT_EMPTY);
	CHECK_EQ(remove_directory("/"), E_BUSY);
	CHECK_EQ(remove_directory("/d/e/."), E_ARGUMENT);
	CHECK_EQ(remove_directory("/d/e/.."), E_ARGUMENT);
	CHECK_EQ(remove_file("/no"), E_NO_ENTRY);
	CHECK_EQ(remove_file("/d/f"), E_OK);
	CHECK_EQ(remove_directory("/d/e/"), E_OK);
	CHECK_EQ(remove_directory("/d"), E_OK);
	CHECK_EQ(world.tree.count, 2);
	world_check();
}

static err_t make_link(const char *text, const char *target)
{
	struct path path = world_path(text);

	return names_make_link(&store, &path, target, strlen(target));
}

TEST(links_keep_their_targets)
{
	static const char long_name[] = "/a_name_of_more_than_thirty_two_bytes_for_a_link";
	char target[TREE_NAME_MAX + 2] = "";

	build();
	CHECK_EQ(make_link("/l", "d/f"), E_OK);
	CHECK_EQ(find("/l"), find("/d/f"));
	CHECK_EQ(make_link("/l", "g"), E_EXISTS);
	CHECK_EQ(make_link("/m", ""), E_NO_ENTRY);
	CHECK_EQ(make_link("/m/", "g"), E_NO_ENTRY);
	CHECK_EQ(make_link("/g/m", "g"), E_NOT_DIRECTORY);
	memset(target, 'x', TREE_NAME_MAX + 1);
	CHECK_EQ(make_link("/m", target), E_NAME_TOO_LONG);
	CHECK_EQ(make_link(long_name, "/d/e"), E_OK);
	CHECK_EQ(world.tree.long_used, 3);
	CHECK_EQ(rename_to("/l", "/d/l"), E_OK);
	CHECK_EQ(find("/d/l"), 0); /* d/f below d is not there */
	CHECK_EQ(remove_directory(long_name), E_NOT_DIRECTORY);
	CHECK_EQ(remove_file(long_name), E_OK);
	CHECK_EQ(remove_file("/d/l"), E_OK);
	CHECK_EQ(world.tree.long_used, 0);
	CHECK_TRUE(find("/d/e") != 0);
	world_check();
}

TEST(links_end_when_their_room_is_full)
{
	char text[16];
	uint32_t count = 0;
	err_t error;

	world_make(2000, 1);
	do {
		snprintf(text, sizeof(text), "/%u", count++);
		error = make_link(text, "target");
	} while (error == E_OK);
	CHECK_EQ(error, E_NO_ROOM);
	CHECK_EQ(count, TREE_NAMES_LONG + 1);
	world_check();
	CHECK_EQ(remove_file("/7"), E_OK);
	CHECK_EQ(make_link("/7", "again"), E_OK);
	world_check();
}

TEST(renaming_answers_as_posix_says)
{
	uint32_t g, e;

	build();
	g = find("/g");
	e = find("/d/e");
	CHECK_EQ(rename_to("/no", "/x"), E_NO_ENTRY);
	CHECK_EQ(rename_to("/g", "/no/x"), E_NO_ENTRY);
	CHECK_EQ(rename_to("/g", "/d"), E_IS_DIRECTORY);
	CHECK_EQ(rename_to("/d/e", "/g"), E_NOT_DIRECTORY);
	CHECK_EQ(rename_to("/d/e", "/d"), E_NOT_EMPTY);
	CHECK_EQ(rename_to("/d", "/d/e/x"), E_ARGUMENT);
	CHECK_EQ(rename_to("/d", "/d/x"), E_ARGUMENT);
	CHECK_EQ(rename_to("/", "/x"), E_BUSY);
	CHECK_EQ(rename_to("/g", "/x/"), E_NOT_DIRECTORY);
	CHECK_EQ(rename_to("/g", "/g"), E_OK);
	CHECK_EQ(rename_to("/g", "/d/f"), E_OK);
	CHECK_EQ(find("/d/f"), g);
	CHECK_EQ(find("/g"), 0);
	CHECK_EQ(rename_to("/d/e", "/new/"), E_OK);
	CHECK_EQ(find("/new"), e);
	CHECK_EQ(make_directory("/empty"), E_OK);
	CHECK_EQ(rename_to("/d", "/empty"), E_OK);
	CHECK_EQ(find("/empty/f"), g);
	world_check();
}

TEST(an_open_file_without_a_name_is_still_there)
{
	uint32_t g;

	build();
	g = find("/g");
	world.inodes[g].opens++;
	CHECK_EQ(remove_file("/g"), E_OK);
	CHECK_TRUE(tree_inode(&world.tree, g) != NULL);
	CHECK_EQ(make("/g"), E_OK);
	CHECK_TRUE(find("/g") != g);
	world.inodes[g].opens--;
	store_settle(&store, g);
	CHECK_TRUE(tree_inode(&world.tree, g) == NULL);
	world_check();
}

TEST(a_directory_that_was_removed_takes_nothing)
{
	struct path path = {.text = "x", .bytes = 1};
	struct path_end end;
	uint32_t number, bytes;
	char text[PATH_BYTES_MAX];

	build();
	path.from = find("/d/e");
	world.inodes[path.from].opens++;
	CHECK_EQ(path_of(&world.tree, path.from, text, &bytes), E_OK);
	CHECK_TRUE(bytes == 4 && memcmp(text, "/d/e", 4) == 0);
	CHECK_EQ(remove_directory("/d/e"), E_OK);
	CHECK_EQ(names_make_directory(&store, &path, 0755), E_NO_ENTRY);
	CHECK_EQ(tree_create(&world.tree, path.from, "x", 1, VFS_REGULAR, &number), E_NO_ENTRY);
	path = (struct path){.text = "..", .bytes = 2, .from = path.from};
	CHECK_EQ(path_walk(&world.tree, &path, &end), E_NO_ENTRY);
	CHECK_EQ(path_of(&world.tree, path.from, text, &bytes), E_NO_ENTRY);
	world.inodes[path.from].opens--;
	store_settle(&store, path.from);
	world_check();
}

TEST(long_names_come_to_an_end_and_come_back)
{
	char name[201];
	unsigned made = 0;

	world_make(TREE_INODES_MAX, 1);
	memset(name, 'n', sizeof(name));
	name[0] = '/';
	name[200] = 0;
	for (;; made++) {
		err_t error;

		snprintf(name + 190, 11, "%010u", made);
		error = make(name);
		if (error != E_OK) {
			CHECK_EQ(error, E_NO_ROOM);
			break;
		}
	}
	CHECK_EQ(made, TREE_NAMES_LONG);
	CHECK_EQ(make("/short"), E_OK);
	CHECK_EQ(rename_to("/short", name), E_NO_ROOM);
	snprintf(name + 190, 11, "%010u", 7);
	CHECK_EQ(rename_to(name, "/s"), E_OK);
	CHECK_EQ(make(name), E_OK);
	world_check();
}

/* The model: every path that exists, as text, with the inode it leads to. */
#define ENTRIES 160
static struct entry {
	char path[64];
	bool directory;
	uint32_t inode;
} entries[ENTRIES];
static unsigned entry_count;

static struct entry *entry_of(const char *path)
{
	for (unsigned i = 0; i < entry_count; i++) {
		if (strcmp(entries[i].path, path) == 0)
			return &entries[i];
	}
	return NULL;
}

static bool lies_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	return strncmp(path, directory, length) == 0 && path[length] == '/';
}

static bool has_below(const char *path)
{
	for (unsigned i = 0; i < entry_count; i++) {
		if (lies_below(entries[i].path, path))
			return true;
	}
	return false;
}

/* What the way to @path answers. */
static err_t way(const char *path)
{
	char parent[64];
	char *slash;

	strcpy(parent, path);
	for (slash = strchr(parent + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		const struct entry *entry;

		*slash = 0;
		entry = entry_of(parent);
		if (!entry)
			return E_NO_ENTRY;
		if (!entry->directory)
			return E_NOT_DIRECTORY;
		*slash = '/';
	}
	return E_OK;
}

static void random_path(char *path)
{
	unsigned depth = 1 + test_random_below(4);

	*path = 0;
	while (depth-- > 0)
		sprintf(path + strlen(path), "/%c", (int)('a' + test_random_below(3)));
}

static void model_make(const char *path, bool directory)
{
	err_t expected = way(path), error = directory ? make_directory(path) : make(path);

	if (expected == E_OK && entry_of(path))
		expected = E_EXISTS;
	CHECK_EQ(error, expected);
	if (error != E_OK)
		return;
	entries[entry_count] = (struct entry){.directory = directory, .inode = find(path)};
	strcpy(entries[entry_count++].path, path);
}

static err_t model_may_go(const struct entry *entry, bool directory)
{
	if (entry->directory != directory)
		return directory ? E_NOT_DIRECTORY : E_IS_DIRECTORY;
	return has_below(entry->path) ? E_NOT_EMPTY : E_OK;
}

static void model_remove(const char *path, bool directory)
{
	struct entry *entry = entry_of(path);
	err_t expected = way(path);

	if (expected == E_OK)
		expected = entry ? model_may_go(entry, directory) : E_NO_ENTRY;
	CHECK_EQ(directory ? remove_directory(path) : remove_file(path), expected);
	if (expected == E_OK)
		*entry = entries[--entry_count];
}

static err_t model_may_rename(const char *from, const char *to)
{
	const struct entry *entry = entry_of(from), *target = entry_of(to);
	err_t error = way(from);

	if (error == E_OK && !entry)
		error = E_NO_ENTRY;
	if (error == E_OK)
		error = way(to);
	if (error != E_OK || strcmp(from, to) == 0)
		return error;
	if (entry->directory && lies_below(to, from))
		return E_ARGUMENT;
	return target ? model_may_go(target, entry->directory) : E_OK;
}

static void model_rename(const char *from, const char *to)
{
	err_t expected = model_may_rename(from, to);
	struct entry *target = entry_of(to);

	CHECK_EQ(rename_to(from, to), expected);
	if (expected != E_OK || strcmp(from, to) == 0)
		return;
	if (target)
		*target = entries[--entry_count];
	for (unsigned i = 0; i < entry_count; i++) {
		char rest[64];

		if (strcmp(entries[i].path, from) != 0 && !lies_below(entries[i].path, from))
			continue;
		strcpy(rest, entries[i].path + strlen(from));
		if (strlen(to) + strlen(rest) >= sizeof(rest))
			abort();
		strcpy(entries[i].path, to);
		strcat(entries[i].path, rest);
	}
}

static unsigned depth_of(const char *path)
{
	unsigned depth = 0;

	while (*path)
		depth += *path++ == '/';
	return depth;
}

TEST(random_changes_agree_with_the_model)
{
	world_make(ENTRIES + 1, 1);
	entry_count = 0;
	for (uint64_t op = 0; op < test_ops; op++) {
		char path[64], other[64];
		unsigned choice = test_random_below(10);

		random_path(path);
		random_path(other);
		if (choice < 4 && entry_count < ENTRIES)
			model_make(path, choice < 2);
		else if (choice < 7)
			model_remove(path, choice < 5);
		else if (depth_of(path) >= depth_of(other)) /* so that paths stay short */
			model_rename(path, other);
		if (op % 256 != 0)
			continue;
		world_check();
		CHECK_EQ(world.tree.count, entry_count + 1);
		for (unsigned i = 0; i < entry_count; i++)
			CHECK_EQ(find(entries[i].path), entries[i].inode);
	}
	world_check();
}

TEST_MAIN(100000)
