/* SPDX-License-Identifier: MIT */
/* The buddy allocator against a map with one byte for each 64 B of memory. */
#include "pure/carve.h"
#include "pure/check.h"
#include "test.h"

#define ARENA	     (1ul << CARVE_ORDER_MAX)
#define ARENAS	     3
#define UNIT	     64ul
#define UNITS	     (ARENAS * ARENA / UNIT)
#define STRUCT_BYTES 1024ul
#define BLOCKS_MAX   4000

static uint8_t *memory;
static struct carve carve;
static uint8_t taken[UNITS];
static struct block {
	uint8_t *at;
	unsigned order;
} blocks[BLOCKS_MAX];
static unsigned block_count;
static uint64_t refused; /* takes that found no room */

static void reset(unsigned arenas)
{
	uint64_t bytes = arenas * ARENA, reserved = STRUCT_BYTES + carve_header_bytes(bytes);

	if (!memory)
		memory = aligned_alloc(ARENA, ARENAS * ARENA);
	CHECK_TRUE(memory);
	memset(memory, 0xff, ARENAS * ARENA);
	memset(taken, 0, sizeof(taken));
	memset(taken, 1, reserved / UNIT);
	memset(taken + bytes / UNIT, 1, UNITS - bytes / UNIT);
	block_count = 0;
	carve_init(&carve, memory, bytes, reserved);
	CHECK_EQ(carve_check(&carve), 0);
}

/* Would an aligned block of @order fit, as the map has it? */
static bool model_has_room(unsigned order)
{
	uint64_t count = (1ul << order) / UNIT;

	for (uint64_t at = 0; at < UNITS; at += count) {
		if (!memchr(taken + at, 1, count))
			return true;
	}
	return false;
}

static void model_set(const uint8_t *at, unsigned order, uint8_t value)
{
	uint64_t start = (uint64_t)(at - memory) / UNIT, count = (1ul << order) / UNIT;

	CHECK_TRUE(!memchr(taken + start, value, count));
	memset(taken + start, value, count);
}

/* Old headers of free blocks all over a taken block must not deceive anybody. */
static void scribble(uint8_t *at, unsigned order)
{
	const struct list_node *stale = carve.free[0].head.next;

	if (stale == &carve.free[0].head || test_random_below(2)) {
		memset(at, (int)test_random(), 1ul << order);
		return;
	}
	for (uint64_t offset = 0; offset < 1ul << order; offset += UNIT)
		memcpy(at + offset, stale, UNIT);
}

static void take_one(unsigned order)
{
	bool zero = false;
	uint8_t *at;

	if (block_count == BLOCKS_MAX)
		return;
	at = order == CARVE_ORDER_PAGE && test_random_below(2) ? carve_take_zeroed(&carve, &zero)
							       : carve_take(&carve, order);
	if (!at) {
		CHECK_TRUE(!model_has_room(order));
		refused++;
		return;
	}
	CHECK_EQ((uint64_t)(at - memory) % (1ul << order), 0);
	CHECK_TRUE(carve_contains(&carve, at, order));
	for (uint64_t i = 0; zero && i < 1ul << order; i++)
		CHECK_EQ(at[i], 0);
	model_set(at, order, 1);
	scribble(at, order);
	blocks[block_count++] = (struct block){at, order};
}

static void give_one(void)
{
	unsigned index;
	struct block block;

	if (!block_count)
		return;
	index = (unsigned)test_random_below(block_count);
	block = blocks[index];
	blocks[index] = blocks[--block_count];
	model_set(block.at, block.order, 0);
	if (block.order == CARVE_ORDER_PAGE && test_random_below(2)) {
		memset(block.at, 0, 1ul << block.order);
		carve_give_zeroed(&carve, block.at);
	} else {
		carve_give(&carve, block.at, block.order);
	}
}

static unsigned random_order(void)
{
	if (test_random_below(3) == 0)
		return CARVE_ORDER_PAGE;
	return CARVE_ORDER_MIN + (unsigned)test_random_below(test_random_below(8) ? 8 : CARVE_ORDERS);
}

static void check_free_bytes(void)
{
	uint64_t free_units = 0;

	for (uint64_t i = 0; i < UNITS; i++)
		free_units += !taken[i];
	CHECK_EQ(carve_free_bytes(&carve), free_units * UNIT);
}

TEST(random_operations_agree_with_a_map)
{
	reset(ARENAS);
	for (uint64_t i = 0; i < test_ops; i++) {
		/* Long phases of growing and shrinking, so that it gets full and empty. */
		if (test_random_below(100) < (i / 5000 % 2 ? 35 : 65))
			take_one(random_order());
		else
			give_one();
		if (i % 200 == 0) {
			CHECK_EQ(carve_check(&carve), 0);
			check_free_bytes();
		}
	}
	CHECK_TRUE(refused > 0 || test_ops < 10000);
	while (block_count)
		give_one();
	CHECK_EQ(carve_check(&carve), 0);
	CHECK_TRUE(carve_is_empty(&carve));
	for (unsigned i = 1; i < ARENAS; i++)
		CHECK_TRUE(carve_take(&carve, CARVE_ORDER_MAX));
	CHECK_TRUE(!carve_take(&carve, CARVE_ORDER_MAX));
}

TEST(every_byte_can_be_taken_and_comes_back)
{
	uint64_t count = 0;

	reset(1);
	while (carve_take(&carve, CARVE_ORDER_MIN))
		count++;
	CHECK_EQ(count * UNIT, ARENA - carve.reserved_bytes);
	CHECK_EQ(carve_free_bytes(&carve), 0);
	for (uint64_t at = carve.reserved_bytes; at < ARENA; at += UNIT)
		carve_give(&carve, memory + at, CARVE_ORDER_MIN);
	CHECK_TRUE(carve_is_empty(&carve));
	CHECK_EQ(carve_check(&carve), 0);
	CHECK_TRUE(carve_take(&carve, CARVE_ORDER_MAX - 1));
}

TEST(zeroed_page_comes_back_zero_and_first)
{
	bool zero;
	uint8_t *page, *again;

	reset(1);
	page = carve_take_zeroed(&carve, &zero);
	CHECK_TRUE(page && !zero);
	memset(page, 0, 1ul << CARVE_ORDER_PAGE);
	carve_give_zeroed(&carve, page);
	CHECK_TRUE(carve_is_empty(&carve));
	CHECK_EQ(carve_check(&carve), 0);
	again = carve_take_zeroed(&carve, &zero);
	CHECK_TRUE(again == page && zero);
	for (unsigned i = 0; i < 1u << CARVE_ORDER_PAGE; i++)
		CHECK_EQ(again[i], 0);
}

TEST(zeroed_pages_merge_when_larger_blocks_are_wanted)
{
	uint8_t *pages[2 * CARVE_ZEROED_MAX];
	bool zero;

	reset(2);
	while (carve_take(&carve, CARVE_ORDER_MAX - 1))
		continue;
	while (carve_take(&carve, CARVE_ORDER_PAGE + 8))
		continue;
	for (unsigned i = 0; i < 2 * CARVE_ZEROED_MAX; i++) {
		pages[i] = carve_take_zeroed(&carve, &zero);
		CHECK_TRUE(pages[i]);
	}
	while (carve_take(&carve, CARVE_ORDER_MIN))
		continue;
	for (unsigned i = 0; i < 2 * CARVE_ZEROED_MAX; i++) {
		memset(pages[i], 0, 1ul << CARVE_ORDER_PAGE);
		carve_give_zeroed(&carve, pages[i]);
		CHECK_EQ(carve_check(&carve), 0);
	}
	CHECK_EQ(carve.zeroed_count, CARVE_ZEROED_MAX);
	CHECK_TRUE(carve_take(&carve, CARVE_ORDER_PAGE + 5));
	CHECK_TRUE(carve_take(&carve, CARVE_ORDER_PAGE + 5));
	CHECK_EQ(carve.zeroed_count, 0);
	CHECK_EQ(carve_check(&carve), 0);
}

TEST(arenas_open_only_when_needed)
{
	reset(ARENAS);
	memory[ARENA] = 0x77;
	CHECK_EQ(carve.opened_bytes, ARENA);
	CHECK_TRUE(carve_take(&carve, CARVE_ORDER_PAGE));
	CHECK_EQ(carve.opened_bytes, ARENA);
	CHECK_EQ(memory[ARENA], 0x77);
	CHECK_TRUE(carve_take(&carve, CARVE_ORDER_MAX));
	CHECK_EQ(carve.opened_bytes, 2 * ARENA);
}

TEST(giving_twice_is_detected)
{
	uint8_t *block, *inner, *page;

	if (!PAGODA_CHECKED)
		return;
	reset(1);
	block = carve_take(&carve, 10);
	inner = block + 256;
	CHECK_TRIPS(carve_give(&carve, memory, CARVE_ORDER_MIN));
	CHECK_TRIPS(carve_give(&carve, block + 64, 10));
	CHECK_TRIPS(carve_give(&carve, block, 5));
	carve_give(&carve, block, 10);
	CHECK_TRIPS(carve_give(&carve, block, 10));
	CHECK_TRIPS(carve_give(&carve, inner, 8));
	page = carve_take(&carve, CARVE_ORDER_PAGE);
	memset(page, 1, 1ul << CARVE_ORDER_PAGE);
	CHECK_TRIPS(carve_give_zeroed(&carve, page));
	memset(page, 0, 1ul << CARVE_ORDER_PAGE);
	carve_give_zeroed(&carve, page);
	CHECK_TRIPS(carve_give_zeroed(&carve, page));
	CHECK_TRIPS(carve_give(&carve, page + 512, 9));
	CHECK_EQ(carve_check(&carve), 0);
}

TEST(writing_to_a_zeroed_page_is_detected)
{
	uint8_t *page;
	bool zero;

	if (!PAGODA_CHECKED)
		return;
	reset(1);
	page = carve_take(&carve, CARVE_ORDER_PAGE);
	memset(page, 0, 1ul << CARVE_ORDER_PAGE);
	carve_give_zeroed(&carve, page);
	page[4095] = 1;
	CHECK_TRIPS(carve_take_zeroed(&carve, &zero));
}

TEST(check_finds_a_scribbled_header_and_a_wrong_bit)
{
	uint8_t *block;

	reset(1);
	block = carve_take(&carve, 10);
	carve_give(&carve, block, 10);
	carve.bitmap[64] ^= 1;
	CHECK_TRUE(carve_check(&carve) != 0);
	carve.bitmap[64] ^= 1;
	CHECK_EQ(carve_check(&carve), 0);
	carve.free_bytes -= UNIT;
	CHECK_TRUE(carve_check(&carve) != 0);
	carve.free_bytes += UNIT;
	((uint64_t *)list_first(&carve.free[CARVE_ORDER_MAX - 1 - CARVE_ORDER_MIN]))[2] = 0;
	CHECK_TRUE(carve_check(&carve) != 0);
}

TEST_MAIN(60000)
