/* SPDX-License-Identifier: MIT */
/* Accounts of process trees: who gets which, and who gets the last records. */
#include "core/account.h"
#include "test.h"

#define RECORDS 512u

static struct process records[RECORDS];
static struct process_table table;

static struct process *start(void)
{
	struct process *first;

	process_table_init(&table, records, RECORDS);
	CHECK_EQ(process_create(&table, &table.self, ACCOUNT_FIRST, &first), E_OK);
	return first;
}

static struct process *fork_with(struct process *parent, uint64_t wish)
{
	struct process *child;
	uint32_t account;

	CHECK_EQ(account_choose(&table, parent, wish, &account), E_OK);
	CHECK_EQ(process_create(&table, parent, account, &child), E_OK);
	CHECK_EQ(process_check(&table), 0);
	return child;
}

TEST(each_job_of_the_first_account_gets_its_own)
{
	struct process *shell = start();
	struct process *one = fork_with(shell, FORK_ACCOUNT_NEW), *two = fork_with(shell, FORK_ACCOUNT_NEW);

	CHECK_EQ(shell->account, ACCOUNT_FIRST);
	CHECK_TRUE(one->account != ACCOUNT_FIRST && two->account != ACCOUNT_FIRST);
	CHECK_TRUE(one->account != two->account);
	CHECK_EQ(fork_with(shell, two->pid)->account, two->account);
	CHECK_EQ(fork_with(shell, 0)->account, ACCOUNT_FIRST);
}

TEST(nobody_gets_out_of_the_account_of_his_job)
{
	struct process *shell = start(), *job = fork_with(shell, FORK_ACCOUNT_NEW);
	struct process *other = fork_with(shell, FORK_ACCOUNT_NEW);

	CHECK_EQ(fork_with(job, FORK_ACCOUNT_NEW)->account, job->account);
	CHECK_EQ(fork_with(job, other->pid)->account, job->account);
	CHECK_EQ(fork_with(fork_with(job, 0), FORK_ACCOUNT_NEW)->account, job->account);
}

TEST(only_an_own_child_can_be_joined)
{
	struct process *shell = start(), *job = fork_with(shell, FORK_ACCOUNT_NEW);
	struct process *grandchild = fork_with(job, 0);
	uint32_t account;

	CHECK_EQ(account_choose(&table, shell, grandchild->pid, &account), E_NO_CHILD);
	CHECK_EQ(account_choose(&table, shell, 400000, &account), E_NO_CHILD);
}

TEST(an_account_is_free_when_its_last_record_goes)
{
	struct process *shell = start(), *job = fork_with(shell, FORK_ACCOUNT_NEW);
	uint32_t first = job->account;
	struct process_ended ended;

	CHECK_TRUE(process_end(&table, job, 0, &ended) == NULL);
	CHECK_TRUE(fork_with(shell, FORK_ACCOUNT_NEW)->account != first); /* the zombie has it */
	CHECK_EQ(process_wait(&table, shell, job->pid, true, &ended), E_OK);
	CHECK_EQ(fork_with(shell, FORK_ACCOUNT_NEW)->account, first);
}

TEST(jobs_beyond_the_last_account_share_it)
{
	struct process *shell = start();

	for (uint32_t i = 1; i < ACCOUNT_SHARED; i++)
		CHECK_EQ(fork_with(shell, FORK_ACCOUNT_NEW)->account, i);
	CHECK_EQ(fork_with(shell, FORK_ACCOUNT_NEW)->account, ACCOUNT_SHARED);
	CHECK_EQ(fork_with(shell, FORK_ACCOUNT_NEW)->account, ACCOUNT_SHARED);
}

TEST(a_fork_bomb_leaves_records_to_others)
{
	struct process *shell = start(), *bomb = fork_with(shell, FORK_ACCOUNT_NEW), *made;
	uint32_t count = 1;

	while (process_create(&table, bomb, bomb->account, &made) == E_OK)
		count++;
	CHECK_EQ(count, RECORDS - RECORDS_RESERVE - 1);
	bomb = fork_with(shell, FORK_ACCOUNT_NEW);
	for (uint32_t i = 1; i < RECORDS_SHARE; i++)
		CHECK_EQ(process_create(&table, bomb, bomb->account, &made), E_OK);
	CHECK_EQ(process_create(&table, bomb, bomb->account, &made), E_TOO_MANY);
	for (count = RECORDS_SHARE; count < RECORDS_RESERVE; count++)
		CHECK_EQ(process_create(&table, shell, ACCOUNT_FIRST, &made), E_OK);
	CHECK_EQ(process_create(&table, shell, ACCOUNT_FIRST, &made), E_TOO_MANY);
	CHECK_EQ(process_check(&table), 0);
}

TEST(an_account_is_a_crowd_from_many_records_until_few)
{
	struct process *shell = start(), *job = fork_with(shell, FORK_ACCOUNT_NEW), *last = NULL;
	struct process_ended ended;

	while (table.account_records[job->account] < RECORDS_CROWD)
		last = fork_with(job, 0);
	CHECK_TRUE(!table.account_is_crowd[job->account] && !table.crowds_changed);
	last = fork_with(job, 0);
	CHECK_TRUE(table.account_is_crowd[job->account] && table.crowds_changed);
	table.crowds_changed = false;
	process_forget(&table, last);
	CHECK_TRUE(table.account_is_crowd[job->account] && !table.crowds_changed);
	while (table.account_records[job->account] > RECORDS_FEW + 1) {
		CHECK_TRUE(process_end(&table, job->children.first, 0, &ended) == NULL);
		CHECK_EQ(process_wait(&table, job, 0, true, &ended), E_OK);
	}
	CHECK_TRUE(table.account_is_crowd[job->account] && !table.crowds_changed);
	process_forget(&table, job->children.first);
	CHECK_TRUE(!table.account_is_crowd[job->account] && table.crowds_changed);
	CHECK_EQ(process_check(&table), 0);
}

TEST(the_first_account_is_never_a_crowd)
{
	struct process *shell = start();

	while (table.account_records[ACCOUNT_FIRST] <= RECORDS_CROWD)
		fork_with(shell, 0);
	CHECK_TRUE(!table.account_is_crowd[ACCOUNT_FIRST] && !table.crowds_changed);
}

TEST_MAIN(0)
