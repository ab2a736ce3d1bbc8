/* SPDX-License-Identifier: MIT */
/* Leases of archive and cache pages, and the cache. */
#include "lease.h"
#include "proto/records.h"
#include "test.h"

#define ARCHIVE_PAGES 64
#define ARCHIVE_FRAME 0x84000
#define CACHE_FRAME   0x90000

static _Alignas(4096) uint8_t archive[ARCHIVE_PAGES * PAGE_BYTES];
static uint8_t *arena_memory;
static struct inode inodes[2001];
static struct tree tree;
static struct cache cache;
static struct lease_table table;
static struct store store;

static uint32_t add_file(const char *name, uint64_t offset, uint64_t bytes)
{
	uint32_t number;

	CHECK_EQ(tree_add(&tree, TREE_ROOT, name, strlen(name), VFS_REGULAR | 0644, &number), E_OK);
	inodes[number].data = archive + offset;
	inodes[number].size_bytes = inodes[number].archive_bytes = bytes;
	return number;
}

static void build(unsigned arenas)
{
	static uint8_t *all;

	if (!all)
		all = calloc(CACHE_ARENAS, ARENA_BYTES);
	arena_memory = all;
	for (uint64_t i = 0; i < sizeof(archive); i++)
		archive[i] = 1 + i % 251;
	tree_init(&tree, inodes, 2000);
	memset(&cache, 0, sizeof(cache));
	for (unsigned i = 0; i < arenas; i++)
		CHECK_EQ(cache_grow(&cache, CACHE_FRAME + i * ARENA_PAGES, all + i * ARENA_BYTES), E_OK);
	memset(&table, 0, sizeof(table));
	store = (struct store){.tree = &tree,
			       .cache = &cache,
			       .leases = &table,
			       .archive = archive,
			       .archive_frame = ARCHIVE_FRAME};
}

static err_t take_for(uint32_t account, uint64_t file, uint64_t index)
{
	struct lease_run run = {.handle = file, .index = index, .count = 1, .account = account};
	uint64_t frame, taken;

	return lease_take(&store, &run, &frame, &taken);
}

static err_t take(uint64_t file, uint64_t index, uint64_t count, uint64_t *frames, uint64_t *taken)
{
	struct lease_run run = {.handle = file, .index = index, .count = count};

	return lease_take(&store, &run, frames, taken);
}

static err_t give_back(uint64_t file, uint64_t index, uint64_t count)
{
	struct lease_run run = {.handle = file, .index = index, .count = count};

	return lease_return(&store, &run);
}

static void check_leases(uint64_t expected)
{
	uint64_t leases;

	CHECK_EQ(store_check(&store, &leases), 0);
	CHECK_EQ(leases, expected);
}

/* Its number of pages apart, so that each lease is a group of its own. */
static uint32_t take_groups(uint32_t account, uint32_t file, uint32_t from, uint32_t most, err_t wanted)
{
	uint32_t taken = 0;
	err_t error = E_OK;

	while (taken < most && (error = take_for(account, file, (from + taken) * LEASE_GROUP_PAGES)) == E_OK)
		taken++;
	CHECK_EQ(error, wanted);
	return taken;
}

TEST(the_last_groups_are_for_accounts_with_few)
{
	uint32_t file, end = LEASE_GROUPS - LEASE_RESERVE;

	build(CACHE_ARENAS);
	file = add_file("f", 0, 0);
	inodes[file].size_bytes = 1ull << 32;
	CHECK_EQ(take_groups(1, file, 0, LEASE_GROUPS, E_TOO_MANY), end);
	CHECK_EQ(take_for(1, file, 0), E_OK); /* it is there */
	CHECK_EQ(take_for(1, file, 1), E_OK); /* of a group that is there */
	CHECK_EQ(take_groups(2, file, end, LEASE_GROUPS, E_TOO_MANY), LEASE_SHARE);
	CHECK_EQ(take_groups(ACCOUNT_FIRST, file, end + LEASE_SHARE, LEASE_GROUPS, E_TOO_MANY),
		 LEASE_RESERVE - LEASE_SHARE);
	CHECK_EQ(take_for(2, file, 0), E_OK); /* what another one pays */
	check_leases(LEASE_GROUPS + 3);
	for (uint32_t i = 0; i < LEASE_GROUPS; i++)
		CHECK_EQ(give_back(file, i * LEASE_GROUP_PAGES, 1), E_OK);
	CHECK_EQ(give_back(file, 0, 2), E_OK);
	CHECK_EQ(give_back(file, 0, 1), E_OK);
	check_leases(0);
	CHECK_EQ(take_for(1, file, 0), E_OK);
}

TEST(the_last_cache_is_for_accounts_that_lease_little)
{
	uint32_t file;

	build(1);
	cache.reserve = cache.commons = LEASE_CACHE_SHARE;
	file = add_file("f", 0, 0);
	inodes[file].size_bytes = 1ull << 32;
	CHECK_EQ(take_groups(1, file, 0, ARENA_PAGES, E_NO_MEMORY), ARENA_PAGES - 2 * LEASE_CACHE_SHARE);
	CHECK_EQ(cache_promise(&cache), E_OK); /* a pipe can be made */
	cache_promise_ends(&cache);
	CHECK_EQ(take_groups(2, file, ARENA_PAGES, ARENA_PAGES, E_NO_MEMORY), LEASE_CACHE_SHARE);
	CHECK_EQ(take_for(2, file, 0), E_OK); /* it is leased already */
	CHECK_EQ(take_groups(ACCOUNT_FIRST, file, 2 * ARENA_PAGES, ARENA_PAGES, E_NO_MEMORY),
		 LEASE_CACHE_SHARE);
	check_leases(ARENA_PAGES + 1);
}

/* As lease.c spreads groups. */
static uint64_t bucket_of(uint64_t file, uint64_t group)
{
	return (file * 31 + group) * 0x9e3779b97f4a7c15ull >> 40 & (LEASE_BUCKETS - 1);
}

static uint64_t next_in_first_bucket(uint64_t file, uint64_t group)
{
	do
		group++;
	while (bucket_of(file, group) != bucket_of(file, 0));
	return group;
}

TEST(nobody_makes_a_bucket_long)
{
	uint64_t groups[2 * LEASE_CHAIN + 1] = {0};
	uint32_t file;

	build(1);
	file = add_file("f", 0, 0);
	inodes[file].size_bytes = 1ull << 39;
	for (unsigned i = 1; i <= 2 * LEASE_CHAIN; i++)
		groups[i] = next_in_first_bucket(file, groups[i - 1]);
	for (unsigned i = 0; i < LEASE_CHAIN; i++)
		CHECK_EQ(take_for(1, file, groups[i] * LEASE_GROUP_PAGES), E_OK);
	CHECK_EQ(take_for(1, file, groups[LEASE_CHAIN] * LEASE_GROUP_PAGES), E_TOO_MANY);
	check_leases(LEASE_CHAIN);
	CHECK_EQ(take_for(1, file, groups[0] * LEASE_GROUP_PAGES + 1), E_OK); /* a group that is there */
	for (unsigned i = LEASE_CHAIN; i < 2 * LEASE_CHAIN; i++)
		CHECK_EQ(take_for(2, file, groups[i] * LEASE_GROUP_PAGES), E_OK);
	CHECK_EQ(take_for(2, file, groups[2 * LEASE_CHAIN] * LEASE_GROUP_PAGES), E_TOO_MANY);
	CHECK_EQ(give_back(file, groups[3] * LEASE_GROUP_PAGES, 1), E_OK);
	CHECK_EQ(take_for(1, file, groups[2 * LEASE_CHAIN] * LEASE_GROUP_PAGES), E_OK);
	check_leases(2 * LEASE_CHAIN + 1);
}

TEST(aligned_whole_pages_are_lent_where_they_lie)
{
	uint64_t frames[8], taken;
	uint32_t file;

	build(0);
	file = add_file("f", 2 * PAGE_BYTES, 3 * PAGE_BYTES);
	CHECK_EQ(take(file, 0, 8, frames, &taken), E_OK);
	CHECK_EQ(taken, 3);
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQ(frames[i], ARCHIVE_FRAME + 2 + i);
	check_leases(3);
	CHECK_EQ(give_back(file, 0, 3), E_OK);
	check_leases(0);
}

TEST(a_run_goes_over_groups_leases_and_pages_that_were_written)
{
	uint64_t frames[40], taken, bytes;
	uint32_t file;
	uint8_t *to;

	build(1);
	file = add_file("f", 2 * PAGE_BYTES, 40 * PAGE_BYTES);
	CHECK_EQ(take(file, 3, 1, frames, &taken), E_OK);
	for (unsigned at = 5; at <= 20; at += 15) {
		CHECK_EQ(store_write(&store, file, at * PAGE_BYTES, &to, &bytes), E_OK);
		to[7] = 0xee;
		store_written(&store, file, at * PAGE_BYTES, 8);
	}
	CHECK_EQ(take(file, 1, 39, frames, &taken), E_OK);
	CHECK_EQ(taken, 39);
	for (unsigned at = 1; at < 40; at++) {
		bool written = at == 5 || at == 20;

		CHECK_EQ(frames[at - 1],
			 written ? CACHE_FRAME + (at == 20) : (uint64_t)ARCHIVE_FRAME + 2 + at);
		if (written)
			CHECK_EQ(arena_memory[(at == 20) * PAGE_BYTES + 7], 0xee);
	}
	CHECK_EQ(table.in_place, 38);
	CHECK_EQ(table.used, 3);
	check_leases(40);
	CHECK_EQ(give_back(file, 3, 1), E_OK);
	CHECK_EQ(give_back(file, 1, 39), E_OK);
	CHECK_EQ(table.in_place, 0);
	check_leases(0);
}

TEST(the_tail_is_a_copy_with_zeros_behind_it)
{
	uint64_t frames[4], taken;
	uint32_t file;

	build(1);
	file = add_file("f", PAGE_BYTES, PAGE_BYTES + 100);
	CHECK_EQ(take(file, 0, 4, frames, &taken), E_OK);
	CHECK_EQ(taken, 2);
	CHECK_EQ(frames[0], ARCHIVE_FRAME + 1);
	CHECK_EQ(frames[1], CACHE_FRAME);
	CHECK_EQ(memcmp(arena_memory, archive + 2 * PAGE_BYTES, 100), 0);
	for (unsigned i = 100; i < PAGE_BYTES; i++)
		CHECK_EQ(arena_memory[i], 0);
	CHECK_EQ(take(file, 1, 1, frames, &taken), E_OK); /* the same page again */
	CHECK_EQ(frames[0], CACHE_FRAME);
	CHECK_EQ(cache.used, 1);
	check_leases(3);
}

TEST(without_cache_a_tail_needs_memory_and_nothing_changes)
{
	uint64_t frames[4], taken;
	uint32_t file;

	build(0);
	file = add_file("f", PAGE_BYTES, PAGE_BYTES + 100);
	CHECK_EQ(take(file, 1, 1, frames, &taken), E_NO_MEMORY);
	CHECK_EQ(take(file, 0, 2, frames, &taken), E_OK); /* as far as it goes */
	CHECK_EQ(taken, 1);
	check_leases(1);
	CHECK_EQ(cache_grow(&cache, CACHE_FRAME, arena_memory), E_OK);
	CHECK_EQ(take(file, 1, 1, frames, &taken), E_OK);
	check_leases(2);
}

TEST(unaligned_files_are_cached_page_by_page)
{
	uint64_t frames[4], taken;
	uint32_t file;

	build(1);
	file = add_file("f", 100, 2 * PAGE_BYTES);
	CHECK_EQ(take(file, 0, 4, frames, &taken), E_OK);
	CHECK_EQ(taken, 2);
	CHECK_EQ(memcmp(arena_memory + (frames[1] - CACHE_FRAME) * PAGE_BYTES, archive + 100 + PAGE_BYTES,
			PAGE_BYTES),
		 0);
	check_leases(2);
}

TEST(what_is_no_file_or_past_its_end_is_refused)
{
	uint64_t frames[4], taken;
	uint32_t file, empty, directory;

	build(1);
	file = add_file("f", 0, 2 * PAGE_BYTES);
	empty = add_file("e", 0, 0);
	CHECK_EQ(tree_add(&tree, TREE_ROOT, "d", 1, VFS_DIRECTORY | 0755, &directory), E_OK);
	CHECK_EQ(take(0, 0, 1, frames, &taken), E_NO_ENTRY);
	CHECK_EQ(take(999, 0, 1, frames, &taken), E_NO_ENTRY);
	CHECK_EQ(take((1ull << 32) + file, 0, 1, frames, &taken), E_NO_ENTRY);
	CHECK_EQ(take(directory, 0, 1, frames, &taken), E_IS_DIRECTORY);
	CHECK_EQ(take(file, 2, 1, frames, &taken), E_ARGUMENT);
	CHECK_EQ(take(file, UINT64_MAX, 1, frames, &taken), E_ARGUMENT);
	CHECK_EQ(take(file, 0, 0, frames, &taken), E_ARGUMENT);
	CHECK_EQ(take(empty, 0, 1, frames, &taken), E_ARGUMENT);
	check_leases(0);
}

TEST(only_what_is_lent_can_be_returned)
{
	uint64_t frames[4], taken;
	uint32_t file;

	build(1);
	file = add_file("f", 0, 2 * PAGE_BYTES + 1);
	CHECK_EQ(give_back(file, 0, 1), E_ARGUMENT);
	CHECK_EQ(take(file, 0, 3, frames, &taken), E_OK);
	CHECK_EQ(give_back(file, 0, 4), E_ARGUMENT);
	CHECK_EQ(give_back(file, 1, UINT64_MAX), E_ARGUMENT);
	check_leases(3);
	CHECK_EQ(give_back(file, 2, 1), E_OK);
	CHECK_EQ(give_back(file, 1, 2), E_ARGUMENT); /* the tail is back already: nothing changes */
	check_leases(2);
}

TEST(leased_cache_pages_stay_and_others_are_reused)
{
	static char names[1400][8];
	uint64_t frame, first, taken;
	uint32_t number;

	build(1);
	number = add_file("keep", 0, 77);
	CHECK_EQ(take(number, 0, 1, &first, &taken), E_OK);
	for (unsigned i = 0; i < 1400; i++) {
		snprintf(names[i], sizeof(names[i]), "n%u", i);
		number = add_file(names[i], 0, 10);
		CHECK_EQ(take(number, 0, 1, &frame, &taken), E_OK);
		CHECK_TRUE(frame != first);
		CHECK_EQ(give_back(number, 0, 1), E_OK);
	}
	CHECK_EQ(cache.used, ARENA_PAGES);
	CHECK_TRUE(arena_memory[(first - CACHE_FRAME) * PAGE_BYTES + 76] != 0);
	check_leases(1);
}

TEST(a_cache_of_leased_pages_is_full)
{
	static char names[ARENA_PAGES + 1][8];
	uint64_t frame, taken;
	uint32_t number = 0;

	build(1);
	for (unsigned i = 0; i <= ARENA_PAGES; i++) {
		snprintf(names[i], sizeof(names[i]), "n%u", i);
		number = add_file(names[i], 0, 10);
		CHECK_EQ(take(number, 0, 1, &frame, &taken), i < ARENA_PAGES ? E_OK : E_NO_MEMORY);
	}
	check_leases(ARENA_PAGES);
	CHECK_EQ(give_back(2, 0, 1), E_OK);
	CHECK_EQ(take(number, 0, 1, &frame, &taken), E_OK);
	check_leases(ARENA_PAGES);
}

TEST(arenas_end_somewhere)
{
	build(CACHE_ARENAS);
	CHECK_EQ(cache_grow(&cache, 0, arena_memory), E_TOO_MANY);
	check_leases(0);
}

/* One page of a new file, leased. */
static uint32_t lease_new(unsigned number, uint64_t *frame)
{
	static char names[3 * ARENA_PAGES][8];
	uint64_t taken;
	uint32_t file;

	snprintf(names[number], sizeof(names[number]), "n%u", number);
	file = add_file(names[number], 0, 10);
	CHECK_EQ(take(file, 0, 1, frame, &taken), E_OK);
	return file;
}

TEST(an_arena_that_is_not_needed_leaves_and_comes_again)
{
	uint32_t files[2 * ARENA_PAGES], place;
	uint64_t frame;

	build(2);
	for (unsigned i = 0; i < 2 * ARENA_PAGES; i++)
		files[i] = lease_new(i, &frame);
	for (unsigned i = 1; i < 2 * ARENA_PAGES; i++) {
		CHECK_EQ(cache_shrink(&cache, 1, &place, &frame), E_NO_ENTRY);
		CHECK_EQ(give_back(files[i], 0, 1), E_OK);
	}
	CHECK_EQ(cache_shrink(&cache, ARENA_PAGES, &place, &frame), E_NO_ENTRY); /* so many are not left */
	check_leases(1);
	CHECK_EQ(cache_shrink(&cache, ARENA_PAGES - 1, &place, &frame), E_OK);
	CHECK_EQ(place, 1);
	CHECK_EQ(frame, CACHE_FRAME + ARENA_PAGES);
	CHECK_EQ(cache.total, ARENA_PAGES);
	check_leases(1);
	CHECK_EQ(cache_shrink(&cache, 0, &place, &frame), E_NO_ENTRY); /* the lowest one stays */
	CHECK_EQ(cache_grow(&cache, CACHE_FRAME + 7 * ARENA_PAGES, arena_memory + ARENA_BYTES), E_OK);
	for (unsigned i = 1; i < 2 * ARENA_PAGES; i++) {
		uint64_t taken;

		CHECK_EQ(take(files[i], 0, 1, &frame, &taken), E_OK);
	}
	check_leases(2 * ARENA_PAGES);
}

TEST(an_arena_below_a_leased_one_leaves_and_its_place_is_filled_first)
{
	uint32_t files[3 * ARENA_PAGES], place;
	uint64_t frame;

	build(3);
	for (unsigned i = 0; i < 3 * ARENA_PAGES; i++)
		files[i] = lease_new(i, &frame);
	for (unsigned i = 0; i < 2 * ARENA_PAGES; i++)
		CHECK_EQ(give_back(files[i], 0, 1), E_OK);
	CHECK_EQ(cache_shrink(&cache, 0, &place, &frame), E_OK);
	CHECK_EQ(place, 1);
	check_leases(ARENA_PAGES);
	CHECK_EQ(cache_place(&cache), 1);
	CHECK_EQ(cache_grow(&cache, CACHE_FRAME + 9 * ARENA_PAGES, arena_memory + ARENA_BYTES), E_OK);
	CHECK_EQ(cache_place(&cache), 3);
	check_leases(ARENA_PAGES);
}

#define FILES	  40
#define PAGES_MAX 40

/* Random taking and returning against a count per page. */
TEST(random_leases_agree_with_the_reference)
{
	static char names[FILES][8];
	static uint32_t numbers[FILES], lent[FILES][PAGES_MAX];
	uint64_t total = 0;

	build(1);
	memset(lent, 0, sizeof(lent));
	for (unsigned i = 0; i < FILES; i++) {
		snprintf(names[i], sizeof(names[i]), "n%u", i);
		numbers[i] = add_file(names[i], test_random_below(2) ? i % 24 * PAGE_BYTES : i * 999,
				      1 + test_random_below(PAGES_MAX * PAGE_BYTES));
	}
	for (uint64_t op = 0; op < test_ops; op++) {
		unsigned file = test_random_below(FILES), at = test_random_below(PAGES_MAX),
			 count = test_random_below(20);
		uint64_t frames[20], taken, pages = store_pages(&inodes[numbers[file]]);
		bool out = at < pages && count <= pages - at;

		if (test_random_below(2)) {
			if (take(numbers[file], at, count, frames, &taken) != E_OK)
				continue;
			for (unsigned i = 0; i < taken; i++)
				lent[file][at + i]++;
			total += taken;
			continue;
		}
		for (unsigned i = 0; out && i < count; i++)
			out = lent[file][at + i] > 0;
		if (!out) {
			if (count > 0)
				CHECK_EQ(give_back(numbers[file], at, count), E_ARGUMENT);
			continue;
		}
		CHECK_EQ(give_back(numbers[file], at, count), E_OK);
		for (unsigned i = 0; i < count; i++)
			lent[file][at + i]--;
		total -= count;
		if (op % 512 == 0)
			check_leases(total);
	}
	check_leases(total);
}

TEST_MAIN(100000)
