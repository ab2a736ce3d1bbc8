/* SPDX-License-Identifier: MIT */
/* The buddy allocator of a Pool. The map of its memory is in carve.h. */
#include "pure/carve.h"
#include "pure/check.h"

#define ARENA_BLOCK_BYTES (1ul << CARVE_ORDER_MAX)
#define PAGE_BLOCK_BYTES  (1ul << CARVE_ORDER_PAGE)
#define CARVE_MAGIC	  0x65766172u

/* What stands at the start of a free block. */
struct carve_block {
	struct list_node node;
	uint32_t magic;
	uint32_t order;
};

_Static_assert(sizeof(struct carve_block) <= 1 << CARVE_ORDER_MIN, "the smallest block holds it");

static uint64_t carve_offset(const struct carve *carve, const void *block)
{
	return (uint64_t)((const uint8_t *)block - carve->base);
}

static struct carve_block *carve_block_at(const struct carve *carve, uint64_t offset)
{
	return (struct carve_block *)(carve->base + offset);
}

static uint64_t carve_bit(uint64_t offset)
{
	return 1ul << (offset >> CARVE_ORDER_MIN & 63);
}

static uint64_t *carve_word(const struct carve *carve, uint64_t offset)
{
	return &carve->bitmap[offset >> (CARVE_ORDER_MIN + 6)];
}

static bool carve_is_free_start(const struct carve *carve, uint64_t offset)
{
	return *carve_word(carve, offset) & carve_bit(offset);
}

static void carve_link(struct carve *carve, uint64_t offset, unsigned order)
{
	struct carve_block *block = carve_block_at(carve, offset);

	block->magic = CARVE_MAGIC;
	block->order = order;
	*carve_word(carve, offset) |= carve_bit(offset);
	list_push_front(&carve->free[order - CARVE_ORDER_MIN], &block->node);
}

static void carve_unlink(struct carve *carve, uint64_t offset)
{
	struct carve_block *block = carve_block_at(carve, offset);

	CHECK(block->magic == CARVE_MAGIC);
	*carve_word(carve, offset) &= ~carve_bit(offset);
	block->node.prev->next = block->node.next;
	block->node.next->prev = block->node.prev;
}

/* Clear the bits of [from, to), both at multiples of an arena. */
static void carve_clear_bits(struct carve *carve, uint64_t from, uint64_t to)
{
	uint64_t *end = carve_word(carve, to);

	for (uint64_t *word = carve_word(carve, from); word < end; word++)
		*word = 0;
}

void carve_init(struct carve *carve, void *base, uint64_t bytes, uint64_t reserved_bytes)
{
	uint64_t offset = reserved_bytes;

	CHECK(is_aligned(bytes, ARENA_BLOCK_BYTES) && is_aligned((uintptr_t)base, ARENA_BLOCK_BYTES));
	CHECK(is_aligned(reserved_bytes, 1ul << CARVE_ORDER_MIN));
	CHECK(carve_header_bytes(bytes) <= reserved_bytes && reserved_bytes < bytes);
	carve->base = base;
	carve->bytes = bytes;
	carve->reserved_bytes = reserved_bytes;
	carve->bitmap = (uint64_t *)(carve->base + reserved_bytes - carve_header_bytes(bytes));
	carve->opened_bytes = align_up(reserved_bytes, ARENA_BLOCK_BYTES);
	carve->free_bytes = bytes - reserved_bytes;
	carve->zeroed = NULL;
	carve->zeroed_count = 0;
	for (unsigned i = 0; i < CARVE_ORDERS; i++)
		list_init(&carve->free[i]);
	carve_clear_bits(carve, 0, carve->opened_bytes);
	while (offset < carve->opened_bytes) {
		unsigned order = bits_lowest(offset);

		carve_link(carve, offset, order);
		offset += 1ul << order;
	}
}

bool carve_contains(const struct carve *carve, const void *block, unsigned order)
{
	uint64_t offset = carve_offset(carve, block);

	return order >= CARVE_ORDER_MIN && order <= CARVE_ORDER_MAX && is_aligned(offset, 1ul << order) &&
	       offset >= carve->reserved_bytes && range_fits(offset, 1ul << order, carve->opened_bytes);
}

/* Is every bit of [offset, offset + 2^order) clear? */
static bool carve_has_no_start(const struct carve *carve, uint64_t offset, unsigned order)
{
	uint64_t count = 1ul << (order - CARVE_ORDER_MIN);
	uint64_t mask = count >= 64 ? ~0ul : (carve_bit(offset) << count) - carve_bit(offset);
	const uint64_t *word = carve_word(carve, offset);

	for (uint64_t i = 0; i < (count + 63) / 64; i++) {
		if (word[i] & mask)
			return false;
	}
	return true;
}

/* Does any free memory overlap [offset, offset + 2^order)? For checks: it walks the zeroed pages. */
static bool carve_overlaps_free(const struct carve *carve, uint64_t offset, unsigned order)
{
	const uint64_t *page = carve->zeroed;

	if (!carve_has_no_start(carve, offset, order))
		return true;
	for (unsigned larger = order + 1; larger <= CARVE_ORDER_MAX; larger++) {
		uint64_t start = align_down(offset, 1ul << larger);

		if (carve_is_free_start(carve, start) && carve_block_at(carve, start)->order >= larger)
			return true;
	}
	for (; page; page = (const uint64_t *)(uintptr_t)page[0]) {
		uint64_t start = carve_offset(carve, page);

		if (start < offset + (1ul << order) && offset < start + PAGE_BLOCK_BYTES)
			return true;
	}
	return false;
}

/* Make @offset part of the lists, merged with its free buddies. */
static void carve_merge(struct carve *carve, uint64_t offset, unsigned order)
{
	while (order < CARVE_ORDER_MAX) {
		uint64_t buddy = offset ^ 1ul << order;

		/* Only where a bit says so is a header, and only that is read. */
		if (!carve_is_free_start(carve, buddy) || carve_block_at(carve, buddy)->order != order)
			break;
		carve_unlink(carve, buddy);
		offset &= ~(1ul << order);
		order++;
	}
	carve_link(carve, offset, order);
}

/* Make larger pieces: open the next arena, or else merge the zeroed pages. False: neither is left. */
static bool carve_refill(struct carve *carve)
{
	uint64_t offset = carve->opened_bytes;

	if (offset < carve->bytes) {
		carve->opened_bytes += ARENA_BLOCK_BYTES;
		carve_clear_bits(carve, offset, carve->opened_bytes);
		carve_link(carve, offset, CARVE_ORDER_MAX);
		return true;
	}
	if (!carve->zeroed)
		return false;
	while (carve->zeroed) {
		uint64_t *page = carve->zeroed;

		carve->zeroed = (uint64_t *)(uintptr_t)page[0];
		carve_merge(carve, carve_offset(carve, page), CARVE_ORDER_PAGE);
	}
	carve->zeroed_count = 0;
	return true;
}

/* Take the first block of @order from its list and put back what exceeds @wanted. */
static void *carve_split(struct carve *carve, unsigned order, unsigned wanted)
{
	struct list_node *node = carve->free[order - CARVE_ORDER_MIN].head.next;
	uint64_t offset = carve_offset(carve, container_of(node, struct carve_block, node));

	carve_unlink(carve, offset);
	while (order > wanted) {
		order--;
		carve_link(carve, offset + (1ul << order), order);
	}
	carve->free_bytes -= 1ul << wanted;
	return carve->base + offset;
}

/* carve_take() when no block of @order itself is free. */
static __attribute__((noinline)) void *carve_take_larger(struct carve *carve, unsigned order)
{
	if (carve->free_bytes < 1ul << order)
		return NULL;
	do {
		for (unsigned larger = order; larger <= CARVE_ORDER_MAX; larger++) {
			if (!list_is_empty(&carve->free[larger - CARVE_ORDER_MIN]))
				return carve_split(carve, larger, order);
		}
	} while (carve_refill(carve));
	return NULL;
}

void *carve_take(struct carve *carve, unsigned order)
{
	struct list *list = &carve->free[order - CARVE_ORDER_MIN];
	struct carve_block *block;

	CHECK(order >= CARVE_ORDER_MIN && order <= CARVE_ORDER_MAX);
	if (list_is_empty(list))
		return carve_take_larger(carve, order);
	block = container_of(list->head.next, struct carve_block, node);
	carve_unlink(carve, carve_offset(carve, block));
	carve->free_bytes -= 1ul << order;
	return block;
}

void carve_give(struct carve *carve, void *block, unsigned order)
{
	uint64_t offset = carve_offset(carve, block);

	CHECK(carve_contains(carve, block, order));
	CHECK_WALK(!carve_overlaps_free(carve, offset, order));
	carve->free_bytes += 1ul << order;
	carve_merge(carve, offset, order);
}

/* For checks. */
static bool page_is_zero(const uint64_t *page)
{
	for (unsigned i = 0; i < PAGE_BLOCK_BYTES / sizeof(*page); i++) {
		if (page[i])
			return false;
	}
	return true;
}

void *carve_take_zeroed(struct carve *carve, bool *is_zero)
{
	uint64_t *page = carve->zeroed;

	*is_zero = page != NULL;
	if (!page)
		return carve_take(carve, CARVE_ORDER_PAGE);
	carve->zeroed = (uint64_t *)(uintptr_t)page[0];
	carve->zeroed_count--;
	carve->free_bytes -= PAGE_BLOCK_BYTES;
	page[0] = 0;
	CHECK_WALK(page_is_zero(page));
	return page;
}

void carve_give_zeroed(struct carve *carve, void *page)
{
	CHECK(carve_contains(carve, page, CARVE_ORDER_PAGE));
	CHECK_WALK(!carve_overlaps_free(carve, carve_offset(carve, page), CARVE_ORDER_PAGE));
	CHECK_WALK(page_is_zero(page));
	if (carve->zeroed_count >= CARVE_ZEROED_MAX) {
		carve_give(carve, page, CARVE_ORDER_PAGE);
		return;
	}
	*(uint64_t *)page = (uintptr_t)carve->zeroed;
	carve->zeroed = page;
	carve->zeroed_count++;
	carve->free_bytes += PAGE_BLOCK_BYTES;
}

/* One free block: its header, its place, its buddy. */
static int carve_check_block(const struct carve *carve, const struct carve_block *block, unsigned order)
{
	uint64_t offset = carve_offset(carve, block);
	uint64_t buddy = offset ^ 1ul << order;

	if (!carve_contains(carve, block, order))
		return __LINE__;
	if (block->magic != CARVE_MAGIC || block->order != order)
		return __LINE__;
	if (!carve_is_free_start(carve, offset))
		return __LINE__;
	if (order < CARVE_ORDER_MAX && carve_is_free_start(carve, buddy) &&
	    carve_block_at(carve, buddy)->order == order)
		return __LINE__;
	/* Nothing free begins inside it: both halves of every half split. */
	for (unsigned half = CARVE_ORDER_MIN; half < order; half++) {
		if (!carve_has_no_start(carve, offset + (1ul << half), half))
			return __LINE__;
	}
	return 0;
}

/* Blocks on the lists, their number and bytes. */
static int carve_check_lists(const struct carve *carve, uint64_t *blocks, uint64_t *bytes)
{
	for (unsigned order = CARVE_ORDER_MIN; order <= CARVE_ORDER_MAX; order++) {
		const struct list *list = &carve->free[order - CARVE_ORDER_MIN];
		const struct list_node *node = list_first(list);

		if (list_check(list, carve->bytes >> order))
			return __LINE__;
		for (; node; node = list_next(list, node)) {
			int line =
				carve_check_block(carve, container_of(node, struct carve_block, node), order);

			if (line)
				return line;
			*blocks += 1;
			*bytes += 1ul << order;
		}
	}
	return 0;
}

static int carve_check_zeroed(const struct carve *carve)
{
	const uint64_t *page = carve->zeroed;
	uint64_t count = 0;

	for (; page; page = (const uint64_t *)(uintptr_t)page[0], count++) {
		if (count >= carve->zeroed_count || !carve_contains(carve, page, CARVE_ORDER_PAGE))
			return __LINE__;
		if (!carve_has_no_start(carve, carve_offset(carve, page), CARVE_ORDER_PAGE))
			return __LINE__;
	}
	return count == carve->zeroed_count && count <= CARVE_ZEROED_MAX ? 0 : __LINE__;
}

int carve_check(const struct carve *carve)
{
	uint64_t blocks = 0, bits = 0;
	uint64_t bytes = carve->bytes - carve->opened_bytes + carve->zeroed_count * PAGE_BLOCK_BYTES;
	const uint64_t *end = carve_word(carve, carve->opened_bytes);
	int line = carve_check_lists(carve, &blocks, &bytes);

	if (!line)
		line = carve_check_zeroed(carve);
	if (line)
		return line;
	for (const uint64_t *word = carve->bitmap; word < end; word++)
		bits += bits_count(*word);
	if (bits != blocks)
		return __LINE__;
	return bytes == carve->free_bytes ? 0 : __LINE__;
}
