/* SPDX-License-Identifier: MIT */
/* The end of much at once: a full Space, a range of it, a thousand Spaces. What it keeps interrupts off for.
 */
#include "ktest.h"

#define BIG	   SLOT_TEST
#define TABLES	   (SLOT_TEST + 1)
#define TABLE_POOL (SLOT_TEST + 2)
#define SPACE	   (SLOT_TEST + 3)
#define HOLDER	   (SLOT_TEST + 4) /* CSpace of the thousand */
#define NEW	   (SLOT_TEST + 5)

#define BIG_ARENAS 128 /* 256 MiB */
#define BIG_PAGES  (BIG_ARENAS * ARENA_PAGES)
#define RW	   (RIGHT_READ | RIGHT_WRITE)
#define THOUSAND   1000

/* A Pool of its own, that all objects of a scenario go with. */
static void make_pool(void)
{
	MUST(sys_memory_carve(SLOT_PAGES, TABLES, 2 * ARENA_PAGES, 4 * ARENA_PAGES));
	MUST(sys_pool_create(TABLES, TABLE_POOL));
}

/* A Space with 256 MiB mapped, each page by itself. */
static void make_full_space(void)
{
	take_arenas(BIG, BIG_ARENAS);
	make_pool();
	MUST(sys_object_create(TABLE_POOL, SPACE, KIND_SPACE, 2 * BIG_ARENAS));
	MUST(sys_space_attach(SPACE, 0, BIG, RIGHTS_RWX));
	for (uint64_t page = 0; page < BIG_PAGES; page += MAP_PAGES_MAX)
		MUST(sys_space_map(SPACE, (FAULT_VA + page * PAGE_BYTES) | RW, MAP_SOURCE(0, MAP_PAGES_MAX),
				   page));
}

/* Nothing is mapped any more: every arena can become a Pool. */
static void expect_unmapped(void)
{
	for (uint64_t a = 0; a < BIG_ARENAS; a += POOL_ARENAS_MAX) {
		MUST(sys_memory_carve(BIG, NEW, a * ARENA_PAGES, POOL_ARENAS_MAX * ARENA_PAGES));
		MUST(sys_pool_create(NEW, HOLDER));
		MUST(sys_cap_revoke(CAP_NULL, BIG));
	}
}

SCENARIO_BODY(full_space_dies_in_steps)
{
	make_full_space();
	irq_begin();
	MUST(sys_cap_delete(CAP_NULL, SPACE));
	irq_end("delete_of_space_with_256_MiB");
	expect_unmapped();
}

SCENARIO_BODY(full_range_is_unmapped_in_steps)
{
	make_full_space();
	irq_begin();
	EXPECT_EQ(MUST(sys_space_unmap(SPACE, FAULT_VA, BIG_PAGES)), BIG_PAGES);
	irq_end("unmap_of_256_MiB");
	EXPECT_EQ(MUST(sys_space_tables(SPACE)) & 0xffffffff, 1);
	expect_unmapped();
}

/* Each with a source and a mapped page, in a CSpace that goes with them. */
static void make_thousand(void)
{
	MUST(sys_object_create(TABLE_POOL, HOLDER, KIND_CSPACE, THOUSAND + 1));
	for (uint64_t i = 0; i < THOUSAND; i++) {
		MUST(sys_object_create(TABLE_POOL, SPACE, KIND_SPACE, 4));
		if (i % 8 == 0) {
			MUST(sys_space_attach(SPACE, 0, SLOT_PAGES, RW));
			MUST(sys_space_map(SPACE, FAULT_VA | RW, MAP_SOURCE(0, 1), 300));
		}
		MUST(sys_cap_move(HOLDER, i + 1, CAP_NULL, SPACE));
	}
}

SCENARIO_BODY(thousand_spaces_die_in_steps)
{
	uint64_t spaces = world_info()->objects[KIND_SPACE];

	make_pool();
	make_thousand();
	EXPECT_EQ(world_info()->objects[KIND_SPACE], spaces + THOUSAND);
	irq_begin();
	MUST(sys_cap_revoke(CAP_NULL, TABLE_POOL));
	irq_end("revoke_of_1000_spaces");
	UNTIL(world_info()->objects[KIND_SPACE] == spaces);
	make_thousand();
	irq_begin();
	MUST(sys_cap_delete(CAP_NULL, HOLDER));
	irq_end("delete_of_cspace_with_1000_spaces");
	UNTIL(world_info()->objects[KIND_SPACE] == spaces);
}
