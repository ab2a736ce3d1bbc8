/* SPDX-License-Identifier: MIT */
/*
 * The reference of policy_fork.c: of each process what its pages are and hold, and the kernel's tables. And
 * what a custom pager answers to its forwarded faults.
 */
#ifndef POLICY_MODEL_PROCESS_H
#define POLICY_MODEL_PROCESS_H

#include "played_pager.h"

#define PROCESSES 12
#define BLOCKS	  6
#define RUN_PAGES 24 /* used at the start of a block, and so many at its end */
#define PAGES	  (BLOCKS * 2 * RUN_PAGES)

/* Blocks in one lower node, in the next, and under another upper node. */
static const uint64_t block_at[BLOCKS] = {0x200, 0x400, 0x1e00, 0x2000, 0x100000, 0x3fffe00};

struct entry {
	uint64_t frame; /* 0: absent */
	uint32_t rights;
};

struct model_page {
	bool mapped, file, pinned;
	bool external, shared, read_only; /* read_only: for ever */
	uint32_t object;
	uint32_t prot;
	uint64_t file_page; /* file: its page number; external: page of the object */
	uint64_t word;	    /* what the first word is, 0 and not `written`: as it came */
	bool written;
};

static struct process {
	struct vm_space *space; /* NULL: none */
	struct entry table[PAGES];
	bool parked[BLOCKS];
	bool supplied;
	struct model_page page[PAGES];
} process[PROCESSES];

static uint64_t refused_for_memory, unasked, unparked_alone, copied_ahead, forwarded, gifts, buried;
static bool was_parked[BLOCKS];
static struct played_pager played;

/* User page number of page @i of the model. */
static uint64_t page_number(uint64_t i)
{
	uint64_t in_block = i % (2 * RUN_PAGES);

	return block_at[i / (2 * RUN_PAGES)] +
	       (in_block < RUN_PAGES ? in_block : ARENA_PAGES - 2 * RUN_PAGES + in_block);
}

static vaddr_t address_of(uint64_t i)
{
	return page_number(i) << PAGE_SHIFT;
}

static uint64_t block_of(uint64_t i)
{
	return i / (2 * RUN_PAGES);
}

/* The model's page behind a user page number; PAGES: none. */
static uint64_t index_of(uint64_t number)
{
	for (uint64_t i = 0; i < PAGES; i++)
		if (page_number(i) == number)
			return i;
	return PAGES;
}

static uint64_t model_word(struct world *world, const struct model_page *page)
{
	if (page->written)
		return page->word;
	if (page->external)
		return played.word[page->object][page->file_page];
	return page->file ? played_word_of(world, WORLD_ARCHIVE + page->file_page) : 0;
}

/* Pages of the window are mapped, the demanded one among them. */
static void pager_supplies(struct process *p, uint64_t i, const struct verdict_forward *forward)
{
	for (uint64_t k = 0; k < forward->window_pages; k++) {
		uint64_t at = index_of(forward->window_first + k);
		const struct model_page *page;

		CHECK_TRUE(at < PAGES);
		page = &p->page[at];
		CHECK_TRUE(page->external && page->mapped && !(forward->rights & ~page->prot));
		CHECK_TRUE(page->shared || (!page->written && !(forward->rights & ACCESS_WRITE)));
		CHECK_EQ(page->file_page - p->page[i].file_page, at - i);
		if (at == i || test_random_below(4) == 0)
			p->table[at] = (struct entry){
				played_frame(played.object[page->object], page->file_page), forward->rights};
	}
}

static void pager_gives(struct world *world, struct process *p, uint64_t i, uint32_t access,
			struct verdict *verdict)
{
	struct policy_gift gift =
		played_gift(world, played.pager, test_random_below(200), 1 + test_random_below(4));
	uint64_t word = test_random();

	if (gift.count == 0) {
		*verdict = world_fault_of(world, p->space, address_of(i), access, ORIGIN_ZERO);
		return;
	}
	for (uint64_t k = 0; k < gift.count; k++)
		played_write(world, played.pager->grant_first + gift.frame + k, word + k);
	CHECK_EQ(policy_give(p->space, address_of(i), access, &gift, verdict), E_OK);
	for (uint64_t k = 0; verdict->kind == VERDICT_RESOLVE && k < verdict->run[0].pages; k++) {
		struct model_page *page = &p->page[index_of(verdict->run[0].page + k)];

		CHECK_TRUE(page->mapped && !page->written && !page->external);
		page->written = true;
		page->word = word + k;
	}
	gifts++;
}

/* The pager answers a forwarded fault. FORWARD is left: it has mapped the page, or (false) refused. */
static bool pager_answers(struct world *world, struct process *p, uint64_t i, uint32_t access,
			  struct verdict *verdict)
{
	struct model_page *page = &p->page[i];

	forwarded++;
	CHECK_TRUE(!played.pager->is_ended && verdict->forward.pager == played.pager);
	CHECK_TRUE(page->external ? verdict->forward.object == played.object[page->object] : p->supplied);
	if (test_random_below(16) == 0)
		return false;
	if (test_random_below(8) == 0) {
		*verdict = world_fault_of(world, p->space, address_of(i), access, ORIGIN_ZERO);
		CHECK_EQ(verdict->kind == VERDICT_FORWARD, page->external && page->shared);
		if (verdict->kind == VERDICT_RESOLVE && page->external) {
			page->written = true;
			page->word = 0;
		}
	}
	if (verdict->kind == VERDICT_FORWARD && page->external)
		pager_supplies(p, i, &verdict->forward);
	else if (verdict->kind == VERDICT_FORWARD)
		pager_gives(world, p, i, access, verdict);
	return true;
}

/* A fault with all answers. Kind 0: the entry that is there now allows the access; FORWARD: refused. */
static struct verdict fault_through(struct world *world, struct process *p, uint64_t i, uint32_t access,
				    enum page_origin origin)
{
	struct verdict verdict = world_fault_of(world, p->space, address_of(i), access, origin);
	const struct entry *entry = &p->table[i];

	if (verdict.kind == VERDICT_COPY_PRESENT) {
		CHECK_TRUE(p->page[i].external && !p->page[i].written);
		if (entry->frame && !(access & ~entry->rights))
			return (struct verdict){0};
		if (!entry->frame)
			return fault_through(world, p, i, access, ORIGIN_FAULT);
		CHECK_EQ(policy_copy_from(p->space, address_of(i), access, entry->frame, &verdict), E_OK);
		world_perform(world, &verdict);
	}
	if (verdict.kind != VERDICT_FORWARD || !pager_answers(world, p, i, access, &verdict) ||
	    verdict.kind != VERDICT_FORWARD)
		return verdict;
	if (!(access & ~entry->rights))
		return (struct verdict){0};
	return fault_through(world, p, i, access, ORIGIN_PRESENT);
}

#endif
