/* SPDX-License-Identifier: MIT */
/* Pids, children, zombies, waiting and sleeping of the process server behave as POSIX says. */
#include "core/process.h"
#include "test.h"

#define RECORDS 8

static struct process_table table;
static struct process records[RECORDS];
static struct process_ended ended;

static struct process *child_of(struct process *parent)
{
	struct process *made;

	CHECK_EQ(process_create(&table, parent, parent->account, &made), E_OK);
	CHECK_EQ(process_check(&table), 0);
	return made;
}

/* The first process, whose parent is pid 1. */
static struct process *begin(void)
{
	process_table_init(&table, records, RECORDS);
	ended = (struct process_ended){0};
	return child_of(&table.self);
}

static struct process *end(struct process *process, uint32_t status)
{
	struct process *woken = process_end(&table, process, status, &ended);

	CHECK_EQ(process_check(&table), 0);
	return woken;
}

TEST(the_first_pid_is_two_and_they_increase)
{
	struct process *first = begin();

	CHECK_EQ(first->pid, 2);
	CHECK_EQ(child_of(first)->pid, 3);
	CHECK_EQ(child_of(first)->pid, 4);
	CHECK_EQ(table.live, 3);
}

TEST(pids_wrap_and_skip_those_in_use)
{
	struct process *first = begin();
	uint32_t pid;

	table.next_pid = PID_LAST;
	CHECK_EQ(child_of(first)->pid, PID_LAST);
	pid = child_of(first)->pid;
	CHECK_EQ(pid, 3); /* 2 is in use */
}

TEST(records_are_limited_and_come_back)
{
	struct process *first = begin(), *made;

	for (unsigned i = 1; i < RECORDS; i++)
		child_of(first);
	CHECK_EQ(process_create(&table, first, first->account, &made), E_TOO_MANY);
	CHECK_TRUE(end(process_find(&table, 5), 0) == NULL);
	CHECK_EQ(process_create(&table, first, first->account, &made),
		 E_TOO_MANY); /* a zombie keeps its record */
	CHECK_EQ(process_wait(&table, first, 5, true, &ended), E_OK);
	CHECK_EQ(process_create(&table, first, first->account, &made), E_OK);
	CHECK_EQ(made->pid, 10);
}

TEST(a_forgotten_child_leaves_nothing)
{
	struct process *first = begin(), *child = child_of(first);
	uint32_t pid = child->pid;

	process_forget(&table, child);
	CHECK_EQ(process_check(&table), 0);
	CHECK_TRUE(process_find(&table, pid) == NULL);
	CHECK_EQ(process_wait(&table, first, 0, false, &ended), E_NO_CHILD);
}

TEST(a_zombie_is_collected_once)
{
	struct process *first = begin(), *child = child_of(first);
	uint32_t pid = child->pid;

	CHECK_TRUE(end(child, 0x300) == NULL);
	CHECK_EQ(process_wait(&table, first, 0, false, &ended), E_OK);
	CHECK_EQ(ended.pid, pid);
	CHECK_EQ(ended.status, 0x300);
	CHECK_EQ(process_wait(&table, first, 0, false, &ended), E_NO_CHILD);
}

TEST(zombies_are_collected_in_the_order_of_their_end)
{
	struct process *first = begin(), *a = child_of(first), *b = child_of(first);
	uint32_t pid_a = a->pid, pid_b = b->pid;

	CHECK_TRUE(end(b, 0) == NULL);
	CHECK_TRUE(end(a, 0) == NULL);
	CHECK_EQ(process_wait(&table, first, 0, false, &ended), E_OK);
	CHECK_EQ(ended.pid, pid_b);
	CHECK_EQ(process_wait(&table, first, 0, false, &ended), E_OK);
	CHECK_EQ(ended.pid, pid_a);
}

TEST(waiting_without_hanging_changes_nothing)
{
	struct process *first = begin();

	CHECK_EQ(process_wait(&table, first, 0, true, &ended), E_NO_CHILD);
	child_of(first);
	CHECK_EQ(process_wait(&table, first, 0, true, &ended), E_LATER);
	CHECK_EQ(first->waits, WAITS_NOT);
}

TEST(the_end_of_any_child_wakes_who_waits_for_any)
{
	struct process *first = begin(), *child = child_of(first);
	uint32_t pid = child->pid;

	CHECK_EQ(process_wait(&table, first, 0, false, &ended), E_LATER);
	CHECK_EQ(process_check(&table), 0);
	CHECK_TRUE(end(child, 9) == first);
	CHECK_EQ(ended.pid, pid);
	CHECK_EQ(ended.status, 9);
	CHECK_EQ(table.zombies, 0);
}

TEST(who_waits_for_one_child_sleeps_through_the_end_of_others)
{
	struct process *first = begin(), *a = child_of(first), *b = child_of(first);

	CHECK_EQ(process_wait(&table, first, b->pid, false, &ended), E_LATER);
	CHECK_TRUE(end(a, 0) == NULL);
	CHECK_EQ(table.zombies, 1);
	CHECK_TRUE(end(b, 0) == first);
}

TEST(nobody_waits_for_a_process_that_is_no_child)
{
	struct process *first = begin(), *child = child_of(first), *grandchild = child_of(child);

	CHECK_EQ(process_wait(&table, first, grandchild->pid, false, &ended), E_NO_CHILD);
	CHECK_EQ(process_wait(&table, first, first->pid, false, &ended), E_NO_CHILD);
	CHECK_EQ(process_wait(&table, first, 4711, false, &ended), E_NO_CHILD);
}

TEST(orphans_go_to_pid_one_and_are_reaped_at_once)
{
	struct process *first = begin(), *child = child_of(first), *live = child_of(child);
	uint32_t pid = live->pid, zombie = child_of(child)->pid;

	CHECK_TRUE(end(process_find(&table, zombie), 0) == NULL);
	CHECK_TRUE(end(child, 0) == NULL);
	CHECK_TRUE(process_find(&table, zombie) == NULL);
	CHECK_EQ(live->parent->pid, PID_SELF);
	CHECK_TRUE(end(live, 0) == NULL);
	CHECK_TRUE(process_find(&table, pid) == NULL);
}

TEST(a_child_inherits_name_and_limits)
{
	struct process *first = begin(), *child;

	strcpy(first->name, "shell");
	first->limits[LIMIT_AS] = 4096;
	child = child_of(first);
	CHECK_EQ(strcmp(child->name, "shell"), 0);
	CHECK_EQ(child->limits[LIMIT_AS], 4096);
}

TEST(the_limit_counts_all_of_the_account)
{
	struct process *first = begin(), *child = child_of(first), *made;

	first->limits[LIMIT_NPROC] = 3;
	child_of(child);
	CHECK_EQ(process_create(&table, first, first->account, &made), E_TOO_MANY);
	CHECK_EQ(process_create(&table, first, first->account + 1, &made), E_OK);
	CHECK_EQ(process_check(&table), 0);
}

TEST(orphans_are_counted_by_the_limit)
{
	struct process *first = begin(), *made;
	unsigned orphans = 0;

	first->limits[LIMIT_NPROC] = 5;
	for (; orphans < 10; orphans++) {
		struct process *middle;

		if (process_create(&table, first, first->account, &middle) != E_OK ||
		    process_create(&table, middle, middle->account, &made) != E_OK)
			break;
		CHECK_TRUE(end(middle, 0) == NULL);
		CHECK_EQ(process_wait(&table, first, 0, false, &ended), E_OK);
	}
	CHECK_EQ(orphans, 3);
	CHECK_EQ(process_check(&table), 0);
}

TEST(what_children_used_is_summed_when_they_are_waited_for)
{
	struct process *first = begin(), *child = child_of(first);

	child->usage = (struct proc_usage){
		.user_ticks = 10, .faults_minor = 20, .faults_major = 30, .detail.prefetched = 40};
	child->children_usage = (struct proc_usage){
		.user_ticks = 1, .faults_minor = 2, .faults_major = 3, .detail.prefetched = 4};
	CHECK_TRUE(end(child, 0) == NULL);
	CHECK_EQ(first->children_usage.faults_minor, 0);
	CHECK_EQ(process_wait(&table, first, 0, false, &ended), E_OK);
	CHECK_EQ(first->children_usage.user_ticks, 11);
	CHECK_EQ(first->children_usage.faults_minor, 22);
	CHECK_EQ(first->children_usage.faults_major, 33);
	CHECK_EQ(first->children_usage.detail.prefetched, 44);
}

TEST(sleepers_wake_in_the_order_of_their_deadlines)
{
	struct process *first = begin(), *a = child_of(first), *b = child_of(first);

	process_sleep(&table, first, 30);
	process_sleep(&table, a, 10);
	process_sleep(&table, b, 20);
	CHECK_EQ(process_check(&table), 0);
	CHECK_EQ(process_next_deadline(&table), 10);
	CHECK_TRUE(process_wake(&table, 9) == NULL);
	CHECK_TRUE(process_wake(&table, 25) == a);
	CHECK_TRUE(process_wake(&table, 25) == b);
	CHECK_TRUE(process_wake(&table, 25) == NULL);
	CHECK_TRUE(end(first, 0) == NULL); /* a sleeper can end */
	CHECK_EQ(process_next_deadline(&table), DEADLINE_NONE);
}

TEST(who_stops_waiting_hears_of_no_end_and_no_time)
{
	struct process *first = begin(), *child = child_of(first), *sleeper = child_of(first);
	uint32_t pid = child->pid;

	CHECK_TRUE(!process_stop_waiting(&table, first));
	CHECK_EQ(process_wait(&table, first, 0, false, &ended), E_LATER);
	CHECK_TRUE(process_stop_waiting(&table, first));
	CHECK_TRUE(end(child, 0) == NULL);
	process_sleep(&table, sleeper, 100);
	CHECK_TRUE(process_stop_waiting(&table, sleeper));
	CHECK_EQ(process_check(&table), 0);
	CHECK_TRUE(process_wake(&table, 200) == NULL);
	CHECK_EQ(process_wait(&table, first, 0, false, &ended), E_OK);
	CHECK_EQ(ended.pid, pid);
}

TEST(a_mark_reaches_all_below_and_no_other)
{
	struct process *first = begin(), *a = child_of(first), *b = child_of(first), *below = child_of(a);
	unsigned count = 0;

	process_mark(&table, a);
	CHECK_TRUE(a->marked && below->marked && !first->marked && !b->marked);
	while (process_take_marked(&table))
		count++;
	CHECK_EQ(count, 2);
	process_mark(&table, &table.self);
	for (count = 0; process_take_marked(&table); count++)
		continue;
	CHECK_EQ(count, 4);
}

TEST(the_list_goes_up_by_pid)
{
	struct process *first = begin();

	table.next_pid = PID_LAST;
	child_of(first);
	child_of(first);
	CHECK_EQ(process_find_above(&table, 0)->pid, 2);
	CHECK_EQ(process_find_above(&table, 2)->pid, 3);
	CHECK_EQ(process_find_above(&table, 3)->pid, PID_LAST);
	CHECK_TRUE(process_find_above(&table, PID_LAST) == NULL);
}

TEST_MAIN(0)
