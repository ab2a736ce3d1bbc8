/* SPDX-License-Identifier: MIT */
/*
 * Random operations on a space against a reference that is too simple to be wrong: one record per
 * page. A custom pager is played, with the entries that its answers made in the kernel. After each operation
 * both must have given the same error, and every so often every page and every invariant is compared.
 */
#include "model_page.h"

static bool model_any(uint64_t page, uint64_t count, bool mapped)
{
	for (uint64_t i = page; i < page + count; i++)
		if (model[i].mapped == mapped)
			return true;
	return false;
}

static struct area_spec random_spec(struct vm_space *space, uint64_t page, uint64_t count)
{
	static const uint8_t prots[] = {0, 1, 3, 3, 3, 5, 7, 2};
	static const uint8_t backings[] = {
		BACKING_ANON,	BACKING_ANON, BACKING_ANON,	    BACKING_INODE_PRIVATE, BACKING_STACK,
		BACKING_LINEAR, BACKING_NONE, BACKING_INODE_SHARED, BACKING_EXTERNAL,	   BACKING_EXTERNAL};
	struct area_spec spec = world_anon(page_address(page), count, prots[test_random_below(8)]);

	spec.backing = backings[test_random_below(10)];
	if (spec.backing == BACKING_EXTERNAL)
		spec = played_area(space, played.object[test_random_below(2)], spec.start, count, spec.prot,
				   test_random_below(2) ? AREA_SHARED : 0);
	if (test_random_below(4) == 0)
		spec.max_prot = spec.prot;
	if (spec.backing == BACKING_NONE && test_random_below(8))
		spec.prot = spec.max_prot = 0;
	spec.inode = test_random_below(3) * 20;
	spec.offset_bytes = test_random_below(8) * PAGE_BYTES;
	spec.file_bytes = test_random_below(spec.bytes + 1);
	spec.frame = WORLD_ARCHIVE + test_random_below(20);
	return spec;
}

static err_t model_map_error(const struct area_spec *spec, uint64_t page, uint64_t count)
{
	if (spec->prot & ~spec->max_prot)
		return E_ARGUMENT;
	if ((spec->prot & 6) == 6)
		return E_WX;
	if (spec->backing == BACKING_INODE_SHARED)
		return E_UNSUPPORTED;
	if (spec->backing == BACKING_NONE && spec->prot)
		return E_ARGUMENT;
	if (spec->backing == BACKING_STACK && spec->prot & PROT_BIT_EXEC)
		return E_ARGUMENT;
	if (spec->backing == BACKING_STACK && count < 2)
		return E_RANGE;
	if (spec->flags & AREA_SHARED && spec->max_prot & PROT_BIT_WRITE && !spec->external->is_writable)
		return E_ACCESS;
	return model_any(page, count, true) ? E_CONFLICT : E_OK;
}

static uint8_t usable(uint32_t prot)
{
	return (uint8_t)(prot & 2 ? prot | 1 : prot);
}

static void model_map(const struct area_spec *spec, uint64_t page, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		uint64_t at = i * PAGE_BYTES;

		model[page + i] = (struct model_page){
			.mapped = true,
			.backing = (uint8_t)spec->backing,
			.prot = usable(spec->prot),
			.max_prot = usable(spec->max_prot),
			.stack_guard = spec->backing == BACKING_STACK && i == 0,
			.file_index = spec->inode + spec->offset_bytes / PAGE_BYTES + i,
			.linear = spec->frame + i,
			.file_left = spec->file_bytes > at ? spec->file_bytes - at : 0,
			.shared = spec->flags & AREA_SHARED,
			.object = spec->backing == BACKING_EXTERNAL ? spec->external->number : 0,
			.index = spec->offset_bytes / PAGE_BYTES + i,
		};
	}
}

static void step_map(struct vm_space *space, uint64_t page, uint64_t count)
{
	struct area_spec spec = random_spec(space, page, count);
	err_t expected = model_map_error(&spec, page, count), error = space_map(space, &spec);

	if (error == E_NO_MEMORY || error == E_STATE) { /* E_STATE: no record of the pager */
		refused_for_memory++;
		return;
	}
	CHECK_EQ(error, expected);
	if (!error)
		model_map(&spec, page, count);
}

/* The lower part of a cut stack keeps the guard; what remains of a stack whose guard went has none. */
static void step_unmap(struct vm_space *space, uint64_t page, uint64_t count)
{
	err_t error = space_unmap(space, page_address(page), count * PAGE_BYTES);

	if (error == E_NO_MEMORY) {
		refused_for_memory++;
		return;
	}
	CHECK_EQ(error, E_OK);
	memset(&model[page], 0, count * sizeof(model[0]));
}

static err_t model_protect_error(uint64_t page, uint64_t count, uint32_t prot)
{
	if ((prot & 6) == 6)
		return E_WX;
	for (uint64_t i = page; i < page + count; i++) {
		if (!model[i].mapped)
			return E_NO_AREA;
		if (prot & ~model[i].max_prot)
			return E_ACCESS;
	}
	return E_OK;
}

static void step_protect(struct vm_space *space, uint64_t page, uint64_t count)
{
	uint32_t prot = (uint32_t)test_random_below(8);
	err_t expected = model_protect_error(page, count, prot);
	err_t error = space_protect(space, page_address(page), count * PAGE_BYTES, prot);

	if (error == E_NO_MEMORY) {
		refused_for_memory++;
		return;
	}
	CHECK_EQ(error, expected);
	for (uint64_t i = page; i < page + count && !error; i++) {
		model[i].prot = usable(prot);
		model[i].entry &= model[i].prot;
	}
}

static bool model_refuses(const struct model_page *p, uint32_t access, uint32_t *rule)
{
	if (!p->mapped)
		*rule = RULE_NO_AREA;
	else if (p->backing == BACKING_NONE)
		*rule = RULE_GUARD;
	else if (access & ~p->prot)
		*rule = RULE_RIGHTS;
	else if (p->stack_guard)
		*rule = RULE_GUARD;
	else if (p->backing == BACKING_EXTERNAL && p->index >= OBJECT_PAGES)
		*rule = RULE_PAST_END;
	else
		return false;
	return true;
}

static void resolve_check(struct world *world, struct vm_space *space, uint64_t page,
			  const struct verdict *verdict)
{
	for (uint32_t i = 0; i < verdict->runs; i++) {
		const struct verdict_run *run = &verdict->run[i];

		for (uint64_t k = 0; k < run->pages; k++) {
			const struct model_page *p = &model[run->page + k - WORLD_BASE / PAGE_BYTES];
			uint64_t word;

			CHECK_TRUE(p->mapped && !(run->rights & ~p->prot));
			memcpy(&word, world_page(world, run->frame + k), 8);
			CHECK_EQ(word, model_word(world, p));
			if (run->frame == world->policy.zero_frame)
				CHECK_TRUE(run->pages == 1 && !(run->rights & ACCESS_WRITE));
			CHECK_EQ(world_at(space, (run->page + k) << PAGE_SHIFT),
				 run->frame == world->policy.zero_frame ? 0 : run->frame + k);
		}
	}
	CHECK_EQ(verdict->run[0].page, page + WORLD_BASE / PAGE_BYTES);
}

static void step_fault(struct world *world, struct vm_space *space, uint64_t page)
{
	uint32_t access = 1u << test_random_below(3), rule = 0;
	struct model_page *p = &model[page];
	bool refused = model_refuses(p, access, &rule);
	struct verdict verdict;

	verdict = fault_through(world, space, page, access);
	if (verdict.kind == 0)
		access_object(world, p, access);
	if (verdict.kind == 0 || verdict.kind == VERDICT_FORWARD)
		return;
	if (verdict.kind == VERDICT_NO_MEMORY) {
		refused_for_memory++;
		CHECK_TRUE(!refused);
		return;
	}
	if (refused) {
		CHECK_EQ(verdict.kind, VERDICT_DENY);
		CHECK_EQ(verdict.rule, rule);
		return;
	}
	if (verdict.kind == VERDICT_DENY) { /* a lease that could not be recorded for want of memory */
		CHECK_EQ(p->backing, BACKING_INODE_PRIVATE);
		CHECK_TRUE(world->policy.frames.counts[FRAME_FREE] < 4);
		return;
	}
	CHECK_EQ(verdict.kind, VERDICT_RESOLVE);
	resolve_check(world, space, page, &verdict);
	if (access == ACCESS_WRITE && p->backing != BACKING_LINEAR) {
		CHECK_TRUE(verdict.run[0].rights & ACCESS_WRITE);
		p->stamp = test_random() | 1;
		memcpy(world_page(world, verdict.run[0].frame), &p->stamp, 8);
	}
}

static void zero_page(void *context, vaddr_t address, uint64_t frame)
{
	(void)address;
	memset(world_page(context, frame), 0, PAGE_BYTES);
}

static void step_populate(struct world *world, struct vm_space *space, uint64_t page, uint64_t count)
{
	uint64_t anon = space->anon_pages, free = world->policy.frames.counts[FRAME_FREE];
	err_t error = space_populate(space, page_address(page), count, zero_page, world), expected = E_OK;

	for (uint64_t i = page; i < page + count && !expected; i++) {
		bool anonymous = model[i].backing == BACKING_ANON || model[i].backing == BACKING_STACK;

		if (!model[i].mapped || model[i].stack_guard)
			expected = E_NO_AREA;
		else if (!anonymous)
			expected = E_UNSUPPORTED;
	}
	if (error == E_NO_MEMORY) {
		refused_for_memory++;
		CHECK_EQ(space->anon_pages, anon);
		CHECK_EQ(world->policy.frames.counts[FRAME_FREE], free);
		return;
	}
	CHECK_EQ(error, expected);
}

static void step_find_free(struct vm_space *space, uint64_t page, uint64_t count)
{
	vaddr_t found = space_find_free(space, page_address(page), count * PAGE_BYTES);
	uint64_t expected = page;

	while (expected + count <= MODEL_PAGES && model_any(expected, count, true))
		expected++;
	if (expected + count <= MODEL_PAGES)
		CHECK_EQ(found, page_address(expected));
	else
		CHECK_TRUE(found == 0 || found < page_address(page) || count > MODEL_PAGES - page);
}

/* Present pages hold the right word; absent ones were never written. */
static void compare(struct world *world, struct vm_space *space)
{
	CHECK_EQ(policy_check(&world->policy), 0);
	for (uint64_t page = 0; page < MODEL_PAGES; page++) {
		const struct vm_area *area = area_set_find(&space->areas, page_address(page));
		uint64_t number = world_at(space, page_address(page)), word;

		CHECK_EQ(area != NULL, model[page].mapped);
		if (area)
			CHECK_EQ(area->prot | area->max_prot << 4,
				 model[page].prot | model[page].max_prot << 4);
		if (number) {
			memcpy(&word, world_page(world, number), 8);
			CHECK_EQ(word, model_word(world, &model[page]));
		} else {
			CHECK_EQ(model[page].stamp, 0);
		}
	}
}

static void step(struct world *world, struct vm_space *space)
{
	uint64_t page = test_random_below(MODEL_PAGES);
	uint64_t most = MODEL_PAGES - page < 40 ? MODEL_PAGES - page : 40;
	uint64_t count = 1 + test_random_below(most);

	switch (test_random_below(16)) {
	case 0:
	case 1:
		step_map(space, page, count);
		break;
	case 2:
		step_unmap(space, page, count);
		world_return_leases(world);
		if (test_random_below(2))
			played_drop_clients(space);
		break;
	case 3:
		step_protect(space, page, 1 + test_random_below(count));
		break;
	case 4:
		step_populate(world, space, page, 1 + test_random_below(count < 8 ? count : 8));
		break;
	case 5:
		step_find_free(space, page, count);
		break;
	case 6:
		if (test_random_below(8) == 0)
			CHECK_EQ(external_supplier_set(space, test_random_below(3) ? played.pager : NULL,
						       false),
				 E_OK);
		break;
	default:
		for (int tries = 0; tries < 3 && !model[page].mapped; tries++)
			page = test_random_below(MODEL_PAGES);
		step_fault(world, space, page);
	}
}

/* The pager ends, its areas go with all others, and its memory is back. */
static void start_anew(struct world *world, struct vm_space *space)
{
	external_pager_end(&world->policy, played.pager);
	CHECK_EQ(policy_check(&world->policy), 0);
	space_clear(space);
	memset(model, 0, sizeof(model));
	CHECK_EQ(external_supplier_set(space, NULL, false), E_OK);
	played_drop_clients(space);
	CHECK_EQ(world->policy.frames.given, 0);
	played_bury(world, played.pager);
	CHECK_EQ(policy_check(&world->policy), 0);
	CHECK_TRUE(played_start(world, &played));
}

static void run(struct world *world, uint64_t ops)
{
	struct vm_space *space;

	memset(model, 0, sizeof(model));
	refused_for_memory = forwarded = copied = gifts = lies = 0;
	CHECK_TRUE(played_start(world, &played));
	CHECK_EQ(space_create(&world->policy, 9, WORLD_BASE, MODEL_PAGES * PAGE_BYTES, &space), E_OK);
	for (uint64_t i = 0; i < ops; i++) {
		step(world, space);
		if (i % 256 == 0)
			compare(world, space);
		if (i % 50000 == 49999)
			start_anew(world, space);
	}
	compare(world, space);
	CHECK_TRUE(ops < 10000 ||
		   (forwarded > ops / 100 && copied > ops / 10000 && gifts > ops / 1000 && lies));
	external_pager_end(&world->policy, played.pager);
	space_destroy(space);
	played_bury(world, played.pager);
	world_destroy(world);
}

TEST(random_operations_agree_with_a_flat_reference)
{
	run(world_create(ARENA_PAGES + 2 * MODEL_PAGES), test_ops / 2);
	CHECK_EQ(refused_for_memory, 0);
}

TEST(random_operations_agree_when_pages_show_the_zero_page)
{
	run(world_create_zero(ARENA_PAGES + 2 * MODEL_PAGES), test_ops / 2);
	CHECK_EQ(refused_for_memory, 0);
}

TEST(random_operations_agree_when_memory_is_short)
{
	run(world_create_zero(ARENA_PAGES + 24), test_ops / 2);
	CHECK_TRUE(test_ops < 100000 || refused_for_memory > 100);
}

TEST_MAIN(1000000)
