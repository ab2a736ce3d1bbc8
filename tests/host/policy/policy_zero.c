/* SPDX-License-Identifier: MIT */
/* The zero page: what anonymous memory shows until it is written. */
#include "world.h"

#define AT	0x100000ul
#define PAGE(i) (AT + (i)*PAGE_BYTES)

TEST(anonymous_pages_show_the_zero_page_until_they_are_written)
{
	struct world *world = world_create_zero(64);
	struct vm_space *space = world_space(world, 1);
	uint64_t free = world->policy.frames.counts[FRAME_FREE], zero = world->policy.zero_frame;
	struct verdict verdict;

	CHECK_EQ(world_map_anon(space, AT, 4, RW), E_OK);
	for (int i = 0; i < 4; i++) {
		verdict = world_fault(world, space, PAGE(i), ACCESS_READ);
		CHECK_EQ(verdict.kind, VERDICT_RESOLVE);
		CHECK_EQ(verdict.work, WORK_NONE);
		CHECK_EQ(verdict.run[0].frame, zero);
		CHECK_EQ(verdict.run[0].rights, PROT_BIT_READ);
	}
	CHECK_EQ(space->anon_pages, 0);
	CHECK_EQ(world_at(space, AT), 0);
	for (uint64_t i = 0; i < PAGE_BYTES; i++)
		CHECK_EQ(world_page(world, zero)[i], 0);
	verdict = world_fault_of(world, space, PAGE(2), ACCESS_WRITE, ORIGIN_PRESENT);
	CHECK_EQ(verdict.work, WORK_ZERO);
	CHECK_TRUE(verdict.run[0].frame != zero && verdict.run[0].rights == RW);
	CHECK_EQ(world_at(space, PAGE(2)), verdict.run[0].frame);
	CHECK_EQ(space->anon_pages, 1);
	CHECK_EQ(space_unmap(space, AT, 4 * PAGE_BYTES), E_OK);
	CHECK_EQ(policy_check(&world->policy), 0);
	space_clear(space);
	CHECK_EQ(world->policy.frames.counts[FRAME_FREE], free);
	world_destroy(world);
}

TEST(what_the_system_writes_into_a_page_never_goes_to_the_zero_page)
{
	struct world *world = world_create_zero(64);
	struct vm_space *space = world_space(world, 1);
	const enum page_origin origin[] = {ORIGIN_ZERO, ORIGIN_SYSTEM};

	CHECK_EQ(world_map_anon(space, AT, 4, RW), E_OK);
	for (int i = 0; i < 2; i++)
		CHECK_TRUE(world_fault_of(world, space, PAGE(i), ACCESS_READ, origin[i]).run[0].frame !=
			   world->policy.zero_frame);
	for (int i = 2; i < 4; i++)
		CHECK_TRUE(
			world_fault_of(world, space, PAGE(i), ACCESS_WRITE, ORIGIN_POPULATE).run[0].frame !=
			world->policy.zero_frame);
	world_destroy(world);
}

TEST(loads_between_do_not_keep_stores_in_order_from_bringing_more)
{
	struct world *world = world_create_zero(4 * ARENA_PAGES);
	struct vm_space *space = world_space(world, 1);
	uint64_t page = 0, faults = 0;

	CHECK_EQ(world_map_anon(space, AT, 256, RW), E_OK);
	while (page < 256) {
		struct verdict verdict;

		CHECK_EQ(world_touch(world, space, PAGE(page), ACCESS_READ), VERDICT_RESOLVE);
		verdict = world_fault_of(world, space, PAGE(page), ACCESS_WRITE, ORIGIN_PRESENT);
		CHECK_EQ(verdict.kind, VERDICT_RESOLVE);
		page += 1 + verdict.prefetched;
		faults++;
	}
	CHECK_TRUE(faults < 32);
	world_destroy(world);
}

TEST_MAIN(0)
