/* SPDX-License-Identifier: MIT */
/* Pages that come ahead of a program that goes through its memory in order. */
#include "world.h"

#define AT	 0x100000ul /* begins a chunk */
#define PAGE(i)	 (AT + (i)*PAGE_BYTES)
#define PLENTY	 (4 * ARENA_PAGES)
#define SWEEP_IN 6 /* faults until the most that may come comes */

static uint32_t store(struct world *world, struct vm_space *space, uint64_t page)
{
	struct verdict verdict = world_fault(world, space, PAGE(page), ACCESS_WRITE);

	CHECK_EQ(verdict.kind, VERDICT_RESOLVE);
	CHECK_EQ(verdict.run[0].pages, verdict.prefetched + 1u);
	CHECK_EQ(policy_check(&world->policy), 0);
	return verdict.prefetched + 1;
}

static struct vm_space *space_of(struct world *world, uint64_t pages)
{
	struct vm_space *space = world_space(world, 1);

	CHECK_EQ(world_map_anon(space, AT, pages, RW), E_OK);
	return space;
}

TEST(faults_in_order_bring_more_each_time_and_all_zero)
{
	static const uint32_t comes[] = {1, 1, 1, 1, 2, 4, 8, 16, 32, 32};
	struct world *world = world_create(PLENTY);
	struct vm_space *space = space_of(world, 200);
	uint64_t page = 0;

	for (unsigned i = 0; i < sizeof(comes) / sizeof(comes[0]); i++) {
		uint32_t left = CHUNK_PAGES - page % CHUNK_PAGES;
		uint32_t came = store(world, space, page);

		CHECK_EQ(came, comes[i] < left ? comes[i] : left);
		page += came;
	}
	CHECK_EQ(space->anon_pages, page);
	CHECK_EQ(space->faults + space->prefetched, page);
	for (uint64_t i = 0; i < page * PAGE_BYTES; i++)
		CHECK_EQ(world_page(world, world_at(space, PAGE(i / PAGE_BYTES)))[i % PAGE_BYTES], 0);
	world_destroy(world);
}

TEST(a_fault_elsewhere_begins_anew)
{
	struct world *world = world_create(PLENTY);
	struct vm_space *space = space_of(world, 200);

	for (uint64_t page = 0; page < 12;)
		page += store(world, space, page);
	CHECK_EQ(store(world, space, 100), 1);
	CHECK_EQ(store(world, space, 99), 1);
	CHECK_EQ(store(world, space, 98), 1);
	CHECK_EQ(store(world, space, 12), 1);
	world_destroy(world);
}

TEST(what_comes_ends_at_the_area_and_at_pages_that_are_there)
{
	struct world *world = world_create(PLENTY);
	struct vm_space *space = space_of(world, 20);
	uint64_t page = 0, held;

	CHECK_EQ(store(world, space, 18), 1);
	held = world_at(space, PAGE(18));
	while (page < 18)
		page += store(world, space, page);
	CHECK_EQ(page, 18);
	CHECK_EQ(world_at(space, PAGE(18)), held);
	CHECK_EQ(store(world, space, 19), 1);
	CHECK_EQ(space->anon_pages, 20);
	world_destroy(world);
}

TEST(nothing_comes_along_when_memory_is_short)
{
	struct world *world = world_create(PLENTY);
	struct vm_space *space = space_of(world, 200);

	while (world->policy.frames.counts[FRAME_FREE] > PLENTY / 16)
		CHECK_TRUE(frames_take(&world->policy.frames, FRAME_PINNED) != 0);
	for (uint64_t page = 0; page < 20; page++)
		CHECK_EQ(world_fault(world, space, PAGE(page), ACCESS_WRITE).prefetched, 0);
	world_abandon(world);
}

TEST(shared_pages_are_copied_ahead_and_only_those)
{
	struct world *world = world_create(PLENTY);
	struct vm_space *parent = space_of(world, 64), *child;
	uint64_t page;

	for (uint64_t i = 0; i < 40; i++) {
		CHECK_EQ(world_touch(world, parent, PAGE(i), ACCESS_WRITE), VERDICT_RESOLVE);
		memset(world_page(world, world_at(parent, PAGE(i))), (int)i + 1, PAGE_BYTES);
	}
	CHECK_EQ(space_fork(parent, 2, &child), E_OK);
	CHECK_EQ(world_touch(world, child, PAGE(30), ACCESS_WRITE), VERDICT_RESOLVE);
	for (page = 0; page < 30;)
		page += store(world, child, page);
	CHECK_EQ(page, 30);
	for (uint64_t i = 0; i < 40; i++) {
		uint64_t own = world_at(child, PAGE(i)), other = world_at(parent, PAGE(i));

		CHECK_EQ(own == other, i > 30);
		CHECK_EQ(world_page(world, own)[7], i + 1);
		CHECK_EQ(world_page(world, other)[7], i + 1);
	}
	CHECK_EQ(policy_check(&world->policy), 0);
	world_destroy(world);
}

TEST(populate_and_parked_tables_bring_one_page)
{
	struct world *world = world_create(PLENTY);
	struct vm_space *space = space_of(world, 64);

	for (uint64_t page = 0; page < SWEEP_IN; page++)
		CHECK_EQ(world_fault_of(world, space, PAGE(page), ACCESS_WRITE, ORIGIN_POPULATE).prefetched,
			 0);
	for (uint64_t page = SWEEP_IN; page < 2 * SWEEP_IN; page++)
		CHECK_EQ(world_fault_of(world, space, PAGE(page), ACCESS_WRITE, ORIGIN_PARKED).prefetched, 0);
	world_destroy(world);
}

TEST_MAIN(0)
