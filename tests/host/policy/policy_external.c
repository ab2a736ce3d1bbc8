/* SPDX-License-Identifier: MIT */
/* Areas of custom pagers' objects, suppliers of anonymous memory, and what becomes of both when the pager
 * ends. */
#include "played_pager.h"

#define AT	  0x200000ul /* first page of a chunk */
#define PAGE(i)	  (AT + (i)*PAGE_BYTES)
#define NUMBER(i) (PAGE(i) >> PAGE_SHIFT)

static struct world *world;
static struct vm_space *space;
static struct played_pager played;

static void setup(void)
{
	world = world_create(ARENA_PAGES + 100);
	space = world_space(world, 1);
	CHECK_TRUE(played_start(world, &played));
	CHECK_EQ(policy_check(&world->policy), 0);
}

static void map_object(int object, uint64_t pages, uint32_t prot, uint32_t flags)
{
	struct area_spec spec = played_area(space, played.object[object], AT, pages, prot, flags);

	CHECK_EQ(space_map(space, &spec), E_OK);
}

static struct verdict fault(uint64_t page, uint32_t access, enum page_origin origin)
{
	struct verdict verdict = world_fault_of(world, space, PAGE(page), access, origin);

	CHECK_EQ(policy_check(&world->policy), 0);
	return verdict;
}

static void supplied(void)
{
	CHECK_EQ(world_map_anon(space, AT, 100, RW), E_OK);
	CHECK_EQ(external_supplier_set(space, played.pager, false), E_OK);
}

static err_t give(struct vm_space *to, uint64_t page, uint64_t frame, uint64_t count, struct verdict *verdict)
{
	struct policy_gift gift = {played.pager, frame, count};
	err_t error = policy_give(to, PAGE(page), ACCESS_WRITE, &gift, verdict);

	CHECK_EQ(policy_check(&world->policy), 0);
	return error;
}

/* A store to a page of a private area, all the way to the copy. */
static void store_private(struct vm_space *in, uint64_t page, uint64_t word)
{
	struct verdict verdict;

	policy_fault(in, PAGE(page), ACCESS_WRITE, ORIGIN_PRESENT, &verdict);
	if (verdict.kind == VERDICT_COPY_PRESENT)
		CHECK_EQ(policy_copy_from(in, PAGE(page), ACCESS_WRITE, played_frame(played.object[0], page),
					  &verdict),
			 E_OK);
	CHECK_EQ(verdict.kind, VERDICT_RESOLVE);
	world_perform(world, &verdict);
	played_write(world, verdict.run[0].frame, word);
}

static void teardown(void)
{
	external_pager_end(&world->policy, played.pager);
	while (world->policy.first_space)
		space_destroy(world->policy.first_space);
	played_bury(world, played.pager);
	world_destroy(world);
}

TEST(a_missing_page_of_a_shared_area_is_forwarded_with_the_area_as_window)
{
	struct verdict verdict;

	setup();
	map_object(0, 30, RW, AREA_SHARED);
	verdict = fault(7, ACCESS_WRITE, ORIGIN_FAULT);
	CHECK_EQ(verdict.kind, VERDICT_FORWARD);
	CHECK_TRUE(verdict.forward.object == played.object[0] && verdict.forward.pager == played.pager);
	CHECK_EQ(verdict.forward.page, 7);
	CHECK_EQ(verdict.forward.window_first, NUMBER(0));
	CHECK_EQ(verdict.forward.window_pages, 30);
	CHECK_EQ(verdict.forward.rights, RW);
	CHECK_TRUE(!verdict.forward.as_load);
	CHECK_EQ(space->faults + space->anon_pages, 0);
	teardown();
}

TEST(a_private_area_is_forwarded_without_write_and_around_its_copies_only)
{
	struct verdict verdict;

	setup();
	map_object(0, 30, RW, 0);
	verdict = fault(7, ACCESS_WRITE, ORIGIN_FAULT);
	CHECK_EQ(verdict.kind, VERDICT_FORWARD);
	CHECK_EQ(verdict.forward.rights, PROT_BIT_READ);
	CHECK_TRUE(verdict.forward.as_load);
	CHECK_EQ(verdict.forward.window_first, NUMBER(0));
	CHECK_EQ(verdict.forward.window_pages, 30);
	store_private(space, 5, 55);
	store_private(space, 9, 99);
	verdict = fault(7, ACCESS_READ, ORIGIN_FAULT);
	CHECK_TRUE(!verdict.forward.as_load);
	CHECK_EQ(verdict.forward.window_first, NUMBER(6));
	CHECK_EQ(verdict.forward.window_pages, 3);
	verdict = fault(20, ACCESS_READ, ORIGIN_FAULT);
	CHECK_EQ(verdict.forward.window_first, NUMBER(10));
	CHECK_EQ(verdict.forward.window_pages, 20);
	teardown();
}

TEST(a_private_window_ends_with_its_chunk_and_every_window_with_its_object)
{
	struct area_spec spec;
	struct verdict verdict;

	setup();
	spec = played_area(space, played.object[0], PAGE(50), 50, RW, 0);
	CHECK_EQ(space_map(space, &spec), E_OK);
	verdict = fault(50, ACCESS_READ, ORIGIN_FAULT);
	CHECK_EQ(verdict.forward.page, 0);
	CHECK_EQ(verdict.forward.window_first, NUMBER(50));
	CHECK_EQ(verdict.forward.window_pages, 14);
	verdict = fault(64, ACCESS_READ, ORIGIN_FAULT);
	CHECK_EQ(verdict.forward.window_first, NUMBER(64));
	CHECK_EQ(verdict.forward.window_pages, OBJECT_PAGES - 14);
	spec = played_area(space, played.object[1], PAGE(200), 50, PROT_BIT_READ, AREA_SHARED);
	spec.offset_bytes = 3 * PAGE_BYTES;
	CHECK_EQ(space_map(space, &spec), E_OK);
	verdict = fault(236, ACCESS_READ, ORIGIN_FAULT);
	CHECK_EQ(verdict.forward.page, 39);
	CHECK_EQ(verdict.forward.window_first, NUMBER(200));
	CHECK_EQ(verdict.forward.window_pages, 37);
	verdict = fault(237, ACCESS_READ, ORIGIN_FAULT);
	CHECK_EQ(verdict.kind, VERDICT_DENY);
	CHECK_EQ(verdict.rule, RULE_PAST_END);
	CHECK_EQ(verdict.signal, 7);
	teardown();
}

TEST(a_store_to_a_present_private_page_copies_the_frame_the_kernel_names)
{
	struct verdict verdict;
	uint64_t frame;

	setup();
	frame = played_frame(played.object[0], 3);
	map_object(0, 30, RW, 0);
	verdict = fault(3, ACCESS_WRITE, ORIGIN_PRESENT);
	CHECK_EQ(verdict.kind, VERDICT_COPY_PRESENT);
	CHECK_EQ(policy_copy_from(space, PAGE(3), ACCESS_WRITE, frame, &verdict), E_OK);
	CHECK_EQ(verdict.kind, VERDICT_RESOLVE);
	CHECK_EQ(verdict.work, WORK_COPY_PRIVATE);
	CHECK_EQ(verdict.copy_frames[0], frame);
	CHECK_EQ(verdict.run[0].rights, RW);
	CHECK_EQ(space->anon_pages, 1);
	CHECK_EQ(space->faults, 1);
	CHECK_EQ(policy_copy_from(space, PAGE(3), ACCESS_WRITE, frame, &verdict), E_OK);
	CHECK_EQ(verdict.work, WORK_NONE); /* another thread did it meanwhile */
	CHECK_EQ(policy_check(&world->policy), 0);
	teardown();
}

TEST(a_copy_is_made_of_the_pagers_frames_only)
{
	struct verdict verdict;
	uint64_t first;

	setup();
	first = played.pager->grant_first;
	map_object(0, 30, RW, 0);
	CHECK_EQ(policy_copy_from(space, PAGE(3), ACCESS_WRITE, first - 1, &verdict), E_RANGE);
	CHECK_EQ(policy_copy_from(space, PAGE(3), ACCESS_WRITE, first + ARENA_PAGES, &verdict), E_RANGE);
	CHECK_EQ(policy_copy_from(space, PAGE(3), ACCESS_WRITE, 0, &verdict), E_RANGE);
	CHECK_EQ(space->anon_pages + space->faults, 0);
	CHECK_EQ(policy_check(&world->policy), 0);
	teardown();
}

TEST(a_parked_table_asks_to_look_first)
{
	setup();
	map_object(0, 30, RW, AREA_SHARED);
	CHECK_EQ(fault(3, ACCESS_READ, ORIGIN_PARKED).kind, VERDICT_COPY_PRESENT);
	CHECK_EQ(fault(3, ACCESS_WRITE, ORIGIN_PRESENT).kind, VERDICT_FORWARD);
	teardown();
}

TEST(zero_is_an_answer_for_private_areas_and_not_for_shared_ones)
{
	struct verdict verdict;

	setup();
	map_object(0, 30, RW, 0);
	verdict = fault(3, ACCESS_READ, ORIGIN_ZERO);
	CHECK_EQ(verdict.kind, VERDICT_RESOLVE);
	CHECK_EQ(verdict.work, WORK_ZERO);
	CHECK_EQ(verdict.run[0].rights, RW);
	CHECK_EQ(space_unmap(space, AT, 30 * PAGE_BYTES), E_OK);
	map_object(0, 30, RW, AREA_SHARED);
	CHECK_EQ(fault(3, ACCESS_READ, ORIGIN_ZERO).kind, VERDICT_FORWARD);
	CHECK_EQ(space->anon_pages, 0);
	teardown();
}

TEST(areas_and_records_count_each_other_through_cuts_and_forks)
{
	struct external_object *object;
	struct external_client *client;
	struct vm_space *child;

	setup();
	object = played.object[0];
	map_object(0, 30, RW, AREA_SHARED);
	CHECK_EQ(space_protect(space, PAGE(10), 5 * PAGE_BYTES, PROT_BIT_READ), E_OK);
	CHECK_EQ(object->references, 3);
	CHECK_EQ(fault(12, ACCESS_READ, ORIGIN_FAULT).forward.page, 12);
	CHECK_EQ(fault(12, ACCESS_WRITE, ORIGIN_FAULT).rule, RULE_RIGHTS);
	client = external_client_find(space, played.pager);
	CHECK_EQ(client->areas, 3);
	client->source = 9;
	CHECK_EQ(space_fork(space, 2, &child), E_OK);
	CHECK_EQ(object->references, 6);
	CHECK_EQ(played.pager->clients, 2);
	CHECK_EQ(external_client_find(child, played.pager)->source, 9);
	CHECK_EQ(policy_check(&world->policy), 0);
	CHECK_EQ(space_unmap(space, PAGE(2), 2 * PAGE_BYTES), E_OK);
	CHECK_EQ(client->areas, 4);
	CHECK_TRUE(external_client_idle(space) == NULL);
	CHECK_EQ(space_unmap(space, AT, 30 * PAGE_BYTES), E_OK);
	CHECK_TRUE(external_client_idle(space) == client);
	external_client_drop(space, client);
	CHECK_EQ(played.pager->clients, 1);
	space_destroy(child);
	CHECK_EQ(object->references + played.pager->clients, 0);
	CHECK_EQ(policy_check(&world->policy), 0);
	teardown();
}

TEST(private_copies_are_shared_by_fork_and_missing_pages_asked_for_again)
{
	struct vm_space *child;
	struct verdict verdict;

	setup();
	map_object(0, 30, RW, 0);
	store_private(space, 4, 44);
	CHECK_EQ(space_fork(space, 2, &child), E_OK);
	policy_fault(child, PAGE(4), ACCESS_READ, ORIGIN_FAULT, &verdict);
	CHECK_EQ(verdict.kind, VERDICT_RESOLVE);
	CHECK_EQ(verdict.run[0].rights, PROT_BIT_READ);
	CHECK_EQ(played_word_of(world, verdict.run[0].frame), 44);
	policy_fault(child, PAGE(5), ACCESS_READ, ORIGIN_FAULT, &verdict);
	CHECK_EQ(verdict.kind, VERDICT_FORWARD);
	CHECK_EQ(verdict.forward.window_first, NUMBER(5));
	teardown();
}

TEST(an_area_that_cannot_be_is_refused)
{
	struct area_spec spec;

	setup();
	spec = played_area(space, played.object[1], AT, 4, PROT_BIT_READ, AREA_SHARED);
	spec.max_prot = 7;
	CHECK_EQ(space_map(space, &spec), E_ACCESS);
	spec = played_area(space, played.object[0], AT, 4, RW, 0);
	spec.offset_bytes = 5;
	CHECK_EQ(space_map(space, &spec), E_ALIGN);
	spec.offset_bytes = (TREE_PAGES - 3) << PAGE_SHIFT;
	CHECK_EQ(space_map(space, &spec), E_RANGE);
	spec.offset_bytes = 0;
	spec.external = NULL;
	CHECK_EQ(space_map(space, &spec), E_ARGUMENT);
	spec.external = played.object[0];
	played_drop_clients(space);
	CHECK_EQ(space_map(space, &spec), E_STATE);
	CHECK_EQ(played.object[0]->references, 0);
	teardown();
}

TEST(a_grant_area_stays_with_its_owner)
{
	struct area_spec spec;
	struct vm_space *child;

	setup();
	spec = world_anon(AT, ARENA_PAGES, RW);
	spec.backing = BACKING_LINEAR;
	spec.flags = AREA_NO_FORK;
	spec.frame = played.pager->grant_first;
	CHECK_EQ(space_map(space, &spec), E_OK);
	CHECK_EQ(space_unmap(space, PAGE(5), PAGE_BYTES), E_DENIED);
	CHECK_EQ(space_protect(space, PAGE(5), PAGE_BYTES, PROT_BIT_READ), E_DENIED);
	CHECK_EQ(space_fork(space, 2, &child), E_OK);
	CHECK_EQ(child->areas.count, 0);
	CHECK_EQ(world_at(space, PAGE(5)), played.pager->grant_first + 5);
	teardown();
}

TEST(only_private_writable_areas_of_objects_are_data)
{
	struct area_spec spec;

	setup();
	CHECK_EQ(space_set_limit(space, LIMIT_DATA, 10 * PAGE_BYTES), E_OK);
	spec = played_area(space, played.object[0], AT, 30, RW, AREA_SHARED);
	CHECK_EQ(space_map(space, &spec), E_OK);
	spec = played_area(space, played.object[0], PAGE(100), 11, RW, 0);
	CHECK_EQ(space_map(space, &spec), E_NO_MEMORY);
	spec.bytes = 10 * PAGE_BYTES;
	CHECK_EQ(space_map(space, &spec), E_OK);
	CHECK_EQ(world_map_anon(space, PAGE(200), 1, RW), E_NO_MEMORY);
	teardown();
}

TEST(an_anonymous_page_of_a_supplied_space_is_forwarded_with_no_window)
{
	struct verdict verdict;

	setup();
	supplied();
	verdict = fault(3, ACCESS_READ, ORIGIN_FAULT);
	CHECK_EQ(verdict.kind, VERDICT_FORWARD);
	CHECK_TRUE(verdict.forward.object == NULL && verdict.forward.pager == played.pager);
	CHECK_EQ(verdict.forward.page, NUMBER(3));
	CHECK_EQ(verdict.forward.window_pages, 0);
	CHECK_EQ(fault(3, ACCESS_WRITE, ORIGIN_POPULATE).kind, VERDICT_FORWARD);
	CHECK_EQ(fault(3, ACCESS_WRITE, ORIGIN_SYSTEM).work, WORK_ZERO);
	CHECK_EQ(space->populated, 1);
	CHECK_EQ(fault(4, ACCESS_WRITE, ORIGIN_ZERO).work, WORK_ZERO);
	CHECK_EQ(space->faults, 1);
	CHECK_EQ(world->policy.frames.given, 0);
	teardown();
}

TEST(a_gift_is_entered_and_comes_back_when_nobody_names_it)
{
	struct verdict verdict;

	setup();
	supplied();
	CHECK_EQ(give(space, 3, 300, 4, &verdict), E_OK);
	CHECK_EQ(verdict.kind, VERDICT_RESOLVE);
	CHECK_EQ(verdict.run[0].page, NUMBER(3));
	CHECK_EQ(verdict.run[0].frame, played.pager->grant_first + 300);
	CHECK_EQ(verdict.run[0].pages, 4);
	CHECK_EQ(verdict.run[0].rights, RW);
	CHECK_EQ(verdict.work, WORK_NONE);
	CHECK_EQ(space->faults, 1);
	CHECK_EQ(space->prefetched, 3);
	CHECK_EQ(world->policy.frames.given, 4);
	CHECK_EQ(external_given(&world->policy, played.pager), 4);
	CHECK_EQ(fault(5, ACCESS_WRITE, ORIGIN_FAULT).run[0].frame, played.pager->grant_first + 302);
	CHECK_EQ(space_unmap(space, PAGE(4), 2 * PAGE_BYTES), E_OK);
	CHECK_EQ(world->policy.frames.given, 2);
	CHECK_EQ(give(space, 7, 301, 2, &verdict), E_OK);
	CHECK_EQ(policy_check(&world->policy), 0);
	teardown();
}

TEST(a_gift_ends_where_a_page_is_present_and_where_the_area_ends)
{
	struct verdict verdict;

	setup();
	supplied();
	CHECK_EQ(fault(6, ACCESS_WRITE, ORIGIN_SYSTEM).kind, VERDICT_RESOLVE);
	CHECK_EQ(give(space, 3, 300, 10, &verdict), E_OK);
	CHECK_EQ(verdict.run[0].pages, 3);
	CHECK_EQ(give(space, 98, 400, 10, &verdict), E_OK);
	CHECK_EQ(verdict.run[0].pages, 2);
	CHECK_EQ(give(space, 50, 320, 64, &verdict), E_OK); /* over the edge of a chunk */
	CHECK_EQ(verdict.run[0].pages, 48);
	CHECK_EQ(world->policy.frames.given, 53);
	CHECK_EQ(space->anon_pages, 54);
	teardown();
}

TEST(a_gift_stays_below_one_leaf_table)
{
	struct verdict verdict;

	setup();
	supplied();
	CHECK_EQ(world_map_anon(space, PAGE(ARENA_PAGES - 8), 20, RW), E_OK);
	CHECK_EQ(give(space, ARENA_PAGES - 5, 300, 10, &verdict), E_OK);
	CHECK_EQ(verdict.run[0].pages, 5);
	CHECK_EQ(world->policy.frames.given, 5);
	teardown();
}

TEST(a_gift_for_a_page_that_came_meanwhile_is_left_alone)
{
	struct verdict verdict;

	setup();
	supplied();
	CHECK_EQ(give(space, 3, 300, 1, &verdict), E_OK);
	CHECK_EQ(give(space, 3, 301, 1, &verdict), E_OK);
	CHECK_EQ(verdict.run[0].frame, played.pager->grant_first + 300);
	CHECK_EQ(world->policy.frames.given, 1);
	teardown();
}

TEST(gifts_that_may_not_be_are_refused_and_change_nothing)
{
	struct verdict verdict;

	setup();
	supplied();
	CHECK_EQ(give(space, 3, 0, 1, &verdict), E_RANGE);
	CHECK_EQ(give(space, 3, 300, 0, &verdict), E_RANGE);
	CHECK_EQ(give(space, 3, 300, CUSTOM_GIVE_MAX + 1, &verdict), E_RANGE);
	CHECK_EQ(give(space, 3, ARENA_PAGES, 1, &verdict), E_RANGE);
	CHECK_EQ(give(space, 3, ARENA_PAGES - 1, 2, &verdict), E_RANGE);
	CHECK_EQ(give(space, 3, ~0ul, 1, &verdict), E_RANGE);
	CHECK_EQ(give(space, 3, 300, 2, &verdict), E_OK);
	CHECK_EQ(give(space, 10, 299, 2, &verdict), E_EXISTS);
	CHECK_EQ(give(space, 10, 301, 1, &verdict), E_EXISTS);
	CHECK_EQ(give(space, 200, 310, 1, &verdict), E_OK);
	CHECK_EQ(verdict.rule, RULE_NO_AREA);
	CHECK_EQ(external_supplier_set(space, NULL, false), E_OK);
	CHECK_EQ(give(space, 10, 310, 1, &verdict), E_STATE);
	CHECK_EQ(world->policy.frames.given, 2);
	CHECK_EQ(space->anon_pages, 2);
	teardown();
}

TEST(a_gift_for_a_page_of_an_object_is_refused)
{
	struct verdict verdict;

	setup();
	map_object(0, 30, RW, 0);
	CHECK_EQ(external_supplier_set(space, played.pager, false), E_OK);
	CHECK_EQ(give(space, 3, 300, 1, &verdict), E_KIND);
	CHECK_EQ(world->policy.frames.given, 0);
	teardown();
}

TEST(given_frames_are_shared_and_copied_like_any_other)
{
	struct vm_space *child;
	struct verdict verdict;
	uint64_t frame;

	setup();
	supplied();
	frame = played.pager->grant_first + 300;
	CHECK_EQ(give(space, 3, 300, 1, &verdict), E_OK);
	CHECK_EQ(space_fork(space, 2, &child), E_OK);
	CHECK_TRUE(child->supplier == played.pager);
	policy_fault(child, PAGE(3), ACCESS_WRITE, ORIGIN_FAULT, &verdict);
	CHECK_EQ(verdict.work, WORK_COPY_PRIVATE);
	CHECK_EQ(verdict.copy_frames[0], frame);
	CHECK_EQ(frames_at(&world->policy.frames, verdict.work_frame)->state, FRAME_ANON);
	CHECK_EQ(frames_at(&world->policy.frames, frame)->references, 1);
	CHECK_EQ(policy_check(&world->policy), 0);
	space_destroy(space);
	CHECK_EQ(world->policy.frames.given, 0);
	CHECK_EQ(give(child, 4, 300, 1, &verdict), E_OK);
	teardown();
}

TEST(a_supplier_is_inherited_by_fork_and_exec)
{
	struct vm_space *child, *next;

	setup();
	next = world_space(world, 3);
	CHECK_EQ(external_supplier_set(space, played.pager, true), E_OK);
	CHECK_TRUE(space->supplier == NULL);
	CHECK_EQ(space_fork(space, 2, &child), E_OK);
	external_supplier_exec(next, child);
	CHECK_TRUE(child->supplier == NULL && next->supplier == played.pager);
	CHECK_TRUE(next->exec_supplier == played.pager);
	CHECK_EQ(played.pager->spaces, 4);
	CHECK_EQ(policy_check(&world->policy), 0);
	CHECK_EQ(external_supplier_set(next, NULL, false), E_OK);
	CHECK_EQ(played.pager->spaces, 2);
	teardown();
}

TEST(pages_of_an_ended_pager_stay_and_missing_ones_are_bus_errors)
{
	struct external_client *client;
	struct area_spec spec;
	struct verdict verdict;

	setup();
	map_object(0, 30, RW, 0);
	store_private(space, 4, 44);
	CHECK_EQ(world_map_anon(space, PAGE(100), 4, RW), E_OK);
	CHECK_EQ(external_supplier_set(space, played.pager, false), E_OK);
	CHECK_EQ(give(space, 100, 300, 1, &verdict), E_OK);
	external_pager_end(&world->policy, played.pager);
	CHECK_EQ(fault(5, ACCESS_READ, ORIGIN_FAULT).rule, RULE_PAGER_ENDED);
	verdict = fault(101, ACCESS_READ, ORIGIN_FAULT);
	CHECK_EQ(verdict.kind, VERDICT_DENY);
	CHECK_EQ(verdict.rule, RULE_PAGER_ENDED);
	CHECK_EQ(verdict.signal, 7);
	CHECK_EQ(fault(4, ACCESS_WRITE, ORIGIN_FAULT).kind, VERDICT_RESOLVE);
	CHECK_EQ(fault(100, ACCESS_WRITE, ORIGIN_FAULT).kind, VERDICT_RESOLVE);
	CHECK_EQ(fault(6, ACCESS_WRITE, ORIGIN_PRESENT).kind, VERDICT_COPY_PRESENT);
	store_private(space, 6, 66);
	CHECK_EQ(give(space, 101, 301, 1, &verdict), E_STATE);
	spec = played_area(space, played.object[0], PAGE(200), 4, RW, 0);
	CHECK_EQ(space_map(space, &spec), E_DEAD);
	CHECK_EQ(external_client_take(world_space(world, 2), played.pager, &client), E_DEAD);
	CHECK_EQ(external_supplier_set(space, played.pager, true), E_DEAD);
	teardown();
}

TEST(a_released_grant_is_free_but_for_what_books_name)
{
	struct frames *frames;
	struct verdict verdict;
	uint64_t free, first;

	setup();
	frames = &world->policy.frames;
	first = played.pager->grant_first;
	supplied();
	CHECK_EQ(give(space, 3, 300, 2, &verdict), E_OK);
	CHECK_EQ(external_supplier_set(space, NULL, false), E_OK);
	external_pager_end(&world->policy, played.pager);
	free = frames->counts[FRAME_FREE];
	external_grant_release(&world->policy, played.pager);
	CHECK_EQ(policy_check(&world->policy), 0);
	CHECK_EQ(frames->counts[FRAME_FREE], free + ARENA_PAGES - 2);
	CHECK_EQ(frames->counts[FRAME_ANON], 2);
	CHECK_EQ(frames->given + frames->counts[FRAME_GRANT], 0);
	CHECK_EQ(fault(3, ACCESS_WRITE, ORIGIN_FAULT).run[0].frame, first + 300);
	CHECK_EQ(space_unmap(space, AT, 100 * PAGE_BYTES), E_OK);
	CHECK_EQ(frames_take_arenas(frames, 1, FRAME_GRANT), first);
	frames_end_grant(frames, first, ARENA_PAGES);
	teardown();
}

TEST(a_withdrawn_object_lives_until_its_last_area)
{
	setup();
	map_object(0, 30, RW, AREA_SHARED);
	external_object_withdraw(&world->policy, played.object[0]);
	CHECK_TRUE(external_find_idle(&world->policy) == NULL);
	CHECK_EQ(fault(3, ACCESS_READ, ORIGIN_FAULT).rule, RULE_PAGER_ENDED);
	CHECK_EQ(space_unmap(space, PAGE(10), 5 * PAGE_BYTES), E_OK);
	CHECK_TRUE(external_find_idle(&world->policy) == NULL);
	CHECK_EQ(space_unmap(space, AT, 30 * PAGE_BYTES), E_OK);
	CHECK_TRUE(external_find_idle(&world->policy) == played.object[0]);
	external_object_destroy(&world->policy, played.object[0]);
	CHECK_EQ(policy_check(&world->policy), 0);
	teardown();
}

TEST(without_memory_nothing_is_made_and_nothing_changes)
{
	struct external_object *object;
	struct external_client *client;
	struct external_pager *pager;
	struct vm_space *child;
	struct verdict verdict;

	setup();
	CHECK_EQ(external_pager_create(&world->policy, 1, NULL, &pager), E_NO_MEMORY);
	map_object(0, 30, RW, 0);
	CHECK_EQ(world_map_anon(space, PAGE(200), 4, RW), E_OK);
	CHECK_EQ(external_supplier_set(space, played.pager, false), E_OK);
	frames_set_reserves(&world->policy.frames, world->policy.frames.counts[FRAME_FREE] + 1, 0, 0);
	CHECK_EQ(policy_copy_from(space, PAGE(3), ACCESS_WRITE, played_frame(played.object[0], 3), &verdict),
		 E_OK);
	CHECK_EQ(verdict.kind, VERDICT_NO_MEMORY);
	CHECK_EQ(give(space, 200, 300, 1, &verdict), E_OK);
	CHECK_EQ(verdict.kind, VERDICT_NO_MEMORY);
	CHECK_EQ(external_object_create(&world->policy, played.pager, 5, 1, true, &object), E_NO_MEMORY);
	CHECK_EQ(space_fork(space, 2, &child), E_NO_MEMORY);
	CHECK_EQ(external_client_take(space, played.pager, &client), E_OK);
	CHECK_EQ(world->policy.frames.given + space->anon_pages, 0);
	CHECK_EQ(policy_check(&world->policy), 0);
	frames_set_reserves(&world->policy.frames, 0, 0, 0);
	teardown();
}

TEST_MAIN(0)
