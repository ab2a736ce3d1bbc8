/* SPDX-License-Identifier: MIT */
/* Contents of files under writing, cutting and leases, against bytes in plain arrays. */
#include "world.h"

#define FILES	   8
#define BYTES_MAX  (10 * PAGE_BYTES)
#define LEASES_MAX 200

static struct model {
	uint32_t number; /* 0: not there */
	uint64_t bytes;
	uint8_t data[BYTES_MAX];
} model[FILES];

/* A page on lease, and what it held when it was lent. */
static struct lent {
	uint64_t handle, index, frame;
	uint8_t data[PAGE_BYTES];
} lent[LEASES_MAX];
static unsigned lent_count;

static uint64_t made;

static void file_make(struct model *file)
{
	char name[16];

	snprintf(name, sizeof(name), "f%llu", (unsigned long long)made++);
	CHECK_EQ(tree_create(&world.tree, TREE_ROOT, name, strlen(name), VFS_REGULAR | 0644, &file->number),
		 E_OK);
	file->bytes = 0;
	memset(file->data, 0, sizeof(file->data));
	world.inodes[file->number].opens = 1;
}

/* One whose beginning lies in the archive, page aligned or not. */
static void file_make_archived(struct model *file)
{
	uint64_t at = test_random_below(20) * PAGE_BYTES + (test_random_below(3) == 0 ? 100 : 0);
	struct inode *inode;

	file_make(file);
	inode = &world.inodes[file->number];
	inode->data = world.archive + at;
	file->bytes = inode->size_bytes = inode->archive_bytes = 1 + test_random_below(BYTES_MAX);
	memcpy(file->data, world.archive + at, file->bytes);
}

static void file_drop(struct model *file)
{
	struct inode *inode = &world.inodes[file->number];

	tree_unname(&world.tree, file->number);
	inode->opens = 0;
	store_settle(&world.store, file->number);
	file->number = 0;
}

static void file_write(struct model *file)
{
	uint64_t at = test_random_below(BYTES_MAX), left = 1 + test_random_below(2 * PAGE_BYTES);

	if (left > BYTES_MAX - at)
		left = BYTES_MAX - at;
	while (left > 0) {
		uint64_t room, bytes;
		uint8_t *to;
		err_t error = store_write(&world.store, file->number, at, &to, &room);

		if (error == E_NO_MEMORY) {
			CHECK_TRUE(!cache_may_hold(&world.cache));
			return;
		}
		CHECK_EQ(error, E_OK);
		bytes = room < left ? room : left;
		if (test_random_below(8) == 0) /* the caller's buffer ends early */
			bytes = test_random_below(bytes + 1);
		for (uint64_t i = 0; i < bytes; i++)
			to[i] = file->data[at + i] = test_random();
		store_written(&world.store, file->number, at, bytes);
		if (bytes > 0 && at + bytes > file->bytes)
			file->bytes = at + bytes;
		if (bytes == 0)
			return;
		at += bytes;
		left -= bytes;
	}
}

static void file_cut(struct model *file)
{
	uint64_t bytes = test_random_below(3) ? test_random_below(BYTES_MAX) : 0;
	err_t error = store_truncate(&world.store, file->number, bytes);

	if (error == E_NO_MEMORY)
		return;
	CHECK_EQ(error, E_OK);
	if (bytes < file->bytes)
		memset(file->data + bytes, 0, BYTES_MAX - bytes);
	file->bytes = bytes;
}

static void file_compare(const struct model *file)
{
	uint64_t at = 0, bytes;
	const uint8_t *from;

	while ((bytes = store_read(&world.store, file->number, at, &from)) > 0) {
		CHECK_TRUE(at + bytes <= file->bytes);
		for (uint64_t i = 0; i < bytes && !from; i++)
			CHECK_EQ(file->data[at + i], 0);
		if (from)
			CHECK_EQ(memcmp(from, file->data + at, bytes), 0);
		at += bytes;
	}
	CHECK_EQ(at, file->bytes);
}

static bool is_lent(uint64_t handle, uint64_t index)
{
	for (unsigned i = 0; i < lent_count; i++) {
		if (lent[i].handle == handle && lent[i].index == index)
			return true;
	}
	return false;
}

/* Through the handle of now, or an old one if @handle is not 0. */
static void lease(const struct model *file, uint64_t handle)
{
	struct lease_run run = {.handle = handle, .count = 1};
	uint64_t frame, taken, pages = (file->bytes + PAGE_BYTES - 1) / PAGE_BYTES;
	bool again;
	err_t error;

	if (handle == 0)
		run.handle = tree_handle(&world.tree, file->number);
	run.index = test_random_below(BYTES_MAX / PAGE_BYTES);
	again = is_lent(run.handle, run.index);
	error = lease_take(&world.store, &run, &frame, &taken);
	if (run.index >= pages || error == E_NO_MEMORY) {
		CHECK_EQ(error, run.index >= pages ? E_ARGUMENT : E_NO_MEMORY);
		return;
	}
	CHECK_EQ(error, E_OK);
	if (!again) /* what the file has now */
		CHECK_EQ(memcmp(world_page(frame), file->data + run.index * PAGE_BYTES, PAGE_BYTES), 0);
	if (lent_count == LEASES_MAX) {
		CHECK_EQ(lease_return(&world.store, &run), E_OK);
		return;
	}
	lent[lent_count] = (struct lent){.handle = run.handle, .index = run.index, .frame = frame};
	memcpy(lent[lent_count++].data, world_page(frame), PAGE_BYTES);
}

static void lease_again(void)
{
	unsigned i = test_random_below(lent_count);
	uint32_t number = tree_by_handle(&world.tree, lent[i].handle);

	CHECK_TRUE(number != 0); /* a lease keeps the inode */
	for (unsigned f = 0; f < FILES; f++) {
		if (model[f].number == number)
			lease(&model[f], lent[i].handle);
	}
}

static void lease_end(unsigned i)
{
	struct lease_run run = {.handle = lent[i].handle, .index = lent[i].index, .count = 1};

	CHECK_EQ(memcmp(world_page(lent[i].frame), lent[i].data, PAGE_BYTES), 0);
	CHECK_EQ(lease_return(&world.store, &run), E_OK);
	lent[i] = lent[--lent_count];
}

static void check_all(void)
{
	uint64_t leases;

	CHECK_EQ(store_check(&world.store, &leases), 0);
	CHECK_EQ(leases, lent_count);
	for (unsigned i = 0; i < lent_count; i++)
		CHECK_EQ(memcmp(world_page(lent[i].frame), lent[i].data, PAGE_BYTES), 0);
	for (unsigned i = 0; i < FILES; i++) {
		if (model[i].number)
			file_compare(&model[i]);
	}
}

static void random_step(void)
{
	struct model *file = &model[test_random_below(FILES)];
	unsigned choice = test_random_below(100);

	if (!file->number)
		choice & 1 ? file_make(file) : file_make_archived(file);
	else if (choice < 3)
		file_drop(file);
	else if (choice < 30)
		file_write(file);
	else if (choice < 40)
		file_cut(file);
	else if (choice < 65)
		lease(file, 0);
	else if (choice < 75 && lent_count > 0)
		lease_again();
	else if (lent_count > 0)
		lease_end(test_random_below(lent_count));
}

/* The second arena comes and goes, with what was written in it. */
static err_t second_arena_turns(void)
{
	uint32_t place = 1;
	uint64_t frame;

	if (cache_place(&world.cache) == place)
		return cache_grow(&world.cache, WORLD_CACHE_FRAME + ARENA_PAGES, world.memory + ARENA_BYTES);
	if (cache_shrink(&world.cache, 8, &place, &frame) != E_OK)
		return E_NO_ENTRY;
	CHECK_EQ(place, 1);
	memset(world.memory + ARENA_BYTES, 0xa5, ARENA_BYTES); /* it is somebody else's */
	return E_OK;
}

TEST(what_is_leased_stays_and_what_is_written_is_read)
{
	uint64_t turned = 0;

	world_make(300, 1);
	world.cache.reserve = 7;
	lent_count = 0;
	memset(model, 0, sizeof(model));
	while (cache_room(&world.cache) > 60) { /* little memory: it runs out at times */
		struct cache_page *page;

		CHECK_EQ(cache_take(&world.cache, &page), E_OK);
	}
	for (uint64_t op = 0; op < test_ops; op++) {
		random_step();
		if (op % 1024 == 0)
			turned += second_arena_turns() == E_OK;
		if (op % 64 == 0)
			check_all();
	}
	while (lent_count > 0)
		lease_end(0);
	for (unsigned i = 0; i < FILES; i++) {
		if (model[i].number)
			file_drop(&model[i]);
	}
	check_all();
	CHECK_EQ(world.tree.count, 1);
	if (cache_place(&world.cache) != 1)
		CHECK_EQ(second_arena_turns(), E_OK);
	CHECK_EQ(cache_room(&world.cache), 60);
	CHECK_TRUE(turned > 0);
}

TEST(a_change_after_the_number_was_told_gives_a_new_one)
{
	struct model *file = &model[0];
	uint64_t before, room;
	uint8_t *to;

	world_make(300, 1);
	file_make(file);
	before = tree_handle(&world.tree, file->number);
	CHECK_EQ(store_truncate(&world.store, file->number, 10), E_OK);
	CHECK_EQ(tree_handle(&world.tree, file->number), before); /* nobody knew it */
	tree_show(&world.tree, file->number);
	CHECK_EQ(store_write(&world.store, file->number, 0, &to, &room), E_OK);
	store_written(&world.store, file->number, 0, 1);
	CHECK_TRUE(tree_handle(&world.tree, file->number) != before);
	CHECK_EQ(tree_by_handle(&world.tree, before), file->number);
	file_drop(file);
	file_make(file);
	CHECK_EQ(tree_by_handle(&world.tree, before), 0); /* another inode has its place */
}

TEST(a_file_without_a_name_stays_while_it_is_leased_or_held)
{
	struct lease_run run = {.count = 1};
	struct model *file = &model[0];
	uint64_t frame, taken, handle;

	world_make(300, 1);
	file_make(file);
	handle = run.handle = tree_handle(&world.tree, file->number);
	CHECK_EQ(store_truncate(&world.store, file->number, 5000), E_OK);
	CHECK_EQ(lease_take(&world.store, &run, &frame, &taken), E_OK);
	world.inodes[file->number].holds = 1;
	file_drop(file);
	CHECK_TRUE(tree_by_handle(&world.tree, handle) != 0);
	CHECK_EQ(lease_return(&world.store, &run), E_OK);
	run.index = 1;
	CHECK_EQ(lease_take(&world.store, &run, &frame, &taken), E_OK);
	world.inodes[tree_by_handle(&world.tree, handle)].holds = 0;
	CHECK_EQ(lease_return(&world.store, &run), E_OK);
	CHECK_EQ(tree_by_handle(&world.tree, handle), 0);
	CHECK_EQ(world.tree.count, 1);
	CHECK_EQ(world.cache.used, 0);
}

TEST(sizes_end_somewhere)
{
	uint64_t room;
	uint8_t *to;

	world_make(300, 1);
	file_make(&model[0]);
	CHECK_EQ(store_truncate(&world.store, model[0].number, STORE_BYTES_MAX), E_OK);
	CHECK_EQ(store_truncate(&world.store, model[0].number, STORE_BYTES_MAX + 1), E_ARGUMENT);
	CHECK_EQ(store_write(&world.store, model[0].number, STORE_BYTES_MAX, &to, &room), E_ARGUMENT);
	CHECK_EQ(store_write(&world.store, model[0].number, STORE_BYTES_MAX - 1, &to, &room), E_OK);
	CHECK_EQ(room, 1);
	store_written(&world.store, model[0].number, STORE_BYTES_MAX - 1, 1);
	file_drop(&model[0]);
	world_check();
}

TEST_MAIN(60000)
