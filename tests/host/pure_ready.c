/* SPDX-License-Identifier: MIT */
/* Ready queues against arrays. */
#include "pure/ready.h"
#include "test.h"

#define NODES 100

static struct ready ready;
static struct list_node nodes[NODES];
static unsigned model[READY_PRIORITIES][NODES], model_count[READY_PRIORITIES];
static int model_priority[NODES]; /* -1: in no queue */

static void reset(void)
{
	ready_init(&ready);
	memset(nodes, 0, sizeof(nodes));
	memset(model_count, 0, sizeof(model_count));
	for (unsigned i = 0; i < NODES; i++)
		model_priority[i] = -1;
}

static int model_top(void)
{
	for (int priority = READY_PRIORITIES - 1; priority >= 0; priority--) {
		if (model_count[priority])
			return priority;
	}
	return -1;
}

static void model_insert(unsigned node, unsigned priority, unsigned at)
{
	unsigned *queue = model[priority];

	memmove(queue + at + 1, queue + at, (model_count[priority] - at) * sizeof(*queue));
	queue[at] = node;
	model_count[priority]++;
	model_priority[node] = (int)priority;
}

static void model_remove(unsigned node)
{
	unsigned *queue = model[model_priority[node]], *count = &model_count[model_priority[node]];
	unsigned at = 0;

	while (queue[at] != node)
		at++;
	memmove(queue + at, queue + at + 1, (*count - at - 1) * sizeof(*queue));
	--*count;
	model_priority[node] = -1;
}

static void pop_one(void)
{
	int top = model_top();
	struct list_node *node;

	if (top < 0)
		return;
	node = ready_pop_highest(&ready);
	CHECK_EQ(node - nodes, model[top][0]);
	model_remove((unsigned)(node - nodes));
}

static void toggle_one(void)
{
	unsigned node = (unsigned)test_random_below(NODES);
	unsigned priority = (unsigned)test_random_below(READY_PRIORITIES);

	if (model_priority[node] >= 0) {
		ready_remove(&ready, &nodes[node], (unsigned)model_priority[node]);
		model_remove(node);
	} else if (test_random_below(2)) {
		ready_push(&ready, &nodes[node], priority);
		model_insert(node, priority, model_count[priority]);
	} else {
		ready_push_front(&ready, &nodes[node], priority);
		model_insert(node, priority, 0);
	}
}

TEST(random_operations_agree_with_arrays)
{
	reset();
	for (uint64_t i = 0; i < test_ops; i++) {
		if (test_random_below(3))
			toggle_one();
		else
			pop_one();
		CHECK_EQ(ready_top(&ready), model_top());
		CHECK_EQ(ready_check(&ready, NODES), 0);
	}
	while (model_top() >= 0)
		pop_one();
	CHECK_EQ(ready.bitmap, 0);
}

/* Whatever is done meanwhile, a turn that is owed is seen at the highest priority and nowhere else. */
TEST(owed_turn_is_the_highest_ones)
{
	int owed = READY_OWED_NONE;

	reset();
	for (uint64_t i = 0; i < test_ops; i++) {
		int top = model_top();

		if (top >= 0 && top < READY_PRIORITIES - 1 && test_random_below(2)) {
			ready_owe_turn(&ready);
			owed = top;
			CHECK_EQ(ready_top(&ready), top + 1);
		}
		CHECK_EQ(ready_check(&ready, NODES), 0);
		if (test_random_below(2))
			toggle_one();
		else
			pop_one();
		CHECK_TRUE(ready_top(&ready) == model_top() ||
			   (model_top() == owed && ready_top(&ready) == owed + 1));
		CHECK_EQ(ready_check(&ready, NODES), 0);
		while (model_top() >= 0 && ready_top(&ready) != model_top())
			pop_one();
	}
}

TEST(owed_turn_outlives_who_comes_above)
{
	reset();
	ready_push(&ready, &nodes[0], 7);
	ready_push(&ready, &nodes[1], 7);
	ready_owe_turn(&ready);
	ready_push(&ready, &nodes[2], 9);
	CHECK_EQ(ready_top(&ready), 9);
	CHECK_EQ(ready_pop_highest(&ready) - nodes, 2);
	CHECK_EQ(ready_top(&ready), 8);
	CHECK_EQ(ready_pop_highest(&ready) - nodes, 0);
	CHECK_EQ(ready_top(&ready), 7);
	CHECK_EQ(ready.owed, READY_OWED_NONE);
}

TEST(equal_priorities_take_turns)
{
	reset();
	for (unsigned i = 0; i < 3; i++)
		ready_push(&ready, &nodes[i], 7);
	for (unsigned turn = 0; turn < 9; turn++) {
		struct list_node *node = ready_pop_highest(&ready);

		CHECK_EQ(node - nodes, turn % 3);
		ready_push(&ready, node, 7);
	}
}

TEST(pushing_twice_is_detected)
{
	if (!PAGODA_CHECKED)
		return;
	reset();
	ready_push(&ready, &nodes[0], 7);
	CHECK_TRIPS(ready_push(&ready, &nodes[0], 8));
	CHECK_TRIPS(ready_push(&ready, &nodes[1], READY_PRIORITIES));
}

TEST(check_finds_a_wrong_bitmap)
{
	reset();
	ready_push(&ready, &nodes[0], 7);
	ready.bitmap |= 1ul << 9;
	CHECK_TRUE(ready_check(&ready, NODES) != 0);
}

TEST_MAIN(20000)
