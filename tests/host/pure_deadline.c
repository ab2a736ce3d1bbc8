/* SPDX-License-Identifier: MIT */
/* The set of deadlines against a plain array, and its promise about shape and depth. */
#include "pure/deadline.h"
#include "test.h"

#define NODES 200

static struct deadline_set set;
static struct deadline_node nodes[NODES];

static void reset(void)
{
	deadline_init(&set);
	memset(nodes, 0, sizeof(nodes));
}

/* The earliest armed node by looking at all of them. */
static struct deadline_node *model_first(void)
{
	struct deadline_node *first = NULL;

	for (unsigned i = 0; i < NODES; i++) {
		if (nodes[i].armed && (!first || nodes[i].time < first->time))
			first = &nodes[i];
	}
	return first;
}

static void step(uint64_t time_bound)
{
	struct deadline_node *node = &nodes[test_random_below(NODES)];

	if (node->armed)
		deadline_remove(&set, node);
	else
		deadline_insert(&set, node, test_random_below(time_bound));
}

static void run_random(uint64_t time_bound)
{
	reset();
	for (uint64_t i = 0; i < test_ops; i++) {
		step(time_bound);
		CHECK_TRUE(deadline_first(&set) == model_first());
		if (i % 16 == 0)
			CHECK_EQ(deadline_check(&set, NODES), 0);
	}
}

TEST(random_operations_agree_with_an_array)
{
	run_random(1ull << 40);
}

TEST(equal_times_go_by_address)
{
	run_random(4);
}

TEST(deadlines_come_in_order)
{
	uint64_t last = 0;

	reset();
	for (unsigned i = 0; i < NODES; i++)
		deadline_insert(&set, &nodes[i], test_random());
	for (unsigned i = 0; i < NODES; i++) {
		struct deadline_node *first = deadline_first(&set);

		CHECK_TRUE(first && first->time >= last);
		last = first->time;
		deadline_remove(&set, first);
		CHECK_TRUE(!first->armed);
		CHECK_EQ(deadline_check(&set, NODES), 0);
	}
	CHECK_TRUE(deadline_first(&set) == NULL);
}

TEST(shape_depends_on_the_set_alone)
{
	static struct deadline_node before[NODES];

	reset();
	for (unsigned i = 0; i < NODES; i++)
		deadline_insert(&set, &nodes[i], i * 7919 % NODES);
	memcpy(before, nodes, sizeof(nodes));
	for (unsigned i = 0; i < NODES; i++)
		deadline_remove(&set, &nodes[i]);
	for (unsigned i = NODES; i-- > 0;)
		deadline_insert(&set, &nodes[i], i * 7919 % NODES);
	for (unsigned i = 0; i < NODES; i++) {
		CHECK_TRUE(nodes[i].child[0] == before[i].child[0]);
		CHECK_TRUE(nodes[i].child[1] == before[i].child[1]);
	}
}

static unsigned depth_of(const struct deadline_node *node)
{
	unsigned left, right;

	if (!node)
		return 0;
	left = depth_of(node->child[0]);
	right = depth_of(node->child[1]);
	return 1 + (left > right ? left : right);
}

/* Increasing times are what makes a plain search tree a list. */
TEST(increasing_times_stay_shallow)
{
	reset();
	for (unsigned i = 0; i < NODES; i++)
		deadline_insert(&set, &nodes[i], i);
	CHECK_TRUE(depth_of(deadline_first(&set)) <= 24);
}

TEST(inserting_twice_is_detected)
{
	if (!PAGODA_CHECKED)
		return;
	reset();
	deadline_insert(&set, &nodes[0], 5);
	CHECK_TRIPS(deadline_insert(&set, &nodes[0], 6));
	CHECK_TRIPS(deadline_remove(&set, &nodes[1]));
}

TEST(check_finds_a_child_earlier_than_its_parent)
{
	reset();
	deadline_insert(&set, &nodes[0], 5);
	deadline_insert(&set, &nodes[1], 9);
	nodes[1].time = 1;
	CHECK_TRUE(deadline_check(&set, NODES) != 0);
}

TEST_MAIN(100000)
