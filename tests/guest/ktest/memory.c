/* SPDX-License-Identifier: MIT */
/* Memory and Pool: carving, turning arenas, making objects. */
#include "ktest.h"

#define A    SLOT_TEST
#define B    (SLOT_TEST + 1)
#define C    (SLOT_TEST + 2)
#define MANY (SLOT_TEST + 10)

/* The second arena of SLOT_PAGES is mapped nowhere. */
#define UNMAPPED_PAGE ARENA_PAGES

SCENARIO_BODY(carve_stays_inside_its_memory)
{
	uint64_t pages = (WORLD_ARENAS - 1) * ARENA_PAGES;
	struct cap_facts whole = sys_cap_info_full(CAP_NULL, SLOT_PAGES), part;

	MUST(sys_memory_carve(SLOT_PAGES, A, pages - 1, 1));
	part = sys_cap_info_full(CAP_NULL, A);
	EXPECT_EQ(part.identity, whole.identity + (pages - 1) * PAGE_BYTES);
	EXPECT_EQ(part.bytes, PAGE_BYTES);
	REFUSED(E_RANGE, sys_memory_carve(SLOT_PAGES, B, pages, 1));
	REFUSED(E_RANGE, sys_memory_carve(SLOT_PAGES, B, 0, pages + 1));
	REFUSED(E_RANGE, sys_memory_carve(SLOT_PAGES, B, 0, 0));
	REFUSED(E_RANGE, sys_memory_carve(SLOT_PAGES, B, 1, ~0ul));
	REFUSED(E_RANGE, sys_memory_carve(SLOT_PAGES, B, ~0ul, 2));
	REFUSED(E_RANGE, sys_memory_carve(A, B, 1ul << 52, 1));
	REFUSED(E_OCCUPIED, sys_memory_carve(SLOT_PAGES, A, 0, 1));
	REFUSED(E_KIND, sys_memory_carve(SLOT_POOL, B, 0, 1));
	REFUSED(E_EMPTY, sys_memory_carve(C, B, 0, 1));
	REFUSED(E_SLOT, sys_memory_carve(SLOT_PAGES, 0, 0, 1));
}

SCENARIO_BODY(pool_takes_whole_unmapped_arenas_and_gives_them_back)
{
	uint64_t kernel = world_info()->frames_kernel, user = world_info()->frames_user;

	MUST(sys_memory_carve(SLOT_PAGES, A, UNMAPPED_PAGE, 2 * ARENA_PAGES));
	MUST(sys_pool_create(A, B));
	EXPECT_EQ(world_info()->frames_kernel, kernel + 2 * ARENA_PAGES);
	EXPECT_EQ(world_info()->frames_user, user - 2 * ARENA_PAGES);
	/* Now it is nobody's to map, nor to turn again. */
	REFUSED(E_FRAME, sys_space_map(BOOT_SLOT_SPACE, FAULT_VA | RIGHT_READ, MAP_SOURCE(SOURCE_PAGES, 1),
				       UNMAPPED_PAGE));
	REFUSED(E_FRAME, sys_pool_create(A, C));
	MUST(sys_object_create(B, C, KIND_ENDPOINT, 0));
	MUST(sys_cap_delete(CAP_NULL, C));
	MUST(sys_cap_delete(CAP_NULL, B));
	EXPECT_EQ(world_info()->frames_kernel, kernel);
	EXPECT_EQ(world_info()->frames_user, user);
	MUST(sys_space_map(BOOT_SLOT_SPACE, FAULT_VA | RIGHT_READ, MAP_SOURCE(SOURCE_PAGES, 1),
			   UNMAPPED_PAGE));
	REFUSED(E_MAPPED, sys_pool_create(A, B));
	MUST(sys_space_unmap(BOOT_SLOT_SPACE, FAULT_VA, 1));
	MUST(sys_space_map(BOOT_SLOT_SPACE, (FAULT_VA + ARENA_BYTES) | RIGHT_READ,
			   MAP_SOURCE(SOURCE_PAGES, 1) | MAP_SUPERPAGE, UNMAPPED_PAGE + ARENA_PAGES));
	REFUSED(E_MAPPED, sys_pool_create(A, B));
	MUST(sys_space_unmap(BOOT_SLOT_SPACE, FAULT_VA + ARENA_BYTES, ARENA_PAGES));
	MUST(sys_pool_create(A, B));
	MUST(sys_cap_delete(CAP_NULL, B));
	MUST(sys_cap_delete(CAP_NULL, A));
	MUST(sys_memory_carve(SLOT_PAGES, A, UNMAPPED_PAGE, ARENA_PAGES - 1));
	REFUSED(E_ALIGN, sys_pool_create(A, B));
	MUST(sys_memory_carve(SLOT_PAGES, C, UNMAPPED_PAGE + 1, ARENA_PAGES));
	REFUSED(E_ALIGN, sys_pool_create(C, B));
	REFUSED(E_KIND, sys_pool_create(SLOT_POOL, B));
	MUST(sys_cap_copy(CAP_NULL, MANY, CAP_NULL, SLOT_PAGES, RIGHT_READ | RIGHT_WRITE));
	REFUSED(E_RIGHTS, sys_pool_create(MANY, B));
}

SCENARIO_BODY(pool_outlives_its_capability_until_its_objects_are_gone)
{
	uint64_t kernel = world_info()->frames_kernel;
	struct result r;

	MUST(sys_memory_carve(SLOT_PAGES, A, UNMAPPED_PAGE, ARENA_PAGES));
	MUST(sys_pool_create(A, B));
	MUST(sys_object_create(B, C, KIND_NOTIFICATION, 0));
	r = sys_cap_delete(CAP_NULL, B);
	EXPECT(r.error == E_OK || r.error == E_BUSY);
	EXPECT_EQ(world_info()->frames_kernel, kernel + ARENA_PAGES);
	MUST(sys_notify(C));
	MUST(sys_cap_delete(CAP_NULL, C));
	if (r.error == E_BUSY)
		MUST(sys_cap_delete(CAP_NULL, B));
	EXPECT_EQ(world_info()->frames_kernel, kernel);
}

SCENARIO_BODY(message_page_keeps_its_arena)
{
	MUST(sys_memory_carve(SLOT_PAGES, A, UNMAPPED_PAGE, ARENA_PAGES));
	MUST(sys_memory_carve(SLOT_PAGES, B, UNMAPPED_PAGE + 7, 1));
	create(C, KIND_THREAD, 0);
	MUST(sys_thread_bind(C, BIND_MESSAGE, B));
	REFUSED(E_MAPPED, sys_pool_create(A, MANY));
	MUST(sys_cap_delete(CAP_NULL, C));
	MUST(sys_pool_create(A, MANY));
}

static uint64_t argument_for(enum object_kind kind)
{
	return kind == KIND_CSPACE ? 256 : kind == KIND_SPACE ? 16 : 0;
}

/* Make objects of one kind until there is no room; how many. */
static uint64_t fill(enum object_kind kind)
{
	uint64_t slot = MANY;
	struct result r = {E_OK, 0};

	for (; slot < SLOT_TEST_END; slot++) {
		r = sys_object_create(B, slot, kind, argument_for(kind));
		if (r.error != E_OK)
			break;
	}
	if (r.error != E_OK) {
		EXPECT_EQ(r.error, E_MEMORY);
		REFUSED(E_MEMORY, sys_object_create(B, slot, kind, argument_for(kind)));
	}
	return slot - MANY;
}

SCENARIO_BODY(objects_of_every_kind_fill_a_pool_and_return)
{
	static const enum object_kind kinds[] = {KIND_CSPACE,	KIND_THREAD,	   KIND_SPACE,
						 KIND_ENDPOINT, KIND_NOTIFICATION, KIND_TIMER};
	uint64_t free_bytes;

	MUST(sys_memory_carve(SLOT_PAGES, A, UNMAPPED_PAGE, ARENA_PAGES));
	MUST(sys_pool_create(A, B));
	free_bytes = MUST(sys_pool_free_bytes(B));
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		uint64_t before = world_info()->objects[kinds[i]];
		uint64_t made = fill(kinds[i]);

		EXPECT(made > 0);
		observe(made);
		EXPECT_EQ(world_info()->objects[kinds[i]], before + made);
		EXPECT(MUST(sys_pool_free_bytes(B)) < free_bytes);
		MUST(sys_cap_revoke(CAP_NULL, B));
		EXPECT_EQ(world_info()->objects[kinds[i]], before);
		EXPECT_EQ(MUST(sys_pool_free_bytes(B)), free_bytes);
	}
}

SCENARIO_BODY(object_create_refuses_bad_arguments)
{
	REFUSED(E_RANGE, sys_object_create(SLOT_POOL, A, KIND_NONE, 0));
	REFUSED(E_RANGE, sys_object_create(SLOT_POOL, A, KIND_MEMORY, 0));
	REFUSED(E_RANGE, sys_object_create(SLOT_POOL, A, KIND_REPLY, 0));
	REFUSED(E_RANGE, sys_object_create(SLOT_POOL, A, 77, 0));
	REFUSED(E_RANGE, sys_object_create(SLOT_POOL, A, 1ul << 32 | KIND_ENDPOINT, 0));
	REFUSED(E_RANGE, sys_object_create(SLOT_POOL, A, KIND_CSPACE, 0));
	REFUSED(E_RANGE, sys_object_create(SLOT_POOL, A, KIND_CSPACE, CSPACE_SLOTS_MAX + 1));
	REFUSED(E_RANGE, sys_object_create(SLOT_POOL, A, KIND_SPACE, 0));
	REFUSED(E_KIND, sys_object_create(SLOT_PAGES, A, KIND_ENDPOINT, 0));
	REFUSED(E_OCCUPIED, sys_object_create(SLOT_POOL, SLOT_PAGES, KIND_ENDPOINT, 0));
	MUST(sys_cap_copy(CAP_NULL, B, CAP_NULL, SLOT_POOL, RIGHT_READ));
	REFUSED(E_RIGHTS, sys_object_create(B, A, KIND_ENDPOINT, 0));
}
