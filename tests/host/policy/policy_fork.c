/* SPDX-License-Identifier: MIT */
/*
 * Forked spaces against a model that keeps the bytes of every process and page on its own. The kernel's
 * tables are played, too: an access that a table allows changes the frame without anybody being asked, so
 * a page that is writable and shared by mistake shows at once. A custom pager supplies objects and anonymous
 * memory, ends and starts anew.
 */
#include "model_process.h"

/* What the pager's shell does before it asks policy about a fault in a parked table. */
static void unpark(struct process *p, uint64_t block, bool unchanged)
{
	bool alone = unchanged && page_tree_is_alone(&p->space->pages, &p->space->policy->trees,
						     block_at[block], ARENA_PAGES);

	unparked_alone += alone;
	p->parked[block] = false;
	for (uint64_t i = block * 2 * RUN_PAGES; i < (block + 1) * 2 * RUN_PAGES && !alone; i++)
		p->table[i].rights &= ~(uint32_t)PROT_BIT_WRITE;
}

static void answer(struct process *p, const struct verdict *verdict)
{
	for (uint32_t r = 0; r < verdict->runs; r++) {
		const struct verdict_run *run = &verdict->run[r];

		for (uint64_t k = 0; k < run->pages; k++) {
			uint64_t i = index_of(run->page + k);

			if (i == PAGES)
				continue; /* a neighbour the model does not look at */
			CHECK_TRUE(!p->parked[block_of(i)]);
			CHECK_TRUE(p->page[i].mapped && !(run->rights & ~p->page[i].prot));
			p->table[i] = (struct entry){run->frame + k, run->rights};
		}
	}
}

/* May the fault be refused? */
static bool is_refused(const struct world *world, const struct process *p, uint64_t i, uint32_t access,
		       const struct verdict *verdict)
{
	const struct model_page *page = &p->page[i];

	if (!page->mapped || access & ~page->prot)
		return true;
	if (verdict->rule == RULE_PAGER_ENDED)
		return !page->written && played.pager->is_ended && (page->external || p->supplied);
	return world->policy.frames.counts[FRAME_FREE] < 8;
}

/* Present and allowed, after a fault if need be. false: refused, or out of memory. */
static bool access_page(struct world *world, struct process *p, uint64_t i, uint32_t access)
{
	struct entry *entry = &p->table[i];
	bool parked = p->parked[block_of(i)];
	bool external = p->page[i].external && !p->page[i].written;
	enum page_origin origin = entry->frame ? ORIGIN_PRESENT : ORIGIN_FAULT;
	struct verdict verdict;

	if (!parked && entry->frame && !(access & ~entry->rights))
		return true;
	if (parked && (external || test_random_below(4))) { /* else it is found parked when answered */
		unpark(p, block_of(i), true);
		parked = false;
		origin = ORIGIN_PARKED;
	}
	verdict = fault_through(world, p, i, access, parked ? ORIGIN_FAULT : origin);
	if (verdict.kind == 0)
		return true;
	if (verdict.kind == VERDICT_FORWARD)
		return false;
	if (verdict.kind == VERDICT_NO_MEMORY) {
		refused_for_memory++;
		return false;
	}
	if (verdict.kind == VERDICT_DENY) {
		CHECK_TRUE(is_refused(world, p, i, access, &verdict));
		return false;
	}
	if (parked)
		unpark(p, block_of(i), false);
	answer(p, &verdict);
	CHECK_TRUE(p->page[i].mapped && !(access & ~entry->rights));
	return true;
}

static void step_read(struct world *world, struct process *p, uint64_t i)
{
	if (access_page(world, p, i, ACCESS_READ))
		CHECK_EQ(played_word_of(world, p->table[i].frame), model_word(world, &p->page[i]));
}

static void step_write(struct world *world, struct process *p, uint64_t i)
{
	struct model_page *page = &p->page[i];

	if (!access_page(world, p, i, ACCESS_WRITE))
		return;
	CHECK_EQ(played_word_of(world, p->table[i].frame), model_word(world, page));
	if (page->external && page->shared) {
		played.word[page->object][page->file_page] = test_random();
		played_write(world, p->table[i].frame, played.word[page->object][page->file_page]);
		return;
	}
	page->word = test_random();
	page->written = true;
	played_write(world, p->table[i].frame, page->word);
}

static void tables_forget(struct process *p, uint64_t i, uint64_t count)
{
	memset(&p->table[i], 0, count * sizeof(p->table[0]));
}

static bool any_in(const struct process *p, uint64_t i, uint64_t count, bool pinned)
{
	for (uint64_t k = i; k < i + count; k++)
		if (p->page[k].mapped && (!pinned || p->page[k].pinned))
			return true;
	return false;
}

/* No entry of the pages has a right that policy says none can lose. */
static void entries_check(const struct process *p, uint64_t i, uint64_t end, uint32_t lost, uint32_t prot)
{
	for (uint64_t k = i; k < end; k++)
		if (p->table[k].frame && !p->page[k].pinned)
			CHECK_TRUE(!(p->table[k].rights & ~prot & ~lost));
	unasked += lost == 0;
}

/* Pages i to i + count - 1 follow each other. */
static void step_map(struct process *p, uint64_t i, uint64_t count, bool over)
{
	static const uint32_t prots[] = {RW, RW, RW, PROT_BIT_READ};
	struct area_spec spec = world_anon(address_of(i), count, prots[test_random_below(4)]);
	uint64_t kind = test_random_below(6);
	err_t error, expected = E_OK;
	uint32_t lost;

	if (kind < 2 && played.pager && !played.pager->is_ended) {
		bool shared = test_random_below(2), writable = kind == 0 || !shared;

		spec = played_area(p->space, played.object[kind], spec.start, count,
				   writable ? spec.prot : PROT_BIT_READ, shared ? AREA_SHARED : 0);
		spec.offset_bytes = test_random_below(3) * PAGE_BYTES;
	}
	if (kind > 3) {
		spec.backing = BACKING_INODE_PRIVATE;
		spec.inode = test_random_below(3) * 32;
		spec.offset_bytes = test_random_below(3) * PAGE_BYTES;
		spec.file_bytes = spec.bytes;
	}
	if (over && any_in(p, i, count, true))
		expected = E_DENIED;
	if (!over && any_in(p, i, count, false))
		expected = E_CONFLICT;
	lost = space_may_lose(p->space, spec.start, spec.bytes, 0);
	error = over ? space_map_over(p->space, &spec) : space_map(p->space, &spec);
	if (error == E_NO_MEMORY || error == E_STATE) { /* E_STATE: no record of the pager */
		refused_for_memory++;
		return;
	}
	CHECK_EQ(error, expected);
	if (error)
		return;
	entries_check(p, i, i + count, lost, 0);
	tables_forget(p, i, count);
	for (uint64_t k = 0; k < count; k++)
		p->page[i + k] = (struct model_page){
			.mapped = true,
			.prot = spec.prot,
			.file = spec.backing == BACKING_INODE_PRIVATE,
			.file_page = spec.inode + spec.offset_bytes / PAGE_BYTES + k,
			.external = spec.backing == BACKING_EXTERNAL,
			.shared = spec.flags & AREA_SHARED,
			.read_only = !(spec.max_prot & PROT_BIT_WRITE),
			.object = spec.external ? spec.external->number : 0,
		};
}

/* Any range: what the model does not look at, between, is never mapped. */
static void step_unmap(struct process *p, uint64_t i, uint64_t end)
{
	uint64_t bytes = address_of(end - 1) + PAGE_BYTES - address_of(i);
	uint32_t lost = space_may_lose(p->space, address_of(i), bytes, 0);
	err_t error = space_unmap(p->space, address_of(i), bytes);

	entries_check(p, i, end, lost, 0);
	if (error == E_NO_MEMORY) {
		refused_for_memory++;
		return;
	}
	CHECK_EQ(error, any_in(p, i, end - i, true) ? E_DENIED : E_OK);
	if (error)
		return;
	tables_forget(p, i, end - i);
	memset(&p->page[i], 0, (end - i) * sizeof(p->page[0]));
}

static void step_protect(struct process *p, uint64_t i, uint64_t count)
{
	uint32_t prot = test_random_below(2) ? RW : PROT_BIT_READ;
	bool hole = false, read_only = false, pinned = any_in(p, i, count, true);
	uint32_t lost = space_may_lose(p->space, address_of(i), count * PAGE_BYTES, prot);
	err_t error = space_protect(p->space, address_of(i), count * PAGE_BYTES, prot);

	entries_check(p, i, i + count, lost, prot);
	for (uint64_t k = i; k < i + count; k++)
		hole |= !p->page[k].mapped, read_only |= p->page[k].read_only && prot == RW;
	if (error == E_NO_MEMORY)
		return;
	CHECK_EQ(error != E_OK, hole || pinned || read_only);
	for (uint64_t k = i; k < i + count && !error; k++) {
		p->page[k].prot = prot;
		p->table[k].rights &= prot;
	}
}

static void step_pin(struct world *world, struct process *p, uint64_t i)
{
	uint64_t frame;
	err_t error;

	if (p->space->pinned_pages)
		return;
	error = space_add_pinned(p->space, address_of(i), "message", &frame);
	if (error == E_NO_MEMORY)
		return;
	CHECK_EQ(error, p->page[i].mapped ? E_CONFLICT : E_OK);
	if (error)
		return;
	memset(world_page(world, frame), 0, PAGE_BYTES);
	p->page[i] = (struct model_page){.mapped = true, .pinned = true, .prot = RW};
	if (p->parked[block_of(i)])
		unpark(p, block_of(i), false);
	p->table[i] = (struct entry){frame, RW};
}

/* What the child touches first comes with the fork. true: it is a copy of what the parent keeps. */
static bool bring(struct world *world, struct process *child, uint64_t i, uint32_t access)
{
	struct verdict verdict;

	policy_fault(child->space, address_of(i), access, ORIGIN_FORK, &verdict);
	if (verdict.kind != VERDICT_RESOLVE)
		return false;
	world_perform(world, &verdict);
	answer(child, &verdict);
	return verdict.work == WORK_COPY_PRIVATE;
}

/* A block that is not parked: its private, writable pages lose WRITE, but the one that was copied. */
static void share_block(struct process *parent, uint64_t block, uint64_t copied)
{
	parent->parked[block] = was_parked[block];
	for (uint64_t i = block * 2 * RUN_PAGES; i < (block + 1) * 2 * RUN_PAGES; i++) {
		const struct model_page *page = &parent->page[i];

		if (i != copied && page->prot & PROT_BIT_WRITE && !page->shared && !page->pinned)
			parent->table[i].rights &= ~(uint32_t)PROT_BIT_WRITE;
	}
}

/* As the pager's shell does it, somewhere in the space. */
static void share(struct world *world, struct process *parent, struct process *child)
{
	uint64_t stack = test_random_below(PAGES), code = test_random_below(PAGES), copied = PAGES;

	memcpy(was_parked, parent->parked, sizeof(was_parked));
	memset(parent->parked, true, sizeof(parent->parked));
	if (bring(world, child, stack, ACCESS_WRITE)) {
		copied = stack;
		copied_ahead++;
	}
	(void)bring(world, child, code, ACCESS_READ);
	share_block(parent, block_of(stack), copied);
	share_block(parent, block_of(code), copied);
}

static void step_fork(struct world *world, struct process *parent)
{
	uint64_t free = world->policy.frames.counts[FRAME_FREE];
	struct process *child = process;
	err_t error;

	while (child < process + PROCESSES && child->space)
		child++;
	if (child == process + PROCESSES)
		return;
	error = space_fork(parent->space, (uint32_t)(child - process) + 1, &child->space);
	if (error) {
		CHECK_EQ(error, E_NO_MEMORY);
		CHECK_EQ(world->policy.frames.counts[FRAME_FREE], free);
		child->space = NULL;
		refused_for_memory++;
		return;
	}
	tables_forget(child, 0, PAGES);
	memset(child->parked, false, sizeof(child->parked));
	memcpy(child->page, parent->page, sizeof(child->page));
	child->supplied = parent->supplied;
	for (uint64_t i = 0; i < PAGES; i++)
		if (child->page[i].pinned)
			child->page[i] = (struct model_page){.mapped = false};
	share(world, parent, child);
}

static void step_exit(struct world *world, struct process *p)
{
	space_destroy(p->space);
	memset(p, 0, sizeof(*p));
	world_return_leases(world);
}

static void step_supplier(struct process *p)
{
	bool supplied = test_random_below(3) && played.pager && !played.pager->is_ended;

	CHECK_EQ(external_supplier_set(p->space, supplied ? played.pager : NULL, false), E_OK);
	p->supplied = supplied;
}

static void unmap_objects(struct process *p)
{
	for (uint64_t i = 0; i < PAGES; i++) {
		if (!p->page[i].external)
			continue;
		CHECK_EQ(space_unmap(p->space, address_of(i), PAGE_BYTES), E_OK);
		tables_forget(p, i, 1);
		p->page[i] = (struct model_page){.mapped = false};
	}
	CHECK_EQ(external_supplier_set(p->space, NULL, false), E_OK);
	p->supplied = false;
	played_drop_clients(p->space);
}

/* One after the other: it ends, all let go of it, it starts anew. */
static void step_pager(struct world *world)
{
	if (!played.pager) {
		(void)played_start(world, &played);
	} else if (!played.pager->is_ended) {
		external_pager_end(&world->policy, played.pager);
	} else {
		for (struct process *p = process; p < process + PROCESSES; p++)
			if (p->space)
				unmap_objects(p);
		played_bury(world, played.pager);
		played.pager = NULL;
		buried++;
	}
}

static uint64_t living(void)
{
	uint64_t count = 0;

	for (int i = 0; i < PROCESSES; i++)
		count += process[i].space != NULL;
	return count;
}

/* Every page of every process by the books, and every table entry against the books. */
static void compare(struct world *world)
{
	for (struct process *p = process; p < process + PROCESSES; p++) {
		for (uint64_t i = 0; i < PAGES && p->space; i++) {
			uint64_t frame = world_at(p->space, address_of(i));
			uint32_t rights;

			if (frame)
				CHECK_EQ(played_word_of(world, frame), model_word(world, &p->page[i]));
			else
				CHECK_TRUE(!p->page[i].written);
			if (!p->table[i].frame)
				continue;
			frame = space_translate(p->space, address_of(i), &rights);
			if (p->page[i].external && !p->page[i].written) {
				CHECK_EQ(frame, 0);
				frame = played_frame(played.object[p->page[i].object], p->page[i].file_page);
				rights = p->page[i].shared ? p->page[i].prot
							   : p->page[i].prot & ~(uint32_t)PROT_BIT_WRITE;
			}
			if (p->table[i].frame == world->policy.zero_frame) {
				CHECK_TRUE(!frame && !p->page[i].file &&
					   !(p->table[i].rights & ACCESS_WRITE));
				continue;
			}
			CHECK_EQ(frame, p->table[i].frame);
			if (!p->parked[block_of(i)])
				CHECK_TRUE(!(p->table[i].rights & ~rights));
		}
	}
}

static void step(struct world *world, struct process *p, bool roomy)
{
	uint64_t i = test_random_below(PAGES), left = RUN_PAGES - i % RUN_PAGES;
	uint64_t count = 1 + test_random_below(left < 16 ? left : 16);

	switch (test_random_below(24)) {
	case 0:
	case 1:
		step_map(p, i, count, test_random_below(2));
		break;
	case 2:
		step_unmap(p, i, test_random_below(4) ? i + count : i + 1 + test_random_below(PAGES - i));
		world_return_leases(world);
		if (test_random_below(2))
			played_drop_clients(p->space);
		break;
	case 3:
		step_protect(p, i, count);
		break;
	case 4:
		step_fork(world, p);
		break;
	case 5:
		if (living() > 1)
			step_exit(world, p);
		break;
	case 6:
		step_pin(world, p, i);
		break;
	case 7:
		if (test_random_below(2))
			step_supplier(p);
		else if (roomy && test_random_below(played.pager && !played.pager->is_ended ? 64 : 8) == 0)
			step_pager(world);
		break;
	case 8:
	case 9:
	case 10:
		step_read(world, p, i);
		break;
	default:
		step_write(world, p, i);
	}
}

static void run(uint64_t ram_pages, uint64_t ops)
{
	struct world *world = world_create_zero(ARENA_PAGES + ram_pages);
	bool roomy = ram_pages > ARENA_PAGES; /* else what a dead pager gave would be more memory */

	memset(process, 0, sizeof(process));
	refused_for_memory = unasked = unparked_alone = copied_ahead = forwarded = gifts = buried = 0;
	CHECK_TRUE(played_start(world, &played));
	CHECK_EQ(space_create(&world->policy, 1, PAGE_BYTES, USER_END - PAGE_BYTES, &process[0].space), E_OK);
	for (uint64_t i = 0; i < ops; i++) {
		struct process *p = &process[test_random_below(PROCESSES)];
		int broken;

		while (!p->space)
			p = &process[test_random_below(PROCESSES)];
		step(world, p, roomy);
		broken = i < 10000 || i % 16 == 0 ? policy_check(&world->policy) : 0;
		if (broken)
			printf("step %lu, line %d\n", (unsigned long)i, broken);
		CHECK_EQ(broken, 0);
		if (i % 64 == 0)
			compare(world);
	}
	compare(world);
	if (played.pager)
		external_pager_end(&world->policy, played.pager);
	while (world->policy.first_space)
		space_destroy(world->policy.first_space);
	if (played.pager)
		played_bury(world, played.pager);
	CHECK_TRUE(ops < 50000 || (forwarded > ops / 1000 && gifts > ops / 5000));
	CHECK_TRUE(ops < 50000 || !roomy || buried);
	world_destroy(world);
}

TEST(forked_processes_see_their_own_bytes_only)
{
	run(4 * PAGES, test_ops);
	CHECK_EQ(refused_for_memory, 0);
	CHECK_TRUE(test_ops < 10000 || unparked_alone > 10);
	CHECK_TRUE(test_ops < 10000 || (copied_ahead > 100 && unasked > 100));
}

TEST(the_same_when_memory_is_short)
{
	run(40, test_ops / 2);
	CHECK_TRUE(test_ops < 10000 || refused_for_memory > 100);
}

TEST(the_same_when_memory_runs_out_now_and_then)
{
	run(160, test_ops / 2);
}

TEST_MAIN(100000)
