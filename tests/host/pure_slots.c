/* SPDX-License-Identifier: MIT */
/* The derivation tree against a model that stores each slot's parent. */
#include "pure/slots.h"
#include "test.h"

#define SLOTS 60
#define NONE  SLOTS

static struct slot slots[SLOTS];
static unsigned parent_of[SLOTS];

static void reset(void)
{
	memset(slots, 0, sizeof(slots));
	for (unsigned i = 0; i < SLOTS; i++)
		parent_of[i] = NONE;
}

static unsigned random_slot(bool empty)
{
	unsigned start = (unsigned)test_random_below(SLOTS);

	for (unsigned i = 0; i < SLOTS; i++) {
		unsigned slot = (start + i) % SLOTS;

		if (slot_is_empty(&slots[slot]) == empty)
			return slot;
	}
	return NONE;
}

static bool model_is_below(unsigned root, unsigned slot)
{
	while (parent_of[slot] != NONE) {
		slot = parent_of[slot];
		if (slot == root)
			return true;
	}
	return false;
}

static void fill(unsigned slot)
{
	slots[slot].kind = 1;
	slots[slot].a = slot;
	slots[slot].extra = ~(uint64_t)slot;
}

/* Children of @slot now belong to @heir. */
static void model_hand_over(unsigned slot, unsigned heir)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		if (parent_of[i] == slot)
			parent_of[i] = heir;
	}
}

static void insert_one(void)
{
	unsigned slot = random_slot(true), parent = random_slot(false);

	if (slot == NONE)
		return;
	fill(slot);
	if (parent == NONE || test_random_below(20) == 0) {
		slot_insert_root(&slots[slot]);
		parent_of[slot] = NONE;
	} else {
		slot_insert_child(&slots[parent], &slots[slot]);
		parent_of[slot] = parent;
	}
}

static void move_one(void)
{
	unsigned from = random_slot(false), to = random_slot(true);

	if (from == NONE || to == NONE)
		return;
	slot_move(&slots[from], &slots[to]);
	CHECK_EQ(slots[to].a, from);
	CHECK_EQ(slots[to].extra, ~(uint64_t)from);
	fill(to);
	model_hand_over(from, to);
	parent_of[to] = parent_of[from];
	parent_of[from] = NONE;
}

static void remove_slot(unsigned slot)
{
	slot_remove(&slots[slot]);
	model_hand_over(slot, parent_of[slot]);
	parent_of[slot] = NONE;
}

static void revoke_one(void)
{
	unsigned root = random_slot(false), limit = 1 + (unsigned)test_random_below(10);
	struct slot *leaf;

	if (root == NONE || test_random_below(4))
		return;
	while ((leaf = slot_leaf_below(&slots[root], limit))) {
		CHECK_TRUE(model_is_below(root, (unsigned)(leaf - slots)));
		remove_slot((unsigned)(leaf - slots));
	}
	for (unsigned i = 0; i < SLOTS; i++)
		CHECK_TRUE(slot_is_empty(&slots[i]) || !model_is_below(root, i));
}

static void compare(void)
{
	for (unsigned root = 0; root < SLOTS; root++) {
		bool has_child = false;

		CHECK_EQ(slot_check(&slots[root]), 0);
		CHECK_EQ(slots_check(&slots[root], 2 * SLOTS), 0);
		if (slot_is_empty(&slots[root]))
			continue;
		for (unsigned i = 0; i < SLOTS; i++) {
			bool below = !slot_is_empty(&slots[i]) && model_is_below(root, i);

			CHECK_EQ(slot_is_below(&slots[root], &slots[i], 2 * SLOTS), below);
			has_child |= below;
		}
		CHECK_EQ(slot_has_child(&slots[root]), has_child);
	}
}

TEST(random_operations_agree_with_a_parent_array)
{
	reset();
	for (uint64_t i = 0; i < test_ops; i++) {
		switch (test_random_below(8)) {
		case 0:
		case 1:
			move_one();
			break;
		case 2:
			revoke_one();
			break;
		case 3: {
			unsigned slot = random_slot(false);

			if (slot != NONE)
				remove_slot(slot);
			break;
		}
		default:
			insert_one();
		}
		compare();
	}
}

/* A - B - C; when B is gone, neither a sibling of B nor a new child of A may become C's parent. */
TEST(orphan_goes_to_its_grandparent_and_nobody_else)
{
	reset();
	for (unsigned i = 0; i < 5; i++)
		fill(i);
	slot_insert_root(&slots[0]);
	slot_insert_child(&slots[0], &slots[1]);
	slot_insert_child(&slots[1], &slots[2]);
	slot_insert_child(&slots[0], &slots[3]);
	slot_remove(&slots[1]);
	slot_insert_child(&slots[0], &slots[4]);
	CHECK_TRUE(slot_is_below(&slots[0], &slots[2], 2 * SLOTS));
	CHECK_TRUE(!slot_has_child(&slots[3]) && !slot_has_child(&slots[4]) && !slot_has_child(&slots[2]));
}

TEST(leaf_comes_before_what_is_above_it)
{
	reset();
	for (unsigned i = 0; i < 5; i++)
		fill(i);
	slot_insert_root(&slots[0]);
	for (unsigned i = 1; i < 5; i++)
		slot_insert_child(&slots[i - 1], &slots[i]);
	for (unsigned i = 4; i > 0; i--) {
		CHECK_TRUE(slot_leaf_below(&slots[0], SLOTS) == &slots[i]);
		slot_remove(&slots[i]);
	}
	CHECK_TRUE(slot_leaf_below(&slots[0], SLOTS) == NULL);
	CHECK_TRUE(!slot_has_child(&slots[0]));
}

TEST(removed_slot_is_all_zero)
{
	static const struct slot zero;

	reset();
	fill(0);
	fill(1);
	slot_insert_root(&slots[0]);
	slot_insert_child(&slots[0], &slots[1]);
	slot_remove(&slots[1]);
	CHECK_EQ(memcmp(&slots[1], &zero, sizeof(zero)), 0);
	slot_move(&slots[0], &slots[1]);
	CHECK_EQ(memcmp(&slots[0], &zero, sizeof(zero)), 0);
}

TEST(misuse_is_detected)
{
	if (!PAGODA_CHECKED)
		return;
	reset();
	fill(0);
	slot_insert_root(&slots[0]);
	CHECK_TRIPS(slot_remove(&slots[1]));
	CHECK_TRIPS(slot_insert_child(&slots[1], &slots[0]));
	CHECK_TRIPS(slot_move(&slots[1], &slots[2]));
}

TEST(check_finds_a_broken_link)
{
	reset();
	fill(0);
	fill(1);
	slot_insert_root(&slots[0]);
	slot_insert_child(&slots[0], &slots[1]);
	slots[1].prev[SLOT_OPEN] = 0;
	CHECK_TRUE(slots_check(&slots[0], 2 * SLOTS) != 0);
}

TEST_MAIN(10000)
