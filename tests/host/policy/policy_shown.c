/* SPDX-License-Identifier: MIT */
/* Where the kernel may have pages mapped: what is passed over when they are counted. */
#include "world.h"

#define AT	0x100000ul
#define PAGE(i) (AT + (i)*PAGE_BYTES)

TEST(what_had_no_fault_is_passed_over_where_the_kernel_may_have_pages)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	const vaddr_t stretch = STRETCH_PAGES * PAGE_BYTES, end = WORLD_BASE + WORLD_BYTES, at = 3 * stretch;
	struct area_spec spec = {.start = end - PAGE_BYTES,
				 .bytes = PAGE_BYTES,
				 .backing = BACKING_LINEAR,
				 .prot = RW,
				 .max_prot = RW,
				 .name = "linear",
				 .frame = world->policy.frames.first};
	uint32_t steps = 20;

	CHECK_EQ(world_map_anon(space, AT, 1, PROT_BIT_READ), E_OK);
	CHECK_EQ(world_map_anon(space, PAGE(1), (5 * stretch - AT) / PAGE_BYTES, RW), E_OK);
	CHECK_EQ(space_next_shown(space, 0, end, &steps), end);
	CHECK_EQ(steps, 18);
	CHECK_EQ(world_touch(world, space, at + 7 * PAGE_BYTES, ACCESS_READ), VERDICT_RESOLVE);
	CHECK_EQ(space_next_shown(space, 0, end, &steps), at);
	CHECK_EQ(space_next_shown(space, at + PAGE_BYTES, end, &steps), at + PAGE_BYTES);
	CHECK_EQ(space_next_shown(space, at + stretch, end, &steps), end);
	CHECK_EQ(space_next_shown(space, 0, at, &steps), at);
	CHECK_EQ(space_next_shown(space, 0, PAGE(1), &steps), PAGE(1));
	CHECK_EQ(space_map(space, &spec), E_OK);
	steps = 8;
	CHECK_EQ(space_next_shown(space, at + stretch, end, &steps), spec.start);
	steps = 1;
	CHECK_EQ(space_next_shown(space, 0, end, &steps), PAGE(1));
	CHECK_EQ(steps, 0);
	world_destroy(world);
}

TEST_MAIN(0)
