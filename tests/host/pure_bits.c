/* SPDX-License-Identifier: MIT */
/* Word arithmetic and the linked list, against the compiler's builtins and an array. */
#include "pure/bits.h"
#include "pure/list.h"
#include "test.h"

TEST(highest_and_lowest_bit_agree_with_the_compiler)
{
	for (uint64_t i = 0; i < test_ops; i++) {
		uint64_t word = test_random() >> test_random_below(64);

		if (!word)
			continue;
		CHECK_EQ(bits_highest(word), 63 - __builtin_clzll(word));
		CHECK_EQ(bits_lowest(word), __builtin_ctzll(word));
		CHECK_EQ(bits_count(word), __builtin_popcountll(word));
	}
	for (unsigned bit = 0; bit < 64; bit++)
		CHECK_EQ(bits_highest(1ull << bit), bit);
	CHECK_EQ(bits_count(~0ull), 64);
}

TEST(order_is_the_smallest_power_that_holds)
{
	CHECK_EQ(bits_order(0), 0);
	CHECK_EQ(bits_order(1), 0);
	CHECK_EQ(bits_order(2), 1);
	CHECK_EQ(bits_order(4095), 12);
	CHECK_EQ(bits_order(4096), 12);
	CHECK_EQ(bits_order(4097), 13);
}

TEST(alignment_and_ranges_do_not_overflow)
{
	CHECK_EQ(align_up(1, 4096), 4096);
	CHECK_EQ(align_up(4096, 4096), 4096);
	CHECK_EQ(align_down(8191, 4096), 4096);
	CHECK_TRUE(is_aligned(0, 64) && !is_aligned(32, 64));
	CHECK_TRUE(is_power_of_two(64) && !is_power_of_two(0) && !is_power_of_two(65));
	CHECK_TRUE(range_fits(10, 90, 100));
	CHECK_TRUE(!range_fits(10, 91, 100));
	CHECK_TRUE(!range_fits(~0ull, 2, ~0ull));
	CHECK_TRUE(!range_fits(101, 0, 100));
}

TEST(list_keeps_order)
{
	struct list list;
	struct list_node nodes[4] = {0};

	list_init(&list);
	CHECK_TRUE(list_is_empty(&list) && !list_first(&list) && !list_pop_front(&list));
	list_push_back(&list, &nodes[1]);
	list_push_back(&list, &nodes[2]);
	list_push_front(&list, &nodes[0]);
	list_insert_after(&nodes[2], &nodes[3]);
	CHECK_EQ(list_check(&list, 4), 0);
	CHECK_TRUE(list_check(&list, 2) != 0);
	list_remove(&nodes[1]);
	CHECK_TRUE(!list_is_linked(&nodes[1]) && list_is_linked(&nodes[2]));
	CHECK_TRUE(list_next(&list, &nodes[0]) == &nodes[2]);
	CHECK_TRUE(list_pop_front(&list) == &nodes[0]);
	CHECK_TRUE(list_pop_front(&list) == &nodes[2]);
	CHECK_TRUE(list_pop_front(&list) == &nodes[3]);
	CHECK_TRUE(list_is_empty(&list));
}

TEST(list_check_finds_a_broken_link)
{
	struct list list;
	struct list_node nodes[2] = {0};

	list_init(&list);
	list_push_back(&list, &nodes[0]);
	list_push_back(&list, &nodes[1]);
	nodes[1].prev = &nodes[1];
	CHECK_TRUE(list_check(&list, 9) != 0);
}

TEST_MAIN(100000)
