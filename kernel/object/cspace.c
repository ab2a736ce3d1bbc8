/* SPDX-License-Identifier: MIT */
/*
 * CSpaces: how they begin and end. Their slots lie in pages of the pool, the last of which is as small as can
 * be; slots counts those that have their page.
 */
#include "object/cap.h"
#include "object/pool.h"
#include "pure/copy.h"
#include "uapi/layout.h"

/* Bytes of the last page's slots. */
static uint64_t last_page_bytes(uint64_t slots)
{
	return ((slots - 1) % CSPACE_PAGE_SLOTS + 1) * sizeof(struct slot);
}

/* Of the block that holds the last page. */
static unsigned last_page_order(const struct cspace *cspace)
{
	uint64_t bytes = last_page_bytes(cspace->slots);
	unsigned order = CARVE_ORDER_PAGE;

	while (bytes << 1 <= 1ul << order)
		order--;
	return order;
}

/* The slots of the last page are empty. */
static void give_last_page(struct cspace *cspace)
{
	uint32_t page = (cspace->slots - 1) / CSPACE_PAGE_SLOTS;

	carve_give(&cspace->object.pool->carve, cspace->pages[page], last_page_order(cspace));
	cspace->slots = page * CSPACE_PAGE_SLOTS;
}

/* Blocks for all slots, whatever is in them. false: there are not so many, and none was taken. */
static bool take_pages(struct cspace *cspace, uint64_t slots)
{
	for (uint32_t first = 0; first < slots; first += CSPACE_PAGE_SLOTS) {
		struct slot *page;

		cspace->slots = (uint32_t)min_u64(slots, first + CSPACE_PAGE_SLOTS);
		page = carve_take(&cspace->object.pool->carve, last_page_order(cspace));
		if (page == NULL) {
			for (cspace->slots = first; cspace->slots != 0;)
				give_last_page(cspace);
			return false;
		}
		cspace->pages[first / CSPACE_PAGE_SLOTS] = page;
	}
	return true;
}

/* What is lacking is known before anything is zeroed: else a visit might zero 64 pages in vain. */
err_t cspace_create(struct pool *pool, uint64_t slots, struct cspace **made)
{
	uint64_t pages = (slots + CSPACE_PAGE_SLOTS - 1) / CSPACE_PAGE_SLOTS;
	struct cspace *cspace;

	if (slots < 2 || slots > CSPACE_SLOTS_MAX)
		return E_RANGE;
	cspace = object_new(pool, KIND_CSPACE, sizeof *cspace + pages * sizeof cspace->pages[0]);
	if (cspace == NULL)
		return E_MEMORY;
	if (!take_pages(cspace, slots)) {
		object_free(&cspace->object);
		return E_MEMORY;
	}
	for (uint64_t bytes = last_page_bytes(slots); pages-- != 0; bytes = PAGE_BYTES)
		zero_bytes(cspace->pages[pages], bytes);
	*made = cspace;
	return E_OK;
}

/* One page of slots a step, from the last one. */
bool cspace_reap_step(struct cspace *cspace)
{
	struct slot *page;
	uint32_t left = cspace->slots;

	if (left == 0)
		return false;
	page = cspace->pages[(left - 1) / CSPACE_PAGE_SLOTS];
	do
		cap_unhold(&page[--left % CSPACE_PAGE_SLOTS]);
	while (left % CSPACE_PAGE_SLOTS != 0);
	give_last_page(cspace);
	return left != 0;
}
