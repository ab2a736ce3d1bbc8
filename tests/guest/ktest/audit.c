/* SPDX-License-Identifier: MIT */
/* What an audit of the kernel found once, each as the case that went wrong. */
#include "ktest.h"

#define SP     SLOT_TEST
#define N      (SLOT_TEST + 1)
#define IRQ    (SLOT_TEST + 2)
#define OTHER  (SLOT_TEST + 3)
#define MEMORY (SLOT_TEST + 4)
#define POOL   (SLOT_TEST + 5)
#define CS     (SLOT_TEST + 6)
#define EP     (SLOT_TEST + 7)
#define REPLY  (SLOT_TEST + 8)

#define RW     (RIGHT_READ | RIGHT_WRITE)
#define X      RIGHT_EXECUTE
#define SUPER  (MAP_SOURCE(0, 1) | MAP_SUPERPAGE)

static void make_space(void)
{
	create(SP, KIND_SPACE, 16);
	MUST(sys_space_attach(SP, 0, SLOT_PAGES, RIGHTS_RWX));
}

static void expect_nothing_mapped(void)
{
	EXPECT_EQ(MUST(sys_space_lookup(SP, FAULT_VA)), 0);
	EXPECT_EQ(MUST(sys_space_tables(SP)) & 0xffffffff, 1);
	EXPECT_EQ(sys_system_check().error, E_OK);
}

SCENARIO_BODY(page_left_without_rights_is_unmapped)
{
	make_space();
	/* The machine takes a valid entry without rights for a page table. */
	MUST(sys_space_map(SP, FAULT_VA | RW, SUPER, ARENA_PAGES));
	REFUSED(E_RIGHTS, sys_space_protect(SP, FAULT_VA, ARENA_PAGES, RIGHT_WRITE | X));
	EXPECT_EQ(MUST(sys_space_protect(SP, FAULT_VA, ARENA_PAGES, X)), ARENA_PAGES);
	expect_nothing_mapped();
	MUST(sys_space_map(SP, FAULT_VA | RW, MAP_SOURCE(0, 3), ARENA_PAGES));
	EXPECT_EQ(MUST(sys_space_protect(SP, FAULT_VA, 5, X)), 3);
	expect_nothing_mapped();
	MUST(sys_space_map(SP, FAULT_VA | RW, MAP_SOURCE(0, 3), ARENA_PAGES));
	EXPECT_EQ(MUST(sys_space_park(SP, FAULT_VA, 1)), 1);
	EXPECT_EQ(MUST(sys_space_unpark(SP, FAULT_VA, X)), 0);
	expect_nothing_mapped();
}

SCENARIO_BODY(items_of_both_sizes_do_not_meet_in_one_call)
{
	struct map_item *items = (struct map_item *)&message_page()->words[MESSAGE_REGISTERS];

	make_space();
	items[0] = (struct map_item){FAULT_VA | RW, SUPER, ARENA_PAGES};
	items[1] = (struct map_item){(FAULT_VA + PAGE_BYTES) | RW, MAP_SOURCE(0, 1), 2 * ARENA_PAGES};
	REFUSED(E_MAPPED, sys_space_map_items(SP, 2));
	expect_nothing_mapped();
	items[2] = items[0];
	REFUSED(E_MAPPED, (items[0] = items[1], items[1] = items[2], sys_space_map_items(SP, 2)));
	expect_nothing_mapped();
	REFUSED(E_RANGE, sys_space_map(SP, FAULT_VA | RW, MAP_SOURCE(0, 1) | 1ul << 12, 0));
}

static void do_wait(struct worker *worker)
{
	worker->seen[0] = ipc_wait(CAP_NULL, DEADLINE_NEVER, &worker->m);
}

SCENARIO_BODY(notification_bound_late_brings_its_flags)
{
	struct worker *worker;

	create(N, KIND_NOTIFICATION, 0);
	MUST(sys_cap_mint(CAP_NULL, OTHER, CAP_NULL, N, RIGHTS_ALL, 4));
	worker = worker_start(0, do_wait, 0);
	worker_settle(0);
	MUST(sys_notify(OTHER));
	MUST(sys_thread_bind(worker_thread(0), BIND_NOTIFICATION, N));
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], E_OK);
	EXPECT_EQ(worker->m.w[0], 4);
}

SCENARIO_BODY(line_is_free_once_every_capability_is_gone)
{
	MUST(sys_irq_create(BOOT_SLOT_IRQ_ALL, IRQ, 10));
	MUST(sys_cap_copy(CAP_NULL, OTHER, CAP_NULL, IRQ, RIGHTS_ALL));
	MUST(sys_cap_delete(CAP_NULL, IRQ));
	REFUSED(E_BUSY, sys_irq_create(BOOT_SLOT_IRQ_ALL, IRQ, 10));
	MUST(sys_cap_delete(CAP_NULL, OTHER));
	MUST(sys_irq_create(BOOT_SLOT_IRQ_ALL, IRQ, 10));
	MUST(sys_cap_delete(CAP_NULL, IRQ));
}

SCENARIO_BODY(revoke_can_take_the_cspace_it_works_in)
{
	uint64_t kernel = world_info()->frames_kernel;

	MUST(sys_memory_carve(SLOT_PAGES, MEMORY, 5 * ARENA_PAGES, ARENA_PAGES));
	MUST(sys_pool_create(MEMORY, POOL));
	MUST(sys_object_create(POOL, CS, KIND_CSPACE, 200));
	MUST(sys_cap_move(CS, 5, CAP_NULL, MEMORY));
	/* The first to go is the CSpace, and with it the slot: there is nothing left to revoke from. */
	EXPECT_EQ(sys_cap_revoke(CS, 5).error, E_EMPTY);
	EXPECT_EQ(slot_kind(CS), 0);
	MUST(sys_cap_delete(CAP_NULL, POOL));
	UNTIL(world_info()->frames_kernel == kernel);
	EXPECT_EQ(sys_system_check().error, E_OK);
}

SCENARIO_BODY(cspace_that_holds_its_own_last_capability_is_revoked)
{
	uint64_t kernel = world_info()->frames_kernel;

	MUST(sys_memory_carve(SLOT_PAGES, MEMORY, 5 * ARENA_PAGES, ARENA_PAGES));
	MUST(sys_pool_create(MEMORY, POOL));
	MUST(sys_object_create(POOL, CS, KIND_CSPACE, 2));
	MUST(sys_cap_move(CS, 1, CAP_NULL, CS));
	EXPECT_EQ(slot_kind(CS), 0);
	/* With the capability goes the CSpace, and with it the slot that is being emptied. */
	MUST(sys_cap_revoke(CAP_NULL, MEMORY));
	UNTIL(world_info()->frames_kernel == kernel);
	EXPECT_EQ(sys_system_check().error, E_OK);
}

static char text[32];

static void do_call_buffer(struct worker *worker)
{
	worker->m.tag = TAG(1, 4);
	worker->seen[0] = ipc_call_buffer(EP, &worker->m, text, sizeof text, BUFFER_READ);
}

SCENARIO_BODY(recalled_call_keeps_its_buffer)
{
	struct worker *worker;
	struct message m;
	char copy[8];

	create(EP, KIND_ENDPOINT, 0);
	memcpy(text, "recalled", 8);
	worker = worker_start(0, do_call_buffer, 0);
	take(EP, &m);
	MUST(sys_reply_save(REPLY));
	MUST(sys_reply_recall(REPLY));
	EXPECT_EQ(MUST(sys_buffer_copy(REPLY, 0, (uint64_t)copy, 8, COPY_FROM_CALLER)), 8);
	EXPECT(memcmp(copy, text, 8) == 0);
	m = message_make(E_OK, 0, 0);
	ANSWERS(E_OK, ipc_reply_send(REPLY, &m));
	worker_join(worker);
	EXPECT_EQ(worker->seen[0], E_OK);
}

/* However they are shared out among items. */
SCENARIO_BODY(one_call_maps_no_more_pages_than_it_may)
{
	struct map_item *items = (struct map_item *)&message_page()->words[MESSAGE_REGISTERS];

	make_space();
	items[0] = (struct map_item){FAULT_VA | RW, MAP_SOURCE(0, MAP_PAGES_MAX), 0};
	items[1] = (struct map_item){(FAULT_VA + MAP_PAGES_MAX * PAGE_BYTES) | RW, MAP_SOURCE(0, 1), 0};
	REFUSED(E_RANGE, sys_space_map_items(SP, 2));
	expect_nothing_mapped();
	MUST(sys_space_map_items(SP, 1));
}

SCENARIO_BODY(range_that_ends_in_a_superpage_changes_nothing)
{
	make_space();
	MUST(sys_space_map(SP, FAULT_VA | RW, MAP_SOURCE(0, 3), 0));
	MUST(sys_space_map(SP, (FAULT_VA + ARENA_BYTES) | RW, SUPER, ARENA_PAGES));
	REFUSED(E_ALIGN, sys_space_unmap(SP, FAULT_VA, ARENA_PAGES + 1));
	REFUSED(E_ALIGN, sys_space_protect(SP, FAULT_VA, ARENA_PAGES + 1, RIGHT_READ));
	EXPECT_EQ(MUST(sys_space_mapped(SP, FAULT_VA, 512)), 3);
	EXPECT_EQ(MUST(sys_space_lookup(SP, FAULT_VA)) & RIGHTS_RWX, RW);
}
