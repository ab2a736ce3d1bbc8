/* SPDX-License-Identifier: MIT */
/* Accounts: which process trees pay together, how many records each has, what is kept for those with few.
 * Pure. */
#ifndef PROC_CORE_ACCOUNT_H
#define PROC_CORE_ACCOUNT_H

#include "core/process.h"

#define ACCOUNT_FIRST	0u		   /* of the session's first process */
#define ACCOUNT_SHARED	(ACCOUNTS_MAX - 1) /* of all that find no other one free */
#define RECORDS_RESERVE 64u		   /* records that are left for accounts with few */
#define RECORDS_SHARE	8u		   /* from so many on an account has not few */
#define RECORDS_CROWD	32u		   /* beyond so many an account is a crowd */
#define RECORDS_FEW	16u		   /* with so many it is one no more */

/*
 * The account of a child that @parent forks with @wish: 0 its own, FORK_ACCOUNT_NEW one of its own, else that
 * of the child of @parent with this pid. Only account 0 has the choice, others get their own. Errors
 * E_NO_CHILD: @parent has no such child
 */
MUST_USE err_t account_choose(const struct process_table *table, const struct process *parent, uint64_t wish,
			      uint32_t *account);

/*
 * A record of @account begins or goes. Its processes are a crowd, which runs below other jobs, from the 33rd
 * record on until only 16 are left: so its threads change their priority for that once in 16 forks at most.
 * Account 0 is never one. What has become a crowd or stopped to be one sets table->crowds_changed.
 */
void account_add_record(struct process_table *table, uint32_t account);
void account_remove_record(struct process_table *table, uint32_t account);

/* Is a record left for one process more of @account? */
bool account_has_room(const struct process_table *table, uint32_t account);

#endif
