/* SPDX-License-Identifier: MIT */
/*
 * The reference of policy_model.c: one record a page, with the entries that the kernel would have of a custom
 * pager's pages. And what that pager answers: a random one of all it may, and lies.
 */
#ifndef POLICY_MODEL_PAGE_H
#define POLICY_MODEL_PAGE_H

#include "played_pager.h"

#define MODEL_PAGES 512ul
#define MODEL_RAM   300ul

struct model_page {
	bool mapped, pinned, writable_copy; /* writable_copy: has a private frame */
	uint8_t backing, prot, max_prot;
	bool stack_guard;
	uint64_t file_index, linear, stamp; /* stamp: what was last written to its first word */
	uint64_t file_left;		    /* bytes of file from this page on */
	/* external */
	bool shared, zeroed;	/* zeroed: has a private frame of zeroes */
	uint32_t object, entry; /* entry: rights of what the kernel has mapped of the object; 0: nothing */
	uint64_t index;
};

static struct model_page model[MODEL_PAGES];
static uint64_t refused_for_memory;
static struct played_pager played;
static uint64_t forwarded, copied, gifts, lies;

static vaddr_t page_address(uint64_t page)
{
	return WORLD_BASE + page * PAGE_BYTES;
}

/* What the page's first word must read as. */
static uint64_t model_word(struct world *world, const struct model_page *p)
{
	uint64_t word = 0;

	if (p->stamp)
		return p->stamp;
	if (p->backing == BACKING_EXTERNAL)
		return p->zeroed ? 0 : played.word[p->object][p->index];
	if (p->backing == BACKING_LINEAR)
		memcpy(&word, world_page(world, p->linear), 8);
	if (p->backing == BACKING_INODE_PRIVATE)
		memcpy(&word, world_page(world, WORLD_ARCHIVE + p->file_index),
		       p->file_left < 8 ? p->file_left : 8);
	return word;
}

static bool has_copy(const struct model_page *p)
{
	return p->stamp || p->zeroed;
}

/* The entries that an answer may make: all of them may be, and beside them there is none more. */
static void window_check(const struct verdict *verdict, const struct model_page *p)
{
	uint64_t base = WORLD_BASE / PAGE_BYTES, first = verdict->forward.window_first;
	uint64_t end = first + verdict->forward.window_pages;

	for (uint64_t at = first; at < end; at++) {
		const struct model_page *q = &model[at - base];

		CHECK_TRUE(q->backing == BACKING_EXTERNAL && q->object == p->object &&
			   q->shared == p->shared);
		CHECK_TRUE(q->index < OBJECT_PAGES &&
			   q->index - p->index == at - base - (uint64_t)(p - model));
		CHECK_TRUE(p->shared || (!has_copy(q) && at / CHUNK_PAGES == first / CHUNK_PAGES));
	}
	CHECK_TRUE(first == verdict->area->start >> PAGE_SHIFT ||
		   (!p->shared && (first % CHUNK_PAGES == 0 || has_copy(&model[first - 1 - base]))));
	CHECK_TRUE(end == verdict->area->end >> PAGE_SHIFT ||
		   model[end - 1 - base].index == OBJECT_PAGES - 1 ||
		   (!p->shared && (end % CHUNK_PAGES == 0 || has_copy(&model[end - base]))));
}

static void forward_check(const struct vm_space *space, uint64_t page, uint32_t access,
			  const struct verdict *verdict)
{
	const struct verdict_forward *forward = &verdict->forward;
	const struct model_page *p = &model[page];

	forwarded++;
	CHECK_TRUE(!has_copy(p));
	CHECK_TRUE(forward->pager == played.pager);
	if (p->backing != BACKING_EXTERNAL) {
		CHECK_TRUE(space->supplier == forward->pager && forward->object == NULL);
		CHECK_EQ(forward->window_pages, 0);
		CHECK_EQ(forward->page, page + WORLD_BASE / PAGE_BYTES);
		return;
	}
	CHECK_TRUE(forward->object == played.object[p->object]);
	CHECK_EQ(forward->page, p->index);
	CHECK_EQ(forward->rights, p->shared ? p->prot : p->prot & ~PROT_BIT_WRITE);
	CHECK_EQ(forward->as_load, !p->shared && access == ACCESS_WRITE);
	window_check(verdict, p);
}

/* The pager maps the page and some others of the window. */
static void answer_supply(struct world *world, uint64_t page, const struct verdict *verdict)
{
	for (uint64_t i = 0; i < verdict->forward.window_pages; i++) {
		struct model_page *p = &model[verdict->forward.window_first + i - WORLD_BASE / PAGE_BYTES];

		if (p != &model[page] && test_random_below(8))
			continue;
		p->entry = verdict->forward.rights;
		CHECK_EQ(played_word_of(world, played_frame(played.object[p->object], p->index)),
			 played.word[p->object][p->index]);
	}
}

/* Frames in use, none, too many, outside the grant, the report. */
static void answer_lie(struct world *world, struct vm_space *space, uint64_t page, uint32_t access)
{
	static const struct policy_gift wrong[] = {{.frame = 0, .count = 1},
						   {.frame = 9, .count = 0},
						   {.frame = 300, .count = CUSTOM_GIVE_MAX + 1},
						   {.frame = ARENA_PAGES - 1, .count = 2}};
	struct policy_gift gift = wrong[test_random_below(4)];
	uint64_t used = GIFTS_FIRST + test_random_below(ARENA_PAGES - GIFTS_FIRST), anon = space->anon_pages;
	struct verdict verdict;
	err_t error = E_RANGE;

	if (frames_at(&world->policy.frames, played.pager->grant_first + used)->references) {
		gift = (struct policy_gift){.frame = used, .count = 1};
		error = E_EXISTS;
	}
	gift.pager = played.pager;
	CHECK_EQ(policy_give(space, page_address(page), access, &gift, &verdict), error);
	CHECK_EQ(space->anon_pages, anon);
	lies++;
}

static void answer_gift(struct world *world, struct vm_space *space, uint64_t page, uint32_t access,
			struct verdict *verdict)
{
	struct policy_gift gift =
		played_gift(world, played.pager, test_random_below(200), 1 + test_random_below(8));
	uint64_t frame = played.pager->grant_first + gift.frame, word = test_random() | 1, expected = 0;
	uint64_t end = (verdict->area->end - WORLD_BASE) / PAGE_BYTES;
	uint64_t table_end = (page_address(page) / ARENA_BYTES + 1) * ARENA_BYTES;

	if (gift.count == 0) {
		*verdict = world_fault_of(world, space, page_address(page), access, ORIGIN_ZERO);
		return;
	}
	if (end > (table_end - WORLD_BASE) / PAGE_BYTES)
		end = (table_end - WORLD_BASE) / PAGE_BYTES;
	while (expected < gift.count && page + expected < end &&
	       !world_at(space, page_address(page + expected)))
		expected++;
	for (uint64_t i = 0; i < gift.count; i++)
		played_write(world, frame + i, word + 2 * i);
	CHECK_EQ(policy_give(space, page_address(page), access, &gift, verdict), E_OK);
	if (verdict->kind == VERDICT_NO_MEMORY)
		return;
	CHECK_EQ(verdict->kind, VERDICT_RESOLVE);
	CHECK_TRUE(verdict->run[0].pages == expected || world->policy.frames.counts[FRAME_FREE] < 4);
	for (uint64_t i = 0; i < verdict->run[0].pages; i++)
		model[page + i].stamp = word + 2 * i;
	gifts++;
}

/* What the pager says to a forwarded fault. FORWARD is left: the page is mapped now, or (false) refused. */
static bool answer(struct world *world, struct vm_space *space, uint64_t page, uint32_t access,
		   struct verdict *verdict)
{
	struct model_page *p = &model[page];
	bool external = p->backing == BACKING_EXTERNAL;
	uint64_t kind = test_random_below(8);

	forward_check(space, page, access, verdict);
	if (kind == 0)
		return false;
	if (kind == 1 && !external)
		answer_lie(world, space, page, access);
	if (kind == 2) {
		*verdict = world_fault_of(world, space, page_address(page), access, ORIGIN_ZERO);
		CHECK_EQ(verdict->kind == VERDICT_FORWARD, external && p->shared);
		p->zeroed = external && verdict->kind == VERDICT_RESOLVE;
	}
	if (verdict->kind == VERDICT_FORWARD && external)
		answer_supply(world, page, verdict);
	else if (verdict->kind == VERDICT_FORWARD)
		answer_gift(world, space, page, access, verdict);
	return true;
}

/* A page that the kernel has mapped, or perhaps: COPY_PRESENT. */
static void look(struct world *world, struct vm_space *space, uint64_t page, uint32_t access,
		 struct verdict *verdict)
{
	struct model_page *p = &model[page];

	CHECK_TRUE(p->backing == BACKING_EXTERNAL && !has_copy(p));
	if (!p->entry) {
		*verdict = world_fault_of(world, space, page_address(page), access, ORIGIN_FAULT);
		CHECK_TRUE(verdict->kind != VERDICT_COPY_PRESENT);
		return;
	}
	CHECK_EQ(policy_copy_from(space, page_address(page), access,
				  played_frame(played.object[p->object], p->index), verdict),
		 E_OK);
	world_perform(world, verdict);
	copied += verdict->kind == VERDICT_RESOLVE;
}

static bool is_mapped(const struct model_page *p, uint32_t access)
{
	return p->entry && !has_copy(p) && !(access & ~p->entry);
}

/* A fault with the answers of whoever is asked. Kind 0: the entry allows it; FORWARD: the pager refused. */
static struct verdict fault_through(struct world *world, struct vm_space *space, uint64_t page,
				    uint32_t access)
{
	struct model_page *p = &model[page];
	enum page_origin origin = test_random_below(4) == 0  ? ORIGIN_PARKED
				  : p->entry && !has_copy(p) ? ORIGIN_PRESENT
							     : ORIGIN_FAULT;
	struct verdict verdict = {0};

	while (origin == ORIGIN_PARKED || !is_mapped(p, access)) {
		verdict = world_fault_of(world, space, page_address(page) + test_random_below(PAGE_BYTES),
					 access, origin);
		verdict.kind =
			verdict.kind == VERDICT_COPY_PRESENT && is_mapped(p, access) ? 0 : verdict.kind;
		if (verdict.kind == VERDICT_COPY_PRESENT)
			look(world, space, page, access, &verdict);
		if (verdict.kind != VERDICT_FORWARD || !answer(world, space, page, access, &verdict) ||
		    verdict.kind != VERDICT_FORWARD)
			return verdict;
		origin = ORIGIN_PRESENT;
	}
	verdict.kind = 0;
	return verdict;
}

/* The instruction runs: it loads or stores through the entry to the object. */
static void access_object(struct world *world, const struct model_page *p, uint32_t access)
{
	uint64_t frame = played_frame(played.object[p->object], p->index);
	uint64_t *word = &played.word[p->object][p->index];

	CHECK_EQ(played_word_of(world, frame), *word);
	if (access != ACCESS_WRITE)
		return;
	CHECK_TRUE(p->shared && p->object == 0);
	*word = test_random() | 1;
	played_write(world, frame, *word);
}

#endif
