/* SPDX-License-Identifier: MIT */
/* Spaces: attached sources, mapping, protection, harvest, parking. */
#include "ktest.h"

#define SP	    SLOT_TEST
#define OTHER	    (SLOT_TEST + 1)
#define PART	    (SLOT_TEST + 2)

#define R	    RIGHT_READ
#define RW	    (RIGHT_READ | RIGHT_WRITE)
#define RX	    (RIGHT_READ | RIGHT_EXECUTE)
#define TABLE_LIMIT 16
#define NEIGHBOURS  8
#define HOME	    BOOT_SLOT_SPACE

static void make_space(void)
{
	create(SP, KIND_SPACE, TABLE_LIMIT);
	MUST(sys_space_attach(SP, 0, SLOT_PAGES, RIGHTS_RWX));
}

static struct result map(uint64_t at, unsigned rights, uint64_t pages, uint64_t offset)
{
	return sys_space_map(SP, at | rights, MAP_SOURCE(0, pages), offset);
}

static uint64_t frame_address(uint64_t page)
{
	return sys_cap_info_full(CAP_NULL, SLOT_PAGES).identity + page * PAGE_BYTES;
}

static uint64_t lookup(uint64_t at)
{
	return MUST(sys_space_lookup(SP, at));
}

static uint64_t tables_in_use(cap_t space)
{
	return MUST(sys_space_tables(space)) & 0xffffffff;
}

SCENARIO_BODY(map_checks_everything_before_it_changes_anything)
{
	uint64_t pages = (WORLD_ARENAS - 1) * ARENA_PAGES;
	struct map_item *items = (struct map_item *)&message_page()->words[MESSAGE_REGISTERS];

	make_space();
	REFUSED(E_OCCUPIED, sys_space_attach(SP, 0, SLOT_PAGES, R));
	REFUSED(E_RANGE, sys_space_attach(SP, SPACE_SOURCES, SLOT_PAGES, R));
	REFUSED(E_KIND, sys_space_attach(SP, 1, SLOT_POOL, R));
	MUST(sys_cap_copy(CAP_NULL, OTHER, CAP_NULL, SLOT_PAGES, R));
	REFUSED(E_RIGHTS, sys_space_attach(SP, 1, OTHER, RW));
	MUST(sys_space_attach(SP, 1, OTHER, R));
	REFUSED(E_RIGHTS, sys_space_map(SP, FAULT_VA | RW, MAP_SOURCE(1, 1), 0));
	REFUSED(E_RIGHTS, map(FAULT_VA, 0, 1, 0));
	REFUSED(E_RIGHTS, map(FAULT_VA, RIGHT_WRITE, 1, 0));
	REFUSED(E_WX, map(FAULT_VA, RIGHTS_RWX, 1, 0));
	REFUSED(E_RANGE, map(FAULT_VA, R, 0, 0));
	REFUSED(E_RANGE, map(FAULT_VA, R, MAP_PAGES_MAX + 1, 0));
	REFUSED(E_RANGE, map(FAULT_VA, R, 1, pages));
	REFUSED(E_RANGE, map(FAULT_VA, R, 2, pages - 1));
	REFUSED(E_RANGE, map(FAULT_VA, R, 2, ~0ul));
	REFUSED(E_RANGE, map(USER_END, R, 1, 0));
	REFUSED(E_RANGE, map(USER_END - PAGE_BYTES, R, 2, 0));
	REFUSED(E_RANGE, map(~(PAGE_BYTES - 1), R, 1, 0));
	REFUSED(E_RANGE, sys_space_map(SP, FAULT_VA | R, MAP_SOURCE(2, 1), 0));
	REFUSED(E_RANGE, sys_space_map(SP, FAULT_VA | R, MAP_SOURCE(200, 1), 0));
	REFUSED(E_KIND, sys_space_map(SLOT_POOL, FAULT_VA | R, MAP_SOURCE(0, 1), 0));
	/* All items or none. */
	items[0] = (struct map_item){FAULT_VA | R, MAP_SOURCE(0, 4), 0};
	items[1] = (struct map_item){(FAULT_VA + 0x10000) | RW, MAP_SOURCE(0, 4), 8};
	items[2] = (struct map_item){(FAULT_VA + 0x20000) | RW, MAP_SOURCE(1, 4), 8};
	REFUSED(E_RIGHTS, sys_space_map_items(SP, 3));
	REFUSED(E_RANGE, sys_space_map_items(SP, MAP_ITEMS_MAX + 1));
	EXPECT_EQ(lookup(FAULT_VA), 0);
	EXPECT_EQ(lookup(FAULT_VA + 0x10000), 0);
	EXPECT_EQ(tables_in_use(SP), 1);
	MUST(sys_space_map_items(SP, 2));
	EXPECT_EQ(lookup(FAULT_VA + 0x12000), frame_address(10) | RW);
}

/* Spaces of one Pool lie side by side: behind the sources of one come those of the next. */
SCENARIO_BODY(sources_of_another_space_are_out_of_reach)
{
	for (unsigned i = 0; i < NEIGHBOURS; i++) {
		create(SP + i, KIND_SPACE, TABLE_LIMIT);
		for (unsigned source = 0; source < SPACE_SOURCES; source++)
			MUST(sys_space_attach(SP + i, source, SLOT_PAGES, RIGHTS_RWX));
	}
	for (unsigned i = 0; i < NEIGHBOURS; i++) {
		for (unsigned source = SPACE_SOURCES; source <= UINT8_MAX; source++)
			REFUSED(E_RANGE, sys_space_map(SP + i, FAULT_VA | R, MAP_SOURCE(source, 1), 0));
		for (uint64_t source = SPACE_SOURCES; source < 4 * SPACE_SOURCES; source++) {
			REFUSED(E_RANGE, sys_space_attach(SP + i, source, SLOT_PAGES, R));
			REFUSED(E_RANGE, sys_space_detach(SP + i, source));
		}
	}
}

SCENARIO_BODY(map_unmap_and_protect_agree_with_lookup)
{
	uint64_t low = FAULT_VA + ARENA_BYTES - 2 * PAGE_BYTES; /* across two leaf tables */

	make_space();
	MUST(map(low, RW, 4, 10));
	for (unsigned i = 0; i < 4; i++)
		EXPECT_EQ(lookup(low + i * PAGE_BYTES), frame_address(10 + i) | RW);
	EXPECT_EQ(lookup(low - PAGE_BYTES), 0);
	EXPECT_EQ(lookup(low + 4 * PAGE_BYTES), 0);
	EXPECT_EQ(tables_in_use(SP), 4);
	/* What is there is replaced. */
	MUST(map(low + PAGE_BYTES, RX, 1, 77));
	EXPECT_EQ(lookup(low + PAGE_BYTES), frame_address(77) | RX);
	EXPECT_EQ(MUST(sys_space_protect(SP, low, 4, R)), 4);
	EXPECT_EQ(lookup(low), frame_address(10) | R);
	EXPECT_EQ(lookup(low + PAGE_BYTES), frame_address(77) | R);
	EXPECT_EQ(MUST(sys_space_protect(SP, low, 4, RW)), 0);
	EXPECT_EQ(lookup(low), frame_address(10) | R);
	EXPECT_EQ(MUST(sys_space_unmap(SP, low, 1)), 1);
	EXPECT_EQ(lookup(low), 0);
	EXPECT_EQ(MUST(sys_space_unmap(SP, FAULT_VA, 4 * ARENA_PAGES)), 3);
	EXPECT_EQ(MUST(sys_space_unmap(SP, 0, USER_END / PAGE_BYTES)), 0);
	EXPECT_EQ(tables_in_use(SP), 1);
	REFUSED(E_ALIGN, sys_space_unmap(SP, low + 8, 1));
	REFUSED(E_ALIGN, sys_space_protect(SP, low + 8, 1, R));
	REFUSED(E_RANGE, sys_space_unmap(SP, USER_END, 1));
	REFUSED(E_RANGE, sys_space_unmap(SP, low, ~0ul));
	REFUSED(E_RANGE, sys_space_lookup(SP, USER_END));
}

SCENARIO_BODY(mapping_beyond_the_table_limit_says_how_many_are_missing)
{
	make_space();
	MUST(sys_space_set_limit(SP, 1));
	EXPECT_EQ(MUST(sys_space_tables(SP)), 1ul << 32 | 1);
	EXPECT_EQ(REFUSED(E_TABLES, map(FAULT_VA, R, 1, 0)), 2);
	EXPECT_EQ(tables_in_use(SP), 1);
	MUST(sys_space_set_limit(SP, 2));
	EXPECT_EQ(REFUSED(E_TABLES, map(FAULT_VA, R, 1, 0)), 2);
	EXPECT_EQ(tables_in_use(SP), 1);
	MUST(sys_space_set_limit(SP, 3));
	MUST(map(FAULT_VA, R, 1, 0));
	MUST(map(FAULT_VA + 100 * PAGE_BYTES, R, 1, 0));
	EXPECT_EQ(REFUSED(E_TABLES, map(FAULT_VA + ARENA_BYTES, R, 1, 0)), 1);
	/* A limit below what is in use takes nothing away. */
	MUST(sys_space_set_limit(SP, 2));
	EXPECT_EQ(lookup(FAULT_VA), frame_address(0) | R);
}

SCENARIO_BODY(superpage_is_one_leaf)
{
	const uint64_t one = MAP_SOURCE(0, 1) | MAP_SUPERPAGE;

	make_space();
	REFUSED(E_ALIGN, sys_space_map(SP, (FAULT_VA + PAGE_BYTES) | R, one, ARENA_PAGES));
	REFUSED(E_ALIGN, sys_space_map(SP, FAULT_VA | R, one, 1));
	MUST(sys_space_map(SP, FAULT_VA | RW, MAP_SOURCE(0, 2) | MAP_SUPERPAGE, ARENA_PAGES));
	EXPECT_EQ(tables_in_use(SP), 2);
	EXPECT_EQ(lookup(FAULT_VA), frame_address(ARENA_PAGES) | RW);
	EXPECT_EQ(lookup(FAULT_VA + ARENA_BYTES + 5 * PAGE_BYTES), frame_address(2 * ARENA_PAGES + 5) | RW);
	REFUSED(E_ALIGN, sys_space_unmap(SP, FAULT_VA, 1));
	REFUSED(E_ALIGN, sys_space_protect(SP, FAULT_VA + PAGE_BYTES, 1, R));
	EXPECT_EQ(MUST(sys_space_protect(SP, FAULT_VA, ARENA_PAGES, R)), ARENA_PAGES);
	EXPECT_EQ(lookup(FAULT_VA), frame_address(ARENA_PAGES) | R);
	EXPECT_EQ(lookup(FAULT_VA + ARENA_BYTES), frame_address(2 * ARENA_PAGES) | RW);
	EXPECT_EQ(MUST(sys_space_unmap(SP, FAULT_VA, 2 * ARENA_PAGES)), 2 * ARENA_PAGES);
	EXPECT_EQ(tables_in_use(SP), 1);
}

/* Bits of the first 64 pages, accessed and dirty. */
static void harvest_home(uint64_t *accessed, uint64_t *dirty)
{
	EXPECT_EQ(MUST(sys_space_harvest(HOME, FAULT_VA, 4)), 4);
	*accessed = message_page()->words[4];
	*dirty = message_page()->words[12];
}

SCENARIO_BODY(harvest_tells_and_clears_accessed_and_dirty)
{
	volatile uint64_t *page = (volatile uint64_t *)FAULT_VA;
	const uint64_t words = PAGE_BYTES / sizeof(*page);
	uint64_t accessed, dirty;

	MUST(sys_space_map(HOME, FAULT_VA | RW, MAP_SOURCE(SOURCE_PAGES, 4), ARENA_PAGES));
	harvest_home(&accessed, &dirty);
	EXPECT_EQ(accessed, 0xf);
	EXPECT_EQ(dirty, 0xf);
	harvest_home(&accessed, &dirty);
	EXPECT_EQ(accessed, 0);
	EXPECT_EQ(dirty, 0);
	(void)page[words];
	page[2 * words] = 1;
	harvest_home(&accessed, &dirty);
	EXPECT_EQ(accessed, 0x6);
	EXPECT_EQ(dirty, 0x4);
	page[3 * words] = 1;
	MUST(sys_space_unmap(HOME, FAULT_VA, 4));
	MUST(sys_memory_harvest(SLOT_PAGES, ARENA_PAGES, 4));
	EXPECT_EQ(message_page()->words[4] & 8, 8);
	EXPECT_EQ(message_page()->words[12], 8);
	MUST(sys_memory_harvest(SLOT_PAGES, ARENA_PAGES, 4));
	EXPECT_EQ(message_page()->words[4], 0);
	REFUSED(E_RANGE, sys_space_harvest(HOME, FAULT_VA, 513));
	REFUSED(E_ALIGN, sys_space_harvest(HOME, FAULT_VA + 4, 1));
	REFUSED(E_RANGE, sys_memory_harvest(SLOT_PAGES, 0, 513));
	REFUSED(E_RANGE, sys_memory_harvest(SLOT_PAGES, ~0ul, 2));
}

static void do_load(struct worker *worker)
{
	worker->seen[0] = *(volatile uint64_t *)worker->argument;
}

SCENARIO_BODY(parked_tables_hide_and_come_back)
{
	struct message m;
	struct worker *worker;

	*(volatile uint64_t *)page_at(3) = 0xfeed;
	MUST(sys_space_map(HOME, FAULT_VA | RW, MAP_SOURCE(SOURCE_PAGES, 5), 0));
	EXPECT_EQ(MUST(sys_space_park(HOME, FAULT_VA, 2)), 1);
	EXPECT_EQ(MUST(sys_space_park(HOME, FAULT_VA, 2)), 0);
	REFUSED(E_PARKED, sys_space_lookup(HOME, FAULT_VA));
	REFUSED(E_PARKED, sys_space_map(HOME, FAULT_VA | RW, MAP_SOURCE(SOURCE_PAGES, 1), 0));
	REFUSED(E_ALIGN, sys_space_park(HOME, FAULT_VA + PAGE_BYTES, 1));
	REFUSED(E_ALIGN, sys_space_unpark(HOME, FAULT_VA + PAGE_BYTES, RW));
	worker = worker_start(0, do_load, FAULT_VA + 3 * PAGE_BYTES);
	take(SLOT_FAULTS, &m);
	EXPECT_EQ(FAULT_INFO_FLAGS(m.w[2]) & FAULT_PARKED, FAULT_PARKED);
	EXPECT_EQ(MUST(sys_space_unpark(HOME, FAULT_VA, R)), 5);
	REFUSED(E_STATE, sys_space_unpark(HOME, FAULT_VA, R));
	m = message_make(E_OK, 0, 0);
	ANSWERS(E_OK, ipc_reply(&m));
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], 0xfeed);
	EXPECT_EQ(MUST(sys_space_lookup(HOME, FAULT_VA)), frame_address(0) | R);
	/* What is parked can be unmapped unseen. */
	MUST(sys_space_park(HOME, FAULT_VA, 1));
	EXPECT_EQ(MUST(sys_space_unmap(HOME, FAULT_VA, ARENA_PAGES)), 5);
	EXPECT_EQ(MUST(sys_space_lookup(HOME, FAULT_VA)), 0);
}

SCENARIO_BODY(detach_clears_the_mappings_of_its_source)
{
	make_space();
	MUST(sys_memory_carve(SLOT_PAGES, PART, 3 * ARENA_PAGES, ARENA_PAGES));
	MUST(sys_space_attach(SP, 1, PART, RW));
	MUST(map(FAULT_VA, R, 2, 0));
	MUST(sys_space_map(SP, (FAULT_VA + 2 * PAGE_BYTES) | RW, MAP_SOURCE(1, 2), 0));
	MUST(sys_space_map(SP, (FAULT_VA + ARENA_BYTES) | RW, MAP_SOURCE(1, 1) | MAP_SUPERPAGE, 0));
	MUST(sys_space_detach(SP, 1));
	EXPECT_EQ(lookup(FAULT_VA + 2 * PAGE_BYTES), 0);
	EXPECT_EQ(lookup(FAULT_VA + ARENA_BYTES), 0);
	EXPECT_EQ(lookup(FAULT_VA + PAGE_BYTES), frame_address(1) | R);
	REFUSED(E_RANGE, sys_space_map(SP, FAULT_VA | R, MAP_SOURCE(1, 1), 0));
	MUST(sys_space_attach(SP, 1, PART, R));
	REFUSED(E_RANGE, sys_space_detach(SP, SPACE_SOURCES));
}

SCENARIO_BODY(deleted_space_returns_its_tables)
{
	uint64_t tables = world_info()->tables, free_bytes = MUST(sys_pool_free_bytes(SLOT_POOL));
	uint64_t slots = world_info()->slots_used;

	make_space();
	for (unsigned i = 0; i < 8; i++)
		MUST(map(FAULT_VA + i * ARENA_BYTES, RW, 4, 4 * i));
	MUST(sys_space_map(SP, 1ul << 32 | RW, MAP_SOURCE(0, 2) | MAP_SUPERPAGE, ARENA_PAGES));
	MUST(sys_space_park(SP, FAULT_VA, 2));
	EXPECT_EQ(world_info()->tables, tables + 11);
	MUST(sys_cap_delete(CAP_NULL, SP));
	EXPECT_EQ(world_info()->tables, tables);
	EXPECT_EQ(world_info()->slots_used, slots);
	EXPECT_EQ(MUST(sys_pool_free_bytes(SLOT_POOL)), free_bytes);
}

static uint64_t mapped(uint64_t at, uint64_t pages)
{
	return MUST(sys_space_mapped(SP, at, pages));
}

SCENARIO_BODY(mapped_pages_are_counted_parked_ones_too)
{
	make_space();
	EXPECT_EQ(mapped(FAULT_VA, 512), 0);
	MUST(map(FAULT_VA + 3 * PAGE_BYTES, RW, 5, 0));
	MUST(map(FAULT_VA + 511 * PAGE_BYTES, R, 2, 0));
	EXPECT_EQ(mapped(FAULT_VA, 512), 6);
	EXPECT_EQ(mapped(FAULT_VA + 4 * PAGE_BYTES, 512), 6);
	EXPECT_EQ(mapped(FAULT_VA + 7 * PAGE_BYTES, 1), 1);
	EXPECT_EQ(mapped(FAULT_VA + 8 * PAGE_BYTES, 1), 0);
	MUST(sys_space_map(SP, (FAULT_VA + 2 * ARENA_BYTES) | R, MAP_SOURCE(0, 1) | MAP_SUPERPAGE,
			   ARENA_PAGES));
	EXPECT_EQ(mapped(FAULT_VA + 2 * ARENA_BYTES - PAGE_BYTES, 512), 511);
	MUST(sys_space_park(SP, FAULT_VA, 1));
	EXPECT_EQ(mapped(FAULT_VA, 512), 6);
	MUST(sys_space_unmap(SP, FAULT_VA + 3 * PAGE_BYTES, 2));
	EXPECT_EQ(mapped(FAULT_VA, 512), 4);
	EXPECT_EQ(mapped(USER_END - 512 * PAGE_BYTES, 512), 0);
	REFUSED(E_RANGE, sys_space_mapped(SP, FAULT_VA, 513));
	REFUSED(E_RANGE, sys_space_mapped(SP, FAULT_VA, 0));
	REFUSED(E_RANGE, sys_space_mapped(SP, USER_END - PAGE_BYTES, 2));
	REFUSED(E_ALIGN, sys_space_mapped(SP, FAULT_VA + 8, 1));
	REFUSED(E_KIND, sys_space_mapped(SLOT_POOL, FAULT_VA, 1));
	MUST(sys_cap_copy(CAP_NULL, OTHER, CAP_NULL, SP, RIGHTS_RWX));
	REFUSED(E_RIGHTS, sys_space_mapped(OTHER, FAULT_VA, 1));
	REFUSED(E_RIGHTS, sys_space_stored(OTHER));
}

static void do_load_3(struct worker *worker)
{
	for (uint64_t i = 0; i < 3; i++)
		(void)*(volatile uint64_t *)(worker->argument + i * 8 * PAGE_BYTES);
}

static uint64_t stored(cap_t space)
{
	return MUST(sys_space_stored(space));
}

SCENARIO_BODY(every_leaf_entry_stored_is_counted)
{
	struct map_item *items = (struct map_item *)&message_page()->words[MESSAGE_REGISTERS];
	uint64_t before;
	struct worker *worker;
	struct message m;

	make_space();
	EXPECT_EQ(stored(SP), 0);
	MUST(map(FAULT_VA, RW, 7, 0));
	EXPECT_EQ(stored(SP), 7);
	/* Replaced or taken away: what was stored stays counted. A refused call stores nothing. */
	MUST(map(FAULT_VA, R, 2, 20));
	MUST(sys_space_unmap(SP, FAULT_VA, 7));
	REFUSED(E_WX, map(FAULT_VA, RIGHTS_RWX, 3, 0));
	EXPECT_EQ(stored(SP), 9);
	MUST(sys_space_map(SP, (FAULT_VA + 2 * ARENA_BYTES) | R, MAP_SOURCE(0, 2) | MAP_SUPERPAGE,
			   ARENA_PAGES));
	EXPECT_EQ(stored(SP), 11);
	items[0] = (struct map_item){FAULT_VA | R, MAP_SOURCE(0, 3), 0};
	items[1] = (struct map_item){(FAULT_VA + ARENA_BYTES) | R, MAP_SOURCE(0, 4), 0};
	MUST(sys_space_map_items(SP, 2));
	EXPECT_EQ(stored(SP), 18);
	REFUSED(E_KIND, sys_space_stored(SLOT_POOL));
	/* The answers to faults count alike: the first has a table to make, the second takes the short way.
	 */
	before = stored(HOME);
	worker = worker_start(0, do_load_3, FAULT_VA);
	take(SLOT_FAULTS, &m);
	for (uint64_t i = 0; i < 3; i++) {
		EXPECT_EQ(m.w[0], FAULT_VA + i * 8 * PAGE_BYTES);
		m = (struct message){.tag = TAG_MAP | 1 << 16,
				     .w = {m.w[0] | R, MAP_SOURCE(SOURCE_PAGES, 5), 10}};
		if (i < 2)
			ANSWERS(E_OK, ipc_reply_wait(SLOT_FAULTS, DEADLINE_NEVER, &m));
		else
			ANSWERS(E_OK, ipc_reply(&m));
	}
	worker_join(worker);
	EXPECT_EQ(stored(HOME), before + 15);
}
