/* SPDX-License-Identifier: MIT */
/* Accounts: who is charged, who is refused and when, who ends for whom. */
#include "world.h"

#define RESERVE 8
#define COMMONS 64
#define SHARE	16

static struct world *account_world(uint64_t pages)
{
	struct world *world = world_create(pages);

	frames_set_reserves(&world->policy.frames, RESERVE, COMMONS, SHARE);
	return world;
}

static struct account *account_at(struct world *world, uint32_t number)
{
	return &world->policy.frames.account[number];
}

/* A space of an account, with an area of @pages. */
static struct vm_space *account_space(struct world *world, uint32_t pid, uint32_t number, uint64_t pages)
{
	struct vm_space *space;

	world->policy.frames.payer = account_at(world, number);
	space = world_space(world, pid);
	CHECK_EQ(world_map_anon(space, WORLD_BASE, pages, RW), E_OK);
	return space;
}

/* Touch pages from @first on until one is refused; how many there were. Each other page, so that nothing
 * comes ahead. */
static uint64_t touch(struct world *world, struct vm_space *space, uint64_t first, uint64_t most)
{
	uint64_t count = 0;

	while (count < most && world_touch(world, space, WORLD_BASE + (first + 2 * count) * PAGE_BYTES,
					   ACCESS_WRITE) == VERDICT_RESOLVE)
		count++;
	return count;
}

TEST(pages_are_charged_to_the_account_of_who_touches_them)
{
	struct world *world = account_world(ARENA_PAGES);
	struct vm_space *a = account_space(world, 1, 0, 64), *b = account_space(world, 2, 5, 64);

	CHECK_EQ(touch(world, a, 0, 10), 10);
	CHECK_EQ(touch(world, b, 0, 7), 7);
	CHECK_EQ(account_at(world, 0)->frames, 10);
	CHECK_EQ(account_at(world, 5)->frames, 7);
	CHECK_EQ(account_at(world, 5)->areas, 1);
	CHECK_EQ(policy_check(&world->policy), 0);
	space_destroy(b);
	CHECK_EQ(account_at(world, 5)->frames, 0);
	CHECK_EQ(account_at(world, 5)->areas, 0);
	CHECK_EQ(account_at(world, 5)->spaces, 0);
	world_destroy(world);
}

TEST(a_copy_is_the_writers_and_a_shared_frame_stays_with_who_took_it)
{
	struct world *world = account_world(ARENA_PAGES);
	struct vm_space *parent = account_space(world, 1, 0, 64), *child;

	CHECK_EQ(touch(world, parent, 0, 10), 10);
	world->policy.frames.payer = account_at(world, 3);
	CHECK_EQ(space_fork(parent, 2, &child), E_OK);
	CHECK_EQ(account_at(world, 3)->frames, 0);
	CHECK_EQ(touch(world, child, 0, 4), 4);
	CHECK_EQ(account_at(world, 3)->frames, 4);
	CHECK_EQ(account_at(world, 0)->frames, 10);
	space_destroy(parent);
	CHECK_EQ(account_at(world, 0)->frames, 6); /* the child shows them still */
	CHECK_EQ(policy_check(&world->policy), 0);
	world_destroy(world);
}

TEST(a_limit_refuses_its_own_account_only)
{
	struct world *world = account_world(ARENA_PAGES);
	struct vm_space *a = account_space(world, 1, 2, 128), *b = account_space(world, 2, 3, 128);

	account_at(world, 2)->limit_frames = 20;
	CHECK_EQ(touch(world, a, 0, 50), 20);
	CHECK_TRUE(frames_are_over_limit(&world->policy.frames, 1));
	CHECK_EQ(touch(world, b, 0, 50), 50);
	CHECK_EQ(space_unmap(a, WORLD_BASE, 2 * PAGE_BYTES), E_OK);
	CHECK_EQ(touch(world, a, 100, 50), 1);
	world_destroy(world);
}

TEST(the_rich_leave_the_commons_to_the_poor)
{
	struct world *world = account_world(ARENA_PAGES);
	struct vm_space *hog = account_space(world, 1, 2, 2048), *poor = account_space(world, 2, 3, 128);
	struct frames *frames = &world->policy.frames;

	CHECK_TRUE(touch(world, hog, 0, 1000) < 500);
	CHECK_EQ(frames->counts[FRAME_FREE], RESERVE + COMMONS);
	CHECK_EQ(world_map_anon(hog, WORLD_BASE + 4096 * PAGE_BYTES, 1, RW), E_NO_MEMORY);
	CHECK_EQ(world_map_anon(poor, WORLD_BASE + 4096 * PAGE_BYTES, 1, RW), E_OK);
	CHECK_EQ(touch(world, poor, 0, 128), SHARE);
	CHECK_EQ(policy_check(&world->policy), 0);
	world_destroy(world);
}

/* Every second page from @first on, of @pages that nobody has touched, until it is refused; how many. */
static uint64_t cut(struct vm_space *space, uint64_t pages)
{
	uint64_t count = 0;

	while (2 * count + 1 < pages &&
	       space_unmap(space, WORLD_BASE + (2 * count + 1) * PAGE_BYTES, PAGE_BYTES) == E_OK)
		count++;
	return count;
}

TEST(books_of_the_rich_leave_the_commons_too)
{
	struct world *world = account_world(ARENA_PAGES);
	struct frames *frames = &world->policy.frames;
	struct vm_space *hog = account_space(world, 1, 2, 32768), *poor, *child;
	uint64_t cuts;

	CHECK_EQ(touch(world, hog, 0, 16), 16);
	cuts = cut(hog, 32768);
	CHECK_TRUE(cuts > 1000 && cuts < 16383);
	CHECK_EQ(frames->counts[FRAME_FREE], RESERVE + COMMONS);
	CHECK_EQ(space_fork(hog, 2, &child), E_NO_MEMORY);
	frames->payer = account_at(world, 3);
	poor = world_space(world, 3);
	CHECK_EQ(world_map_anon(poor, WORLD_BASE, 64, RW), E_OK);
	CHECK_EQ(cut(poor, 64), 32);
	CHECK_EQ(space_unmap(hog, WORLD_BASE, WORLD_BYTES), E_OK); /* all of it needs no book */
	CHECK_EQ(policy_check(&world->policy), 0);
	world_destroy(world);
}

TEST(the_first_account_may_take_all_but_the_reserve)
{
	struct world *world = account_world(ARENA_PAGES);
	struct vm_space *hog = account_space(world, 1, 2, 2048), *first = account_space(world, 2, 0, 512);

	(void)touch(world, hog, 0, 1000);
	CHECK_TRUE(touch(world, first, 0, 256) > SHARE);
	CHECK_TRUE(world->policy.frames.counts[FRAME_FREE] <= RESERVE);
	world_destroy(world);
}

TEST(who_has_most_ends_for_the_others)
{
	struct world *world = account_world(ARENA_PAGES);
	struct vm_space *small = account_space(world, 1, 2, 128), *other = account_space(world, 2, 2, 512);
	struct vm_space *hog = account_space(world, 3, 3, 2048), *hogs = account_space(world, 4, 3, 2048);

	CHECK_EQ(touch(world, small, 0, 30), 30);
	CHECK_EQ(touch(world, other, 0, 40), 40);
	CHECK_EQ(touch(world, hogs, 0, 90), 90);
	(void)touch(world, hog, 0, 1000);
	CHECK_EQ(touch(world, small, 60, 1), 0);
	CHECK_TRUE(account_victim(small) == hog && account_victim(other) == hog);
	CHECK_TRUE(account_victim(hogs) == NULL);
	space_destroy(hog);
	CHECK_EQ(touch(world, small, 60, 30), 30);
	world_destroy(world);
}

/* Spaces of several accounts touch, fork, map and end at random, until memory is short and on. */
TEST(random_use_keeps_the_accounts)
{
	struct world *world = account_world(2 * ARENA_PAGES);
	struct vm_space *space[12] = {0};
	uint64_t refused = 0;

	for (uint64_t i = 0; i < test_ops; i++) {
		uint32_t at = (uint32_t)test_random_below(12), from = (uint32_t)test_random_below(12);
		vaddr_t page = WORLD_BASE + test_random_below(512) * PAGE_BYTES;

		world->policy.frames.payer = account_at(world, (uint32_t)test_random_below(4));
		if (!space[at] && space[from] && space[from]->account->number)
			world->policy.frames.payer = space[from]->account; /* as proc has it */
		if (!space[at] && space[from]) {
			if (space_fork(space[from], 100 + at, &space[at]))
				space[at] = NULL;
		} else if (!space[at]) {
			if (space_create(&world->policy, 100 + at, WORLD_BASE, WORLD_BYTES, &space[at]))
				space[at] = NULL;
			else if (world_map_anon(space[at], WORLD_BASE, 512, RW))
				refused++;
		} else if (test_random_below(200) == 0) {
			space_destroy(space[at]);
			space[at] = NULL;
		} else if (test_random_below(8) == 0) {
			if (space_protect(space[at], page, PAGE_BYTES,
					  (uint32_t)test_random_below(2) * 2 + 1))
				refused++;
		} else {
			refused += world_touch(world, space[at], page, ACCESS_WRITE) == VERDICT_NO_MEMORY;
		}
		if (i % 64 == 0)
			CHECK_EQ(policy_check(&world->policy), 0);
	}
	CHECK_TRUE(test_ops < 10000 || refused > 10);
	for (uint32_t i = 0; i < 12; i++)
		if (space[i])
			space_destroy(space[i]);
	for (uint32_t i = 0; i < ACCOUNTS_MAX; i++)
		CHECK_EQ(account_at(world, i)->frames + account_at(world, i)->areas, 0);
	world_destroy(world);
}

TEST_MAIN(40000)
