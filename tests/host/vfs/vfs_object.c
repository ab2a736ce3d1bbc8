/* SPDX-License-Identifier: MIT */
/* Names of custom pagers' objects: what may be done with them, and that they go as they came. */
#include "object.h"
#include "proto/proto.h"
#include "world.h"

#define SIZE 12345

static uint32_t pagers;

static void build(void)
{
	world_make(64, 1);
	CHECK_EQ(object_directory_add(&world.tree, &pagers), E_OK);
}

static void check(void)
{
	world_check();
	CHECK_EQ(object_check(&world.tree, pagers), 0);
}

static err_t publish(const char *name, uint64_t cookie, uint64_t mode)
{
	struct object_facts facts = {
		.cookie = cookie, .size_bytes = SIZE, .mode = mode, .name = name, .name_bytes = strlen(name)};

	return object_publish(&world.tree, pagers, &facts);
}

static err_t withdraw(uint64_t cookie)
{
	return object_withdraw(&world.store, pagers, cookie);
}

static uint32_t found;

static err_t open_as(const char *text, uint32_t flags)
{
	struct names_open how = {.flags = flags, .mode = 0644};
	struct path path = world_path(text);

	return names_open(&world.store, &path, &how, &found);
}

static err_t move(const char *from, const char *to)
{
	struct path a = world_path(from), b = world_path(to);

	return names_rename(&world.store, &a, &b);
}

static err_t drop(const char *text, bool directory)
{
	struct path path = world_path(text);

	return names_remove(&world.store, &path, directory);
}

static err_t make_directory(const char *text)
{
	struct path path = world_path(text);

	return names_make_directory(&world.store, &path, 0755);
}

TEST(an_object_is_found_with_its_facts)
{
	const struct inode *inode;

	build();
	CHECK_EQ(publish("pattern", 7, 0644), E_OK);
	CHECK_EQ(open_as("/pagers/pattern", OPEN_READ | OPEN_WRITE), E_OK);
	inode = tree_inode(&world.tree, found);
	CHECK_EQ(inode->size_bytes, SIZE);
	CHECK_EQ(inode->mode, VFS_REGULAR | 0644);
	CHECK_EQ(inode->cookie, 7);
	CHECK_TRUE(inode_is_object(inode) && !inode_is_regular(inode));
	check();
	CHECK_EQ(withdraw(7), E_OK);
	CHECK_EQ(open_as("/pagers/pattern", OPEN_READ), E_NO_ENTRY);
	CHECK_EQ(world.tree.count, 2);
	check();
}

TEST(what_cannot_be_published_changes_nothing)
{
	char name[TREE_NAME_MAX + 2];
	struct object_facts huge = {
		.cookie = 9, .size_bytes = STORE_BYTES_MAX + 1, .name = "h", .name_bytes = 1};

	build();
	CHECK_EQ(publish("a", 1, 0644), E_OK);
	CHECK_EQ(publish("a", 2, 0644), E_EXISTS);
	CHECK_EQ(publish("b", 1, 0644), E_EXISTS);
	CHECK_EQ(publish("b", 0, 0644), E_ARGUMENT);
	CHECK_EQ(publish("b", 2, 0755), E_ARGUMENT);
	CHECK_EQ(publish("b", 2, VFS_REGULAR | 0644), E_ARGUMENT);
	CHECK_EQ(publish("b", 2, 1ull << 32), E_ARGUMENT);
	CHECK_EQ(publish("", 2, 0644), E_ARGUMENT);
	CHECK_EQ(publish("..", 2, 0644), E_ARGUMENT);
	CHECK_EQ(publish("b/c", 2, 0644), E_ARGUMENT);
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = 0;
	CHECK_EQ(publish(name, 2, 0644), E_ARGUMENT);
	CHECK_EQ(object_publish(&world.tree, pagers, &huge), E_ARGUMENT);
	CHECK_EQ(withdraw(2), E_NO_ENTRY);
	CHECK_EQ(withdraw(0), E_NO_ENTRY);
	CHECK_EQ(world.tree.count, 3);
	check();
}

TEST(inodes_come_to_an_end_and_come_back)
{
	char name[16];
	uint64_t made = 0;
	err_t error;

	build();
	do {
		snprintf(name, sizeof(name), "o%u", (unsigned)++made);
		error = publish(name, made, 0444);
	} while (error == E_OK);
	CHECK_EQ(error, E_NO_MEMORY);
	CHECK_EQ(made, 64 - 2 + 1);
	check();
	for (uint64_t cookie = 1; cookie < made; cookie++)
		CHECK_EQ(withdraw(cookie), E_OK);
	CHECK_EQ(world.tree.count, 2);
	check();
}

TEST(the_mode_decides_who_may_open)
{
	build();
	CHECK_EQ(publish("r", 1, 0444), E_OK);
	CHECK_EQ(publish("none", 2, 0), E_OK);
	CHECK_EQ(open_as("/pagers/r", OPEN_READ), E_OK);
	CHECK_EQ(open_as("/pagers/r", OPEN_READ | OPEN_WRITE), E_ACCESS);
	CHECK_EQ(open_as("/pagers/none", OPEN_READ), E_ACCESS);
	CHECK_EQ(open_as("/pagers/r", OPEN_READ | OPEN_DIRECTORY), E_NOT_DIRECTORY);
	CHECK_EQ(open_as("/pagers/r", OPEN_READ | OPEN_CREATE | OPEN_EXCLUSIVE), E_EXISTS);
}

TEST(a_shared_mapping_writes_only_through_a_writable_descriptor)
{
	const uint64_t all = PROT_BIT_READ | PROT_BIT_WRITE | PROT_BIT_EXEC;
	const struct inode *inode;
	uint64_t rights;

	build();
	CHECK_EQ(publish("o", 1, 0644), E_OK);
	CHECK_EQ(open_as("/pagers/o", OPEN_READ), E_OK);
	inode = tree_inode(&world.tree, found);
	CHECK_EQ(object_map(inode, OPEN_READ, false, &rights), E_OK);
	CHECK_EQ(rights, all);
	CHECK_EQ(object_map(inode, OPEN_READ, true, &rights), E_OK);
	CHECK_EQ(rights, all & ~(uint64_t)PROT_BIT_WRITE);
	CHECK_EQ(object_map(inode, OPEN_READ | OPEN_WRITE, true, &rights), E_OK);
	CHECK_EQ(rights, all);
	CHECK_EQ(object_map(inode, OPEN_WRITE, true, &rights), E_ACCESS);
	CHECK_EQ(object_map(inode, OPEN_WRITE, false, &rights), E_ACCESS);
}

TEST(only_the_pager_changes_names_of_objects)
{
	build();
	CHECK_EQ(publish("o", 1, 0644), E_OK);
	CHECK_EQ(open_as("/f", OPEN_WRITE | OPEN_CREATE), E_OK);
	CHECK_EQ(make_directory("/d"), E_OK);
	CHECK_EQ(open_as("/pagers/x", OPEN_WRITE | OPEN_CREATE), E_ACCESS);
	CHECK_EQ(make_directory("/pagers/x"), E_ACCESS);
	CHECK_EQ(drop("/pagers/o", false), E_ACCESS);
	CHECK_EQ(move("/pagers/o", "/o"), E_ACCESS);
	CHECK_EQ(move("/pagers/o", "/pagers/p"), E_ACCESS);
	CHECK_EQ(move("/f", "/pagers/o"), E_ACCESS);
	CHECK_EQ(move("/f", "/pagers/f"), E_ACCESS);
	CHECK_EQ(open_as("/pagers/o", OPEN_WRITE | OPEN_TRUNCATE), E_DENIED);
	CHECK_EQ(open_as("/pagers/o", OPEN_READ | OPEN_TRUNCATE), E_DENIED);
	CHECK_EQ(drop("/pagers", true), E_BUSY);
	CHECK_EQ(move("/pagers", "/q"), E_BUSY);
	CHECK_EQ(withdraw(1), E_OK);
	CHECK_EQ(drop("/pagers", true), E_BUSY);
	CHECK_EQ(move("/d", "/pagers"), E_BUSY);
	CHECK_EQ(world.tree.count, 4);
	check();
}

TEST(the_archive_puts_nothing_into_the_directory)
{
	uint32_t number;

	build();
	CHECK_EQ(tree_add(&world.tree, pagers, "x", 1, VFS_REGULAR | 0644, &number), E_DENIED);
	CHECK_EQ(tree_add(&world.tree, TREE_ROOT, "pagers", 6, VFS_REGULAR | 0644, &number), E_EXISTS);
	CHECK_EQ(tree_add(&world.tree, TREE_ROOT, "pagers", 6, VFS_DIRECTORY | 0755, &number), E_OK);
	CHECK_EQ(number, pagers);
	CHECK_EQ(world.inodes[pagers].mode, VFS_DIRECTORY | 0555);
	check();
}

TEST(contents_cannot_be_leased)
{
	struct lease_run run = {.count = 1};
	uint64_t frame, taken;

	build();
	CHECK_EQ(publish("o", 1, 0644), E_OK);
	CHECK_EQ(open_as("/pagers/o", OPEN_READ), E_OK);
	run.handle = tree_handle(&world.tree, found);
	CHECK_EQ(lease_take(&world.store, &run, &frame, &taken), E_ARGUMENT);
	CHECK_EQ(taken, 0);
	check();
}

TEST(descriptors_outlive_the_name)
{
	struct open_request wanted = {.flags = OPEN_READ};
	struct process *parent, *child;
	uint64_t rights;
	uint32_t fd, copy;

	build();
	CHECK_EQ(process_create(&world.files, 5, &parent), E_OK);
	CHECK_EQ(publish("o", 1, 0644), E_OK);
	CHECK_EQ(open_as("/pagers/o", OPEN_READ), E_OK);
	wanted.inode = found;
	CHECK_EQ(file_open(&world.files, parent, &wanted, &fd), E_OK);
	CHECK_EQ(file_duplicate(&world.files, parent, fd, 0, &copy), E_OK);
	CHECK_EQ(process_fork(&world.files, parent, 6, 0), E_OK);
	child = process_find(&world.files, 6);
	CHECK_EQ(withdraw(1), E_OK);
	CHECK_EQ(withdraw(1), E_NO_ENTRY);
	check();
	CHECK_EQ(object_map(tree_inode(&world.tree, found), OPEN_READ, false, &rights), E_DEAD);
	CHECK_EQ(publish("o", 1, 0644), E_OK); /* name and cookie are free again; the old node is not it */
	CHECK_EQ(object_map(tree_inode(&world.tree, wanted.inode), OPEN_READ, false, &rights), E_DEAD);
	CHECK_EQ(open_as("/pagers/o", OPEN_READ), E_OK);
	CHECK_TRUE(found != wanted.inode);
	CHECK_EQ(file_close(&world.files, parent, fd), E_OK);
	process_destroy(&world.files, child);
	CHECK_EQ(world.tree.count, 4);
	CHECK_EQ(file_close(&world.files, parent, copy), E_OK);
	CHECK_EQ(world.tree.count, 3);
	check();
}

/* The model: which cookie each name has, and which node each descriptor is open on. */
#define NAMES 24

static uint64_t cookies[NAMES], next_cookie;
static uint64_t opened[FILES_DESCRIPTORS]; /* cookie; 0: closed */

static const char *name_of(unsigned i)
{
	static char name[16];

	snprintf(name, sizeof(name), "n%u", i);
	return name;
}

static void random_name_change(unsigned i)
{
	uint64_t cookie = cookies[i];

	if (test_random_below(2)) {
		bool room = world.tree.count < world.tree.capacity;

		CHECK_EQ(publish(name_of(i), next_cookie + 1, 0644), cookie ? E_EXISTS
								     : room ? E_OK
									    : E_NO_MEMORY);
		if (!cookie && room)
			cookies[i] = ++next_cookie;
		return;
	}
	CHECK_EQ(withdraw(cookie), cookie ? E_OK : E_NO_ENTRY);
	cookies[i] = 0;
}

static void random_open(struct process *process, unsigned i)
{
	struct open_request wanted = {.flags = OPEN_READ};
	char path[32];
	uint32_t fd;

	snprintf(path, sizeof(path), "/pagers/%s", name_of(i));
	CHECK_EQ(open_as(path, OPEN_READ), cookies[i] ? E_OK : E_NO_ENTRY);
	wanted.inode = found;
	if (!cookies[i] || file_open(&world.files, process, &wanted, &fd) != E_OK)
		return;
	opened[fd] = cookies[i];
}

/* A descriptor is as its cookie: alive while that is some name's. */
static void compare(struct process *process, uint32_t fd)
{
	const struct open_file *file = file_of(&world.files, process, fd);
	uint64_t rights, alive = 0;

	CHECK_EQ(file != NULL, opened[fd] != 0);
	for (unsigned i = 0; i < NAMES; i++)
		alive += opened[fd] != 0 && cookies[i] == opened[fd];
	if (file)
		CHECK_EQ(object_map(tree_inode(&world.tree, file->target), OPEN_READ, false, &rights),
			 alive ? E_OK : E_DEAD);
}

TEST(random_objects_agree_with_the_model)
{
	struct process *process;

	build();
	memset(cookies, 0, sizeof(cookies));
	memset(opened, 0, sizeof(opened));
	next_cookie = 0;
	CHECK_EQ(process_create(&world.files, 5, &process), E_OK);
	for (uint64_t op = 0; op < test_ops; op++) {
		unsigned i = test_random_below(NAMES), choice = test_random_below(3);
		uint32_t fd = test_random_below(FILES_DESCRIPTORS);

		if (choice == 0) {
			random_name_change(i);
		} else if (choice == 1) {
			random_open(process, i);
		} else {
			CHECK_EQ(file_close(&world.files, process, fd), opened[fd] ? E_OK : E_BAD_FD);
			opened[fd] = 0;
		}
		compare(process, fd);
		if (op % 64 == 0)
			check();
	}
	process_destroy(&world.files, process);
	for (unsigned i = 0; i < NAMES; i++)
		CHECK_EQ(withdraw(cookies[i]), cookies[i] ? E_OK : E_NO_ENTRY);
	CHECK_EQ(world.tree.count, 2);
	check();
}

TEST_MAIN(20000)
