/* SPDX-License-Identifier: MIT */
/* Who pays when no frame is left. */
#include "policy/account.h"
#include "policy/space.h"

static const struct account *account_largest(const struct frames *frames)
{
	const struct account *largest = &frames->account[ACCOUNT_FIRST];

	for (uint32_t i = 1; i < ACCOUNTS_MAX; i++)
		if (account_weight(&frames->account[i]) > account_weight(largest))
			largest = &frames->account[i];
	return largest;
}

struct vm_space *account_victim(const struct vm_space *faulter)
{
	const struct policy *policy = faulter->policy;
	const struct account *largest = account_largest(&policy->frames);
	struct vm_space *victim = NULL;

	if (largest == faulter->account)
		return NULL;
	for (struct vm_space *space = policy->first_space; space; space = space->next)
		if (space->account == largest && (!victim || space->anon_pages > victim->anon_pages))
			victim = space;
	return victim;
}

int accounts_check(const struct policy *policy)
{
	uint64_t areas[ACCOUNTS_MAX] = {0}, spaces[ACCOUNTS_MAX] = {0};

	for (const struct vm_space *space = policy->first_space; space; space = space->next) {
		if (space->account->number >= ACCOUNTS_MAX)
			return __LINE__;
		areas[space->account->number] += space->areas.count;
		spaces[space->account->number]++;
	}
	for (uint32_t i = 0; i < ACCOUNTS_MAX; i++) {
		const struct account *account = &policy->frames.account[i];

		if (account->areas != areas[i] || account->spaces != spaces[i])
			return __LINE__;
		if (i != ACCOUNT_FIRST && spaces[i] == 0 && account->frames && !policy->externals.first)
			return __LINE__;
	}
	return 0;
}
