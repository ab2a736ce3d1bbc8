/* SPDX-License-Identifier: MIT */
/* What an address space promises, a claim a test: the behaviours of axaddrspace, without its defects, and
 * ours. */
#include "world.h"

#define AT	0x100000ul
#define PAGE(i) (AT + (i)*PAGE_BYTES)

static void count_page(void *context, vaddr_t address, uint64_t frame)
{
	(void)address;
	(void)frame;
	++*(uint64_t *)context;
}

static uint64_t world_free(const struct world *world)
{
	return world->policy.frames.counts[FRAME_FREE];
}

TEST(creation_takes_its_frame_and_destruction_gives_it_back)
{
	struct world *world = world_create(64);
	uint64_t before = world_free(world);
	struct vm_space *space = world_space(world, 7);

	CHECK_EQ(world_free(world), before - 1);
	CHECK_EQ(policy_check(&world->policy), 0);
	space_destroy(space);
	CHECK_EQ(world_free(world), before);
	world_destroy(world);
}

TEST(creation_outside_user_space_or_unaligned_is_refused)
{
	struct world *world = world_create(64);
	struct vm_space *space;

	CHECK_EQ(space_create(&world->policy, 1, 0, PAGE_BYTES, &space), E_RANGE);
	CHECK_EQ(space_create(&world->policy, 1, PAGE_BYTES, USER_END, &space), E_RANGE);
	CHECK_EQ(space_create(&world->policy, 1, PAGE_BYTES, 0, &space), E_RANGE);
	CHECK_EQ(space_create(&world->policy, 1, PAGE_BYTES + 1, PAGE_BYTES, &space), E_ALIGN);
	CHECK_EQ(space_create(&world->policy, 1, ~0ul << 12, PAGE_BYTES, &space), E_RANGE);
	world_destroy(world);
}

TEST(contains_range_is_exact_at_its_edges)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	vaddr_t end = WORLD_BASE + WORLD_BYTES;

	CHECK_TRUE(space_contains_range(space, WORLD_BASE, WORLD_BYTES));
	CHECK_TRUE(space_contains_range(space, end - 1, 1));
	CHECK_TRUE(space_contains_range(space, end, 0));
	CHECK_TRUE(!space_contains_range(space, WORLD_BASE - 1, 1));
	CHECK_TRUE(!space_contains_range(space, WORLD_BASE, WORLD_BYTES + 1));
	CHECK_TRUE(!space_contains_range(space, end, 1));
	CHECK_TRUE(!space_contains_range(space, WORLD_BASE, ~0ul));
	world_destroy(world);
}

TEST(linear_areas_show_exact_frames)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct area_spec spec = {.start = AT,
				 .bytes = 8 * PAGE_BYTES,
				 .backing = BACKING_LINEAR,
				 .prot = RW,
				 .max_prot = RW,
				 .name = "linear",
				 .frame = 0x1234};

	CHECK_EQ(space_map(space, &spec), E_OK);
	for (uint64_t i = 0; i < 8; i++)
		CHECK_EQ(world_at(space, PAGE(i) + 77), 0x1234 + i);
	CHECK_EQ(world_fault(world, space, PAGE(3), ACCESS_WRITE).run[0].frame, 0x1237);
	CHECK_EQ(space_unmap(space, PAGE(2), PAGE_BYTES), E_OK);
	CHECK_EQ(world_at(space, PAGE(2)), 0);
	CHECK_EQ(world_at(space, PAGE(3)), 0x1237);
	CHECK_EQ(policy_check(&world->policy), 0);
	world_destroy(world);
}

TEST(populate_gives_distinct_frames)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	uint64_t visited = 0;

	CHECK_EQ(world_map_anon(space, AT, 16, RW), E_OK);
	CHECK_EQ(space_populate(space, AT, 16, count_page, &visited), E_OK);
	CHECK_EQ(visited, 16);
	for (int i = 0; i < 16; i++)
		for (int k = 0; k < i; k++)
			CHECK_TRUE(world_at(space, PAGE(i)) != world_at(space, PAGE(k)));
	CHECK_EQ(space_populate(space, AT, 16, count_page, &visited), E_OK);
	CHECK_EQ(visited, 16);
	CHECK_EQ(policy_check(&world->policy), 0);
	world_destroy(world);
}

TEST(lazy_pages_translate_to_nothing_until_touched_and_a_fault_makes_them_present)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct verdict verdict;

	CHECK_EQ(world_map_anon(space, AT, 4, RW), E_OK);
	CHECK_EQ(world_at(space, PAGE(2)), 0);
	verdict = world_fault(world, space, PAGE(2) + 123, ACCESS_READ);
	CHECK_EQ(verdict.kind, VERDICT_RESOLVE);
	CHECK_EQ(verdict.work, WORK_ZERO);
	CHECK_EQ(verdict.run[0].page, PAGE(2) >> PAGE_SHIFT);
	CHECK_EQ(verdict.run[0].rights, RW);
	CHECK_EQ(world_at(space, PAGE(2)), verdict.run[0].frame);
	CHECK_EQ(world_at(space, PAGE(1)), 0);
	CHECK_EQ(world_at(space, PAGE(3)), 0);
	world_destroy(world);
}

TEST(a_second_fault_on_a_present_page_keeps_its_data)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct verdict verdict;
	uint64_t frame, free;

	CHECK_EQ(world_map_anon(space, AT, 1, RW), E_OK);
	CHECK_EQ(world_touch(world, space, AT, ACCESS_WRITE), VERDICT_RESOLVE);
	frame = world_at(space, AT);
	world_page(world, frame)[5] = 42;
	free = world_free(world);
	verdict = world_fault(world, space, AT, ACCESS_WRITE);
	CHECK_EQ(verdict.work, WORK_NONE);
	CHECK_EQ(verdict.run[0].frame, frame);
	CHECK_EQ(world_page(world, frame)[5], 42);
	CHECK_EQ(world_free(world), free);
	world_destroy(world);
}

TEST(faults_are_refused_by_range_then_area_then_rights)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct verdict verdict;

	CHECK_EQ(world_map_anon(space, AT, 1, PROT_BIT_READ), E_OK);
	verdict = world_fault(world, space, 0, ACCESS_READ);
	CHECK_EQ(verdict.rule, RULE_OUT_OF_RANGE);
	verdict = world_fault(world, space, ~0ul, ACCESS_READ);
	CHECK_EQ(verdict.rule, RULE_OUT_OF_RANGE);
	verdict = world_fault(world, space, PAGE(1), ACCESS_READ);
	CHECK_EQ(verdict.rule, RULE_NO_AREA);
	CHECK_TRUE(verdict.area == NULL);
	verdict = world_fault(world, space, AT, ACCESS_WRITE);
	CHECK_EQ(verdict.rule, RULE_RIGHTS);
	CHECK_EQ(verdict.signal, 11);
	verdict = world_fault(world, space, AT, ACCESS_EXECUTE);
	CHECK_EQ(verdict.rule, RULE_RIGHTS);
	CHECK_EQ(policy_check(&world->policy), 0);
	CHECK_EQ(world_touch(world, space, AT, ACCESS_READ), VERDICT_RESOLVE);
	world_destroy(world);
}

TEST(guards_refuse_every_access_and_the_stack_keeps_its_lowest_page)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct area_spec guard = {.start = AT, .bytes = PAGE_BYTES, .backing = BACKING_NONE, .name = "guard"};
	struct area_spec stack = {.start = PAGE(1),
				  .bytes = 16 * PAGE_BYTES,
				  .backing = BACKING_STACK,
				  .prot = RW,
				  .max_prot = RW,
				  .name = "stack"};

	CHECK_EQ(space_map(space, &guard), E_OK);
	CHECK_EQ(space_map(space, &stack), E_OK);
	for (uint32_t access = 1; access <= 4; access *= 2)
		CHECK_EQ(world_fault(world, space, AT, access).rule, RULE_GUARD);
	CHECK_EQ(world_fault(world, space, PAGE(1), ACCESS_WRITE).rule, RULE_GUARD);
	CHECK_EQ(world_touch(world, space, PAGE(2), ACCESS_WRITE), VERDICT_RESOLVE);
	CHECK_EQ(world_touch(world, space, PAGE(16), ACCESS_WRITE), VERDICT_RESOLVE);
	CHECK_EQ(space_populate(space, PAGE(1), 2, count_page, &(uint64_t){0}), E_NO_AREA);
	CHECK_EQ(policy_check(&world->policy), 0);
	world_destroy(world);
}

TEST(errors_can_be_told_apart)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct area_spec spec = world_anon(AT, 4, RW);

	CHECK_EQ(space_map(space, &spec), E_OK);
	CHECK_EQ(world_map_anon(space, PAGE(3), 1, RW), E_CONFLICT);
	CHECK_EQ(world_map_anon(space, AT - PAGE_BYTES, 2, RW), E_CONFLICT);
	CHECK_EQ(world_map_anon(space, AT + 1, 1, RW), E_ALIGN);
	CHECK_EQ(world_map_anon(space, 0, 1, RW), E_RANGE);
	CHECK_EQ(world_map_anon(space, WORLD_BASE + WORLD_BYTES, 1, RW), E_RANGE);
	CHECK_EQ(world_map_anon(space, PAGE(8), 0, RW), E_RANGE);
	CHECK_EQ(world_map_anon(space, PAGE(8), 1, 7), E_WX);
	spec = world_anon(PAGE(8), 1, RW);
	spec.backing = BACKING_SHARED_ANON;
	CHECK_EQ(space_map(space, &spec), E_UNSUPPORTED);
	spec.backing = 99;
	CHECK_EQ(space_map(space, &spec), E_ARGUMENT);
	spec.backing = BACKING_ANON;
	spec.max_prot = PROT_BIT_READ;
	CHECK_EQ(space_map(space, &spec), E_ARGUMENT);
	CHECK_EQ(space_unmap(space, AT + 8, PAGE_BYTES), E_ALIGN);
	CHECK_EQ(space_unmap(space, AT, 0), E_RANGE);
	CHECK_EQ(space_unmap(space, AT, WORLD_BYTES), E_RANGE);
	CHECK_EQ(space_protect(space, PAGE(2), 4 * PAGE_BYTES, RW), E_NO_AREA);
	CHECK_EQ(space_protect(space, AT, PAGE_BYTES, 7), E_WX);
	CHECK_EQ(space_protect(space, AT, PAGE_BYTES, 8), E_ARGUMENT);
	CHECK_EQ(space->areas.count, 1);
	CHECK_EQ(policy_check(&world->policy), 0);
	world_destroy(world);
}

TEST(unmap_and_clear_free_their_frames)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	uint64_t before = world_free(world);

	CHECK_EQ(world_map_anon(space, AT, 8, RW), E_OK);
	for (int i = 0; i < 8; i++)
		CHECK_EQ(world_touch(world, space, PAGE(i), ACCESS_WRITE), VERDICT_RESOLVE);
	CHECK_EQ(space->anon_pages, 8);
	CHECK_EQ(space_unmap(space, PAGE(2), 3 * PAGE_BYTES), E_OK);
	CHECK_EQ(space->anon_pages, 5);
	CHECK_EQ(space->areas.count, 2);
	CHECK_EQ(world_at(space, PAGE(3)), 0);
	CHECK_TRUE(world_at(space, PAGE(5)) != 0);
	CHECK_EQ(world_fault(world, space, PAGE(3), ACCESS_READ).rule, RULE_NO_AREA);
	CHECK_EQ(policy_check(&world->policy), 0);
	space_clear(space);
	CHECK_EQ(world_free(world), before);
	CHECK_EQ(space->areas.count, 0);
	world_destroy(world);
}

TEST(a_page_mapped_anew_is_zero_again)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);

	CHECK_EQ(world_map_anon(space, AT, 1, RW), E_OK);
	CHECK_EQ(world_touch(world, space, AT, ACCESS_WRITE), VERDICT_RESOLVE);
	memset(world_page(world, world_at(space, AT)), 0xee, PAGE_BYTES);
	CHECK_EQ(space_unmap(space, AT, PAGE_BYTES), E_OK);
	CHECK_EQ(world_map_anon(space, AT, 1, RW), E_OK);
	CHECK_EQ(world_fault(world, space, AT, ACCESS_READ).work, WORK_ZERO);
	world_destroy(world);
}

TEST(protect_cuts_and_joins_and_keeps_pages)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	uint64_t frame;

	CHECK_EQ(world_map_anon(space, AT, 8, RW), E_OK);
	CHECK_EQ(world_touch(world, space, PAGE(4), ACCESS_WRITE), VERDICT_RESOLVE);
	frame = world_at(space, PAGE(4));
	CHECK_EQ(space_protect(space, PAGE(3), 2 * PAGE_BYTES, PROT_BIT_READ), E_OK);
	CHECK_EQ(space->areas.count, 3);
	CHECK_EQ(world_fault(world, space, PAGE(4), ACCESS_WRITE).rule, RULE_RIGHTS);
	CHECK_EQ(world_fault(world, space, PAGE(4), ACCESS_READ).run[0].rights, PROT_BIT_READ);
	CHECK_EQ(space_protect(space, PAGE(3), PAGE_BYTES, 0), E_OK);
	CHECK_EQ(world_fault(world, space, PAGE(3), ACCESS_READ).rule, RULE_RIGHTS);
	CHECK_EQ(policy_check(&world->policy), 0);
	CHECK_EQ(space_protect(space, AT, 8 * PAGE_BYTES, RW), E_OK);
	CHECK_EQ(space->areas.count, 1);
	CHECK_EQ(world_at(space, PAGE(4)), frame);
	CHECK_EQ(policy_check(&world->policy), 0);
	world_destroy(world);
}

TEST(protect_never_passes_the_maximum)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct area_spec spec = world_anon(AT, 2, PROT_BIT_READ);

	spec.max_prot = PROT_BIT_READ;
	CHECK_EQ(space_map(space, &spec), E_OK);
	CHECK_EQ(space_protect(space, AT, PAGE_BYTES, RW), E_ACCESS);
	CHECK_EQ(space->areas.count, 1);
	world_destroy(world);
}

TEST(pinned_areas_are_neither_unmapped_nor_protected_nor_mapped_over)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct area_spec spec = world_anon(PAGE(-1), 3, RW);
	uint64_t frame, other;

	CHECK_EQ(space_add_pinned(space, AT, "message", &frame), E_OK);
	CHECK_EQ(space_add_pinned(space, AT, "message", &other), E_CONFLICT);
	CHECK_EQ(world_at(space, AT), frame);
	CHECK_EQ(world_fault(world, space, AT, ACCESS_WRITE).run[0].frame, frame);
	CHECK_EQ(space_unmap(space, AT, PAGE_BYTES), E_DENIED);
	CHECK_EQ(space_protect(space, AT, PAGE_BYTES, PROT_BIT_READ), E_DENIED);
	CHECK_EQ(space_map_over(space, &spec), E_DENIED);
	CHECK_EQ(world->policy.frames.counts[FRAME_PINNED], 1);
	CHECK_EQ(policy_check(&world->policy), 0);
	space_remove_pinned(space, AT);
	CHECK_EQ(world->policy.frames.counts[FRAME_PINNED], 0);
	world_destroy(world);
}

TEST(a_pinned_frame_is_kept_for_another_space)
{
	struct world *world = world_create(64);
	struct vm_space *first = world_space(world, 1), *second = world_space(world, 2);
	struct area_spec spec = world_anon(AT, 1, RW);
	uint64_t frame;

	CHECK_EQ(space_add_pinned(first, AT, "message", &frame), E_OK);
	CHECK_EQ(space_keep_pinned(first, AT), frame);
	CHECK_EQ(first->pinned_pages + first->areas.count, 0);
	CHECK_EQ(world->policy.frames.counts[FRAME_PINNED], 1);
	CHECK_EQ(policy_check(&world->policy), 0);
	CHECK_EQ(space_map(second, &spec), E_OK);
	CHECK_EQ(space_add_kept(second, AT, "message", frame), E_CONFLICT);
	CHECK_EQ(space_unmap(second, AT, PAGE_BYTES), E_OK);
	CHECK_EQ(space_add_kept(second, AT, "message", frame), E_OK);
	CHECK_EQ(world_at(second, AT), frame);
	CHECK_EQ(policy_check(&world->policy), 0);
	policy_give_kept(&world->policy, space_keep_pinned(second, AT));
	CHECK_EQ(world->policy.frames.counts[FRAME_PINNED], 0);
	world_destroy(world);
}

TEST(an_area_mapped_over_others_takes_their_place_at_once)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct area_spec spec = world_anon(PAGE(2), 4, PROT_BIT_READ);

	CHECK_EQ(world_map_anon(space, PAGE(0), 4, RW), E_OK);
	CHECK_EQ(world_map_anon(space, PAGE(5), 3, RW), E_OK);
	for (int i = 0; i < 8; i++)
		if (i != 4)
			CHECK_EQ(world_touch(world, space, PAGE(i), ACCESS_WRITE), VERDICT_RESOLVE);
	CHECK_EQ(space_map_over(space, &spec), E_OK);
	CHECK_EQ(space->areas.count, 3);
	CHECK_EQ(space->anon_pages, 4);
	CHECK_TRUE(world_at(space, PAGE(1)) && !world_at(space, PAGE(2)) && !world_at(space, PAGE(5)));
	CHECK_EQ(world_touch(world, space, PAGE(3), ACCESS_WRITE), VERDICT_DENY);
	spec.prot = RW; /* now it joins both neighbours */
	CHECK_EQ(space_map_over(space, &spec), E_OK);
	CHECK_EQ(space->areas.count, 1);
	CHECK_EQ(policy_check(&world->policy), 0);
	world->policy.areas_max = 2; /* three would be needed */
	spec = world_anon(PAGE(3), 1, PROT_BIT_READ);
	CHECK_EQ(space_map_over(space, &spec), E_TOO_MANY);
	CHECK_EQ(space->areas.count, 1);
	CHECK_TRUE(world_at(space, PAGE(1)) != 0);
	world_destroy(world);
}

TEST(limits_of_a_space_are_kept)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct area_spec spec = world_anon(PAGE(100), 8, RW);
	uint64_t pages;
	vaddr_t cut;

	CHECK_EQ(space_set_limit(space, LIMIT_NOFILE, 1), E_ARGUMENT);
	CHECK_EQ(space_set_limit(space, LIMIT_AS, 8 * PAGE_BYTES), E_OK);
	CHECK_EQ(world_map_anon(space, PAGE(0), 9, RW), E_NO_MEMORY);
	CHECK_EQ(world_map_anon(space, PAGE(0), 6, RW), E_OK);
	CHECK_EQ(world_map_anon(space, PAGE(10), 3, RW), E_NO_MEMORY);
	CHECK_EQ(world_map_anon(space, PAGE(10), 2, PROT_BIT_READ), E_OK);
	spec = world_anon(PAGE(0), 6, RW);
	CHECK_EQ(space_map_over(space, &spec), E_OK); /* in place of as much */
	CHECK_EQ(space_set_limit(space, LIMIT_AS, LIMIT_NONE), E_OK);
	CHECK_EQ(space_set_limit(space, LIMIT_DATA, 8 * PAGE_BYTES), E_OK);
	CHECK_EQ(space_heap_init(space, PAGE(20), 64 * PAGE_BYTES), E_OK);
	CHECK_EQ(space_heap_set(space, PAGE(23), &cut, &pages), E_NO_MEMORY);
	CHECK_EQ(space_heap_set(space, PAGE(22), &cut, &pages), E_OK);
	CHECK_EQ(world_map_anon(space, PAGE(90), 9, PROT_BIT_READ), E_OK); /* no data */
	spec = world_anon(PAGE(100), 8, RW);
	spec.backing = BACKING_STACK;
	CHECK_EQ(space_map(space, &spec), E_OK);
	CHECK_EQ(space_set_limit(space, LIMIT_STACK, 2 * PAGE_BYTES), E_OK);
	CHECK_EQ(world_touch(world, space, PAGE(106), ACCESS_WRITE), VERDICT_RESOLVE);
	CHECK_EQ(world_fault(world, space, PAGE(105), ACCESS_WRITE).rule, RULE_GUARD);
	world_destroy(world);
}

struct buffer {
	struct world *world;
	uint8_t *at;
	bool write;
};

static void copy_part(void *context, uint64_t frame, uint64_t offset, uint64_t bytes)
{
	struct buffer *buffer = context;
	uint8_t *page = world_page(buffer->world, frame) + offset;

	if (buffer->write)
		memcpy(page, buffer->at, bytes);
	else
		memcpy(buffer->at, page, bytes);
	buffer->at += bytes;
}

TEST(byte_buffers_cross_page_edges)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	uint8_t out[3 * PAGE_BYTES], in[3 * PAGE_BYTES] = {0};
	uint64_t bytes = 2 * PAGE_BYTES + 100;

	for (uint64_t i = 0; i < bytes; i++)
		out[i] = (uint8_t)(i * 13 + i / 256);
	CHECK_EQ(world_map_anon(space, AT, 4, RW), E_OK);
	CHECK_EQ(space_access(space, PAGE(0) + 4000, bytes, ACCESS_WRITE, copy_part,
			      &(struct buffer){world, out, true}),
		 E_ABSENT);
	CHECK_EQ(space_populate(space, AT, 4, count_page, &(uint64_t){0}), E_OK);
	CHECK_EQ(space_access(space, PAGE(0) + 4000, bytes, ACCESS_WRITE, copy_part,
			      &(struct buffer){world, out, true}),
		 E_OK);
	CHECK_EQ(space_access(space, PAGE(0) + 4000, bytes, ACCESS_READ, copy_part,
			      &(struct buffer){world, in, false}),
		 E_OK);
	CHECK_TRUE(memcmp(in, out, bytes) == 0);
	CHECK_EQ(space_access(space, PAGE(3) + 4000, 200, ACCESS_READ, copy_part,
			      &(struct buffer){world, in, false}),
		 E_NO_AREA);
	CHECK_EQ(space_protect(space, PAGE(1), PAGE_BYTES, PROT_BIT_READ), E_OK);
	CHECK_EQ(space_access(space, PAGE(0), bytes, ACCESS_WRITE, copy_part,
			      &(struct buffer){world, out, true}),
		 E_ACCESS);
	CHECK_EQ(space_access(space, WORLD_BASE + WORLD_BYTES - 1, 2, ACCESS_READ, copy_part, NULL), E_RANGE);
	world_destroy(world);
}

TEST(running_out_of_memory_is_an_error_and_a_failed_map_leaks_nothing)
{
	struct world *world = world_create(6);
	struct vm_space *space = world_space(world, 1);
	uint64_t free;
	int touched = 0;

	CHECK_EQ(world_map_anon(space, AT, 32, RW), E_OK);
	while (world_touch(world, space, PAGE(touched), ACCESS_WRITE) == VERDICT_RESOLVE)
		touched++;
	CHECK_TRUE(touched > 0);
	CHECK_EQ(world_free(world), 0);
	CHECK_EQ(policy_check(&world->policy), 0);
	CHECK_EQ(world_touch(world, space, PAGE(touched), ACCESS_WRITE), VERDICT_NO_MEMORY);
	CHECK_EQ(world_touch(world, space, AT, ACCESS_WRITE), VERDICT_RESOLVE); /* present: needs none */
	for (uint64_t i = 0; i < 64; i++)
		if (world_map_anon(space, PAGE(100 + 2 * i), 1, RW) == E_NO_MEMORY)
			break;
	free = world_free(world);
	CHECK_EQ(world_map_anon(space, PAGE(1000), 1, RW), E_NO_MEMORY);
	CHECK_EQ(world_free(world), free);
	CHECK_EQ(space_unmap(space, PAGE(4), PAGE_BYTES), E_NO_MEMORY); /* the cut needs a node */
	CHECK_TRUE(area_set_find(&space->areas, PAGE(4)) != NULL);
	CHECK_EQ(policy_check(&world->policy), 0);
	world_destroy(world);
}

TEST(a_half_done_populate_is_rolled_back)
{
	struct world *world = world_create(40);
	struct vm_space *space = world_space(world, 1);
	uint64_t free, visited = 0;

	CHECK_EQ(world_map_anon(space, PAGE(-20), 200, RW), E_OK);
	CHECK_EQ(world_touch(world, space, PAGE(7), ACCESS_WRITE), VERDICT_RESOLVE);
	free = world_free(world);
	CHECK_EQ(space_populate(space, PAGE(-20), 200, count_page, &visited), E_NO_MEMORY);
	CHECK_EQ(visited, 0);
	CHECK_EQ(world_free(world), free);
	CHECK_EQ(world_at(space, PAGE(6)), 0);
	CHECK_TRUE(world_at(space, PAGE(7)) != 0);
	CHECK_EQ(space->anon_pages, 1);
	CHECK_EQ(policy_check(&world->policy), 0);
	CHECK_EQ(space_populate(space, PAGE(0), 1 << 30, count_page, &visited), E_RANGE);
	CHECK_EQ(space_populate(space, PAGE(150), 100, count_page, &visited), E_NO_AREA);
	world_destroy(world);
}

TEST(limits_on_areas_are_kept)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);

	world->policy.areas_max = 3;
	CHECK_EQ(world_map_anon(space, PAGE(0), 1, RW), E_OK);
	CHECK_EQ(world_map_anon(space, PAGE(2), 1, RW), E_OK);
	CHECK_EQ(world_map_anon(space, PAGE(4), 3, RW), E_OK);
	CHECK_EQ(world_map_anon(space, PAGE(8), 1, RW), E_TOO_MANY);
	CHECK_EQ(space_unmap(space, PAGE(5), PAGE_BYTES), E_TOO_MANY);
	CHECK_EQ(space_protect(space, PAGE(5), PAGE_BYTES, PROT_BIT_READ), E_TOO_MANY);
	CHECK_EQ(policy_check(&world->policy), 0);
	world_destroy(world);
}

TEST(two_spaces_do_not_see_each_other)
{
	struct world *world = world_create(64);
	struct vm_space *one = world_space(world, 1), *two = world_space(world, 2);

	CHECK_EQ(world_map_anon(one, AT, 1, RW), E_OK);
	CHECK_EQ(world_fault(world, two, AT, ACCESS_READ).rule, RULE_NO_AREA);
	CHECK_EQ(world_map_anon(two, AT, 1, RW), E_OK);
	CHECK_EQ(world_touch(world, one, AT, ACCESS_WRITE), VERDICT_RESOLVE);
	CHECK_EQ(world_at(two, AT), 0);
	CHECK_EQ(world_touch(world, two, AT, ACCESS_WRITE), VERDICT_RESOLVE);
	CHECK_TRUE(world_at(one, AT) != world_at(two, AT));
	space_destroy(one);
	CHECK_TRUE(world_at(two, AT) != 0);
	CHECK_EQ(policy_check(&world->policy), 0);
	world_destroy(world);
}

TEST(the_heap_grows_joins_and_shrinks)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	uint64_t pages;
	vaddr_t cut;

	CHECK_EQ(space_heap_set(space, AT, &cut, &pages), E_NO_MEMORY);
	CHECK_EQ(space_heap_init(space, AT + 100, 16 * PAGE_BYTES), E_OK);
	CHECK_EQ(space_heap_init(space, AT, PAGE_BYTES), E_STATE);
	CHECK_EQ(space_heap_set(space, AT + 200, &cut, &pages), E_OK);
	CHECK_EQ(space->areas.count, 0); /* the first page is not the heap's */
	CHECK_EQ(space_heap_set(space, PAGE(3) + 1, &cut, &pages), E_OK);
	CHECK_EQ(space_heap_set(space, PAGE(5), &cut, &pages), E_OK);
	CHECK_EQ(space->areas.count, 1);
	CHECK_EQ(space->areas.first->start, PAGE(1));
	CHECK_EQ(space->areas.first->end, PAGE(5));
	CHECK_EQ(world_touch(world, space, PAGE(4), ACCESS_WRITE), VERDICT_RESOLVE);
	CHECK_EQ(space_heap_set(space, PAGE(2) + 8, &cut, &pages), E_OK);
	CHECK_EQ(cut, PAGE(3));
	CHECK_EQ(pages, 2);
	CHECK_EQ(space->anon_pages, 0);
	CHECK_EQ(space_heap_set(space, PAGE(17), &cut, &pages), E_NO_MEMORY);
	CHECK_EQ(space_heap_set(space, AT, &cut, &pages), E_NO_MEMORY);
	CHECK_EQ(world_map_anon(space, PAGE(6), 1, RW), E_OK);
	CHECK_EQ(space_heap_set(space, PAGE(8), &cut, &pages), E_NO_MEMORY);
	CHECK_EQ(space->heap_break, PAGE(2) + 8);
	CHECK_EQ(policy_check(&world->policy), 0);
	world_destroy(world);
}

TEST(find_free_finds_the_first_gap_that_is_big_enough)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);

	space->map_base = AT;
	CHECK_EQ(space_find_free(space, 0, PAGE_BYTES), AT);
	CHECK_EQ(world_map_anon(space, PAGE(0), 2, RW), E_OK);
	CHECK_EQ(world_map_anon(space, PAGE(3), 1, RW), E_OK);
	CHECK_EQ(space_find_free(space, 0, PAGE_BYTES), PAGE(2));
	CHECK_EQ(space_find_free(space, 0, 2 * PAGE_BYTES), PAGE(4));
	CHECK_EQ(space_find_free(space, PAGE(10), PAGE_BYTES), PAGE(10));
	CHECK_EQ(space_find_free(space, WORLD_BASE + WORLD_BYTES, PAGE_BYTES), PAGE(2));
	CHECK_EQ(space_find_free(space, ~0ul << 12, PAGE_BYTES), PAGE(2));
	CHECK_EQ(space_find_free(space, 0, WORLD_BYTES), 0);
	CHECK_EQ(space_find_free(space, 0, ~0ul << 12), 0);
	world_destroy(world);
}

TEST(exceptions_become_their_signals)
{
	struct world *world = world_create(64);
	struct vm_space *space = world_space(world, 1);
	struct verdict verdict;

	policy_exception(space, FAULT_ILLEGAL, 0, &verdict);
	CHECK_EQ(verdict.signal, 4);
	policy_exception(space, FAULT_BREAKPOINT, 0, &verdict);
	CHECK_EQ(verdict.signal, 5);
	policy_exception(space, FAULT_MISALIGNED, 0, &verdict);
	CHECK_EQ(verdict.signal, 7);
	policy_exception(space, 99, 0, &verdict);
	CHECK_EQ(verdict.signal, 11);
	CHECK_EQ(verdict.rule, RULE_EXCEPTION);
	world_destroy(world);
}

TEST_MAIN(0)
