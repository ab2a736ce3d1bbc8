/* SPDX-License-Identifier: MIT */
/* Calls that are done at once, each with the most that it can be asked for. What it keeps interrupts off for.
 */
#include "ktest.h"

#define ARENA	   SLOT_TEST
#define POOL	   (SLOT_TEST + 1)
#define SPACE	   (SLOT_TEST + 2)
#define MANY	   (SLOT_TEST + 3)
#define R	   RIGHT_READ
#define GIGABYTE   (1ul << 30)
#define ITEM_PAGES (MAP_PAGES_MAX / MAP_ITEMS_MAX)
#define TABLES	   (4 * MAP_ITEMS_MAX)

/* One arena, that nothing else is made from. */
static void make_pool(void)
{
	MUST(sys_memory_carve(SLOT_PAGES, ARENA, ARENA_PAGES, ARENA_PAGES));
	MUST(sys_pool_create(ARENA, POOL));
}

SCENARIO_BODY(largest_cspace_is_made_or_refused_soon)
{
	uint64_t slot = MANY, left;

	make_pool();
	irq_begin();
	MUST(sys_object_create(POOL, slot++, KIND_CSPACE, CSPACE_SLOTS_MAX));
	irq_end("create_of_4096_slots");
	while (sys_object_create(POOL, slot, KIND_CSPACE, CSPACE_SLOTS_MAX).error == E_OK)
		slot++;
	/* All but a few of the pages that it takes are there. */
	left = MUST(sys_pool_free_bytes(POOL));
	EXPECT(left > 48 * PAGE_BYTES && left < 64 * PAGE_BYTES);
	irq_begin();
	REFUSED(E_MEMORY, sys_object_create(POOL, slot, KIND_CSPACE, CSPACE_SLOTS_MAX));
	irq_end("create_of_4096_slots_for_which_pages_are_lacking");
	EXPECT_EQ(MUST(sys_pool_free_bytes(POOL)), left);
}

/* Each of 16 items lies half in one gigabyte and half in the next, where no other does: 4 tables each. */
static void write_items(void)
{
	struct map_item *items = (struct map_item *)&message_page()->words[MESSAGE_REGISTERS];

	for (uint64_t i = 0; i < MAP_ITEMS_MAX; i++) {
		uint64_t at = (2 * i + 1) * GIGABYTE - ITEM_PAGES / 2 * PAGE_BYTES;

		items[i] = (struct map_item){at | R, MAP_SOURCE(0, ITEM_PAGES), i * ITEM_PAGES};
	}
}

/* A Space that may have so many tables beside its root, of pages that are to be zeroed first. */
static void make_space(uint64_t tables)
{
	make_pool();
	MUST(sys_object_create(POOL, SPACE, KIND_SPACE, 1 + tables));
	MUST(sys_space_attach(SPACE, 0, SLOT_PAGES, R));
	write_items();
}

SCENARIO_BODY(map_with_the_most_tables_is_done_soon)
{
	make_space(TABLES);
	irq_begin();
	MUST(sys_space_map_items(SPACE, MAP_ITEMS_MAX));
	irq_end("map_that_makes_64_tables");
	EXPECT_EQ(MUST(sys_space_tables(SPACE)) & UINT32_MAX, 1 + TABLES);
}

SCENARIO_BODY(map_with_a_table_too_many_is_refused_soon)
{
	make_space(TABLES - 1);
	irq_begin();
	EXPECT_EQ(REFUSED(E_TABLES, sys_space_map_items(SPACE, MAP_ITEMS_MAX)), TABLES);
	irq_end("map_that_lacks_the_64th_table");
	EXPECT_EQ(MUST(sys_space_tables(SPACE)) & UINT32_MAX, 1);
}
