/* SPDX-License-Identifier: MIT */
/* Accounts: which process trees pay together, how many records each has. */
#include "core/account.h"

static uint32_t account_free(const struct process_table *table)
{
	uint32_t account = ACCOUNT_FIRST + 1;

	while (account < ACCOUNT_SHARED && table->account_records[account])
		account++;
	return account;
}

err_t account_choose(const struct process_table *table, const struct process *parent, uint64_t wish,
		     uint32_t *account)
{
	const struct process *child;

	*account = parent->account;
	if (parent->account != ACCOUNT_FIRST || wish == 0)
		return E_OK;
	if (wish == FORK_ACCOUNT_NEW) {
		*account = account_free(table);
		return E_OK;
	}
	child = process_find(table, wish);
	if (!child || child->parent != parent)
		return E_NO_CHILD;
	*account = child->account;
	return E_OK;
}

static void crowd_set(struct process_table *table, uint32_t account, bool is_crowd)
{
	table->crowds_changed |= table->account_is_crowd[account] != is_crowd;
	table->account_is_crowd[account] = is_crowd;
}

void account_add_record(struct process_table *table, uint32_t account)
{
	if (++table->account_records[account] > RECORDS_CROWD && account != ACCOUNT_FIRST)
		crowd_set(table, account, true);
}

void account_remove_record(struct process_table *table, uint32_t account)
{
	if (--table->account_records[account] <= RECORDS_FEW)
		crowd_set(table, account, false);
}

bool account_has_room(const struct process_table *table, uint32_t account)
{
	uint32_t left = table->count - table->live - table->zombies;

	if (left > RECORDS_RESERVE || account == ACCOUNT_FIRST)
		return left > 0;
	return left > 0 && table->account_records[account] < RECORDS_SHARE;
}
