/* SPDX-License-Identifier: MIT */
/* Frame accounts, nodes and page tree. */
#include "world.h"

TEST(every_frame_comes_out_once_and_all_come_back)
{
	struct world *world = world_create(700);
	struct frames *frames = &world->policy.frames;
	uint8_t seen[1024] = {0};

	for (int i = 0; i < 700; i++) {
		uint64_t number = frames_take(frames, FRAME_ANON);

		CHECK_TRUE(number >= WORLD_FIRST && number < WORLD_FIRST + 700 &&
			   !seen[number - WORLD_FIRST]++);
	}
	CHECK_EQ(frames_take(frames, FRAME_ANON), 0);
	CHECK_EQ(frames_check(frames), 0);
	for (uint64_t i = 0; i < 700; i++)
		frames_give(frames, WORLD_FIRST + i * 333 % 700);
	CHECK_EQ(frames_check(frames), 0);
	world_destroy(world);
}

TEST(whole_arenas_are_kept_whole_and_taken_whole)
{
	struct world *world = world_create(4 * ARENA_PAGES);
	struct frames *frames = &world->policy.frames;
	uint64_t one = frames_take(frames, FRAME_ANON), two;

	for (int i = 0; i < 100; i++)
		CHECK_EQ(frames_take(frames, FRAME_ANON) / ARENA_PAGES, one / ARENA_PAGES);
	two = frames_take_arenas(frames, 2, FRAME_POOL);
	CHECK_TRUE(two != 0 && two % ARENA_PAGES == 0);
	CHECK_EQ(frames_take_arenas(frames, 2, FRAME_CACHE), 0);
	CHECK_TRUE(frames_take_arenas(frames, 1, FRAME_CACHE) != 0);
	CHECK_EQ(frames_check(frames), 0);
	CHECK_EQ(frames->counts[FRAME_POOL], 2 * ARENA_PAGES);
	frames_give_arenas(frames, two, 2);
	CHECK_EQ(frames_check(frames), 0);
	CHECK_EQ(frames_take_arenas(frames, 2, FRAME_POOL), two);
	world_abandon(world);
}

TEST(holes_are_never_handed_out_and_cannot_be_added_twice)
{
	struct world *world = world_create(100);
	struct frames *frames = &world->policy.frames;

	CHECK_EQ(frames_add(frames, WORLD_FIRST + 50, 10), E_RANGE);
	CHECK_EQ(frames_add(frames, WORLD_FIRST + 500, 13), E_RANGE);
	CHECK_EQ(frames_add(frames, WORLD_FIRST + 200, 312), E_OK);
	CHECK_EQ(frames_check(frames), 0);
	CHECK_EQ(frames->counts[FRAME_FREE], 412);
	CHECK_EQ(frames_take_arenas(frames, 1, FRAME_POOL), 0);
	for (int i = 0; i < 412; i++) {
		uint64_t at = frames_take(frames, FRAME_ANON) - WORLD_FIRST;

		CHECK_TRUE(at < 100 || (at >= 200 && at < 512));
	}
	CHECK_EQ(frames_take(frames, FRAME_ANON), 0);
	world_abandon(world);
}

TEST(claimed_frames_are_the_next_fresh_ones)
{
	struct world *world = world_create(ARENA_PAGES);

	CHECK_EQ(frames_claim(&world->policy.frames, WORLD_FIRST, FRAME_BOOKS), E_OK);
	CHECK_EQ(frames_claim(&world->policy.frames, WORLD_FIRST, FRAME_BOOKS), E_STATE);
	CHECK_EQ(frames_claim(&world->policy.frames, WORLD_FIRST + 2, FRAME_BOOKS), E_STATE);
	CHECK_EQ(frames_claim(&world->policy.frames, WORLD_FIRST + 1, FRAME_BOOKS), E_OK);
	CHECK_EQ(frames_check(&world->policy.frames), 0);
	world_abandon(world);
}

TEST(the_reserve_is_for_books_only)
{
	struct world *world = world_create(8);

	frames_set_reserves(&world->policy.frames, 3, 0, 0);
	for (int i = 0; i < 5; i++)
		CHECK_TRUE(frames_take(&world->policy.frames, FRAME_ANON) != 0);
	CHECK_EQ(frames_take(&world->policy.frames, FRAME_ANON), 0);
	for (int i = 0; i < 3; i++)
		CHECK_TRUE(frames_take(&world->policy.frames, FRAME_BOOKS) != 0);
	CHECK_EQ(frames_take(&world->policy.frames, FRAME_BOOKS), 0);
	world_abandon(world);
}

TEST(frames_random_takes_and_gives_keep_the_accounts)
{
	struct world *world = world_create(3 * ARENA_PAGES - 5);
	struct frames *frames = &world->policy.frames;
	uint64_t held[3 * ARENA_PAGES], count = 0;

	for (uint64_t i = 0; i < test_ops; i++) {
		bool grow = test_random_below(1000) < (i / 5000 % 2 ? 300 : 700);

		if (grow) {
			uint64_t number = frames_take(frames, FRAME_ANON);

			if (number)
				held[count++] = number;
			else
				CHECK_EQ(count, 3 * ARENA_PAGES - 5);
		} else if (count) {
			uint64_t at = test_random_below(count);

			frames_give(frames, held[at]);
			held[at] = held[--count];
		}
		if (i % 1000 == 0)
			CHECK_EQ(frames_check(frames), 0);
		CHECK_EQ(frames->counts[FRAME_ANON], count);
	}
	while (count)
		frames_give(frames, held[--count]);
	world_destroy(world);
}

TEST(nodes_return_their_frames)
{
	struct world *world = world_create(64);
	struct nodes nodes;
	void *node[200];

	nodes_init(&nodes, &world->policy.frames, 100);
	for (int i = 0; i < 200; i++) {
		node[i] = nodes_take(&nodes);
		CHECK_TRUE(node[i] != NULL);
		memset(node[i], 0xff, 100);
		CHECK_EQ(nodes_check(&nodes), 0);
	}
	for (int i = 0; i < 200; i++) {
		nodes_give(&nodes, node[i * 77 % 200]);
		CHECK_EQ(nodes_check(&nodes), 0);
	}
	CHECK_EQ(world->policy.frames.counts[FRAME_BOOKS], 0);
	world_destroy(world);
}

TEST(page_tree_failed_take_changes_nothing)
{
	struct world *world = world_create(2);
	struct tree_pools *pools = &world->policy.trees;
	uint64_t nodes = 0, chunks = 0;
	struct page_tree tree = {0};

	page_tree_init(&tree);
	/* needs a frame for nodes and one for chunks */
	for (uint64_t page = 0; page_tree_own(&tree, pools, page); page += 64)
		chunk_set(page_tree_find(&tree, page), page, 1);
	CHECK_EQ(page_tree_check_alone(&tree, &nodes, &chunks), 0);
	CHECK_EQ(nodes, 2);
	CHECK_TRUE(chunks > 8);
	CHECK_TRUE(!page_tree_own(&tree, pools, TREE_PAGES - 1));
	CHECK_TRUE(!page_tree_find(&tree, TREE_PAGES - 1));
	CHECK_TRUE(!page_tree_own(&tree, pools, TREE_PAGES));
	CHECK_EQ(pools->chunks.used, chunks);
	for (uint64_t page = 0; page < 64 * chunks; page += 64) {
		chunk_clear(page_tree_find(&tree, page), page);
		page_tree_prune(&tree, pools, page);
	}
	CHECK_EQ(pools->nodes.used, 0);
	world_destroy(world);
}

TEST_MAIN(200000)
